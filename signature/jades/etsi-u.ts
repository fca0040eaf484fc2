import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64, toBase64Url } from '@antin/formats/bytes/text-encodings';
import { parseJson } from '@antin/formats/json/scan';
import type { JsonArray, JsonObject, JsonValue } from '@antin/formats/json/value';
import { SignatureFault } from '../fault.ts';
import type { Evidence } from '../making/evidence.ts';
import { fromBase64Url } from './base64url.ts';
import { JWS_BUDGET } from './budget.ts';

/** One element of `etsiU` (TS 119 182-1 clause 5.3.1): an unsigned property. */
export interface EtsiUItem {
  readonly name: string;
  readonly value: JsonValue;
  /** What archive time-stamps are over: the base64url text as received; undefined for an element in the clear. */
  readonly octets: Uint8Array | undefined;
}

export interface EtsiU {
  readonly array: JsonArray | undefined;
  readonly items: readonly EtsiUItem[];
  /** The form of its elements; what is added must have the same. */
  readonly form: 'encoded' | 'clear';
}

/**
 * @throws {SignatureFault} `jades.malformed`, also for elements of both forms: their order and bytes could be re-arranged
 * @throws {FormatFault} `json.*`, `base64.damaged`
 */
export function readEtsiU(unprotected: JsonObject | undefined): EtsiU {
  const array = unprotected?.members.get('etsiU');
  if (array === undefined) return { array, items: [], form: 'encoded' };
  if (array.kind !== 'array') throw malformed('"etsiU" is no list');
  const items = array.items.map(readItem);
  const clear = items.filter((one) => one.octets === undefined).length;
  if (clear > 0 && clear < items.length) throw malformed('"etsiU" mixes encoded and clear elements');
  return { array, items, form: clear > 0 ? 'clear' : 'encoded' };
}

function readItem(element: JsonValue): EtsiUItem {
  const value = element.kind === 'string' ? parseJson(fromBase64Url(element.text), JWS_BUDGET) : element;
  const [member, ...more] = value.kind === 'object' ? value.members : [];
  if (member === undefined || more.length > 0) throw malformed('an element of "etsiU" is not one named value');
  return { name: member[0], value: member[1], octets: element.kind === 'string' ? utf8(element.text) : undefined };
}

/** A property ready for `etsiU`: its value before encoding. */
export interface NewItem {
  readonly [name: string]: unknown;
}

/** base64url of the property. */
export function encodedItem(item: NewItem): string {
  return toBase64Url(utf8(JSON.stringify(item)));
}

/** JSON text of the property in the form of the others. */
export function itemText(item: NewItem, form: EtsiU['form']): string {
  return JSON.stringify(form === 'clear' ? item : encodedItem(item));
}

/** Exactly one token in each container (clause 6.3). */
export function timeStamp(name: 'sigTst' | 'arcTst', token: Uint8Array): NewItem {
  return { [name]: { tstTokens: [{ val: toBase64(token) }] } };
}

/** `xVals` and `rVals`, where there is anything to say. */
export function evidenceItems(evidence: Evidence): NewItem[] {
  const { xVals, rVals } = valuesOf(evidence);
  return [...(xVals === undefined ? [] : [{ xVals }]), ...(rVals === undefined ? [] : [{ rVals }])];
}

/** Evidence that comes after `xVals` and `rVals` (clause 5.3.5.5). */
export function timeStampValidationData(evidence: Evidence): NewItem[] {
  const values = valuesOf(evidence);
  return Object.keys(values).length === 0 ? [] : [{ tstVD: values }];
}

function valuesOf({ certificates, crls, ocsps }: Evidence) {
  const vals = (list: readonly Uint8Array[]) => list.map((one) => ({ val: toBase64(one) }));
  const rVals = {
    ...(crls.length > 0 ? { crlVals: vals(crls) } : {}),
    ...(ocsps.length > 0 ? { ocspVals: vals(ocsps) } : {}),
  };
  return {
    ...(certificates.length > 0 ? { xVals: vals(certificates).map((x509Cert) => ({ x509Cert })) } : {}),
    ...(Object.keys(rVals).length > 0 ? { rVals } : {}),
  };
}

function malformed(message: string): SignatureFault {
  return new SignatureFault('jades.malformed', message);
}
