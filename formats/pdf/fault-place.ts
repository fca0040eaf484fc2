import { FormatFault } from '../fault.ts';

/**
 * Runs `read` over unpacked data and tells its faults at the place in the file where the packed data stands: an offset into
 * unpacked data points nowhere.
 *
 * @param what names the packed data, e.g. `the object stream`
 */
export function placedAt<T>(offset: number, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof FormatFault)) throw cause;
    throw new FormatFault(cause.code, `inside ${what}: ${cause.message}`, offset, { cause });
  }
}
