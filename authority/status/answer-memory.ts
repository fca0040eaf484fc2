import { createHash } from 'node:crypto';
import type { SignedAnswer } from './answer-store.ts';

/** An answer ready to go over HTTP. */
export interface ReadyAnswer extends SignedAnswer {
  /** False as soon as the certificate's status changed. */
  alive: boolean;
  readonly etag: string;
  /** Of its octets, in decimal. */
  readonly length: string;
}

/** A plain question has about a hundred octets, twice that in a path. */
const LONGEST_KEY = 512;

/** A string of one character an octet: what maps can be asked by. */
export const asKey = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString('latin1');

/**
 * Answers in the memory of one process, found by the request as it came (DER, or the path of a GET), so that a repeated
 * question costs one look into a map. They are true only while somebody tells `drop` of every change.
 */
export class AnswerMemory {
  readonly #byRequest = new Map<string, ReadyAnswer>();
  readonly #byCertificate = new Map<string, Set<ReadyAnswer>>();
  /** Certificates whose answer is being made: a change in between must not be overlooked. */
  readonly #inWork = new Map<string, Set<{ changed: boolean }>>();
  readonly #most: number;

  constructor(most = 100_000) {
    this.#most = most;
  }

  find(request: string, now: number): ReadyAnswer | undefined {
    const found = this.#byRequest.get(request);
    return found !== undefined && found.alive && now < found.refreshAt ? found : undefined;
  }

  /** Whatever is still within its validity, though it should be signed anew: for the time the database is away. */
  findOld(request: string, now: number): ReadyAnswer | undefined {
    const found = this.#byRequest.get(request);
    return found !== undefined && found.alive && now < found.nextUpdate ? found : undefined;
  }

  /** Runs `make` and remembers its answer for `request`, unless the certificate changed meanwhile. */
  async during(certificate: string, make: () => Promise<SignedAnswer>): Promise<ReadyAnswer> {
    const mark = { changed: false };
    const marks = this.#inWork.get(certificate) ?? new Set();
    this.#inWork.set(certificate, marks.add(mark));
    try {
      const answer = ready(await make());
      if (mark.changed) answer.alive = false;
      else {
        const known = this.#byCertificate.get(certificate);
        if (known === undefined) this.#byCertificate.set(certificate, new Set([answer]));
        else known.add(answer);
      }
      return answer;
    } finally {
      marks.delete(mark);
      if (marks.size === 0) this.#inWork.delete(certificate);
    }
  }

  remember(request: string, answer: ReadyAnswer): void {
    if (!answer.alive || request.length > LONGEST_KEY) return;
    if (this.#byRequest.size >= this.#most) this.clear();
    this.#byRequest.set(request, answer);
  }

  /** @param certificate `issuerSha256 serialHex` */
  drop(certificate: string): void {
    for (const mark of this.#inWork.get(certificate) ?? []) mark.changed = true;
    for (const answer of this.#byCertificate.get(certificate) ?? []) answer.alive = false;
    this.#byCertificate.delete(certificate);
  }

  /** Everything: changes may have been missed, or there are too many. */
  clear(): void {
    for (const marks of this.#inWork.values()) for (const mark of marks) mark.changed = true;
    for (const answers of this.#byCertificate.values()) for (const answer of answers) answer.alive = false;
    this.#byCertificate.clear();
    this.#byRequest.clear();
  }
}

function ready(answer: SignedAnswer): ReadyAnswer {
  const etag = `"${createHash('sha256').update(answer.der).digest('hex').slice(0, 32)}"`;
  return { ...answer, alive: true, etag, length: String(answer.der.length) };
}
