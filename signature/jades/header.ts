import { equalBytes } from '@antin/formats/bytes/bytes';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseJson } from '@antin/formats/json/scan';
import { textOf, textsOf } from '@antin/formats/json/value';
import type { JsonObject, JsonValue } from '@antin/formats/json/value';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import { digestOfName } from './algorithms.ts';
import { fromBase64Url } from './base64url.ts';
import { JWS_BUDGET } from './budget.ts';

/** The signed members of a JWS signature. */
export interface ProtectedHeader {
  readonly members: ReadonlyMap<string, JsonValue>;
  readonly alg: string;
  /** False with `b64: false` (RFC 7797). */
  readonly encodedPayload: boolean;
  readonly crit: readonly string[];
  /** `x5c`, DER. */
  readonly certificates: readonly Uint8Array[];
}

/** Members of TS 119 182-1 and RFC 7797 that may be marked critical; what RFC 7515 and 7518 define never may. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...['b64', 'sigD', 'sigT', 'x5t#o', 'sigX5ts', 'srCms', 'sigPl', 'srAts', 'sigPId', 'adoTst', 'etsiU'],
]);

/**
 * @param text base64url of the protected header
 * @param unprotected of the same signature: what it says is not signed, so it must not speak about the same things
 * @throws {SignatureFault} `jades.malformed`, `jades.crit-not-understood`
 * @throws {FormatFault} `json.*`, `base64.damaged`
 */
export function readHeader(text: string, unprotected: JsonObject | undefined): ProtectedHeader {
  const value = parseJson(fromBase64Url(text), JWS_BUDGET);
  if (value.kind !== 'object') throw malformed('the protected header is no object');
  const { members } = value;
  const unsigned = [...(unprotected?.members.keys() ?? [])];
  const alg = textOf(members.get('alg'));
  if (alg === undefined) throw malformed('the protected header names no algorithm');
  // RFC 7515 §7.2.1 and §4.1.11, RFC 7797 §6: otherwise whoever passes the file on decides how it is verified.
  const doubled = unsigned.find((name) => members.has(name) || ['alg', 'crit', 'b64'].includes(name));
  if (doubled !== undefined) throw malformed(`"${doubled}" stands in the unprotected header`);
  const crit = readCrit(members, unsigned);
  const b64 = members.get('b64');
  if (b64 !== undefined && (b64.kind !== 'literal' || b64.value === null || !crit.includes('b64'))) {
    throw malformed('"b64" is no boolean or not marked critical');
  }
  const x5c = members.has('x5c') ? textsOf(members.get('x5c')) : [];
  if (x5c === undefined) throw malformed('"x5c" is no list of certificates');
  return {
    members,
    alg,
    encodedPayload: b64?.kind !== 'literal' || b64.value !== false,
    crit,
    certificates: x5c.map(fromBase64),
  };
}

function readCrit(members: ReadonlyMap<string, JsonValue>, unsigned: readonly string[]): readonly string[] {
  const value = members.get('crit');
  if (value === undefined) return [];
  const names = textsOf(value);
  if (names === undefined || names.length === 0 || new Set(names).size < names.length) {
    throw malformed('"crit" must be a list of different names');
  }
  for (const name of names) {
    if (!UNDERSTOOD.has(name)) throw new SignatureFault('jades.crit-not-understood', `"${name}" is critical and not understood`);
    if (!members.has(name) && !(name === 'etsiU' && unsigned.includes(name))) throw malformed(`"${name}" is critical and absent`);
  }
  return names;
}

/**
 * Among the certificates of `x5c`, the one whose digest is signed: a swapped certificate of the same key is not taken.
 *
 * @throws {SignatureFault} `jades.signing-certificate`
 */
export function signingCertificate({ members, certificates }: ProtectedHeader, door: CryptoDoor): Certificate {
  const digests: { readonly digest: DigestAlgorithm | undefined; readonly value: string | undefined }[] = [];
  if (members.has('x5t#S256')) digests.push({ digest: 'SHA-256', value: textOf(members.get('x5t#S256')) });
  if (members.has('x5t#o')) digests.push(digestAndValue(members.get('x5t#o')));
  const list = members.get('sigX5ts');
  // Of several certificates, the first is the signer's (clause 5.2.2.3).
  if (list !== undefined) digests.push(digestAndValue(list.kind === 'array' ? list.items[0] : undefined));
  const [named] = digests;
  if (named === undefined || digests.length > 1)
    throw unknownSigner('not exactly one digest of the signing certificate is signed');
  const { digest, value } = named;
  if (digest === undefined || value === undefined) throw unknownSigner('the digest of the signing certificate cannot be read');
  const wanted = fromBase64Url(value);
  const raw = certificates.find((one) => equalBytes(digestOf(door, digest, one), wanted));
  if (raw === undefined) throw unknownSigner('the signing certificate is not in "x5c"');
  return parseCertificate(raw);
}

function digestAndValue(value: JsonValue | undefined) {
  const members = value?.kind === 'object' ? value.members : undefined;
  return { digest: digestOfName(textOf(members?.get('digAlg'))), value: textOf(members?.get('digVal')) };
}

function unknownSigner(message: string): SignatureFault {
  return new SignatureFault('jades.signing-certificate', message);
}

function malformed(message: string): SignatureFault {
  return new SignatureFault('jades.malformed', message);
}
