import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireImprint } from '../making/require-imprint.ts';
import { requireValue } from '../making/require-value.ts';
import { rawValue } from '../raw-value.ts';
import { DS } from '../xmldsig/names.ts';
import { documentWith } from './place.ts';
import { XADES } from './names.ts';
import { timeStampElement } from './unsigned-properties.ts';
import type { XadesToBeSigned } from './to-be-signed.ts';

export interface EmbedXadesOptions {
  readonly door: CryptoDoor;
  /** DER of a TimeStampToken over `xadesTimeStampImprint`: the signature becomes B-T. */
  readonly timeStampToken?: Uint8Array;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * The signed XML document: the input with the signature in it (enveloped), or a document that is the signature.
 *
 * @param document the input of an enveloped signature, nothing otherwise
 * @param signatureValue as `VerifyInput.signature`; verified with the certificate before anything is written
 * @throws {SignatureFault} `signature.value-mismatch`, `signature.unsupported-algorithm`, `signature.time-stamp-mismatch`,
 *   `xades.input-changed`, `xades.prepared-damaged`
 */
export function embedXades(
  document: Uint8Array | undefined,
  tbs: XadesToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedXadesOptions,
): Uint8Array {
  const signature = embeddedSignature(tbs, signatureValue, options);
  if (tbs.packaging !== 'enveloped') return utf8(DECLARATION + signature);
  if (document === undefined) throw new SignatureFault('xades.input-changed', 'the document that was prepared is needed');
  return documentWith(document, tbs, signature, options.door);
}

/** Only ds:Signature, for whoever has a place for it. Throws what `embedXades` throws. */
export function embeddedSignature(tbs: XadesToBeSigned, signatureValue: Uint8Array, options: EmbedXadesOptions): string {
  const { door, timeStampToken } = options;
  const { algorithm, signedInfo: signedAttributes, signature, valueAt } = tbs;
  const certificate = certificateOf(tbs.certificate);
  requireValue({ algorithm, signedAttributes }, certificate, signatureValue, door);
  const open = `<ds:SignatureValue Id="${tbs.valueId}">`;
  const close = '</xades:SignedProperties>';
  const end = signature.indexOf(close) + close.length;
  if (!signature.slice(0, valueAt).endsWith(open) || end < valueAt) {
    throw new SignatureFault('xades.prepared-damaged', 'the place of the signature value is not where the preparation says');
  }
  const value = toBase64(rawValue(signatureValue, algorithm, certificate.spki));
  const signed = signature.slice(0, valueAt) + value + signature.slice(valueAt, end);
  if (timeStampToken === undefined) return signed + signature.slice(end);
  requireImprint(timeStampToken, (digest) => digestOf(door, digest, valueOctets(tbs, signatureValue)));
  const stamp = timeStampElement('xades:SignatureTimeStamp', XADES, timeStampToken, `${tbs.valueId}-time-stamp`);
  const properties = element('xades:UnsignedProperties', {}, element('xades:UnsignedSignatureProperties', {}, stamp));
  return signed + properties.xml + signature.slice(end);
}

/** SHA-256 of the canonical ds:SignatureValue: the message imprint of the signature time-stamp (EN 319 132-1 §5.3). */
export function xadesTimeStampImprint(tbs: XadesToBeSigned, signatureValue: Uint8Array, door: CryptoDoor): Uint8Array {
  return digestOf(door, 'SHA-256', valueOctets(tbs, signatureValue));
}

/** Written as its canonical form is. */
function valueOctets(tbs: XadesToBeSigned, signatureValue: Uint8Array): Uint8Array {
  const value = rawValue(signatureValue, tbs.algorithm, certificateOf(tbs.certificate).spki);
  return utf8(element('ds:SignatureValue', { 'xmlns:ds': DS, Id: tbs.valueId }, toBase64(value)).xml);
}
