import { generateKeyPairSync, sign, type RSAPSSKeyPairKeyObjectOptions } from 'node:crypto';
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
    const hashes = { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha384', saltLength: 32 } as const;
    const algorithm = { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-384', saltLength: 32 } as const;
    const data = new TextEncoder().encode('công văn');
    const [honest, attacker] = [1, 2].map(() => {
      // The types say that the length is text; the runtime wants the number it is.
      const options = { modulusLength: 2048, ...hashes } as unknown as RSAPSSKeyPairKeyObjectOptions;
      const { privateKey, publicKey } = generateKeyPairSync('rsa-pss', options);
      const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
      return { spki, signature: new Uint8Array(sign('sha256', data, privateKey)) };
    }) as [{ spki: Uint8Array; signature: Uint8Array }, { spki: Uint8Array; signature: Uint8Array }];
    const verify = (spki: Uint8Array, signature: Uint8Array) => nodeCrypto.verify({ spki, algorithm, data, signature });
    // A buffer that is read into again and again: the honest key is met in it first.
    const buffer = honest.spki.slice();
    expect(verify(buffer, new Uint8Array(8))).toBe('invalid');
    buffer.set(attacker.spki);
    expect(verify(honest.spki, attacker.signature)).toBe('invalid');
    expect(verify(honest.spki, honest.signature)).toBe('valid');
    expect(verify(attacker.spki, attacker.signature)).toBe('valid');
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
