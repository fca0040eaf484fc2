import { AuthorityFault } from '../../fault.ts';
import type { SigningKind } from '../signing-key.ts';

/**
 * Both directions: `length (4 octets, of what follows) ‖ id (4) ‖ code (1) ‖ payload`.
 * Request codes are `OP`; a `sign` payload is `kind (1) ‖ key id (32) ‖ TBS`, all others are JSON or empty.
 * Reply codes: 0 with the value (signature octets, or JSON), 1 with JSON `{code, message}`.
 */
export const OP = { keys: 1, sign: 2, status: 3, ledger: 4, ceremony: 5 } as const;
export const KINDS: readonly SigningKind[] = ['certificate', 'crl', 'ocsp', 'tsp', 'link'];

/** A list of a million entries fits; a length beyond this is no frame of ours. */
export const MAX_FRAME = 64 << 20;
const HEAD = 9;

export interface Frame {
  readonly id: number;
  readonly code: number;
  readonly payload: Buffer;
}

export function encodeFrame(id: number, code: number, ...payload: readonly Uint8Array[]): Buffer {
  let size = HEAD;
  for (const part of payload) size += part.length;
  const out = Buffer.allocUnsafe(size);
  out.writeUInt32BE(size - 4, 0);
  out.writeUInt32BE(id, 4);
  out[8] = code;
  let at = HEAD;
  for (const part of payload) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function encodeJson(id: number, code: number, value: unknown): Buffer {
  return encodeFrame(id, code, Buffer.from(JSON.stringify(value)));
}

/**
 * Cuts a stream into frames. The payloads are slices of what came and are used before the next piece is taken.
 *
 * @throws {AuthorityFault} `keys.bad-frame` for lengths outside the limits: the stream is of no use afterwards
 */
export class FrameReader {
  #held: Buffer[] = [];
  #size = 0;
  /** What must be there before looking again: a list of megabytes is not glued together anew for each piece. */
  #wanted = HEAD;

  *take(piece: Buffer): Generator<Frame> {
    this.#held.push(piece);
    this.#size += piece.length;
    if (this.#size < this.#wanted) return;
    let bytes = this.#held.length === 1 ? piece : Buffer.concat(this.#held, this.#size);
    let at = 0;
    this.#wanted = HEAD;
    while (bytes.length - at >= HEAD) {
      const length = bytes.readUInt32BE(at);
      if (length < HEAD - 4 || length > MAX_FRAME) throw new AuthorityFault('keys.bad-frame', `a frame of ${length} octets`);
      if (bytes.length - at < length + 4) {
        this.#wanted = length + 4;
        break;
      }
      yield {
        id: bytes.readUInt32BE(at + 4),
        code: bytes[at + 8] as number,
        payload: bytes.subarray(at + HEAD, at + 4 + length),
      };
      at += length + 4;
    }
    bytes = bytes.subarray(at);
    this.#held = bytes.length === 0 ? [] : [bytes];
    this.#size = bytes.length;
  }
}
