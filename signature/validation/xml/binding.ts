import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readIntegerBytes } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { base64Binary } from '@antin/formats/xml/base64';
import type { XmlElement } from '@antin/formats/xml/element';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parseGeneralNames } from '@antin/pki/x509/general-name';
import { sameName } from '@antin/pki/x509/name';
import { JUDGED_METHODS } from '../../xmldsig/algorithms.ts';
import { DS } from '../../xmldsig/names.ts';
import { checkSignatureValue } from '../../xmldsig/verify.ts';
import type { XmlSignatureFinding } from '../../xmldsig/verify.ts';
import type { CertificatePool } from '../certificates.ts';
import type { BindingFacts } from '../facts.ts';
import type { Finding } from '../types.ts';
import { namesIssuer } from './issuer-name.ts';
import type { XmlStructure } from './structure.ts';

export interface Bound {
  readonly certificate: Certificate | undefined;
  readonly binding: BindingFacts;
  readonly value: XmlSignatureFinding['value'] | 'not-checked';
  /** Does KeyInfo carry the signing certificate? */
  readonly included: boolean;
  readonly warnings: readonly Finding[];
}

/** Certificates tried for one signature; a chain has a handful. */
const MOST = 20;

/**
 * The signing certificate: of those at hand, the one that the signed properties name by digest (EN 319 132-1 §5.2.2). Keys and
 * names written into KeyInfo decide nothing. Without such properties (plain XMLDSIG) it is the one certificate of KeyInfo whose
 * key made the value; two of them are a confusion of identities, and neither is taken.
 */
export function bindCertificate(structure: XmlStructure, pool: CertificatePool, door: CryptoDoor): Bound {
  const { signature, signedProperties, namespace } = structure;
  const own = signature.certificates.slice(0, MOST).flatMap((raw) => pool.add(raw) ?? []);
  const properties = signedProperties?.child(namespace, 'SignedSignatureProperties');
  const v1 = properties?.childrenNamed(namespace, 'SigningCertificate') ?? [];
  const v2 = properties?.childrenNamed(namespace, 'SigningCertificateV2') ?? [];
  const counts = { v1: v1.length, v2: v2.length };
  const named = [...v2, ...v1].flatMap((one) => one.childrenNamed(namespace, 'Cert')).slice(0, MOST);
  const verified = memo((one: Certificate) => checkSignatureValue(signature, one.spki, door));
  const warnings = keyInfoWarnings(structure, own.length);
  const answer = (
    certificate: Certificate | undefined,
    binding: Omit<BindingFacts, 'v1' | 'v2'>,
    more: Finding[] = [],
  ): Bound => ({
    certificate,
    binding: { ...counts, ...binding },
    value: certificate === undefined ? 'not-checked' : verified(certificate),
    included: certificate !== undefined && own.includes(certificate),
    warnings: [...warnings, ...more],
  });
  if (v1.length + v2.length === 0) {
    const { certificate, two } = withoutBinding(structure, own, pool, verified);
    return answer(certificate, { matches: null, digest: null, why: null }, two ? [TWO_IDENTITIES] : []);
  }
  const hits = named.flatMap((cert) => candidatesFor(cert, namespace, own, pool, door));
  const hit = hits.find((one) => verified(one.certificate) === 'valid') ?? hits[0];
  if (hit !== undefined) {
    const wrong = namesAnother(hit.cert, namespace, hit.certificate);
    return answer(hit.certificate, { matches: wrong.fatal === null, digest: hit.digest, why: wrong.fatal }, wrong.warnings);
  }
  // Not at hand at all, or another one stands in its place.
  const first = own.find((one) => verified(one) === 'valid') ?? own[0];
  const why = first === undefined ? null : 'the digest in the property is not that of the certificate';
  const digest = named[0] === undefined ? null : (digestIn(named[0], namespace)?.algorithm ?? null);
  return answer(first, { matches: first === undefined ? null : false, digest, why });
}

const TWO_IDENTITIES: Finding = {
  code: 'xmldsig.two-certificates-of-one-key',
  clause: 'XMLDSIG 4.5.4',
  message: 'several certificates carry the key of this signature, and nothing signed says which is meant',
};

interface Hit {
  readonly cert: XmlElement;
  readonly certificate: Certificate;
  readonly digest: DigestAlgorithm;
}

function candidatesFor(
  cert: XmlElement,
  namespace: string,
  own: readonly Certificate[],
  pool: CertificatePool,
  door: CryptoDoor,
): Hit[] {
  const wanted = digestIn(cert, namespace);
  if (wanted === undefined) return [];
  const { algorithm, value } = wanted;
  const fits = (one: Certificate): boolean => equalBytes(digestOf(door, algorithm, one.raw), value);
  const found = own.find(fits) ?? pool.all().find(fits);
  return found === undefined ? [] : [{ cert, certificate: found, digest: algorithm }];
}

