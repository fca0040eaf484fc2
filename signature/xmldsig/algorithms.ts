import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { ecdsaDerFromRaw, ecdsaRawFromDer } from '@antin/pki/ecdsa-value';
import { PkiFault } from '@antin/pki/fault';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { parsePublicKey } from '@antin/pki/x509/public-key';
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

function refuse(what: string): never {
  throw new SignatureFault('signature.algorithm-not-allowed', `XML signatures have no identifier for ${what}`);
}

const FIELD_BYTES: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  brainpoolP224r1: 28,
  brainpoolP256r1: 32,
  brainpoolP320r1: 40,
  brainpoolP384r1: 48,
  brainpoolP512r1: 64,
};

/**
 * The octets of ds:SignatureValue: r‖s for ECDSA (XMLDSIG §6.4.3), else the value itself.
 *
 * @throws {SignatureFault} `signature.value-mismatch` when the value is no ECDSA value of this key's curve
 */
export function xmlSignatureValue(value: Uint8Array, algorithm: SignatureAlgorithm, spki: Uint8Array): Uint8Array {
  if (algorithm.scheme !== 'ecdsa') return value;
  const key = parsePublicKey(spki);
  try {
    return ecdsaRawFromDer(value, key?.kind === 'ec' ? (FIELD_BYTES[key.curve] as number) : 0);
  } catch (cause) {
    if (!(cause instanceof PkiFault)) throw cause;
    throw new SignatureFault('signature.value-mismatch', 'not an ECDSA value of this key', { cause });
  }
}

/** Whether the octets of a ds:SignatureValue fit; r‖s of another length than the curve's is `invalid`. */
export function verifyXmlValue(
  door: CryptoDoor,
  input: {
    readonly spki: Uint8Array;
    readonly algorithm: SignatureAlgorithm;
    readonly data: Uint8Array;
    readonly value: Uint8Array;
  },
): ReturnType<CryptoDoor['verify']> {
  const { spki, algorithm, data, value } = input;
  if (algorithm.scheme !== 'ecdsa') return door.verify({ spki, algorithm, data, signature: value });
  const key = parsePublicKey(spki);
  if (key?.kind !== 'ec') return key === undefined ? 'unsupported' : 'invalid';
  if (value.length !== 2 * (FIELD_BYTES[key.curve] as number)) return 'invalid';
  return door.verify({ spki, algorithm, data, signature: ecdsaDerFromRaw(value) });
}
