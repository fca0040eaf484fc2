import { fstatSync, openSync, readFileSync, closeSync } from 'node:fs';
import { FileFault } from './fault.ts';

/**
 * Reads a password or PIN from a file that only its owner can read (0600 or stricter), without the last line end.
 *
 * @throws {FileFault} `file.not-private` when group or others may read it, `file.not-found`
 */
export function readSecretFile(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new FileFault('file.not-found', `cannot open ${path}`, { cause });
  }
  try {
    // On the open descriptor: a swap between check and read changes nothing.
    const { mode } = fstatSync(fd);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new FileFault('file.not-private', `${path} can be read by others: run chmod 600 on it`);
    }
    return readFileSync(fd, 'utf8').replace(/\r?\n$/, '');
  } finally {
    closeSync(fd);
  }
}
