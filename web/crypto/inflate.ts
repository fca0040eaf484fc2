import type { Inflate } from '@antin/formats/bytes/source';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { Unzlib } from 'fflate';

/** Fed in small pieces, so that a bomb is stopped before the next piece unfolds. */
const PIECE = 16_384;
/** Writers leave a line end or padding behind the checksum; more is not looked through. */
const SLACK = 16;

/** `Inflate` over `fflate`, for browsers: strict about the stream's end and checksum like `node:zlib`, stops at `maxOutput`. */
export const browserInflate: Inflate = (deflated, maxOutput) => {
  const parts: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const stream = new Unzlib((part, final) => {
    size += part.length;
    if (size > maxOutput) throw new FormatFault('inflate.budget', `more than ${maxOutput} bytes come out`);
    parts.push(part);
    ended ||= final;
  });
  try {
    for (let at = 0; at < deflated.length || at === 0; at += PIECE) {
      stream.push(deflated.subarray(at, at + PIECE), at + PIECE >= deflated.length);
    }
  } catch (cause) {
    if (cause instanceof FormatFault) throw cause;
    throw new FormatFault('inflate.damaged', 'zlib data is damaged or cut off', undefined, { cause });
  }
  const out = parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(...parts);
  if (!ended || !endsWithChecksum(deflated, adler32(out))) {
    throw new FormatFault('inflate.damaged', 'zlib data is damaged or cut off');
  }
  return out;
};

/** fflate does not look at the checksum (RFC 1950 §2.2); a verifier must not be the only one that overlooks a flipped bit. */
function endsWithChecksum(deflated: Uint8Array, sum: number): boolean {
  const view = new DataView(deflated.buffer, deflated.byteOffset, deflated.byteLength);
  for (let at = deflated.length - 4; at >= Math.max(2, deflated.length - 4 - SLACK); at--) {
    if (view.getUint32(at) === sum) return true;
  }
  return false;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length;) {
    // 5552 additions stay below 2^32.
    for (const end = Math.min(i + 5552, bytes.length); i < end; i++) {
      a += bytes[i] as number;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
