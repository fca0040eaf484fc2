import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { systemClock } from '@antin/adapters/clock/clock';
import { ConfigFault } from '@antin/adapters/config/settings';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { JournalFault } from '@antin/adapters/journal/fault';
import { placesOfSerial, proveEntryFromCopy, proveGrowthFromCopy } from '@antin/adapters/journal/prove-from-copy';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { SignedCheckpoint, type JournalProof } from '@antin/protocol/journal/proof';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { checkJournal } from './journal/check.ts';
import type { HeadTrust } from './journal/judge-head.ts';
import { answerText } from './journal/text.ts';
import { UsageFault, momentOf, oneOf, readOptions, type ReadOptions } from './options.ts';
import { readAnchors, readCertificateFiles, stat } from './validate-inputs.ts';

const usage = `antin journal: what a journal says, proven offline; its copy in a second place, and restoring from it

  antin journal prove --copy FOLDER (--entry N | --serial HEX | --since HEAD.json) --out FILE
      makes a proof from a copy of one journal (FOLDER/authority, FOLDER/agency): that entry N stands in it (counted from 0),
      every entry about a certificate (FILE gets a number for each), or that it continues an older head
  antin journal check FILE|FOLDER --trust FILE… --signer FILE… [options]
      checks a proof, or a whole copy of one journal entry by entry
  antin journal begin --copy FOLDER [--instead] [--journal NAME] (--data DIR, or DATABASE_URL)
      makes FOLDER (that of ANTIN_JOURNAL_COPY) the second place of an installation that is stopped: marks it as its copy and
      fills it. --instead gives up the place before it
  antin journal restore --copy FOLDER --trust FILE… --signer FILE… [--dry-run] [--journal NAME] (--data DIR, or DATABASE_URL)
      after a backup was restored, with the installation stopped: puts back from the copy the entries that the database has
      forgotten, certificates, revocations and numbers of lists with them, and prints what is left for a person. Of an office
      only the entries: documents are in no journal. Killed on its way it has done nothing, and is run again
  antin journal restored [--journal NAME] [--format text|json] (--data DIR, or DATABASE_URL)
      prints the list of the last restore once more
  antin journal readmit NAME… (--data DIR, or DATABASE_URL)
      after a restore left administrators of an office without a password, and nobody above them has one: gives those of NAME… a first
      password, printed once. The journal says so. Everybody else gets theirs from them

  --trust FILE…       roots that vouch for the journal's key and for time-stamps
  --signer FILE…      certificates of the keys that sign heads of this journal
  --origin NAME       the log that is meant, as its heads name it: one key may sign heads of several (check, restore)
  --at ISO8601        judge signatures as of this moment; default: now
  --data DIR          folder of the installation; DATABASE_URL (or ANTIN_DATABASES) where the database is elsewhere
  --journal NAME      authority or agency alone; default: every journal the database has
  --dry-run           does everything, prints it, and takes it back
  --unsigned          restore: also the last entries, which no signed head holds yet
  --without-certificates  restore: although certificates are missing from the copy; they are revoked
  --all-officers      restore: no officer's password is believed; when the copy may end before the disaster
  --format text|json  default text
  --lang vi|en        language of the text; default vi

Exit codes, with the codes of errors that say why:
  0   done; holds
  1   does not hold, nobody is readmitted (readmit.…), or the copy is refused: journal.head-differs, .entry-missing, .head-without-entries, .proof-does-not-hold,
      .head-not-by-its-key, .other-origin, .head-not-believed, .forked, .copy-foreign, .copy-begun-elsewhere, .set-back
  2   cannot be concluded: journal.no-head, .entries-without-head, .certificates-missing, or a code of the judge
  64  wrong usage
  65  no proof or copy: journal.copy-damaged, .copy-missing, .proof-damaged, .no-such-entry, .nothing-to-restore, .never-restored,
      .unreadable,
      log.checkpoint-damaged
  69  not available: folder in use, a server runs on the database (journal.in-use), no database, FILE cannot be written
      (journal.not-written)
  70  our own fault
`;

const SHAPE = {
  lists: ['trust', 'signer'],
  singles: ['copy', 'entry', 'serial', 'since', 'out', 'at', 'format', 'lang', 'origin', 'data', 'journal'],
  flags: ['instead', 'dry-run', 'unsigned', 'without-certificates', 'all-officers'],
};
const CODES = { valid: exit.valid, invalid: exit.invalid, indeterminate: exit.indeterminate } as const;

/** `antin journal prove|check` */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(argv, SHAPE);
    if (options.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const [act, ...rest] = options.files;
    if (act === 'check') return check(options, rest, io);
    if (act === 'prove') return prove(options, rest, io);
    // Both need the database and everything behind it; a proof needs none of that.
    if (act === 'begin') return await (await import('./journal/begin.ts')).begin(options, rest, io);
    if (act === 'restore') return await (await import('./journal/restore.ts')).restore(options, rest, trustOf(options), io);
    if (act === 'restored') return await (await import('./journal/restore.ts')).restored(options, rest, io);
    if (act === 'readmit') return await (await import('./journal/readmit.ts')).readmit(options, rest, io);
    throw new UsageFault('say what to do: prove, check, begin, restore, restored or readmit');
  } catch (error) {
    return said(error, io);
  }
}

