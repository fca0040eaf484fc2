import { equalBytes, fromLatin1, latin1 } from '../bytes/bytes.ts';
import type { ByteSource, Inflate } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import { defaultPdfBudget } from './budget.ts';
import { readChain } from './chain.ts';
import type { PdfDecryption, PdfEncryption } from './encryption.ts';
import { pdfEncryption } from './encryption.ts';
import type { PdfObject } from './objects.ts';
import { isArray, isDict, isName, isRef, isString } from './objects.ts';
import type { RevisionHost } from './revision.ts';
import { PdfRevision } from './revision.ts';
import { unlock } from './security-handler.ts';
import { ByteSink, writeObject } from './serialize.ts';

export interface Leniency {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
}

export interface PdfFile {
  readonly source: ByteSource;
  /** From the header, overridden by a later `/Version` of the last catalog (§7.5.2). */
  readonly version: string;
  /** Oldest first; a linearised original is one revision. */
  readonly revisions: readonly PdfRevision[];
  readonly last: PdfRevision;
  /** Empty in strict mode; grows as objects are read. A file that needed one is never judged as passed. */
  readonly leniencies: readonly Leniency[];
  /** Of a file opened with its password; encrypted files are refused without one. */
  readonly encryption: PdfEncryption | undefined;
}

export interface OpenPdfOptions {
  readonly inflate: Inflate;
  /**
   * `strict` has one interpretation or a fault. `tolerant` is for unsigned input only: it passes over bytes behind the last
   * `%%EOF` and takes the later of two equal keys, and records both. Neither rebuilds a cross-reference.
   */
  readonly mode: 'strict' | 'tolerant';
  readonly budget?: Partial<PdfBudget>;
  /** For encrypted files; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
}

/**
 * Opens a PDF without reading its objects: header, `startxref`, the chain of cross-references (ISO 32000-2 §7.5).
 *
 * @throws {FormatFault} `pdf.header`, `pdf.startxref`, `pdf.trailing-data`, `pdf.xref-damaged`, `pdf.xref-size`,
 *   `pdf.prev-loop`, `pdf.revision-order`, `pdf.encrypted`, `pdf.catalog`, `pdf.duplicate-key`, `pdf.budget`;
 *   with a password `pdf.password-wrong`, `pdf.encryption-unsupported`, `pdf.encryption-damaged`
 */
export function openPdf(source: ByteSource, options: OpenPdfOptions): PdfFile {
  const budget = { ...defaultPdfBudget, ...options.budget };
  const leniencies: Leniency[] = [];
  const tolerant = options.mode === 'tolerant';
  const header = readHeader(source);
  const close = findLastStartxref(source);
  const door = { inflate: options.inflate, resolve: (o: unknown) => (o ?? null) as never, maxFilters: budget.filters };
  const chain = readChain({ source, budget, door, entriesLeft: budget.entries }, close.value, () => isLinearised(source));
  const newest = chain.at(-1) as (typeof chain)[number];
  let end = newest.end;
  while (end < source.size && isTrailingSpace(source.read(end, 1)[0])) end++;
  if (end < source.size) {
    // Bytes no revision accounts for may be an update that only a repairing reader sees (incremental-saving attack).
    const message = `${source.size - end} bytes behind the last %%EOF`;
    if (!tolerant) throw new FormatFault('pdf.trailing-data', message, end);
    leniencies.push({ code: 'pdf.trailing-data', offset: end, message });
  }
  const onDuplicateKey = (key: string, offset: number): void => {
    leniencies.push({ code: 'pdf.duplicate-key', offset, message: `key /${key} stands twice, the later value counts` });
  };
  const host: RevisionHost = {
    source,
    budget,
    inflate: options.inflate,
    parsed: new Map(),
    objectStreamBytes: 0,
    encryption: undefined,
    ...(tolerant ? { onDuplicateKey } : {}),
  };
  const encrypted = chain.find((parts) => parts.trailer.entries.has('Encrypt'));
  if (encrypted && !options.decryption) {
    throw new FormatFault(
      'pdf.encrypted',
      'the file is encrypted; remove the protection or give its password',
      encrypted.startxref,
    );
  }
  const revisions: PdfRevision[] = [];
  chain.forEach((parts, i) => {
    const last = i === chain.length - 1;
    revisions.push(new PdfRevision(host, revisions[i - 1], last ? { ...parts, end } : parts));
  });
  const last = revisions.at(-1) as PdfRevision;
  if (encrypted && options.decryption) host.encryption = openEncryption(revisions, options.decryption);
  const { catalog } = last;
  const version = catalog.entries.get('Version');
  const later = isName(version) && version.value > header ? version.value : header;
  return { source, version: later, revisions, last, leniencies, encryption: host.encryption };
}

/**
 * One encryption for the whole file, its dictionary and identifier as they were from the beginning: a later revision that
 * brings another one, or none, would be read by one program as text and by the next as noise.
 */
function openEncryption(revisions: readonly PdfRevision[], { password, ciphers }: PdfDecryption): PdfEncryption {
  const [first] = revisions as readonly [PdfRevision];
  const entry = first.trailer.entries.get('Encrypt');
  const different = (what: string, offset: number): FormatFault =>
    new FormatFault('pdf.encryption-damaged', `${what} is not the same in all revisions of the file`, offset);
  const num = isRef(entry) ? entry.num : 0;
  for (const revision of revisions) {
    const other = revision.trailer.entries.get('Encrypt');
    const same = isRef(entry) ? isRef(other) && other.num === num && other.gen === entry.gen : sameObject(entry, other);
    if (!same || (num !== 0 && revision !== first && revision.own.has(num))) throw different('/Encrypt', revision.startxref);
    if (!equalBytes(firstId(first), firstId(revision))) throw different('/ID', revision.startxref);
  }
  // Inside an object stream it would have to be decrypted to be read.
  const dict = num !== 0 && first.entry(num)?.kind !== 'offset' ? null : first.resolve(entry);
  if (!isDict(dict)) throw new FormatFault('pdf.encryption-damaged', '/Encrypt leads to no dictionary', first.startxref);
  const unlocked = unlock(dict, firstId(first), password, ciphers, (object) => first.resolve(object));
  return pdfEncryption(unlocked, ciphers, num);
}

function firstId({ trailer }: PdfRevision): Uint8Array {
  const id = trailer.entries.get('ID');
  const [first] = isArray(id) ? id.items : [];
  return isString(first) ? first.bytes : new Uint8Array(0);
}

function sameObject(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  const [x, y] = [new ByteSink(), new ByteSink()];
  writeObject(x, a ?? null, () => undefined);
  writeObject(y, b ?? null, () => undefined);
  return equalBytes(x.finish(), y.finish());
}

function readHeader(source: ByteSource): string {
  const text = fromLatin1(source.read(0, Math.min(source.size, 16)));
  const match = /^%PDF-(\d\.\d)(?=[\r\n \t%])/.exec(text);
  // Junk in front shifts every offset for some readers and not for others.
  if (!match) throw new FormatFault('pdf.header', 'expected %PDF-n.n as the first bytes', 0);
  return match[1] as string;
}

const TAIL = 2048;
const STARTXREF = latin1('startxref');

/** The last `startxref` of the file; `readChain` checks that it and its `%%EOF` stand where they must. */
function findLastStartxref(source: ByteSource): { value: number } {
  const size = Math.min(source.size, TAIL);
  const base = source.size - size;
  const tail = source.read(base, size);
  let at = tail.lastIndexOf(0x73);
  while (at >= 0 && !STARTXREF.every((byte, i) => tail[at + i] === byte)) at = at === 0 ? -1 : tail.lastIndexOf(0x73, at - 1);
  if (at < 0) throw new FormatFault('pdf.startxref', `no startxref in the last ${size} bytes`, base);
  const match = /^startxref[\s\0]+(\d{1,15})[\s\0]+%%EOF/.exec(fromLatin1(tail.subarray(at, at + 128)));
  if (!match) throw new FormatFault('pdf.startxref', 'expected startxref, an offset and %%EOF', base + at);
  return { value: Number(match[1]) };
}

/** The linearisation dictionary stands within the first 1024 bytes (Annex F.3.3). */
function isLinearised(source: ByteSource): boolean {
  return fromLatin1(source.read(0, Math.min(source.size, 1024))).includes('/Linearized');
}

function isTrailingSpace(byte: number | undefined): boolean {
  return byte === 10 || byte === 13 || byte === 32 || byte === 9;
}
