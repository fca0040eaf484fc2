import { parsePublicKey } from '@antin/pki/x509/public-key';

/** `P-256`, `RSA 3072`, `Ed25519`: what kind of key this is, as people name it; empty for one that cannot be read. */
export function keyKind(spki: Uint8Array): string {
  try {
    const key = parsePublicKey(spki);
    if (key === undefined) return '';
    if (key.kind === 'ec') return key.curve;
    return key.kind === 'rsa' ? `RSA ${key.modulus.length * 8}` : 'Ed25519';
  } catch {
    return '';
  }
}
