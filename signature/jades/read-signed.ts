import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { textOf } from '@antin/formats/json/value';
import type { JsonValue } from '@antin/formats/json/value';
import type { CryptoDoor } from '@antin/pki/crypto';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { Certificate } from '@antin/pki/x509/certificate';
import { joined } from '../making/evidence.ts';
import type { Evidence } from '../making/evidence.ts';
import type { EtsiU, EtsiUItem } from './etsi-u.ts';
import { readEtsiU } from './etsi-u.ts';
import { signingCertificate } from './header.ts';
import type { Jws, JwsSignature } from './jws.ts';

export interface CarriedTimeStamp {
  readonly kind: 'signature' | 'archive';
  /** DER. */
  readonly token: Uint8Array;
  /** Elements of `etsiU` in front of it. */
  readonly before: readonly EtsiUItem[];
}

/** A JAdES signature as extending and judging need it; ours or another's. */
export interface JadesSignature {
  readonly jws: Jws;
  readonly signature: JwsSignature;
  readonly certificate: Certificate;
  readonly etsiU: EtsiU;
  /** In their order. */
  readonly timeStamps: readonly CarriedTimeStamp[];
  /** Certificates and revocation data carried anywhere in it, those of its tokens included. */
  readonly evidence: Evidence;
}

/**
 * @throws {SignatureFault} `jades.signing-certificate`, `jades.malformed`
 * @throws {FormatFault} `base64.damaged`, `json.*`, `tsp.*`, `der.*`
 */
export function readJades(jws: Jws, signature: JwsSignature, door: CryptoDoor): JadesSignature {
  const etsiU = readEtsiU(signature.unprotected);
  const timeStamps = carriedTimeStamps(etsiU);
  const evidence = joined(evidenceOf(etsiU.items), evidenceOfTokens(timeStamps));
  const certificates = [...signature.header.certificates, ...evidence.certificates];
  return {
    jws,
    signature,
    certificate: signingCertificate(signature.header, door),
    etsiU,
    timeStamps,
    evidence: { ...evidence, certificates },
  };
}

/** Tokens of `sigTst` and `arcTst`, not looked into. @throws {FormatFault} `base64.damaged` */
function carriedTimeStamps({ items }: EtsiU): CarriedTimeStamp[] {
  return items.flatMap(({ name, value }, i): CarriedTimeStamp[] => {
    const kind = KINDS.get(name);
    if (kind === undefined) return [];
    return tokensOf(value).map((token) => ({ kind, token, before: items.slice(0, i) }));
  });
}

/** Tokens of a `tstContainer` (clause 5.4.3.3). @throws {FormatFault} `base64.damaged` */
export function tokensOf(container: JsonValue | undefined): Uint8Array[] {
  return vals(member(container, 'tstTokens'));
}

const KINDS: ReadonlyMap<string, CarriedTimeStamp['kind']> = new Map([
  ['sigTst', 'signature'],
  ['arcTst', 'archive'],
]);

/** Values for time-stamps and values of any kind hold an `xVals` and an `rVals` of their own. */
const CONTAINERS: ReadonlySet<string> = new Set(['tstVD', 'anyValData']);

/** What `xVals`, `rVals` and their kin carry, those for time-stamps included. @throws {FormatFault} `base64.damaged` */
export function evidenceOf(items: readonly Pick<EtsiUItem, 'name' | 'value'>[]): Evidence {
  const certificates: Uint8Array[] = [];
  const crls: Uint8Array[] = [];
  const ocsps: Uint8Array[] = [];
  const add = (name: string, value: JsonValue): void => {
    if (name === 'xVals' || name === 'axVals') {
      certificates.push(...elements(value).flatMap((one) => val(member(one, 'x509Cert'))));
    } else if (name === 'rVals' || name === 'arVals') {
      crls.push(...vals(member(value, 'crlVals')));
      ocsps.push(...vals(member(value, 'ocspVals')));
    } else if (CONTAINERS.has(name) && value.kind === 'object') {
      for (const [inner, one] of value.members) if (!CONTAINERS.has(inner)) add(inner, one);
    }
  };
  for (const { name, value } of items) add(name, value);
  return { certificates, crls, ocsps };
}

function evidenceOfTokens(timeStamps: readonly CarriedTimeStamp[]): Evidence {
  const signedData = timeStamps.map(({ token }) => parseTimeStampToken(token).signedData);
  return {
    certificates: signedData.flatMap((one) => [...one.certificates]),
    crls: signedData.flatMap((one) => [...one.crls]),
    ocsps: signedData.flatMap((one) => [...one.ocspResponses]),
  };
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return value?.kind === 'object' ? value.members.get(name) : undefined;
}

function elements(value: JsonValue | undefined): readonly JsonValue[] {
  return value?.kind === 'array' ? value.items : [];
}

/** `pkiOb` (clause 5.4.2): base64 of DER, unless another encoding is named. */
function val(value: JsonValue | undefined): Uint8Array[] {
  const text = textOf(member(value, 'val'));
  return text === undefined ? [] : [fromBase64(text)];
}

function vals(value: JsonValue | undefined): Uint8Array[] {
  return elements(value).flatMap(val);
}
