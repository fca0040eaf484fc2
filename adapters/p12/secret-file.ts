import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * A file with a secret cannot be used as it is.
 *
 * Codes: `secret-file.too-open`, `secret-file.not-readable`, `secret-file.too-large`, `secret-file.empty`.
 */
export class SecretFileFault extends Error {
  override readonly name = 'SecretFileFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Reads a file that only its owner may read (0600 or less); the caller zeroes the buffer.
 *
 * The mode is asked of the open descriptor: between a check by name and reading, another file could take the name.
 * Windows has no such mode; there the profile folder's own rights protect the file, and nothing is checked.
 *
 * @throws {SecretFileFault}
 */
export function readSecretFile(path: string, maxBytes = 10 << 20): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    throw new SecretFileFault('secret-file.not-readable', `${path} cannot be read`, { cause });
  }
  try {
    const { mode, size } = fstatSync(descriptor);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8);
      throw new SecretFileFault('secret-file.too-open', `${path} has mode ${found}, expected 600: chmod 600 '${path}'`);
    }
    if (size > maxBytes) throw new SecretFileFault('secret-file.too-large', `${path} is larger than ${maxBytes} bytes`);
    if (size === 0) throw new SecretFileFault('secret-file.empty', `${path} is empty`);
    const bytes = Buffer.alloc(size);
    let done = 0;
    while (done < size) {
      const got = readSync(descriptor, bytes, done, size - done, done);
      if (got === 0) break;
      done += got;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(descriptor);
  }
}

/** The first line of a secret file: a password, a passphrase, a PIN. Trailing line breaks do not belong to it. */
export function readSecretLine(path: string): Buffer {
  const bytes = readSecretFile(path, 64 << 10);
  const end = bytes.findIndex((octet) => octet === 0x0a || octet === 0x0d);
  const line = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end));
  bytes.fill(0);
  if (line.length === 0) throw new SecretFileFault('secret-file.empty', `${path} has an empty first line`);
  return line;
}
