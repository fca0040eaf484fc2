import { describe, expect, it } from 'vitest';
import { corpus } from '@antin/testkit/corpora';
import { cryptoContract } from '@antin/testkit/crypto-contract';
import { runWycheproof, wycheproofCases, wycheproofFiles } from '@antin/testkit/wycheproof';
import { nodeCrypto, nodeSecrets } from './node.ts';

cryptoContract('node:crypto', nodeCrypto);

/** Files whose algorithm the door has no name for: SHAKE, SHA-512/t, SHA3-224, Ed448. */
const UNSUPPORTED = [
  'ecdsa_brainpoolP224r1_sha3_224_test.json',
  'ecdsa_secp256r1_shake128_p1363_test.json',
  'ecdsa_secp256r1_shake128_test.json',
  'ecdsa_secp384r1_shake256_p1363_test.json',
  'ecdsa_secp384r1_shake256_test.json',
  'ecdsa_secp521r1_shake256_p1363_test.json',
  'ecdsa_secp521r1_shake256_test.json',
  'ed448_test.json',
  'rsa_pss_2048_sha512_224_mgf1_28_test.json',
  'rsa_pss_2048_sha512_256_mgf1_32_test.json',
  'rsa_pss_2048_shake128_test.json',
  'rsa_pss_2048_shake256_test.json',
  'rsa_pss_3072_shake128_test.json',
  'rsa_pss_3072_shake256_test.json',
  'rsa_pss_4096_shake256_test.json',
  'rsa_signature_2048_sha3_224_test.json',
  'rsa_signature_2048_sha512_224_test.json',
  'rsa_signature_2048_sha512_256_test.json',
  'rsa_signature_3072_sha512_256_test.json',
  'rsa_signature_4096_sha512_256_test.json',
];

const folder = corpus('wycheproof');

describe.skipIf(folder === undefined)('Wycheproof through the node door', () => {
  const files = folder === undefined ? [] : wycheproofFiles(folder);
  let total = 0;

  it.each(files)('%s: no invalid accepted, no valid refused', (file) => {
    const wrong: string[] = [];
    for (const one of wycheproofCases(folder as string, file)) {
      total++;
      const answer = runWycheproof(nodeCrypto, one);
      const expected = UNSUPPORTED.includes(file) ? 'unsupported' : one.expected === 'acceptable' ? 'invalid' : one.expected;
      if (answer !== expected) wrong.push(`${one.id} ${one.comment}: ${answer}`);
    }
    expect(wrong).toEqual([]);
  });

  it('ran all 25,987 vectors', () => {
    expect(files.length).toBe(89);
    expect(total).toBe(25_987);
  });
});

describe('keys that are kept', () => {
  it('are those of the octets they came in, whatever is written over these afterwards', () => {
    const algorithm = { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-384', saltLength: 32 } as const;
    const [honest, attacker] = [nodeSecrets.generateKeyPair('rsa-2048'), nodeSecrets.generateKeyPair('rsa-2048')];
    const data = new TextEncoder().encode('công văn');
    // A buffer that is read into again and again: first the honest key, with which something else is verified.
    const buffer = honest.spki.slice();
    const plain = { scheme: 'rsa-pkcs1', digest: 'SHA-256' } as const;
    const value = nodeSecrets.sign(honest.pkcs8, plain, data);
    expect(nodeCrypto.verify({ spki: buffer, algorithm: plain, data, signature: value })).toBe('valid');
    buffer.set(attacker.spki);
    const sign = (pkcs8: Uint8Array) => nodeSecrets.sign(pkcs8, algorithm, data);
    const verify = (spki: Uint8Array, signature: Uint8Array) => nodeCrypto.verify({ spki, algorithm, data, signature });
    expect(verify(honest.spki, sign(attacker.pkcs8))).toBe('invalid');
    expect(verify(honest.spki, sign(honest.pkcs8))).toBe('valid');
    expect(verify(attacker.spki, sign(attacker.pkcs8))).toBe('valid');
  });
});

describe('the secrets of a server', () => {
  const data = new TextEncoder().encode('số và ký hiệu');

  it.each(['rsa-2048', 'p-256', 'p-384', 'p-521', 'ed25519'] as const)(
    'a generated %s key signs what the door verifies',
    (kind) => {
      const { pkcs8, spki } = nodeSecrets.generateKeyPair(kind);
      const algorithm =
        kind === 'ed25519'
          ? ({ scheme: 'ed25519' } as const)
          : kind === 'rsa-2048'
            ? ({ scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 } as const)
            : ({ scheme: 'ecdsa', digest: 'SHA-256' } as const);
      const signature = nodeSecrets.sign(pkcs8, algorithm, data);
      expect(nodeCrypto.verify({ spki, algorithm, data, signature })).toBe('valid');
    },
  );

  it('a key refuses to sign under the algorithm of another kind of key', () => {
    const { pkcs8 } = nodeSecrets.generateKeyPair('p-256');
    expect(() => nodeSecrets.sign(pkcs8, { scheme: 'rsa-pkcs1', digest: 'SHA-256' }, data)).toThrowError(
      expect.objectContaining({ code: 'pki.key-mismatch' }),
    );
    expect(() => nodeSecrets.sign(data, { scheme: 'ed25519' }, data)).toThrowError(
      expect.objectContaining({ code: 'pki.private-key' }),
    );
  });

  it('decrypts only what was encrypted under the same key', () => {
    const key = nodeSecrets.random(32);
    const iv = nodeSecrets.random(16);
    const sealed = nodeSecrets.encryptCbc('aes-256', key, iv, data);
    expect(nodeSecrets.decryptCbc('aes-256', key, iv, sealed)).toEqual(data);
    expect(() => nodeSecrets.decryptCbc('aes-256', key, iv, sealed.subarray(1))).toThrowError(
      expect.objectContaining({ code: 'pki.decryption-failed' }),
    );
  });

  it('compares secrets of different lengths as different', () => {
    expect(nodeSecrets.equalSecret(data, data.slice())).toBe(true);
    expect(nodeSecrets.equalSecret(data, data.subarray(1))).toBe(false);
  });
});
