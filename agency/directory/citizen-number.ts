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
  /** @throws {SealedFault} `sealed.does-not-open`: the row was changed, or sealed with another key */
  open(sealed: Uint8Array): string;
  /**
   * Larger things that hold such numbers: requests, scans, what travels.
   *
   * @param about what they belong to, the same when they are opened: a sealed thing put in another's place stays closed
   */
  sealBytes(content: Uint8Array, about: string): Uint8Array;
  /** @throws {SealedFault} `sealed.does-not-open` */
  openBytes(sealed: Uint8Array, about: string): Uint8Array;
}

/** What was sealed cannot be opened here: another `platform-key.pem`, a changed row, or one put in another's place. */
export class SealedFault extends Error {
  override readonly name = 'SealedFault';
  readonly code = 'sealed.does-not-open';

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
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
const BODY_FROM = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Keys from the installation's own key: an Ed25519 signature is the same every time (RFC 8032), known to nobody else, and this
 * text is signed for nothing else. Whoever restores the database needs `platform-key.pem` too.
 */
export function citizenNumbers(platform: { sign(data: Uint8Array): Uint8Array }): CitizenNumbers {
  const secret = platform.sign(new TextEncoder().encode(LABEL));
  const derived = (info: string) => Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), info, 32));
  const [sealingKey, hashKey] = [derived('aes-256-gcm'), derived('hmac-sha256')];
  const bytesKey = derived('aes-256-gcm, octets');
  const hash = (number: string) => createHmac('sha256', hashKey).update(number).digest();
  return {
    hash,
    seal(number) {
      const sealed = Buffer.from(closed(sealingKey, Buffer.from(number, 'utf8'), ''));
      return { sealed, hash: hash(number), last4: number.slice(-4) };
    },
    open: (sealed) => Buffer.from(opened(sealingKey, sealed, '')).toString('utf8'),
    sealBytes: (content, about) => closed(bytesKey, content, about),
    openBytes: (sealed, about) => opened(bytesKey, sealed, about),
  };
}

function closed(key: Uint8Array, content: Uint8Array, about: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about, 'utf8'));
  const body = [cipher.update(content), cipher.final()];
  return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ...body]));
}

function opened(key: Uint8Array, sealed: Uint8Array, about: string): Uint8Array {
  if (sealed[0] !== VERSION || sealed.length < BODY_FROM) throw new SealedFault('not sealed this way', undefined);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES))
      .setAAD(Buffer.from(about, 'utf8'))
      .setAuthTag(sealed.subarray(1 + NONCE_BYTES, BODY_FROM));
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(BODY_FROM)), decipher.final()]));
  } catch (cause) {
    throw new SealedFault('sealed with another key, for something else, or changed since', cause);
  }
}
