import { fromLatin1, latin1 } from '../bytes/bytes.ts';
import type { ByteSource, Inflate } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import { defaultPdfBudget } from './budget.ts';
import { readChain } from './chain.ts';
import { isName } from './objects.ts';
import type { RevisionHost } from './revision.ts';
import { PdfRevision } from './revision.ts';

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
  /** Always false: encrypted files are refused with `pdf.encrypted`. */
  readonly encrypted: false;
}

export interface OpenPdfOptions {
  readonly inflate: Inflate;
  /**
   * `strict` has one interpretation or a fault. `tolerant` is for unsigned input only: it passes over bytes behind the last
   * `%%EOF` and takes the later of two equal keys, and records both. Neither rebuilds a cross-reference.
   */
  readonly mode: 'strict' | 'tolerant';
  readonly budget?: Partial<PdfBudget>;
}

/**
 * Opens a PDF without reading its objects: header, `startxref`, the chain of cross-references (ISO 32000-2 §7.5).
 *
 * @throws {FormatFault} `pdf.header`, `pdf.startxref`, `pdf.trailing-data`, `pdf.xref-damaged`, `pdf.xref-size`,
 *   `pdf.prev-loop`, `pdf.revision-order`, `pdf.encrypted`, `pdf.catalog`, `pdf.duplicate-key`, `pdf.budget`
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
    ...(tolerant ? { onDuplicateKey } : {}),
  };
  const revisions: PdfRevision[] = [];
  chain.forEach((parts, i) => {
    if (parts.trailer.entries.has('Encrypt')) {
      throw new FormatFault('pdf.encrypted', 'the file is encrypted; remove the protection before signing', parts.startxref);
    }
    const last = i === chain.length - 1;
    revisions.push(new PdfRevision(host, revisions[i - 1], last ? { ...parts, end } : parts));
  });
  const last = revisions.at(-1) as PdfRevision;
  const { catalog } = last;
  const version = catalog.entries.get('Version');
  const later = isName(version) && version.value > header ? version.value : header;
  return { source, version: later, revisions, last, leniencies, encrypted: false };
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
