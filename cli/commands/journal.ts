import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { systemClock } from '@antin/adapters/clock/clock';
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
import { answerText } from './journal/text.ts';
import { UsageFault, momentOf, oneOf, readOptions, type ReadOptions } from './options.ts';
import { readAnchors, readCertificateFiles, stat } from './validate-inputs.ts';

const usage = `antin journal: what a journal says, proven offline

  antin journal prove --copy FOLDER (--entry N | --serial HEX | --since HEAD.json) --out FILE
      makes a proof from a copy of the journal: that entry N stands in it (counted from 0), every entry about a
      certificate (FILE gets a number for each), or that it continues an older head
  antin journal check FILE|FOLDER --trust FILE… --signer FILE… [options]
      checks a proof, or a whole copy entry by entry

  --trust FILE…       roots that vouch for the journal's key and for time-stamps
  --signer FILE…      certificates of the keys that sign heads of this journal
  --at ISO8601        judge signatures as of this moment; default: now
  --format text|json  default text
  --lang vi|en        language of the text; default vi

Exit codes: 0 holds, 1 does not hold, 2 cannot be concluded, 64 wrong usage, 65 no proof or copy, 70 our own fault.
`;

const SHAPE = {
  lists: ['trust', 'signer'],
  singles: ['copy', 'entry', 'serial', 'since', 'out', 'at', 'format', 'lang'],
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
    throw new UsageFault('say what to do: prove or check');
  } catch (error) {
    if (error instanceof UsageFault) {
      io.stderr.write(`antin journal: ${error.message}\n"antin journal --help" shows the options.\n`);
      return exit.usage;
    }
    if (!(error instanceof JournalFault) && !(error instanceof PkiFault) && !(error instanceof FormatFault)) throw error;
    io.stderr.write(`antin journal: ${printable(error.message)} [${error.code}]\n`);
    return exit.unsupportedInput;
  }
}

function check(options: ReadOptions, [path, ...more]: readonly string[], io: Io): number {
  if (path === undefined || more.length > 0) throw new UsageFault('check takes one proof or one folder');
  if (options.list('trust').length === 0 || options.list('signer').length === 0) {
    throw new UsageFault('--trust and --signer are needed: a head means nothing without knowing whose it may be');
  }
  const format = oneOf(options.single('format') ?? 'text', ['text', 'json'], '--format');
  const language = oneOf(options.single('lang') ?? 'vi', ['vi', 'en'], '--lang');
  const answer = checkJournal(path, {
    anchors: readAnchors(options.list('trust'), ['signer', 'time-stamp']),
    signers: new Set(readCertificateFiles(options.list('signer')).map((one) => toHex(digestOf(nodeCrypto, 'SHA-256', one.raw)))),
    at: momentOf(options.single('at')) ?? systemClock().getTime(),
  });
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
  writeFileSync(`${out}.new`, `${JSON.stringify(proof, null, 2)}\n`, { flag: 'wx' });
  renameSync(`${out}.new`, out);
  io.stdout.write(`${out}\n`);
}
