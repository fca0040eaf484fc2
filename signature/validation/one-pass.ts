import { readInPieces } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { CryptoDoor, RunningDigest } from '@antin/pki/crypto';

/**
 * SHA-256 of a file and of what its signatures cover, in one pass: each covers the beginning of the file up to its own
 * /Contents, so a digest forks there and the rest is short. Without `RunningDigest.copy` every digest reads for itself.
 */
export class OnePass {
  readonly #source: ByteSource;
  readonly #running: RunningDigest;
  readonly #forks = new Map<number, RunningDigest>();
  #planned: readonly number[] = [];
  #at = 0;

  constructor(source: ByteSource, door: CryptoDoor) {
    this.#source = source;
    this.#running = door.digest('SHA-256');
  }

  /** Offsets where a digest will be asked to fork; those passed already are left out. */
  plan(offsets: readonly number[]): void {
    this.#planned = [...offsets].sort((a, b) => a - b);
  }

  /** A digest that has seen the bytes before `offset`, once for every planned offset. */
  fork(source: ByteSource, offset: number): RunningDigest | undefined {
    if (source !== this.#source || this.#running.copy === undefined) return undefined;
    if (this.#planned.includes(offset)) {
      for (const cut of this.#planned) if (cut >= this.#at && cut <= offset) this.#keep(cut);
    }
    const fork = this.#forks.get(offset);
    this.#forks.delete(offset);
    return fork;
  }

  /** SHA-256 of the whole file; ends the pass. */
  finish(): Uint8Array {
    this.#advance(this.#source.size);
    return this.#running.finish();
  }

  #keep(cut: number): void {
    this.#advance(cut);
    const fork = this.#running.copy?.();
    if (fork !== undefined && !this.#forks.has(cut)) this.#forks.set(cut, fork);
  }

  #advance(offset: number): void {
    readInPieces(this.#source, this.#at, offset - this.#at, (piece) => this.#running.update(piece));
    this.#at = offset;
  }
}
