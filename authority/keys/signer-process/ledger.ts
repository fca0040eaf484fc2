import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKind } from '../signing-key.ts';

/** One use of a CA's key, written before it happens: what the issuing side must have a row for. */
export interface LedgerEntry {
  readonly at: number;
  readonly key: string;
  readonly kind: SigningKind;
  /** SHA-256 of the TBS, hexadecimal. */
  readonly tbs: string;
  readonly serialHex?: string;
  /** When a certificate ends, milliseconds since 1970. */
  readonly ends?: number;
  /** Decimal; `scope` tells full lists, shards and deltas apart. */
  readonly crl?: { readonly number: string; readonly scope: string };
}

interface State {
  /** Octets of the ledger that the state has taken in. */
  offset: number;
  counts: Record<string, Partial<Record<SigningKind, number>>>;
  crls: Record<string, { number: string; tbs: string }>;
  /** When the last certificate of a key ends. */
  ends?: Record<string, number>;
}

/** A certificate that was noted before ends were. */
const UNKNOWN_END = Number.MAX_SAFE_INTEGER;

/**
 * What the signer itself remembers, in its own folder: how often each key was used, the last number of each list, and one
 * line for each certificate and list. OCSP answers and time-stamps are only counted.
 *
 * A line is in the system's hands before the key is used, so killing the process loses none.
 */
export class Ledger {
  readonly #fd: number;
  readonly #statePath: string;
  readonly #state: State;
  #dirty = false;
  #lines = '';

  constructor(folder: string) {
    this.#statePath = join(folder, 'ledger-state.json');
    this.#fd = openSync(join(folder, 'ledger.jsonl'), 'a+', 0o600);
    this.#state = readState(this.#statePath);
    this.#catchUp();
  }

  /** What was written after the state was last kept. */
  #catchUp(): void {
    for (;;) {
      const { lines, next } = this.read(this.#state.offset);
      if (next === this.#state.offset) break;
      for (const line of lines) this.#count(JSON.parse(line) as LedgerEntry);
      this.#state.offset = next;
      this.#dirty = true;
    }
    // A power cut may leave half a line: it was never answered. It is ended, so that the next begins at its own place.
    const { size } = fstatSync(this.#fd);
    if (size > this.#state.offset) {
      writeSync(this.#fd, '\n');
      this.#state.offset = size + 1;
    }
    this.keep();
  }

  #count({ key, kind, tbs, crl, ends }: LedgerEntry): void {
    if (crl === undefined) (this.#state.ends ??= {})[key] = Math.max(this.endOf(key), ends ?? UNKNOWN_END);
    this.add(key, kind);
    if (crl !== undefined) this.#state.crls[`${key} ${crl.scope}`] = { number: crl.number, tbs };
  }

  add(key: string, kind: SigningKind): void {
    const counts = (this.#state.counts[key] ??= {});
    counts[kind] = (counts[kind] ?? 0) + 1;
    this.#dirty = true;
  }

  /** Notes a use; `flush` must follow before the key is used. Several uses share one system call. */
  write(entry: LedgerEntry): void {
    this.#lines += `${JSON.stringify(entry)}\n`;
    this.#count(entry);
  }

  flush(): void {
    if (this.#lines === '') return;
    // ASCII throughout: octets and characters are the same number.
    const lines = this.#lines;
    this.#lines = '';
    for (let done = 0; done < lines.length;) done += writeSync(this.#fd, done === 0 ? lines : lines.slice(done));
    this.#state.offset += lines.length;
  }

  /** Whether a list of this number may follow: greater than the last, or the very same list once more (asked again after a crash). */
  mayFollow(key: string, crl: { readonly number: bigint; readonly scope: string }, tbs: string): boolean {
    const last = this.#state.crls[`${key} ${crl.scope}`];
    return last === undefined || crl.number > BigInt(last.number) || (crl.number === BigInt(last.number) && last.tbs === tbs);
  }

  /** When everything that a key certified has ended; 0 when it certified nothing. */
  endOf(key: string): number {
    const used = this.#state.counts[key];
    const certified = (used?.certificate ?? 0) + (used?.link ?? 0) > 0;
    return this.#state.ends?.[key] ?? (certified ? UNKNOWN_END : 0);
  }

  get counts(): Readonly<State['counts']> {
    return this.#state.counts;
  }

  get offset(): number {
    return this.#state.offset;
  }

  /** Whole lines from an offset, at most 256 KiB of them. */
  read(offset: number): { readonly lines: readonly string[]; readonly next: number } {
    const bytes = Buffer.alloc(256 << 10);
    const got = readSync(this.#fd, bytes, 0, bytes.length, offset);
    const end = bytes.subarray(0, got).lastIndexOf(0x0a) + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n').filter(isLine);
    return { lines, next: offset + end };
  }

  /** Keeps the state, if it has changed; called now and then and at the end. */
  keep(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const fd = openSync(`${this.#statePath}.new`, 'w', 0o600);
    writeSync(fd, JSON.stringify(this.#state));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(`${this.#statePath}.new`, this.#statePath);
  }

  close(): void {
    this.flush();
    this.keep();
    closeSync(this.#fd);
  }
}

/** Half lines of a power cut are skipped. */
function isLine(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}

function readState(path: string): State {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as State;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { offset: 0, counts: {}, crls: {} };
    throw error;
  }
}
