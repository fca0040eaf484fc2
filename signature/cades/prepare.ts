import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { buildSignedAttributes } from '@antin/pki/cms/build';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireMayMake } from '../making/policy.ts';
import { cmsDigestOf } from '../making/signer.ts';
import type { CmsFrame } from './frame.ts';
import { signatureValueOf } from './signer-info.ts';
import type { CadesToBeSigned } from './to-be-signed.ts';

export interface PrepareCadesOptions {
  readonly door: CryptoDoor;
  /** DER, or parsed when the caller has it so. */
  readonly certificate: Uint8Array | Certificate;
  /** Certificates to embed beside it, issuer first. */
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  /** Milliseconds since 1970: the signing-time attribute, claimed. */
  readonly signingTime: number;
}

/**
 * What the key must sign for a CAdES B-B signature over `content`: content-type, message-digest, signing-time and
 * signing-certificate-v2. The content is read once, in pieces. Attached or detached is decided when the value is embedded; a
 * further, parallel signature of an existing CMS is prepared over that CMS's content in the same way.
 *
 * @throws {SignatureFault} `signature.algorithm-not-allowed`
 * @see ETSI EN 319 122-1 clause 6
 */
export function prepareCades(content: ByteSource, options: PrepareCadesOptions): CadesToBeSigned {
  const digest = cmsDigestOf(options.algorithm);
  const running = options.door.digest(digest);
  readInPieces(content, 0, content.size, (piece) => running.update(piece));
  return prepared('signature', content.size, running.finish(), digest, options);
}

/**
 * The same for a counter-signature over the value of signer number `index` (RFC 5652 §11.4): no content-type, and the
 * message-digest is that of the value.
 *
 * @throws {SignatureFault} `cades.no-such-signer`, `signature.algorithm-not-allowed`
 */
export function prepareCounterSignature(frame: CmsFrame, index: number, options: PrepareCadesOptions): CadesToBeSigned {
  const signerInfo = frame.signerInfos[index];
  if (signerInfo === undefined) throw new SignatureFault('cades.no-such-signer', `the CMS has no signer ${index + 1}`);
  const value = signatureValueOf(signerInfo);
  const digest = cmsDigestOf(options.algorithm);
  return prepared('counter-signature', value.length, digestOf(options.door, digest, value), digest, options);
}

function prepared(
  role: CadesToBeSigned['role'],
  inputSize: number,
  contentDigest: Uint8Array,
  digest: DigestAlgorithm,
  { door, chain, algorithm, signingTime, ...options }: PrepareCadesOptions,
): CadesToBeSigned {
  const certificate = certificateOf(options.certificate);
  requireMayMake({ algorithm, spki: certificate.spki }, signingTime);
  const signedAttributes = buildSignedAttributes({
    ...(role === 'signature' ? { contentType: OID.idData } : {}),
    messageDigest: contentDigest,
    signingCertificate: certificate,
    digest,
    door,
    signingTime,
  });
  const { raw } = certificate;
  return { kind: 'cades', role, inputSize, digest, contentDigest, signedAttributes, algorithm, certificate: raw, chain };
}
