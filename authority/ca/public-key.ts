import { createPrivateKey, createPublicKey } from 'node:crypto';

/** SubjectPublicKeyInfo DER of a PKCS#8 private key. */
export function publicKeyOf(pkcs8: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
}

/** Whether OpenSSL accepts the key: points off the curve are no keys (invalid-curve attacks). */
export function isUsableKey(spki: Uint8Array): boolean {
  try {
    createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
