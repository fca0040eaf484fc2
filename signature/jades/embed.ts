import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { toBase64Url } from '@antin/formats/bytes/text-encodings';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireImprint } from '../making/require-imprint.ts';
import { requireValue } from '../making/require-value.ts';
import { rawValue } from '../raw-value.ts';
import { encodedItem, timeStamp } from './etsi-u.ts';
import { addSignature } from './insert.ts';
import { halvesOf } from './to-be-signed.ts';
import type { JadesToBeSigned } from './to-be-signed.ts';

export interface EmbedJadesOptions {
  readonly door: CryptoDoor;
  /** DER of a TimeStampToken over `jadesTimeStampImprint`: the signature becomes B-T. Not in compact form. */
  readonly timeStampToken?: Uint8Array;
  /** A general JWS over the same payload, which this signature joins; every byte of it stays. */
  readonly into?: Uint8Array;
}

/**
 * The JWS with the signature. The value is verified with the certificate first.
 *
 * @param signatureValue as `VerifyInput.signature`: ECDSA in DER, written here as r‖s
 * @throws {SignatureFault} `signature.value-mismatch`, `signature.unsupported-algorithm`, `signature.time-stamp-mismatch`,
 *   `jades.prepared-damaged`, `jades.no-unsigned-header`, `jades.input-changed`, `jades.malformed`
 * @see RFC 7515 §7
 */
export function embedJades(tbs: JadesToBeSigned, signatureValue: Uint8Array, options: EmbedJadesOptions): Uint8Array {
  const { door, timeStampToken, into } = options;
  const { algorithm, signingInput: signedAttributes, serialization, packaging } = tbs;
  const certificate = certificateOf(tbs.certificate);
  requireValue({ algorithm, signedAttributes }, certificate, signatureValue, door);
  const { header, payload } = halvesOf(tbs);
  const signature = signatureText(tbs, signatureValue);
  if (timeStampToken !== undefined) {
    if (serialization === 'compact') throw noUnsignedHeader();
    requireImprint(timeStampToken, (digest) => digestOf(door, digest, utf8(signature)));
  }
  const own = {
    protected: header,
    ...(timeStampToken === undefined ? {} : { header: { etsiU: [encodedItem(timeStamp('sigTst', timeStampToken))] } }),
    signature,
  };
  if (into !== undefined) return addSignature(into, tbs, JSON.stringify(own));
  const text = fromUtf8(payload);
  if (serialization === 'compact') return utf8(`${header}.${text}.${signature}`);
  const carried = packaging === 'detached' ? {} : { payload: text };
  return utf8(JSON.stringify(serialization === 'flattened' ? { ...carried, ...own } : { ...carried, signatures: [own] }));
}

/** Digest of the base64url signature value: the message imprint of `sigTst` (TS 119 182-1 clause 5.3.4). */
export function jadesTimeStampImprint(
  tbs: JadesToBeSigned,
  signatureValue: Uint8Array,
  door: CryptoDoor,
  digest: DigestAlgorithm = 'SHA-256',
): Uint8Array {
  return digestOf(door, digest, utf8(signatureText(tbs, signatureValue)));
}

/** RFC 7518 §3.4: r‖s, as XMLDSIG writes it too. */
function signatureText({ algorithm, certificate }: JadesToBeSigned, signatureValue: Uint8Array): string {
  return toBase64Url(rawValue(signatureValue, algorithm, certificateOf(certificate).spki));
}

function noUnsignedHeader(): SignatureFault {
  return new SignatureFault('jades.no-unsigned-header', 'the compact form has no place for anything unsigned: B-B only');
}
