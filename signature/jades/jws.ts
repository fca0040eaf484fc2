import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { parseJson } from '@antin/formats/json/scan';
import { textOf } from '@antin/formats/json/value';
import type { JsonArray, JsonObject, JsonValue } from '@antin/formats/json/value';
import { SignatureFault } from '../fault.ts';
import { fromBase64Url } from './base64url.ts';
import { JWS_BUDGET } from './budget.ts';
import { readHeader } from './header.ts';
import type { ProtectedHeader } from './header.ts';
import type { Serialization } from './to-be-signed.ts';

export interface JwsSignature {
  /** base64url as it was received. */
  readonly protectedText: string;
  readonly header: ProtectedHeader;
  /** base64url as it was received. */
  readonly signatureText: string;
  readonly value: Uint8Array;
  readonly unprotected: JsonObject | undefined;
  /** The JSON object of the signature: the whole document when flattened; undefined in compact form. */
  readonly place: JsonObject | undefined;
}

/** A JSON Web Signature as it is written; ours or another's. */
export interface Jws {
  readonly serialization: Serialization;
  /** As carried: base64url or, with `b64: false`, the payload itself; undefined when it was left out. */
  readonly payloadText: string | undefined;
  readonly signatures: readonly JwsSignature[];
  /** `signatures` of the general form. */
  readonly list: JsonArray | undefined;
}

const MAX_SIGNATURES = 100;

/** Where one signature stands, nothing of it read yet. */
export type JwsPlace =
  | { readonly form: 'compact'; readonly protectedText: string; readonly signatureText: string }
  | { readonly form: 'json'; readonly value: JsonValue };

/** The JWS around its signatures: one of them may be unreadable while another holds. */
export interface JwsOutline {
  readonly serialization: Serialization;
  readonly payloadText: string | undefined;
  readonly places: readonly JwsPlace[];
  readonly list: JsonArray | undefined;
}

/**
 * Reads any of the three serializations of RFC 7515 §7; nothing is verified yet.
 *
 * @throws {SignatureFault} `jades.malformed`, `jades.crit-not-understood`
 * @throws {FormatFault} `json.*`, `base64.damaged`
 */
export function readJws(bytes: Uint8Array): Jws {
  const { serialization, payloadText, places, list } = readJwsOutline(bytes);
  return withPayload({ serialization, payloadText, signatures: places.map(readJwsSignature), list });
}

/**
 * @throws {SignatureFault} `jades.malformed`
 * @throws {FormatFault} `json.*`
 */
export function readJwsOutline(bytes: Uint8Array): JwsOutline {
  return /^[\t\n\r ]*\{/.test(String.fromCharCode(...bytes.subarray(0, 64))) ? readJson(bytes) : readCompact(bytes);
}

function readCompact(bytes: Uint8Array): JwsOutline {
  const [protectedText, payload, signatureText, ...more] = asciiOf(bytes).split('.');
  if (protectedText === undefined || payload === undefined || signatureText === undefined || more.length > 0) {
    throw malformed('a compact JWS has three parts');
  }
  return {
    serialization: 'compact',
    payloadText: payload === '' ? undefined : payload,
    places: [{ form: 'compact', protectedText, signatureText }],
    list: undefined,
  };
}

const MEMBERS: readonly string[] = ['payload', 'protected', 'header', 'signature', 'signatures'];

/** Some readers match names whatever their case: to them `Payload` is a second payload, and the last one counts. */
function requireOneCase({ members }: JsonObject): void {
  for (const name of members.keys()) {
    if (MEMBERS.includes(name.toUpperCase().toLowerCase()) && !MEMBERS.includes(name))
      throw malformed(`a member "${name}" in another case`);
  }
}

function asciiOf(bytes: Uint8Array): string {
  // RFC 7797 §5.2: nothing else can stand in the compact form.
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) throw malformed('neither JSON nor a compact JWS');
  return fromUtf8(bytes);
}

function readJson(bytes: Uint8Array): JwsOutline {
  const root = parseJson(bytes, JWS_BUDGET);
  if (root.kind !== 'object') throw malformed('no JSON object');
  requireOneCase(root);
  const list = root.members.get('signatures');
  const payload = root.members.get('payload');
  const payloadText = textOf(payload);
  if (payload !== undefined && payloadText === undefined) throw malformed('the payload is no string');
  if (list === undefined) {
    return { serialization: 'flattened', payloadText, places: [{ form: 'json', value: root }], list: undefined };
  }
  // RFC 7515 §7.2.2: a reader of one form would not see the signature of the other.
  const both = ['protected', 'header', 'signature'].some((name) => root.members.has(name));
  if (both || list.kind !== 'array') throw malformed('flattened and general form in one');
  if (list.items.length === 0 || list.items.length > MAX_SIGNATURES) throw malformed('no signature, or too many');
  const places = list.items.map((value): JwsPlace => ({ form: 'json', value }));
  return { serialization: 'general', payloadText, places, list };
}

/**
 * @throws {SignatureFault} `jades.malformed`, `jades.crit-not-understood`
 * @throws {FormatFault} `json.*`, `base64.damaged`
 */
export function readJwsSignature(place: JwsPlace): JwsSignature {
  if (place.form === 'compact') return readSignature(place.protectedText, place.signatureText, undefined, undefined);
  const { value } = place;
  if (value.kind !== 'object') throw malformed('a signature is no object');
  requireOneCase(value);
  const unprotected = value.members.get('header');
  const [header, signature] = [textOf(value.members.get('protected')), textOf(value.members.get('signature'))];
  if (header === undefined || signature === undefined) throw malformed('a signature without protected header or value');
  if (unprotected !== undefined && unprotected.kind !== 'object') throw malformed('the unprotected header is no object');
  return readSignature(header, signature, unprotected, value);
}

function readSignature(
  protectedText: string,
  signatureText: string,
  unprotected: JsonObject | undefined,
  place: JsonObject | undefined,
): JwsSignature {
  const header = readHeader(protectedText, unprotected);
  return { protectedText, header, signatureText, value: fromBase64Url(signatureText), unprotected, place };
}

function withPayload(jws: Jws): Jws {
  const { payloadText, signatures } = jws;
  const encoded = signatures[0]?.header.encodedPayload;
  // RFC 7797 §3: one payload cannot be both.
  if (signatures.some((one) => one.header.encodedPayload !== encoded)) throw malformed('"b64" differs between signatures');
  if (payloadText !== undefined && encoded === true) fromBase64Url(payloadText);
  return jws;
}

/** The payload in the signing input: base64url, or as it is with `b64: false`. Undefined when it was left out. */
export function payloadOctets({ payloadText }: Jws): Uint8Array | undefined {
  return payloadText === undefined ? undefined : utf8(payloadText);
}

/** Whether the bytes look like a JWS at all, for whoever sorts files. */
export function isJws(bytes: Uint8Array): boolean {
  try {
    return readJws(bytes).signatures.length > 0;
  } catch (error) {
    if (error instanceof FormatFault || error instanceof SignatureFault) return false;
    throw error;
  }
}

function malformed(message: string): SignatureFault {
  return new SignatureFault('jades.malformed', message);
}
