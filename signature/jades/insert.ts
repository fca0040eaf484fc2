import { concatBytes, fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import type { JsonArray, JsonObject } from '@antin/formats/json/value';
import { SignatureFault } from '../fault.ts';
import type { EtsiU } from './etsi-u.ts';
import { readJws } from './jws.ts';
import type { JwsSignature } from './jws.ts';
import { halvesOf } from './to-be-signed.ts';
import type { JadesToBeSigned } from './to-be-signed.ts';

/**
 * A further signature in a general JWS; every byte that is there stays.
 *
 * @throws {SignatureFault} `jades.not-general`, `jades.input-changed`, `jades.malformed`
 */
export function addSignature(document: Uint8Array, tbs: JadesToBeSigned, signature: string): Uint8Array {
  const { list, payloadText, signatures } = readJws(document);
  if (list === undefined || tbs.serialization !== 'general') {
    throw new SignatureFault('jades.not-general', 'only a general JWS takes more than one signature');
  }
  const same =
    (payloadText ?? '') === fromUtf8(halvesOf(tbs).payload) && (payloadText === undefined) === (tbs.packaging === 'detached');
  if (!same || signatures[0]?.header.encodedPayload !== tbs.encodedPayload) {
    throw new SignatureFault('jades.input-changed', 'the JWS carries another payload than the one that was prepared');
  }
  return splice(document, ...atEndOf(list, list.items.length, signature));
}

/** Puts properties behind those of `etsiU`, which is made where it is missing; every other byte stays. */
export function addItems(
  document: Uint8Array,
  { unprotected, place }: JwsSignature,
  etsiU: EtsiU,
  texts: readonly string[],
): Uint8Array {
  const added = texts.join(',');
  if (etsiU.array !== undefined) return splice(document, ...atEndOf(etsiU.array, etsiU.items.length, added));
  if (unprotected !== undefined) return splice(document, ...atEndOf(unprotected, unprotected.members.size, `"etsiU":[${added}]`));
  if (place === undefined) {
    throw new SignatureFault('jades.no-unsigned-header', 'the compact form has no place for anything unsigned: B-B only');
  }
  return splice(document, ...atEndOf(place, place.members.size, `"header":{"etsiU":[${added}]}`));
}

/** In front of the closing bracket. */
function atEndOf(value: JsonArray | JsonObject, count: number, text: string): [at: number, text: string] {
  return [value.end - 1, `${count > 0 ? ',' : ''}${text}`];
}

function splice(document: Uint8Array, at: number, text: string): Uint8Array {
  return concatBytes(document.subarray(0, at), utf8(text), document.subarray(at));
}
