import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import type { SigningKey } from '@antin/signature/making/signer';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import type { EntityDescription } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';

const person = (name: string, key: EntityDescription['key'], issuer = 'issuing'): EntityDescription => ({
  ...DEFAULT_PKI.entities['leader']!,
  issuer,
  subject: [
    ['C', 'VN'],
    ['CN', name],
  ],
  key,
});

/** One person a key; the practice PKI at its fixed moment. */
export const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    rsa2048: person('Khóa RSA-2048', 'rsa-2048', 'issuingRsa'),
    rsa3072: person('Khóa RSA-3072', 'rsa-3072'),
    rsa4096: person('Khóa RSA-4096', 'rsa-4096'),
    p256: person('Khóa P-256', 'p-256'),
    p384: person('Khóa P-384', 'p-384'),
    p521: person('Khóa P-521', 'p-521'),
    bp256: person('Khóa brainpoolP256r1', 'brainpoolP256r1'),
    bp384: person('Khóa brainpoolP384r1', 'brainpoolP384r1'),
    ed25519: person('Khóa Ed25519', 'ed25519'),
    // For engines whose own time-stamp authority knows RSA alone.
    tsaRsa: { ...DEFAULT_PKI.entities['tsa']!, subject: [['CN', 'TSA RSA']], key: 'rsa-2048' },
  },
});

const SALT: Readonly<Partial<Record<DigestAlgorithm, number>>> = { 'SHA-256': 32, 'SHA-512': 64, 'SHA3-256': 32 };
const pkcs1 = (digest: DigestAlgorithm): SignatureAlgorithm => ({ scheme: 'rsa-pkcs1', digest });
const pss = (digest: DigestAlgorithm): SignatureAlgorithm => ({
  scheme: 'rsa-pss',
  digest,
  mgfDigest: digest,
  saltLength: SALT[digest] as number,
});
const ecdsa = (digest: DigestAlgorithm): SignatureAlgorithm => ({ scheme: 'ecdsa', digest });

/** Every kind of key and digest that the policy of making allows, each key made once. */
export const KINDS = {
  'RSA-2048 SHA-256': ['rsa2048', pkcs1('SHA-256')],
  'RSA-2048 SHA3-256': ['rsa2048', pkcs1('SHA3-256')],
  'RSA-3072 SHA-384': ['rsa3072', pkcs1('SHA-384')],
  'RSA-4096 SHA-512': ['rsa4096', pkcs1('SHA-512')],
  'RSA-PSS SHA-256': ['rsa2048', pss('SHA-256')],
  'RSA-PSS SHA-512': ['rsa3072', pss('SHA-512')],
  'RSA-PSS SHA3-256': ['rsa2048', pss('SHA3-256')],
  'P-256 SHA-256': ['p256', ecdsa('SHA-256')],
  'P-256 SHA3-256': ['p256', ecdsa('SHA3-256')],
  'P-384 SHA-384': ['p384', ecdsa('SHA-384')],
  'P-521 SHA-512': ['p521', ecdsa('SHA-512')],
  'brainpoolP256r1 SHA-256': ['bp256', ecdsa('SHA-256')],
  'brainpoolP384r1 SHA-384': ['bp384', ecdsa('SHA-384')],
  Ed25519: ['ed25519', { scheme: 'ed25519' }],
} as const satisfies Readonly<Record<string, readonly [entity: string, algorithm: SignatureAlgorithm]>>;

export type Kind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as Kind[];

export function keyOf(kind: Kind): SigningKey {
  const [name, algorithm] = KINDS[kind];
  const entity = pki.entity(name);
  return {
    certificate: entity.certificate,
    chain: pki.chain(name),
    algorithm,
    sign: (data) => Promise.resolve(entity.signNow(data, algorithm)),
  };
}
