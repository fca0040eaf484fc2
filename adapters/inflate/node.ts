import { deflateSync, inflateSync } from 'node:zlib';
import type { Inflate } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';

/** `Inflate` over `node:zlib`: strict about the stream's end and checksum, stops at `maxOutput`. */
export const nodeInflate: Inflate = (deflated, maxOutput) => {
  try {
    return plain(inflateSync(deflated, { maxOutputLength: Math.max(1, maxOutput) }));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new FormatFault('inflate.budget', `more than ${maxOutput} bytes come out`, undefined, { cause });
    }
    throw new FormatFault('inflate.damaged', 'zlib data is damaged or cut off', undefined, { cause });
  }
};

/** `Deflate` over `node:zlib`. */
export const nodeDeflate = (bytes: Uint8Array): Uint8Array => plain(deflateSync(bytes));

/** Not a Buffer: the pure rooms know only Uint8Array, and Buffer's methods differ where names are the same. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
