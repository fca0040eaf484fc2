import { inflateRawSync } from 'node:zlib';
import type { InflateRaw } from '@antin/formats/zip/reader';
import { FormatFault } from '@antin/formats/fault';

/** What `info` adds; the types of Node do not know it here. */
interface Told {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** `InflateRaw` over `node:zlib`: stops at `maxOutput`, refuses a stream that does not end, or ends before its bytes do. */
export const nodeInflateRaw: InflateRaw = (deflated, maxOutput) => {
  try {
    const limit = { maxOutputLength: Math.max(1, maxOutput), info: true };
    const { buffer, engine } = inflateRawSync(deflated, limit) as unknown as Told;
    if (engine.bytesWritten !== deflated.length) throw new FormatFault('inflate.damaged', 'bytes behind the deflated data');
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    if (cause instanceof FormatFault) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new FormatFault('inflate.budget', `more than ${maxOutput} bytes come out`, undefined, { cause });
    }
    throw new FormatFault('inflate.damaged', 'deflated data are damaged or cut off', undefined, { cause });
  }
};
