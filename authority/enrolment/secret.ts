import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AuthorityFault } from '../fault.ts';

const KEY_LENGTH = 32;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/** Secrets of machines, readable for the authority only: a copy of the database opens no account. */
export interface SecretBox {
  seal(secret: Uint8Array, about: string): Uint8Array;
  /** @throws {AuthorityFault} `enrolment.secret-damaged` also when it was sealed for something else */
  open(sealed: Uint8Array, about: string): Uint8Array;
  /** Another key of the same installation, 32 bytes (HKDF, RFC 5869): the same in each of its processes. */
  keyFor(use: string): Uint8Array;
}

/** The box of an installation; its key is made on first use and readable by its owner alone. */
export function secretBox(keyFile: string): SecretBox {
  const key = keyOf(keyFile);
  return {
    keyFor: (use) => new Uint8Array(hkdfSync('sha256', key, Buffer.alloc(0), `antin ${use}`, KEY_LENGTH)),
    seal(secret, about) {
      const iv = randomBytes(IV_LENGTH);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(secret), cipher.final()]);
      return new Uint8Array(Buffer.concat([iv, body, cipher.getAuthTag()]));
    },
    open(sealed, about) {
      try {
        const bytes = Buffer.from(sealed);
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
        decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_LENGTH));
        const body = decipher.update(bytes.subarray(IV_LENGTH, -TAG_LENGTH));
        return new Uint8Array(Buffer.concat([body, decipher.final()]));
      } catch (cause) {
        throw new AuthorityFault('enrolment.secret-damaged', 'the secret of an account cannot be opened', { cause });
      }
    },
  };
}

function keyOf(file: string): Buffer {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}`;
    const handle = openSync(beside, 'wx', 0o600);
    try {
      writeSync(handle, randomBytes(KEY_LENGTH));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    try {
      // Two processes that start at once: the first name stays.
      linkSync(beside, file);
    } catch (fault) {
      if ((fault as { code?: unknown }).code !== 'EEXIST') throw fault;
    } finally {
      rmSync(beside);
    }
  }
  const handle = openSync(file, 'r');
  try {
    if ((fstatSync(handle).mode & 0o077) !== 0) {
      throw new AuthorityFault('ca.key-not-private', `${file} can be read by others`);
    }
    const key = readFileSync(handle);
    if (key.length !== KEY_LENGTH) throw new AuthorityFault('enrolment.secret-damaged', `${file} is no key`);
    return key;
  } finally {
    closeSync(handle);
  }
}