function digestIn(cert: XmlElement, namespace: string): { algorithm: DigestAlgorithm; value: Uint8Array } | undefined {
  const digest = cert.child(namespace, 'CertDigest');
  const algorithm = JUDGED_METHODS.digest(digest?.child(DS, 'DigestMethod')?.attribute('Algorithm') ?? '');
  const text = digest?.child(DS, 'DigestValue')?.text;
  return algorithm === undefined || text === undefined ? undefined : { algorithm, value: base64Binary(text) };
}

/** Issuer and serial number beside the digest: by encoding in V2, by the text of a name before. */
function namesAnother(
  cert: XmlElement,
  namespace: string,
  certificate: Certificate,
): { fatal: string | null; warnings: Finding[] } {
  const v2 = cert.child(namespace, 'IssuerSerialV2');
  if (v2 !== undefined) {
    const fatal = encodedNames(v2, certificate) ? null : 'issuer and serial number differ';
    return { fatal, warnings: [] };
  }
  const v1 = cert.child(namespace, 'IssuerSerial');
  if (v1 === undefined) return { fatal: null, warnings: [] };
  const serial = v1.child(DS, 'X509SerialNumber')?.text.trim() ?? '';
  if (!sameSerial(serial, certificate)) return { fatal: 'the serial number differs', warnings: [] };
  if (namesIssuer(v1.child(DS, 'X509IssuerName')?.text ?? '', certificate.issuer)) return { fatal: null, warnings: [] };
  const message = 'the text of X509IssuerName is not the issuer as we read it; digest and serial number are right';
  return { fatal: null, warnings: [{ code: 'xades.issuer-name-differs', clause: 'EN 319 132-1 5.2.2', message }] };
}

function encodedNames(element: XmlElement, certificate: Certificate): boolean {
  try {
    const [issuer, serial] = decodeDer(base64Binary(element.text)).expect(TAG.SEQUENCE, 'IssuerSerial').children();
    if (issuer === undefined || serial === undefined) return false;
    if (!equalBytes(readIntegerBytes(serial), certificate.serialNumber)) return false;
    const names = parseGeneralNames(issuer.expect(TAG.SEQUENCE, 'issuer'));
    return names.some((one) => one.kind === 'directory' && sameName(one.name, certificate.issuer));
  } catch (fault) {
    if (fault instanceof FormatFault) return false;
    throw fault;
  }
}

function sameSerial(text: string, certificate: Certificate): boolean {
  if (!/^-?\d{1,80}$/.test(text)) return false;
  return BigInt(text) === BigInt(`0x${certificate.serialHex === '' ? '0' : certificate.serialHex}`);
}

function withoutBinding(
  { signature }: XmlStructure,
  own: readonly Certificate[],
  pool: CertificatePool,
  verified: (one: Certificate) => XmlSignatureFinding['value'],
): { certificate: Certificate | undefined; two: boolean } {
  const candidates = own.length > 0 ? own : namedInKeyInfo(signature.keyInfo, pool);
  const makers = candidates.filter((one) => verified(one) === 'valid');
  if (makers.length > 1) return { certificate: undefined, two: true };
  return { certificate: makers[0] ?? candidates[0], two: false };
}

/** KeyInfo that only names its certificate: X509SKI or X509IssuerSerial, held against the certificates at hand. */
function namedInKeyInfo(keyInfo: XmlElement | undefined, pool: CertificatePool): Certificate[] {
  const data = keyInfo?.childrenNamed(DS, 'X509Data') ?? [];
  const ids = data.flatMap((one) => one.childrenNamed(DS, 'X509SKI')).map((one) => base64Binary(one.text));
  const serials = data.flatMap((one) => one.childrenNamed(DS, 'X509IssuerSerial'));
  return pool
    .all()
    .filter(
      (one) =>
        ids.some((id) => one.subjectKeyIdentifier !== undefined && equalBytes(one.subjectKeyIdentifier, id)) ||
        serials.some(
          (serial) =>
            sameSerial(serial.child(DS, 'X509SerialNumber')?.text.trim() ?? '', one) &&
            namesIssuer(serial.child(DS, 'X509IssuerName')?.text ?? '', one.issuer),
        ),
    )
    .slice(0, MOST);
}

function keyInfoWarnings({ signature }: XmlStructure, certificates: number): Finding[] {
  const { keyInfo } = signature;
  if (keyInfo === undefined) return [];
  const out: Finding[] = [];
  const say = (code: string, message: string): void => void out.push({ code, clause: 'XMLDSIG 4.5', message });
  if (keyInfo.childrenNamed(DS, 'RetrievalMethod').length > 0)
    say('xmldsig.retrieval-method', 'a RetrievalMethod is not followed');
  if (certificates === 0 && keyInfo.childrenNamed(DS, 'KeyValue').length > 0) {
    say('xmldsig.key-value-only', 'a bare key names nobody; a certificate is needed');
  }
  return out;
}

function memo<K extends object, V>(ask: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = ask(key)));
    return value;
  };
}
