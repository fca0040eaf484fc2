import type { ByteSource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import type { RevisionParts } from './chain.ts';
import type { PdfEncryption } from './encryption.ts';
import type { FilterDoor } from './filters.ts';
import { decodeStreamData } from './filters.ts';
import type { IndirectObject } from './indirect.ts';
import { readIndirect } from './indirect.ts';
import type { ObjectStream } from './object-stream.ts';
import { readObjectStream } from './object-stream.ts';
import type { PdfDict, PdfObject, PdfRef, PdfStream } from './objects.ts';
import { isDict, isRef, isStream } from './objects.ts';
import type { PdfPage } from './pages.ts';
import { walkPages } from './pages.ts';
import type { ScannerOptions } from './scanner.ts';
import { PdfScanner } from './scanner.ts';
import type { XrefEntry } from './xref.ts';

/** What all revisions of one file share. */
export interface RevisionHost {
  readonly source: ByteSource;
  readonly budget: PdfBudget;
  readonly inflate: FilterDoor['inflate'];
  /** Objects whose extent does not depend on the looking revision, by offset. */
  readonly parsed: Map<number, IndirectObject>;
  /** Bytes of object streams kept so far, over all revisions. */
  objectStreamBytes: number;
  readonly onDuplicateKey?: (key: string, offset: number) => void;
  /** Set once the encryption dictionary is read; every object read before is not encrypted itself. */
  encryption: PdfEncryption | undefined;
}

/** One state of the file: everything up to `end`, seen through this revision's cross-reference sections and older ones. */
export class PdfRevision {
  readonly index: number;
  readonly older: PdfRevision | undefined;
  /** First byte after the previous revision (0 for the first). */
  readonly start: number;
  /** Just after the `F` of this revision's `%%EOF`. */
  readonly eof: number;
  /** `eof` plus one end-of-line marker when there is one (the last revision: plus all trailing end-of-line bytes). */
  readonly end: number;
  readonly startxref: number;
  readonly kind: 'table' | 'stream' | 'hybrid';
  readonly trailer: PdfDict;
  /** What this revision itself says, not merged. */
  readonly own: ReadonlyMap<number, XrefEntry>;
  /** Object numbers of this revision's cross-reference streams. */
  readonly xrefStreams: readonly number[];
  private readonly host: RevisionHost;
  private readonly objects = new Map<number, IndirectObject | undefined>();
  private readonly containers = new Map<number, ObjectStream>();
  private pending = 0;

  constructor(host: RevisionHost, older: PdfRevision | undefined, parts: RevisionParts) {
    this.host = host;
    this.older = older;
    this.index = older ? older.index + 1 : 0;
    this.start = older?.end ?? 0;
    this.eof = parts.eof;
    this.end = parts.end;
    this.startxref = parts.startxref;
    this.kind = parts.kind;
    this.trailer = parts.trailer;
    this.own = parts.own;
    this.xrefStreams = parts.xrefStreams;
  }

  /** Merged with older revisions; `undefined` when no section names the object. */
  entry(num: number): XrefEntry | undefined {
    return this.owner(num)?.own.get(num);
  }

  /** The newest revision, this one or older, whose own sections name the object. */
  owner(num: number): PdfRevision | undefined {
    for (let r: PdfRevision | undefined = this; r; r = r.older) if (r.own.has(num)) return r;
    return undefined;
  }

  /**
   * Missing and free objects and wrong generations are `null` (§7.3.10).
   *
   * @throws {FormatFault} when the entry points to something else than this object: `pdf.object-mismatch`, `pdf.object-stream`, `pdf.syntax` …
   */
  object(num: number, gen?: number): PdfObject {
    const owner = this.owner(num);
    const entry = owner?.own.get(num);
    if (!owner || !entry || entry.kind === 'free') return null;
    if (entry.kind === 'compressed') return gen ? null : owner.container(entry.stream, this).object(entry.index, num);
    return gen !== undefined && gen !== entry.gen ? null : this.indirect(num, entry, owner).value;
  }

  /** Absolute range from the object number to after `endobj`; of the container for a compressed object. */
  location(num: number): { readonly start: number; readonly end: number } | undefined {
    const owner = this.owner(num);
    const entry = owner?.own.get(num);
    if (!owner || !entry || entry.kind === 'free') return undefined;
    if (entry.kind === 'compressed') return this.entry(entry.stream)?.kind === 'offset' ? this.location(entry.stream) : undefined;
    const { start, end } = this.indirect(num, entry, owner);
    return { start, end };
  }

  /** Follows references to a direct object. @throws {FormatFault} `pdf.budget` for chains longer than budget.references */
  resolve(object: PdfObject | undefined): PdfObject {
    let value = object ?? null;
    for (let hops = 0; isRef(value); hops++) {
      if (hops >= this.host.budget.references) throw new FormatFault('pdf.budget', 'references follow each other without end');
      value = this.object(value.num, value.gen);
    }
    return value;
  }

  /** @throws {FormatFault} `pdf.catalog` */
  get catalog(): PdfDict {
    const root = this.resolve(this.trailer.entries.get('Root'));
    if (!isDict(root)) throw new FormatFault('pdf.catalog', 'trailer /Root leads to no dictionary', this.startxref);
    return root;
  }

  get rootRef(): PdfRef {
    const root = this.trailer.entries.get('Root');
    if (!isRef(root)) throw new FormatFault('pdf.catalog', 'trailer /Root is no reference', this.startxref);
    return root;
  }

  /** All pages in order. @throws {FormatFault} `pdf.page-tree`, `pdf.no-page` */
  pages(): readonly PdfPage[] {
    const pages = [...this.walkPages()];
    if (pages.length === 0) throw new FormatFault('pdf.no-page', 'the file has no page');
    return pages;
  }

  /** The page with this 0-based index, read without going past it. @throws {FormatFault} `pdf.page-tree`, `pdf.no-page` */
  page(index: number): PdfPage {
    for (const page of this.walkPages()) if (page.index === index) return page;
    throw new FormatFault('pdf.no-page', `the file has no page ${index + 1}`);
  }

  walkPages(): Generator<PdfPage> {
    return walkPages({
      catalog: this.catalog,
      budget: this.host.budget,
      resolve: (o) => this.resolve(o),
      offsetOf: (num = this.rootRef.num) => this.location(num)?.start,
    });
  }

  /** Filters undone. @throws {FormatFault} `pdf.filter-unsupported`, `pdf.filter-damaged`, `pdf.budget` */
  decodeStream(stream: PdfStream, maxBytes: number = this.host.budget.decodedBytes): Uint8Array {
    const { inflate, budget } = this.host;
    return decodeStreamData(stream, { inflate, resolve: (o) => this.resolve(o), maxFilters: budget.filters }, maxBytes);
  }

  private indirect(num: number, entry: XrefEntry & { kind: 'offset' }, owner: PdfRevision): IndirectObject {
    const known = this.objects.get(num) ?? this.host.parsed.get(entry.offset);
    const found = known ?? this.read(entry.offset, owner);
    if (found.num !== num || found.gen !== entry.gen) {
      const message = `the cross-reference promises object ${num} ${entry.gen}, ${found.num} ${found.gen} stands here`;
      throw new FormatFault('pdf.object-mismatch', message, entry.offset);
    }
    // Read before through a newer revision it may reach past this one, into bytes appended later.
    if (found.end > owner.end) throw new FormatFault('pdf.xref-damaged', 'an object ends behind its own revision', entry.offset);
    this.objects.set(num, found);
    if (!known && found.fixed) this.host.parsed.set(entry.offset, found);
    return found;
  }

  /** An object that reaches past the revision that owns it would change when somebody appends. */
  private read(offset: number, owner: PdfRevision): IndirectObject {
    const limit = owner.end;
    if (offset >= limit) throw new FormatFault('pdf.xref-damaged', 'an entry points past its own revision', offset);
    // /Length may need an object whose /Length needs an object …
    if (this.pending >= this.host.budget.references) throw new FormatFault('pdf.budget', 'stream lengths depend on each other');
    this.pending++;
    try {
      const { source, budget, onDuplicateKey } = this.host;
      const options: ScannerOptions = { budget, limit, positions: true, ...(onDuplicateKey ? { onDuplicateKey } : {}) };
      const scanner = new PdfScanner(source, options);
      scanner.pos = offset;
      const found = readIndirect(scanner, source, (length) => this.resolve(length));
      const { encryption } = this.host;
      // A cross-reference stream never is encrypted, its dictionary neither: it is the trailer (§7.5.8.2).
      if (!encryption || owner.xrefStreams.includes(found.num)) return found;
      return { ...found, value: encryption.decrypt(found.value, found.num, found.gen) };
    } finally {
      this.pending--;
    }
  }

  /** Of the revision whose entry names the container. */
  private container(num: number, seenFrom: PdfRevision): ObjectStream {
    const entry = this.entry(num);
    // A newer object of the container's number: readers disagree whether old entries mean the old or the new one.
    if (entry !== seenFrom.entry(num)) throw new FormatFault('pdf.object-stream', `object stream ${num} was replaced later`);
    const known = this.containers.get(num);
    if (known) return known;
    if (entry?.kind !== 'offset') throw new FormatFault('pdf.object-stream', `object stream ${num} is not an object of the file`);
    const stream = this.object(num);
    if (!isStream(stream)) throw new FormatFault('pdf.object-stream', `object ${num} is no object stream`, entry.offset);
    if (this.pending >= this.host.budget.references) throw new FormatFault('pdf.budget', 'object streams depend on each other');
    this.pending++;
    try {
      const container = readObjectStream(
        stream,
        (s) => this.decodeStream(s),
        this.host,
        entry.offset,
        (o) => this.resolve(o),
      );
      this.host.objectStreamBytes += container.size;
      if (this.host.objectStreamBytes > this.host.budget.objectStreamBytes) {
        throw new FormatFault('pdf.budget', 'object streams unfold to more than budget.objectStreamBytes', entry.offset);
      }
      this.containers.set(num, container);
      return container;
    } finally {
      this.pending--;
    }
  }
}
