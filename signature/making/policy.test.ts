import { describe, expect, it } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { DigestAlgorithm, KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { MAKING_POLICY, requireDigest, requireMayMake } from './policy.ts';

const NOW = Date.parse('2026-03-02T02:00:00Z');
const spkiOf = (kind: KeyKind) => nodeSecrets.generateKeyPair(kind).spki;
const refused = expect.objectContaining({ code: 'signature.algorithm-not-allowed' }) as Error;

describe('what may be made', () => {
  it.each<[string, SignatureAlgorithm, KeyKind]>([
    ['RSA PKCS#1', { scheme: 'rsa-pkcs1', digest: 'SHA-256' }, 'rsa-2048'],
    ['RSA PSS', { scheme: 'rsa-pss', digest: 'SHA-384', mgfDigest: 'SHA-384', saltLength: 48 }, 'rsa-2048'],
    ['P-256', { scheme: 'ecdsa', digest: 'SHA-256' }, 'p-256'],
    ['P-521 with SHA-3', { scheme: 'ecdsa', digest: 'SHA3-512' }, 'p-521'],
    ['Ed25519', { scheme: 'ed25519' }, 'ed25519'],
  ])('%s may', (_, algorithm, kind) => {
    expect(() => requireMayMake({ algorithm, spki: spkiOf(kind) }, NOW)).not.toThrow();
  });

  it.each<DigestAlgorithm>(['SHA-1', 'SHA-224'])('%s never', (digest) => {
    const spki = spkiOf('p-256');
    for (const at of [0, NOW, Date.parse('2040-01-01')]) {
      expect(() => requireMayMake({ algorithm: { scheme: 'ecdsa', digest }, spki }, at)).toThrow(refused);
      expect(() => requireDigest(digest, at)).toThrow(refused);
    }
  });

  it('PSS with a weak or another mask digest may not', () => {
    const spki = spkiOf('rsa-2048');
    for (const mgfDigest of ['SHA-1', 'SHA-512'] as const) {
      const algorithm = { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest, saltLength: 32 } as const;
      expect(() => requireMayMake({ algorithm, spki }, NOW)).toThrow(refused);
    }
  });

  it('a date ends a key size, another policy another one', () => {
    const input = { algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-256' }, spki: spkiOf('rsa-2048') } as const;
    expect(() => requireMayMake(input, Date.parse('2030-12-31T23:59:59Z'))).not.toThrow();
    expect(() => requireMayMake(input, Date.parse('2031-01-01T00:00:00Z'))).toThrow(refused);
    expect(() => requireMayMake(input, NOW, { ...MAKING_POLICY, rsaBits: [{ atLeast: 3072, until: null }] })).toThrow(refused);
  });
});
