import { FormatFault } from '../fault.ts';

/**
 * Zero-copy reader of DER (X.690 clause 10): every node is a pair of offsets into the one array that was given.
 *
 * Strict: definite minimal lengths only, low-tag-number form, no trailing bytes where the caller says `decodeDer`.
 * BER of foreign CMS has its own door (`ber.ts`), never this one.
 */
export interface DerBudget {
  /** Levels of nesting that may be opened. */
  readonly depth: number;
  /** Nodes that may be visited over the life of one root. */
  readonly nodes: number;
}

export const DEFAULT_DER_BUDGET: DerBudget = { depth: 64, nodes: 2_000_000 };

/** For certificates, messages and tokens: a list of a hundred thousand tiny values inside one is an attack on memory. */
export const SMALL_DER_BUDGET: DerBudget = { depth: 32, nodes: 100_000 };

interface Account {
  left: number;
  readonly depth: number;
}

export class DerNode {
  /** The array the offsets count in; shared by all nodes of one root. */
  readonly source: Uint8Array;
  /** Identifier octet: class, constructed bit and tag number, e.g. 0x30 for SEQUENCE. */
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  readonly #account: Account;
  readonly #depth: number;

  constructor(
    source: Uint8Array,
    tag: number,
    start: number,
    contentStart: number,
    end: number,
    account: Account,
    depth: number,
  ) {
    this.source = source;
    this.tag = tag;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
    this.#account = account;
    this.#depth = depth;
  }

  /** The whole TLV, verbatim. */
  get raw(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }

  /** The value octets, verbatim. */
  get content(): Uint8Array {
    return this.source.subarray(this.contentStart, this.end);
  }

  get constructed(): boolean {
    return (this.tag & 0x20) !== 0;
  }

  /** All direct children, in order. @throws {FormatFault} `der.*` */
  children(): DerNode[] {
    if (!this.constructed) throw new FormatFault('der.not-constructed', `tag ${hexTag(this.tag)} has no children`, this.start);
    if (this.#depth + 1 > this.#account.depth) throw new FormatFault('der.depth', 'nesting deeper than the budget', this.start);
    const out: DerNode[] = [];
    let at = this.contentStart;
    while (at < this.end) {
      const child = readNode(this.source, at, this.end, this.#account, this.#depth + 1);
      out.push(child);
      at = child.end;
    }
    return out;
  }

  /**
   * The one TLV that fills the content after `skip` octets: a value wrapped in OCTET STRING (skip 0) or BIT STRING (skip 1).
   * Offsets stay absolute and the budget is shared. @throws {FormatFault} `der.trailing-bytes`, `der.*`
   */
  inner(skip = 0): DerNode {
    if (this.#depth + 1 > this.#account.depth) throw new FormatFault('der.depth', 'nesting deeper than the budget', this.start);
    const node = readNode(this.source, this.contentStart + skip, this.end, this.#account, this.#depth + 1);
    if (node.end !== this.end) throw new FormatFault('der.trailing-bytes', 'bytes follow the value', node.end);
    return node;
  }

  /** Refuses any other identifier octet, naming what the grammar expected. */
  expect(tag: number, what: string): this {
    if (this.tag !== tag) {
      throw new FormatFault('der.unexpected-tag', `${what}: expected tag ${hexTag(tag)}, found ${hexTag(this.tag)}`, this.start);
    }
    return this;
  }
}

/** Reads exactly one TLV that fills `bytes`. @throws {FormatFault} `der.trailing-bytes`, `der.*` */
export function decodeDer(bytes: Uint8Array, budget: DerBudget = DEFAULT_DER_BUDGET): DerNode {
  const node = readNode(bytes, 0, bytes.length, { left: budget.nodes, depth: budget.depth }, 0);
  if (node.end !== bytes.length) throw new FormatFault('der.trailing-bytes', 'bytes follow the value', node.end);
  return node;
}

/** Reads the first TLV and leaves what follows to the caller (padded `/Contents`). */
export function decodeDerPrefix(bytes: Uint8Array, budget: DerBudget = DEFAULT_DER_BUDGET): DerNode {
  return readNode(bytes, 0, bytes.length, { left: budget.nodes, depth: budget.depth }, 0);
}

function readNode(source: Uint8Array, start: number, limit: number, account: Account, depth: number): DerNode {
  if (--account.left < 0) throw new FormatFault('der.nodes', 'more values than the budget', start);
  if (start + 2 > limit) throw new FormatFault('der.truncated', 'value ends inside its header', start);
  const tag = source[start] as number;
  if ((tag & 0x1f) === 0x1f) throw new FormatFault('der.high-tag', 'high-tag-number form is not used here', start);
  const first = source[start + 1] as number;
  let length = first;
  let contentStart = start + 2;
  if (first === 0x80) throw new FormatFault('der.indefinite-length', 'indefinite length is BER, not DER', start + 1);
  if (first > 0x80) {
    const count = first & 0x7f;
    if (count > 5 || contentStart + count > limit) throw new FormatFault('der.length', 'length field too long', start + 1);
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (source[contentStart + i] as number);
    if (length < 0x80 || source[contentStart] === 0)
      throw new FormatFault('der.length-not-minimal', 'length not minimal', start + 1);
    contentStart += count;
  }
  const end = contentStart + length;
  if (end > limit) throw new FormatFault('der.truncated', `value of ${length} bytes leaves its container`, start);
  return new DerNode(source, tag, start, contentStart, end, account, depth);
}

function hexTag(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
}
