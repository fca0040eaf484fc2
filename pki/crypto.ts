/**
 * The one door to cryptography: small, synchronous, with two implementations under one contract test
 * (`adapters/crypto/node.ts` over `node:crypto`, `web/crypto/noble.ts` over the noble libraries).
 *
 * Nothing below `adapters` reaches for a global: time, randomness and keys are arguments.
 */
export type DigestAlgorithm = 'SHA-1' | 'SHA-224' | 'SHA-256' | 'SHA-384' | 'SHA-512' | 'SHA3-256' | 'SHA3-384' | 'SHA3-512';

/** What an AlgorithmIdentifier (with its parameters) and the digest of the message say together. */
export type SignatureAlgorithm =
  | { readonly scheme: 'rsa-pkcs1'; readonly digest: DigestAlgorithm }
  | {
      readonly scheme: 'rsa-pss';
      readonly digest: DigestAlgorithm;
      readonly mgfDigest: DigestAlgorithm;
      readonly saltLength: number;
    }
  | { readonly scheme: 'ecdsa'; readonly digest: DigestAlgorithm }
  | { readonly scheme: 'ed25519' };

export interface RunningDigest {
  update(piece: Uint8Array): void;
  /** The value; the object is used up afterwards. */
  finish(): Uint8Array;
  /** A second digest that has seen the same bytes, where the implementation can: one pass then serves two values. */
  copy?(): RunningDigest;
}

export interface VerifyInput {
  /** DER of SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly data: Uint8Array;
  /** RSA: the modulus-length value. ECDSA: DER `SEQUENCE { r, s }`. Ed25519: 64 bytes. */
  readonly signature: Uint8Array;
}

/** `unsupported` is not a verdict on the signature: the caller says so (INDETERMINATE), never "invalid". */
export type VerifyAnswer = 'valid' | 'invalid' | 'unsupported';

export interface CryptoDoor {
  digest(algorithm: DigestAlgorithm): RunningDigest;
  /** The value over one piece, where the implementation has a shorter way than a running digest. */
  digestWhole?(algorithm: DigestAlgorithm, data: Uint8Array): Uint8Array;
  /** Strict: non-DER ECDSA values, wrong lengths and trailing bytes are `invalid`. Never throws on hostile input. */
  verify(input: VerifyInput): VerifyAnswer;
}

/** One-shot digest over parts. */
export function digestOf(door: CryptoDoor, algorithm: DigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && door.digestWhole !== undefined) return door.digestWhole(algorithm, only);
  const running = door.digest(algorithm);
  for (const part of parts) running.update(part);
  return running.finish();
}

/**
 * What only the holder of a secret needs (PKCS#12, practice keys, the authority's own keys). Servers and the agent
 * implement it; a browser never does.
 */
export interface SecretDoor {
  digest(algorithm: DigestAlgorithm, data: Uint8Array): Uint8Array;
  hmac(algorithm: DigestAlgorithm, key: Uint8Array, data: Uint8Array): Uint8Array;
  pbkdf2(algorithm: DigestAlgorithm, password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array;
  /** PKCS#7-padded CBC. @throws {PkiFault} `pki.decryption-failed` */
  decryptCbc(
    cipher: 'aes-128' | 'aes-192' | 'aes-256' | 'des-ede3',
    key: Uint8Array,
    iv: Uint8Array,
    data: Uint8Array,
  ): Uint8Array;
  encryptCbc(cipher: 'aes-256', key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
  random(length: number): Uint8Array;
  /** Constant-time. */
  equalSecret(a: Uint8Array, b: Uint8Array): boolean;
  /** `pkcs8` is DER PrivateKeyInfo; the result has the shape of `VerifyInput.signature`. */
  sign(pkcs8: Uint8Array, algorithm: SignatureAlgorithm, data: Uint8Array): Uint8Array;
  generateKeyPair(kind: KeyKind): { readonly pkcs8: Uint8Array; readonly spki: Uint8Array };
}

export type KeyKind = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'p-256' | 'p-384' | 'p-521' | 'ed25519';
