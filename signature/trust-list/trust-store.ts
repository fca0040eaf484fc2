import { parseJson } from '@antin/formats/json/scan';
import type { JsonObject, JsonValue } from '@antin/formats/json/value';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor } from '@antin/pki/crypto';
import { isPractice } from '@antin/pki/path/practice';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { anchorOf } from '../validation/known-anchors.ts';

export interface TrustStoreSources {
  readonly door: CryptoDoor;
  /** Content of a certificate file that the store names, beside it; undefined where there is none. */
  readonly file?: (name: string) => Uint8Array | undefined;
}

/** A known authority: trusted for nothing by standing here, but a path may run through it, and it says where its status data is. */
export interface KnownAuthority {
  readonly certificate: Certificate;
  /** Addresses of the lists of what it issued, and of responders that speak about it. */
  readonly crl: readonly string[];
  readonly ocsp: readonly string[];
}

export interface TrustStore {
  readonly anchors: readonly TrustAnchor[];
  /** Those named so, and the anchors. */
  readonly authorities: readonly KnownAuthority[];
}

const KEYS = [
  'label',
  'certificate',
  'file',
  'sha256',
  'purposes',
  'validFrom',
  'validUntil',
  'practice',
  'sha1OnCaCertificates',
  'locations',
  'crl',
  'ocsp',
];
const PURPOSES = ['signer', 'time-stamp'] as const;
const MOST = 2000;

/**
 * A trust store as data: whom the installation trusts, for what, from when to when. What it does not say is not trusted.
 *
 * ```json
 * { "format": "antin-trust-store-1", "anchors": [
 *   { "label": "VGCA G1", "file": "rootca.crt", "sha256": "F7BC…", "purposes": ["signer", "time-stamp"],
 *     "validFrom": "2010-03-05T00:00:00Z", "validUntil": "2030-03-05T00:00:00Z", "sha1OnCaCertificates": true },
 *   { "certificate": "MIIB…", "purposes": ["signer"], "practice": true } ],
 *   "authorities": [{ "file": "cp.crt", "crl": ["http://ca.gov.vn/pki/pub/crl/cp.crl"], "ocsp": ["http://ocsp.ca.gov.vn/"] }] }
 * ```
 *
 * `sha256` pins the certificate; leave for SHA-1 is only given with it, because it is trust in one known chain of the past.
 *
 * @throws {FormatFault} `json.*`, `x509.*`; `trust-store.format`, `trust-store.unknown-key`, `trust-store.value`,
 *   `trust-store.no-certificate`, `trust-store.pin-mismatch`, `trust-store.sha1-unpinned`
 */
export function readTrustStore(bytes: Uint8Array, sources: TrustStoreSources): TrustStore {
  const root = object(parseJson(bytes), 'the trust store');
  known(root, ['format', 'anchors', 'authorities'], '');
  const format = root.members.get('format');
  if (format?.kind !== 'string' || format.text !== 'antin-trust-store-1') {
    throw new FormatFault('trust-store.format', 'a trust store says "format": "antin-trust-store-1"');
  }
  const rows = (key: string): JsonObject[] => {
    const list = root.members.get(key);
    if (list === undefined && key === 'authorities') return [];
    if (list?.kind !== 'array' || list.items.length > MOST) throw wrong(key, `a list of at most ${MOST}`);
    return list.items.map((one, i) => object(one, `${key}[${i}]`));
  };
  const anchors = rows('anchors').map((row, i) => {
    const where = `anchors[${i}]`;
    known(row, KEYS, `${where}.`);
    const anchor = readAnchor(row, where, sources);
    return { anchor, authority: { certificate: anchor.certificate, ...places(row, where) } };
  });
  const authorities = rows('authorities').map((row, i) => {
    const where = `authorities[${i}]`;
    known(row, ['certificate', 'file', 'sha256', 'crl', 'ocsp'], `${where}.`);
    return { certificate: readCertificate(row, where, sources), ...places(row, where) };
  });
  return { anchors: anchors.map((one) => one.anchor), authorities: [...anchors.map((one) => one.authority), ...authorities] };
}

function readCertificate(row: JsonObject, where: string, sources: TrustStoreSources): Certificate {
  const [certificate, more] = parseCertificates(certificateBytes(row, where, sources));
  if (certificate === undefined || more !== undefined) {
    throw new FormatFault('trust-store.no-certificate', `${where} must hold exactly one certificate`);
  }
  const pin = pinOf(row, where);
  const sha256 = toHex(digestOf(sources.door, 'SHA-256', certificate.raw));
  if (pin !== undefined && pin !== sha256) {
    throw new FormatFault('trust-store.pin-mismatch', `${where} is pinned to ${pin}, the certificate found is ${sha256}`);
  }
  return certificate;
}

function pinOf(row: JsonObject, where: string): string | undefined {
  return text(row, 'sha256', where)?.replaceAll(':', '').toLowerCase();
}

