import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { SignatureFault } from '../fault.ts';

/** Identifiers of XMLDSIG, XML Encryption and RFC 9231. SHA-1 has none here: it is neither made nor accepted. */
const DIGEST_URIS: readonly (readonly [DigestAlgorithm, string])[] = [
  ['SHA-256', 'http://www.w3.org/2001/04/xmlenc#sha256'],
  ['SHA-384', 'http://www.w3.org/2001/04/xmldsig-more#sha384'],
  ['SHA-512', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  ['SHA3-256', 'http://www.w3.org/2007/05/xmldsig-more#sha3-256'],
  ['SHA3-384', 'http://www.w3.org/2007/05/xmldsig-more#sha3-384'],
  ['SHA3-512', 'http://www.w3.org/2007/05/xmldsig-more#sha3-512'],
];

const MORE_2001 = 'http://www.w3.org/2001/04/xmldsig-more#';
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
const MORE_2021 = 'http://www.w3.org/2021/04/xmldsig-more#';

const SIGNATURE_URIS: readonly (readonly [SignatureAlgorithm, string])[] = [
  ...(['SHA-256', 'SHA-384', 'SHA-512'] as const).flatMap((digest) => {
    const name = digest.replace('-', '').toLowerCase();
    return [
      [{ scheme: 'rsa-pkcs1', digest }, `${MORE_2001}rsa-${name}`],
      [{ scheme: 'ecdsa', digest }, `${MORE_2001}ecdsa-${name}`],
      [pss(digest), `${MORE_2007}${name}-rsa-MGF1`],
    ] as const;
  }),
  ...(['SHA3-256', 'SHA3-384', 'SHA3-512'] as const).flatMap((digest) => {
    const name = digest.toLowerCase();
    return [
      [{ scheme: 'ecdsa', digest }, `${MORE_2021}ecdsa-${name}`],
      [pss(digest), `${MORE_2007}${name}-rsa-MGF1`],
    ] as const;
  }),
  [{ scheme: 'ed25519' }, `${MORE_2021}eddsa-ed25519`],
];

/** RFC 9231 §2.3.9: one identifier fixes hash, MGF hash and a salt as long as the hash. */
function pss(digest: DigestAlgorithm): SignatureAlgorithm {
  return { scheme: 'rsa-pss', digest, mgfDigest: digest, saltLength: DIGEST_LENGTH[digest] };
}

const digestOfUri = new Map(DIGEST_URIS.map(([digest, uri]) => [uri, digest]));
const uriOfDigest = new Map(DIGEST_URIS);
const signatureOfUri = new Map(SIGNATURE_URIS.map(([algorithm, uri]) => [uri, algorithm]));
const uriOfSignature = new Map(SIGNATURE_URIS.map(([algorithm, uri]) => [keyOf(algorithm), uri]));

function keyOf(algorithm: SignatureAlgorithm): string {
  if (algorithm.scheme === 'ed25519') return 'ed25519';
  const more = algorithm.scheme === 'rsa-pss' ? ` ${algorithm.mgfDigest} ${algorithm.saltLength}` : '';
  return `${algorithm.scheme} ${algorithm.digest}${more}`;
}

export function digestMethodOf(uri: string): DigestAlgorithm | undefined {
  return digestOfUri.get(uri);
}

/** @throws {SignatureFault} `signature.algorithm-not-allowed` */
export function digestMethodUri(digest: DigestAlgorithm): string {
  return uriOfDigest.get(digest) ?? refuse(digest);
}

/** Asymmetric methods only: HMAC with a public key as its secret is a known attack. */
export function signatureMethodOf(uri: string): SignatureAlgorithm | undefined {
  return signatureOfUri.get(uri);
}

/** @throws {SignatureFault} `signature.algorithm-not-allowed`, e.g. RSASSA-PSS with a salt XML has no name for */
export function signatureMethodUri(algorithm: SignatureAlgorithm): string {
  return uriOfSignature.get(keyOf(algorithm)) ?? refuse(keyOf(algorithm));
}

/** What a reader takes identifiers for. */
export interface Methods {
  readonly digest: (uri: string) => DigestAlgorithm | undefined;
  readonly signature: (uri: string) => SignatureAlgorithm | undefined;
}

export const MADE_METHODS: Methods = { digest: digestMethodOf, signature: signatureMethodOf };

const OLD_DIGESTS = new Map<string, DigestAlgorithm>([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'SHA-1'],
  [`${MORE_2001}sha224`, 'SHA-224'],
]);
const OLD_SIGNATURES = new Map<string, SignatureAlgorithm>([
  ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', { scheme: 'rsa-pkcs1', digest: 'SHA-1' }],
  [`${MORE_2001}rsa-sha224`, { scheme: 'rsa-pkcs1', digest: 'SHA-224' }],
  [`${MORE_2001}ecdsa-sha1`, { scheme: 'ecdsa', digest: 'SHA-1' }],
  [`${MORE_2001}ecdsa-sha224`, { scheme: 'ecdsa', digest: 'SHA-224' }],
  [`${MORE_2007}sha1-rsa-MGF1`, pss('SHA-1')],
  [`${MORE_2007}sha224-rsa-MGF1`, pss('SHA-224')],
]);

/** The judge knows old methods by name: its dated policy decides about them, and says which one it was. */
export const JUDGED_METHODS: Methods = {
  digest: (uri) => digestMethodOf(uri) ?? OLD_DIGESTS.get(uri),
  signature: (uri) => signatureMethodOf(uri) ?? OLD_SIGNATURES.get(uri),
};

function refuse(what: string): never {
  throw new SignatureFault('signature.algorithm-not-allowed', `XML signatures have no identifier for ${what}`);
}
