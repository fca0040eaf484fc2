import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Base64 } from '@antin/protocol/basics';
import { SignedCheckpoint } from '@antin/protocol/journal/proof';
import { CERTIFICATES_FILE, ENTRIES_FILE, HEADS_FILE } from './copy.ts';
import { JournalFault } from './fault.ts';

const EntryLine = z.object({ leafIndex: z.number().int().min(0), entry: z.string() });
const HeadLine = z.object({ size: z.number().int().min(1), ...SignedCheckpoint.shape });

/** Entries of a copy, in the order of the file. @throws {JournalFault} `journal.copy-damaged` */
export function* copiedEntries(folder: string): Generator<z.infer<typeof EntryLine>> {
  yield* parsed(join(folder, ENTRIES_FILE), EntryLine);
}

/** Signed heads of a copy, in the order of the file. @throws {JournalFault} `journal.copy-damaged` */
export function* copiedHeads(folder: string): Generator<z.infer<typeof HeadLine>> {
  yield* parsed(join(folder, HEADS_FILE), HeadLine);
}

const CertificateLine = z.object({ leafIndex: z.number().int().min(0), der: Base64.max(100_000) });

/** Certificates that lie beside the entries, in the order of the file; none where there is no such file. @throws {JournalFault} `journal.copy-damaged` */
export function* copiedCertificates(folder: string): Generator<z.infer<typeof CertificateLine>> {
  const path = join(folder, CERTIFICATES_FILE);
  if (existsSync(path)) yield* parsed(path, CertificateLine);
}

function* parsed<T extends z.ZodType>(path: string, shape: T): Generator<z.output<T>> {
  let number = 0;
  for (const line of linesOf(path)) {
    number += 1;
    const where = `${path}, line ${number}`;
    const read = shapeOf(line, shape, where);
    // A member said twice, an escaped letter: a person who searches the file would read something else than what is hashed.
    if (JSON.stringify(read) !== line) throw new JournalFault('journal.copy-damaged', `${where} is not what a journal writes`);
    yield read;
  }
}

function shapeOf<T extends z.ZodType>(line: string, shape: T, where: string): z.output<T> {
  try {
    return shape.parse(JSON.parse(line));
  } catch (cause) {
    throw new JournalFault('journal.copy-damaged', `${where} is not what a journal writes`, { cause });
  }
}

const PIECE = 1 << 20;
const LONGEST_LINE = 4 << 20;

/** Whole lines; what stands behind the last line end was never finished and is no line. */
function* linesOf(path: string): Generator<string> {
  if (!existsSync(path)) throw new JournalFault('journal.copy-damaged', `there is no ${path}`);
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(PIECE);
    let rest = Buffer.alloc(0);
    for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
      rest = Buffer.concat([rest, piece.subarray(0, length)]);
      let start = 0;
      for (let end = rest.indexOf(0x0a, start); end !== -1; end = rest.indexOf(0x0a, start)) {
        yield rest.toString('utf8', start, end);
        start = end + 1;
      }
      rest = rest.subarray(start);
      if (rest.length > LONGEST_LINE) throw new JournalFault('journal.copy-damaged', `${path} has a line without end`);
    }
  } finally {
    closeSync(file);
  }
}
