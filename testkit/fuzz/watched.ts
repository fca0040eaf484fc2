import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { SignatureFault } from '@antin/signature/fault';
import { UnsupportedFile } from '@antin/signature/validation/validate';

/** What one input of up to 1 MB may cost. */
const SECONDS = 2;
const MEGABYTES = 256;

/**
 * Reads one hostile input: a refusal must be one of ours, and neither time (of this process, not of the wall: the machine is
 * shared) nor memory may run away.
 *
 * @returns the code of the refusal, undefined when it was read
 * @throws {Error} that names the input, so that it can be made again
 */
export function watched(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array, name: string): string | undefined {
  const before = process.cpuUsage();
  const memory = process.memoryUsage.rss();
  let code: string | undefined;
  try {
    read(bytes);
  } catch (error) {
    code = codeOf(error);
    if (code === undefined) throw new Error(`${name}: ${String(error)} for ${shown(bytes)}`, { cause: error });
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1_000_000;
  if (seconds > SECONDS) throw new Error(`${name}: ${seconds.toFixed(1)} s for ${shown(bytes)}`);
  const grown = (process.memoryUsage.rss() - memory) / (1 << 20);
  if (grown > MEGABYTES) throw new Error(`${name}: ${grown.toFixed(0)} MB for ${shown(bytes)}`);
  return code;
}

function codeOf(error: unknown): string | undefined {
  const known =
    error instanceof FormatFault ||
    error instanceof PkiFault ||
    error instanceof SignatureFault ||
    error instanceof UnsupportedFile;
  return known ? error.code : undefined;
}

function shown(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${Buffer.from(bytes.subarray(0, 3000)).toString('base64')}`;
}
