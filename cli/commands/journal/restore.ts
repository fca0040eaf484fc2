import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { systemClock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import { MARKER_FILE } from '@antin/adapters/journal/copy-identity';
import { JournalFault } from '@antin/adapters/journal/fault';
import { keepAnswer, keptAnswer } from '@antin/adapters/journal/restored-store';
import { forgottenBy, type Forgotten } from '@antin/adapters/journal/restore';
import { restoreAgency } from '@antin/agency/journal/restore';
import { restoreAuthority } from '@antin/authority/journal/restore/restore';
import { exit } from '../../exit.ts';
import type { Io } from '../../io.ts';
import { UsageFault, oneOf, type ReadOptions } from '../options.ts';
import { withJournals, type JournalOfDatabase } from './database.ts';
import { judgeHead, type HeadTrust, type JudgedHead } from './judge-head.ts';
import { restoredText, type RestoredJournalAnswer } from './restored-text.ts';

/** `antin journal restore`: puts back from the copy what a restored database has forgotten. */
export async function restore(options: ReadOptions, more: readonly string[], trust: HeadTrust, io: Io): Promise<number> {
  const copy = options.single('copy');
  if (more.length > 0 || copy === undefined) throw new UsageFault('restore takes --copy FOLDER');
  const format = oneOf(options.single('format') ?? 'text', ['text', 'json'], '--format');
  const language = oneOf(options.single('lang') ?? 'vi', ['vi', 'en'], '--lang');
  return withJournals(options, io, async (db, journals) => {
    const answers: RestoredJournalAnswer[] = [];
    for (const journal of journals) {
      const folder = join(copy, journal.name);
      // Of two journals one may have no copy; the one that was named must have it.
      if (options.single('journal') === undefined && !existsSync(join(folder, MARKER_FILE)) && journals.length > 1) continue;
      const answer = await restoreOne(db, journal, folder, trust, options);
      if (answer !== undefined) answers.push(answer);
    }
    if (answers.length === 0)
      throw new JournalFault('journal.nothing-to-restore', 'the database knows everything that the copy knows');
    io.stdout.write(shown(answers, format, language));
    return exit.ok;
  });
}

/** `antin journal restored`: the list of the last restore once more. */
export async function restored(options: ReadOptions, more: readonly string[], io: Io): Promise<number> {
  if (more.length > 0) throw new UsageFault('restored takes options only');
  const format = oneOf(options.single('format') ?? 'text', ['text', 'json'], '--format');
  const language = oneOf(options.single('lang') ?? 'vi', ['vi', 'en'], '--lang');
  return withJournals(options, io, async (db, journals) => {
    const answers: RestoredJournalAnswer[] = [];
    for (const { schema } of journals) {
      const kept = await keptAnswer(db, schema);
      if (kept !== undefined) answers.push(JSON.parse(kept) as RestoredJournalAnswer);
    }
    if (answers.length === 0) throw new JournalFault('journal.never-restored', 'this database was never restored from a copy');
    io.stdout.write(shown(answers, format, language));
    return exit.ok;
  });
}

function shown(answers: readonly RestoredJournalAnswer[], format: 'text' | 'json', language: 'vi' | 'en'): string {
  if (format === 'json') return `${JSON.stringify(answers, null, 2)}\n`;
  return answers.map((one) => restoredText(one, language)).join('\n');
}

/** Everything is done and taken back again: what a dry run says is what would happen. */
class TakenBack extends Error {}

async function restoreOne(
  db: AnyDatabase,
  journal: JournalOfDatabase,
  folder: string,
  trust: HeadTrust,
  options: ReadOptions,
): Promise<RestoredJournalAnswer | undefined> {
  const dryRun = options.flag('dry-run');
  const at = systemClock();
  let answer: RestoredJournalAnswer | undefined;
  try {
    await inTransaction(db, async (tx) => {
      const forgotten = await forgottenBy(tx, journal, folder);
      const head = believed(forgotten, trust, options.flag('unsigned'));
      const common = {
        journal: journal.name,
        dryRun,
        head,
        known: forgotten.known,
        unsigned: forgotten.copied - forgotten.signed,
      };
      const restored = forgotten.copied - forgotten.known;
      if (journal.name === 'authority') {
        const withoutCertificates = options.flag('without-certificates') || dryRun;
        const wish = { at, withoutCertificates, allOfficers: options.flag('all-officers') };
        const { kinds, left, officers, until } = await restoreAuthority(tx, journal, folder, forgotten, wish);
        answer = { ...common, restored, kinds, left, acts: [], officers, until: new Date(until).toISOString() };
      } else {
        const { acts, people } = await restoreAgency(tx, journal, folder, forgotten, at);
        const kinds: Record<string, number> = {};
        for (const { event } of acts) kinds[event] = (kinds[event] ?? 0) + 1;
        answer = { ...common, restored, kinds, left: [], acts, ...(people === undefined ? {} : { people }) };
      }
      if (dryRun) throw new TakenBack();
      // The list for a person is as durable as what was done: whoever is killed before printing it prints it again.
      await keepAnswer(tx, journal.schema, at, JSON.stringify(answer));
    });
  } catch (fault) {
    if (fault instanceof JournalFault && fault.code === 'journal.nothing-to-restore') return undefined;
    if (!(fault instanceof TakenBack)) throw fault;
  }
  return answer;
}

/** Whoever writes into the folder of the copy must not write into the database with it. */
function believed({ newest, copied, signed }: Forgotten, trust: HeadTrust, unsignedToo: boolean): JudgedHead {
  const head = judgeHead(newest, trust);
  if (head.verdict !== 'valid')
    throw new JournalFault('journal.head-not-believed', `the newest head of the copy is not believed: ${head.code}`);
  if (copied > signed && !unsignedToo) {
    throw new JournalFault(
      'journal.entries-without-head',
      `${copied - signed} entries, from ${signed} on, are under no signed head: a crash leaves such, and so does a forger; --unsigned puts them back too`,
    );
  }
  return head;
}
