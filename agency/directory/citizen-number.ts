import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Numbers of identity cards at rest: encrypted, with a keyed hash for finding one exactly and the last four digits for
 * showing. The number itself comes out only into a request to an issuer (Form 01), never on a screen or into a log.
 *
 * 12 digits of which six are random can be tried out: a plain hash would hide nothing, so the hash is keyed.
 */
export interface CitizenNumbers {
  seal(number: string): SealedNumber;
  hash(number: string): Buffer;
  /** @throws {Error} when the row was changed or sealed with another key */
  open(sealed: Uint8Array): string;
}

export interface SealedNumber {
  readonly sealed: Buffer;
  readonly hash: Buffer;
  readonly last4: string;
}

const LABEL = 'antin directory: key of citizen numbers, 1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First octet of what is stored, so that a later way of sealing can be told from this one. */
const VERSION = 1;

/**
 * Keys from the installation's own key: an Ed25519 signature is the same every time (RFC 8032), known to nobody else, and this
 * text is signed for nothing else. Whoever restores the database needs `platform-key.pem` too.
 */
export function citizenNumbers(platform: { sign(data: Uint8Array): Uint8Array }): CitizenNumbers {
  const secret = platform.sign(new TextEncoder().encode(LABEL));
  const derived = (info: string) => Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), info, 32));
  const [sealingKey, hashKey] = [derived('aes-256-gcm'), derived('hmac-sha256')];
  const hash = (number: string) => createHmac('sha256', hashKey).update(number).digest();
  return {
    hash,
    seal(number) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
      const body = Buffer.concat([cipher.update(number, 'utf8'), cipher.final()]);
      const sealed = Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
      return { sealed, hash: hash(number), last4: number.slice(-4) };
    },
    open(sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== VERSION) throw new Error('a sealed number of another version');
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce);
      decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES));
      const body = bytes.subarray(1 + NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
  };
}