function places(row: JsonObject, where: string): Pick<KnownAuthority, 'crl' | 'ocsp'> {
  return { crl: addresses(row, 'crl', where), ocsp: addresses(row, 'ocsp', where) };
}

function addresses(row: JsonObject, key: string, where: string, shape = /^https?:\/\/[^\s@]+$/): string[] {
  const value = row.members.get(key);
  if (value === undefined) return [];
  const what = 'a list of http or https addresses';
  if (value.kind !== 'array' || value.items.length > 20) throw wrong(`${where}.${key}`, what);
  return value.items.map((one) => {
    if (one.kind !== 'string' || !shape.test(one.text)) throw wrong(`${where}.${key}`, what);
    return one.text;
  });
}

function readAnchor(row: JsonObject, where: string, sources: TrustStoreSources): TrustAnchor {
  const certificate = readCertificate(row, where, sources);
  const leave = flag(row, 'sha1OnCaCertificates', where);
  if (leave === true && pinOf(row, where) === undefined) {
    throw new FormatFault('trust-store.sha1-unpinned', `${where}: leave for SHA-1 is given to a pinned certificate only`);
  }
  const [notBefore, notAfter] = [moment(row, 'validFrom', where), moment(row, 'validUntil', where)];
  if (notBefore !== undefined && notAfter !== undefined && notBefore > notAfter)
    throw wrong(`${where}.validUntil`, 'later than validFrom');
  const { sha1OnCaCertificates, ...anchor } = anchorOf(certificate, purposes(row, where), sources.door);
  const practice = flag(row, 'practice', where) === true || isPractice(certificate);
  return {
    ...anchor,
    label: text(row, 'label', where) ?? nameText(certificate.subject),
    practice,
    ...locations(row, where),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
    ...((leave ?? sha1OnCaCertificates) === true ? { sha1OnCaCertificates: true } : {}),
  };
}

function certificateBytes(row: JsonObject, where: string, sources: TrustStoreSources): Uint8Array {
  const [inline, file] = [text(row, 'certificate', where), text(row, 'file', where)];
  if ((inline === undefined) === (file === undefined)) throw wrong(where, 'given "certificate" or "file", and one of them');
  if (inline !== undefined) return utf8(inline);
  // A store that somebody handed over must not make us read files elsewhere.
  if (/[/\\]|^\.\.?$/.test(file as string)) throw wrong(`${where}.file`, 'the name of a file beside the store');
  const bytes = sources.file?.(file as string);
  if (bytes === undefined) throw new FormatFault('trust-store.no-certificate', `${where}: there is no file ${file}`);
  return bytes;
}

/** Anchors that an installation with real duties must not have. */
export function practiceAnchors(anchors: readonly TrustAnchor[]): TrustAnchor[] {
  return anchors.filter((one) => one.practice === true || isPractice(one.certificate));
}

function purposes(row: JsonObject, where: string): TrustAnchor['purposes'] {
  const value = row.members.get('purposes');
  if (value?.kind !== 'array' || value.items.length === 0) throw wrong(`${where}.purposes`, `a list of ${PURPOSES.join(', ')}`);
  return value.items.map((one) => {
    const found = PURPOSES.find((purpose) => one.kind === 'string' && one.text === purpose);
    if (found === undefined) throw wrong(`${where}.purposes`, `a list of ${PURPOSES.join(', ')}`);
    return found;
  });
}

/** Addresses at these origins are asked, whoever names them. */
function locations(row: JsonObject, where: string): Pick<TrustAnchor, 'locations'> {
  const found = addresses(row, 'locations', where, /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/);
  return found.length === 0 ? {} : { locations: found };
}

function moment(row: JsonObject, key: string, where: string): number | undefined {
  const value = text(row, key, where);
  if (value === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw wrong(`${where}.${key}`, 'a moment YYYY-MM-DDThh:mm:ssZ');
  return ms;
}

function text(row: JsonObject, key: string, where: string): string | undefined {
  const value = row.members.get(key);
  if (value === undefined) return undefined;
  if (value.kind !== 'string' || value.text === '') throw wrong(`${where}.${key}`, 'a text');
  return value.text;
}

function flag(row: JsonObject, key: string, where: string): boolean | undefined {
  const value = row.members.get(key);
  if (value === undefined) return undefined;
  if (value.kind !== 'literal' || value.value === null) throw wrong(`${where}.${key}`, 'true or false');
  return value.value;
}

function object(value: JsonValue, where: string): JsonObject {
  if (value.kind !== 'object') throw wrong(where, 'an object');
  return value;
}

function known(one: JsonObject, keys: readonly string[], where: string): void {
  for (const key of one.members.keys()) {
    // A key with a slip of the pen would otherwise widen what is trusted.
    if (!keys.includes(key)) throw new FormatFault('trust-store.unknown-key', `there is no "${where}${key}" in a trust store`);
  }
}

function wrong(where: string, what: string): FormatFault {
  return new FormatFault('trust-store.value', `${where} must be ${what}`);
}