/** Codes that say no, or that nothing can be said; every other is a damaged input. */
const SAYS_NO = new Set(
  [
    'head-differs',
    'entry-missing',
    'head-without-entries',
    'head-not-believed',
    'forked',
    'copy-foreign',
    'copy-begun-elsewhere',
    'set-back',
  ].map((reason) => `journal.${reason}`),
);
const OPEN = new Set(['journal.no-head', 'journal.entries-without-head', 'journal.certificates-missing']);
const AWAY = new Set([
  'serve.already-running',
  'serve.foreign-folder',
  'serve.unusable-folder',
  'db.unreachable',
  'journal.not-written',
  'journal.in-use',
]);

function said(error: unknown, io: Io): number {
  if (error instanceof UsageFault || error instanceof ConfigFault) {
    io.stderr.write(`antin journal: ${error.message}\n"antin journal --help" shows the options.\n`);
    return exit.usage;
  }
  const { code, syscall, message } = error as { code?: unknown; syscall?: unknown; message?: unknown };
  if (!(error instanceof Error) || typeof code !== 'string') throw error;
  const known = error instanceof JournalFault || error instanceof PkiFault || error instanceof FormatFault;
  // What the disk says: EACCES, EIO, EISDIR.
  const shown =
    known || AWAY.has(code) || code.startsWith('db.')
      ? code
      : typeof syscall === 'string' && /^E[A-Z]+$/.test(code)
        ? 'journal.unreadable'
        : undefined;
  if (shown === undefined) throw error;
  io.stderr.write(`antin journal: ${printable(String(message))} [${shown}]\n`);
  if (SAYS_NO.has(shown)) return exit.invalid;
  if (OPEN.has(shown)) return exit.indeterminate;
  return AWAY.has(shown) || shown.startsWith('db.') ? exit.unavailable : exit.unsupportedInput;
}

/** Whom heads are believed of. @throws {UsageFault} */
function trustOf(options: ReadOptions): HeadTrust {
  if (options.list('trust').length === 0 || options.list('signer').length === 0) {
    throw new UsageFault('--trust and --signer are needed: a head means nothing without knowing whose it may be');
  }
  return {
    anchors: readAnchors(options.list('trust'), ['signer', 'time-stamp']),
    signers: new Set(readCertificateFiles(options.list('signer')).map((one) => toHex(digestOf(nodeCrypto, 'SHA-256', one.raw)))),
    origin: options.single('origin'),
    at: momentOf(options.single('at')) ?? systemClock().getTime(),
  };
}

function check(options: ReadOptions, [path, ...more]: readonly string[], io: Io): number {
  if (path === undefined || more.length > 0) throw new UsageFault('check takes one proof or one folder');
  const format = oneOf(options.single('format') ?? 'text', ['text', 'json'], '--format');
  const language = oneOf(options.single('lang') ?? 'vi', ['vi', 'en'], '--lang');
  const answer = checkJournal(path, trustOf(options));
  io.stdout.write(format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : answerText(answer, language));
  return CODES[answer.verdict];
}

function prove(options: ReadOptions, more: readonly string[], io: Io): number {
  const [copy, out] = [options.single('copy'), options.single('out')];
  const [entry, serial, since] = [options.single('entry'), options.single('serial'), options.single('since')];
  const asked = [entry, serial, since].filter((one) => one !== undefined);
  if (more.length > 0 || copy === undefined || out === undefined || asked.length !== 1) {
    throw new UsageFault('prove takes --copy, --out and one of --entry, --serial, --since');
  }
  if (!stat(copy).isDirectory()) throw new UsageFault(`${copy} is no folder`);
  if (since !== undefined) write(out, proveGrowthFromCopy(copy, readHead(since)), io);
  else if (entry !== undefined) write(out, proveEntryFromCopy(copy, numberOf(entry)), io);
  else {
    const places = placesOfSerial(copy, (serial as string).toLowerCase());
    if (places.length === 0) throw new JournalFault('journal.no-such-entry', `no entry is about ${serial}`);
    for (const place of places) write(numbered(out, place), proveEntryFromCopy(copy, place), io);
  }
  return exit.ok;
}

function readHead(path: string): SignedCheckpoint {
  if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
  try {
    return SignedCheckpoint.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new JournalFault('journal.proof-damaged', `${path} is no signed head`, { cause });
  }
}

function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageFault(`--entry is a number from 0 on, not "${text}"`);
  return Number(text);
}

function numbered(out: string, place: number): string {
  return out.endsWith('.json') ? `${out.slice(0, -5)}-${place}.json` : `${out}-${place}`;
}

function write(out: string, proof: JournalProof, io: Io): void {
  try {
    writeFileSync(`${out}.new`, `${JSON.stringify(proof, null, 2)}\n`, { flag: 'wx' });
    renameSync(`${out}.new`, out);
  } catch (cause) {
    throw new JournalFault('journal.not-written', (cause as Error).message, { cause });
  }
  io.stdout.write(`${out}\n`);
}
