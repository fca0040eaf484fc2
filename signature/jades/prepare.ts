import { concatBytes, fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { toBase64, toBase64Url } from '@antin/formats/bytes/text-encodings';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { digestOfSignatureAlgorithm } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireDigest, requireMayMake } from '../making/policy.ts';
import { requireHoldable } from '../making/require-holdable.ts';
import { digestName, jwsAlgorithmName } from './algorithms.ts';
import { base64UrlOctets, base64UrlSize } from './base64url.ts';
import type { JadesInput } from './content.ts';
import { digestOfContent, mediaType, nameUri, OBJECT_ID_BY_URI_HASH } from './content.ts';
import type { JadesToBeSigned, Serialization } from './to-be-signed.ts';

export interface PrepareJadesOptions {
  readonly door: CryptoDoor;
  /** DER, or parsed when the caller has it so. */
  readonly certificate: Uint8Array | Certificate;
  /** Certificates to embed behind it in `x5c`, issuer first. */
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  /** Milliseconds since 1970: `iat`, claimed, in whole seconds. */
  readonly signingTime: number;
  readonly serialization: Serialization;
  /** False: `b64: false`, payload or files are signed as they are (RFC 7797). Default true. */
  readonly encodePayload?: boolean;
  /** Digest that ties the certificate: `x5t#S256` for SHA-256, the default, `x5t#o` for any other. */
  readonly certificateDigest?: DigestAlgorithm;
  /** Of files in `sigD`; default that of the signature. */
  readonly contentDigest?: DigestAlgorithm;
}

/**
 * What the key must sign for a JAdES B-B signature.
 *
 * @throws {SignatureFault} `signature.algorithm-not-allowed`, `signature.content-too-large`, `jades.payload`, `jades.file-name`,
 *   `jades.nothing-to-sign`
 * @see ETSI TS 119 182-1 clauses 5.1, 5.2 and 6.3
 */
export function prepareJades(input: JadesInput, options: PrepareJadesOptions): JadesToBeSigned {
  const { chain, algorithm, signingTime, serialization, encodePayload = true } = options;
  const certificate = certificateOf(options.certificate);
  requireMayMake({ algorithm, spki: certificate.spki }, signingTime);
  if (input.packaging === 'attached') requireHoldable(input.payload.length, 'name it as a file in "sigD"');
  const header: Record<string, unknown> = {
    alg: jwsAlgorithmName(algorithm, certificate.spki),
    ...contentType(input),
    ...certificateMembers(certificate, options),
    x5c: [certificate.raw, ...chain].map(toBase64),
    iat: Math.floor(signingTime / 1000),
    ...(encodePayload ? {} : { b64: false }),
    ...(input.packaging === 'detached' ? { sigD: signedFiles(input.files, options) } : {}),
  };
  // What changes the meaning of the payload must be understood by whoever verifies (clause 5.1.9, RFC 7797 §6).
  const crit = ['b64', 'sigD'].filter((name) => name in header);
  if (crit.length > 0) header['crit'] = crit;
  const protectedText = utf8(`${toBase64Url(utf8(JSON.stringify(header)))}.`);
  return {
    kind: 'jades',
    serialization,
    packaging: input.packaging,
    signingInput: input.packaging === 'attached' ? withPayload(protectedText, input.payload, options) : protectedText,
    encodedPayload: encodePayload,
    algorithm,
    certificate: certificate.raw,
    chain,
  };
}

/** Not beside `sigD`, which has types of its own (clause 5.1.3). */
function contentType(input: JadesInput): { readonly cty?: string } {
  return input.packaging === 'attached' && input.mimeType !== undefined ? { cty: mediaType(input.mimeType) } : {};
}

function certificateMembers(certificate: Certificate, options: PrepareJadesOptions): Readonly<Record<string, unknown>> {
  const { door, certificateDigest: digest = 'SHA-256', signingTime } = options;
  requireDigest(digest, signingTime);
  const value = toBase64Url(digestOf(door, digest, certificate.raw));
  return digest === 'SHA-256' ? { 'x5t#S256': value } : { 'x5t#o': { digAlg: digestName(digest), digVal: value } };
}

type DetachedFiles = Extract<JadesInput, { packaging: 'detached' }>['files'];

function signedFiles(files: DetachedFiles, options: PrepareJadesOptions): Readonly<Record<string, unknown>> {
  const { door, algorithm, signingTime, encodePayload = true } = options;
  const { contentDigest: digest = digestOfSignatureAlgorithm(algorithm) } = options;
  requireDigest(digest, signingTime);
  const pars = files.map((one) => nameUri(one.name));
  if (pars.length === 0) throw new SignatureFault('jades.nothing-to-sign', 'no file is named');
  if (new Set(pars).size < pars.length) throw new SignatureFault('jades.file-name', 'two files of one name');
  return {
    mId: OBJECT_ID_BY_URI_HASH,
    pars,
    hashM: digestName(digest),
    hashV: files.map((one) => toBase64Url(digestOfContent(door, digest, one.content, encodePayload))),
    ctys: files.map((one) => mediaType(one.mimeType)),
  };
}

/** RFC 7797 §5: what stands unencoded must survive the serialization. */
function withPayload(
  protectedText: Uint8Array,
  payload: Uint8Array,
  { serialization, encodePayload = true }: PrepareJadesOptions,
): Uint8Array {
  // It would read as a payload that was left out (RFC 7515 appendix F), for which any other may be brought.
  if (payload.length === 0) throw new SignatureFault('jades.nothing-to-sign', 'the payload is empty');
  if (encodePayload) {
    const out = new Uint8Array(protectedText.length + base64UrlSize(payload.length));
    out.set(protectedText);
    base64UrlOctets(payload, out.subarray(protectedText.length));
    return out;
  }
  if (serialization === 'compact') {
    // A dot would move the border of the signature.
    const safe = payload.every((byte) => byte >= 0x20 && byte <= 0x7e && byte !== 0x2e);
    if (!safe) throw new SignatureFault('jades.payload', 'unencoded in compact form: only printable ASCII without "."');
    return concatBytes(protectedText, payload);
  }
  try {
    fromUtf8(payload);
  } catch (cause) {
    throw new SignatureFault('jades.payload', 'unencoded in JSON: only UTF-8 text', { cause });
  }
  return concatBytes(protectedText, payload);
}
