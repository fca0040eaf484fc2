import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { XML_BUDGET, decodeXml } from '@antin/formats/xml/scan';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import type { XadesToBeSigned } from './to-be-signed.ts';

/**
 * The document with a signature at its place: all other bytes stay, but for an empty-element tag that has to be opened.
 *
 * @throws {SignatureFault} `xades.input-changed`, `xades.prepared-damaged`
 */
export function documentWith(
  document: Uint8Array,
  { place }: Pick<XadesToBeSigned, 'place'>,
  signature: string,
  door: CryptoDoor,
): Uint8Array {
  if (place === undefined) throw new SignatureFault('xades.prepared-damaged', 'the preparation has no place for the signature');
  const same = document.length === place.inputSize && equalBytes(digestOf(door, 'SHA-256', document), fromHex(place.inputSha256));
  if (!same) throw new SignatureFault('xades.input-changed', 'this is not the document that was prepared');
  const { text } = decodeXml(document, XML_BUDGET);
  if (place.prefixEnd > place.suffixStart || place.suffixStart > text.length) {
    throw new SignatureFault('xades.prepared-damaged', 'the place of the signature is not in the document');
  }
  const mark = document[0] === 0xef ? '\ufeff' : '';
  const { before, behind } = place;
  return utf8(mark + text.slice(0, place.prefixEnd) + before + signature + behind + text.slice(place.suffixStart));
}
