import { indexOfBytes, fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import { fromBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import {
  readBitStringBytes,
  readIntegerBytes,
  readOctetString,
  readOid,
  readSmallInteger,
  readTime,
} from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { berToDer } from '../cms/ber.ts';
import { parseSignedData } from '../cms/signed-data.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { decodePem } from '../pem.ts';
import { parseAlgorithmIdentifier, sameAlgorithm } from './algorithm.ts';
import type { AlgorithmIdentifier } from './algorithm.ts';
import * as ext from './extensions.ts';
import type {
  AuthorityInfoAccess,
  AuthorityKeyIdentifier,
  BasicConstraints,
  DistributionPoint,
  Extension,
  KeyUsageBit,
  NameConstraints,
  PolicyConstraints,
  PolicyInformation,
  PolicyMapping,
} from './extensions.ts';
import { parseGeneralNames } from './general-name.ts';
import type { GeneralName } from './general-name.ts';
import { parseName } from './name.ts';
import type { Name } from './name.ts';

/** A certificate as data (RFC 5280 §4.1). Byte fields are slices of the input, never re-encoded. */
export interface Certificate {
  readonly raw: Uint8Array;
  /** TBSCertificate, verbatim: the signed bytes. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Magnitude in lower-case hexadecimal without sign octet; `-` in front of a negative one. */
  readonly serialHex: string;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** False when tbsCertificate.signature differs from the outer algorithm (RFC 5280 §4.1.1.2 demands equality). */
  readonly algorithmsAgree: boolean;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly publicKeyAlgorithm: AlgorithmIdentifier;
  /** Octets of the subjectPublicKey BIT STRING. */
  readonly publicKey: Uint8Array;
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly unknownCriticalExtensions: readonly string[];
  /** What RFC 5280 forbids but deployed certificates carry; each a stable code for the judge. */
  readonly irregularities: readonly CertificateIrregularity[];
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: ReadonlySet<KeyUsageBit> | undefined;
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly authorityInfoAccess: AuthorityInfoAccess;
  readonly crlDistributionPoints: readonly DistributionPoint[];
  readonly freshestCrl: readonly DistributionPoint[];
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly inhibitAnyPolicy: number | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly ocspNoCheck: boolean;
}

export type CertificateIrregularity =
  'x509.serial-negative' | 'x509.serial-zero' | 'x509.serial-over-long' | 'x509.default-encoded' | 'x509.time-form';

/** The extensions whose meaning the path validator applies; any other critical one makes the path invalid (RFC 5280 §6.1.4 o). */
export const PROCESSED_EXTENSIONS: ReadonlySet<string> = new Set([
  OID.keyUsage,
  OID.extKeyUsage,
  OID.basicConstraints,
  OID.subjectAltName,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
  OID.nameConstraints,
  OID.cRLDistributionPoints,
  OID.freshestCRL,
  OID.authorityKeyIdentifier,
  OID.subjectKeyIdentifier,
  OID.authorityInfoAccess,
  OID.idPkixOcspNoCheck,
]);

/**
 * Reads one DER certificate strictly.
 *
 * @throws {FormatFault} `x509.*`, `der.*` with the byte offset
 * @throws {PkiFault} `x509.duplicate-extension`, `x509.version` (extensions or unique identifiers in a version without them)
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const root = decodeDer(der, SMALL_DER_BUDGET);
  const [tbs, algorithm, value, ...more] = root.expect(TAG.SEQUENCE, 'Certificate').children();
  if (tbs === undefined || algorithm === undefined || value === undefined || more.length > 0) {
    throw new FormatFault('x509.certificate', 'Certificate has three members', root.start);
  }
  const irregularities: CertificateIrregularity[] = [];
  const parts = tbs.expect(TAG.SEQUENCE, 'TBSCertificate').children();
  const next = (what: string): DerNode => {
    const part = parts.shift();
    if (part === undefined) throw new FormatFault('x509.certificate', `TBSCertificate ends before ${what}`, tbs.end);
    return part;
  };
  const version = readVersion(parts, irregularities);
  const serial = readIntegerBytes(next('serialNumber'));
  const inner = parseAlgorithmIdentifier(next('signature'));
  const issuer = parseName(next('issuer'));
  const [notBefore, notAfter] = readValidity(next('validity'), irregularities);
  const subject = parseName(next('subject'));
  const spki = next('subjectPublicKeyInfo');
  const [keyAlgorithm, key, ...others] = spki.expect(TAG.SEQUENCE, 'SubjectPublicKeyInfo').children();
  if (keyAlgorithm === undefined || key === undefined || others.length > 0) {
    throw new FormatFault('x509.public-key', 'SubjectPublicKeyInfo has two members', spki.start);
  }
  const signatureAlgorithm = parseAlgorithmIdentifier(algorithm);
  const extensions = readTail(parts, version);
  checkSerial(serial, irregularities);
  return {
    raw: root.raw,
    tbs: tbs.raw,
    version,
    serialNumber: serial,
    serialHex: serialHexOf(serial),
    signatureAlgorithm,
    algorithmsAgree: sameAlgorithm(inner, signatureAlgorithm),
    signature: readBitStringBytes(value),
    issuer,
    subject,
    notBefore,
    notAfter,
    spki: spki.raw,
    publicKeyAlgorithm: parseAlgorithmIdentifier(keyAlgorithm),
    publicKey: readBitStringBytes(key),
    irregularities,
    ...readExtensions(extensions),
  };
}

function readVersion(parts: DerNode[], irregularities: CertificateIrregularity[]): 1 | 2 | 3 {
  const first = parts[0];
  if (first?.tag !== 0xa0) return 1;
  parts.shift();
  const value = readSmallInteger(first.inner());
  if (value === 0) irregularities.push('x509.default-encoded');
  if (value !== 0 && value !== 1 && value !== 2) throw new PkiFault('x509.version', `no such certificate version: ${value}`);
  return (value + 1) as 1 | 2 | 3;
}

function readValidity(node: DerNode, irregularities: CertificateIrregularity[]): readonly [number, number] {
  const [from, to, ...more] = node.expect(TAG.SEQUENCE, 'Validity').children();
  if (from === undefined || to === undefined || more.length > 0)
    throw new FormatFault('x509.validity', 'Validity has two members', node.start);
  const moments = [from, to].map((part) => {
    const moment = readTime(part);
    // RFC 5280 §4.1.2.5: UTCTime through 2049. Old CAs wrote GeneralizedTime earlier; the moment is the same.
    if (part.tag === TAG.GENERALIZED_TIME && moment < Date.UTC(2050, 0) && !irregularities.includes('x509.time-form')) {
      irregularities.push('x509.time-form');
    }
    return moment;
  });
  return moments as unknown as readonly [number, number];
}

/** issuerUniqueID [1], subjectUniqueID [2], extensions [3]: in order, each in the versions that have it. */
function readTail(parts: readonly DerNode[], version: 1 | 2 | 3): ReadonlyMap<string, Extension> {
  let last = 0;
  let extensions: ReadonlyMap<string, Extension> = new Map();
  for (const part of parts) {
    const number = part.tag === 0x81 ? 1 : part.tag === 0x82 ? 2 : part.tag === 0xa3 ? 3 : 0;
    if (number <= last) throw new FormatFault('x509.certificate', 'unexpected member of TBSCertificate', part.start);
    if (version < (number === 3 ? 3 : 2)) {
      throw new PkiFault('x509.version', `version ${version} certificate with a field of a later version`);
    }
    if (number === 3) extensions = ext.parseExtensions(part.inner());
    last = number;
  }
  return extensions;
}

function checkSerial(serial: Uint8Array, irregularities: CertificateIrregularity[]): void {
  if ((serial[0] as number) >= 0x80) irregularities.push('x509.serial-negative');
  if (serial.length === 1 && serial[0] === 0) irregularities.push('x509.serial-zero');
  if (serial.length > 20) irregularities.push('x509.serial-over-long');
}

/** Magnitude as hexadecimal text: how serial numbers are shown and looked up. */
export function serialHexOf(serialNumber: Uint8Array): string {
  if ((serialNumber[0] as number) >= 0x80) {
    const magnitude = (1n << BigInt(serialNumber.length * 8)) - BigInt(`0x${toHex(serialNumber)}`);
    return `-${magnitude.toString(16)}`;
  }
  return toHex(serialNumber.length > 1 && serialNumber[0] === 0 ? serialNumber.subarray(1) : serialNumber);
}

function readExtensions(extensions: ReadonlyMap<string, Extension>) {
  const read = <T>(oid: string, parse: (value: Uint8Array) => T): T | undefined => {
    const found = extensions.get(oid);
    return found === undefined ? undefined : parse(found.value);
  };
  return {
    extensions,
    unknownCriticalExtensions: [...extensions.values()]
      .filter((one) => one.critical && !PROCESSED_EXTENSIONS.has(one.oid))
      .map((one) => one.oid),
    basicConstraints: read(OID.basicConstraints, ext.parseBasicConstraints),
    keyUsage: read(OID.keyUsage, ext.parseKeyUsage),
    extKeyUsage: read(OID.extKeyUsage, ext.parseExtKeyUsage),
    subjectKeyIdentifier: read(OID.subjectKeyIdentifier, (value) => readOctetString(decodeDer(value, SMALL_DER_BUDGET))),
    authorityKeyIdentifier: read(OID.authorityKeyIdentifier, ext.parseAuthorityKeyIdentifier),
    authorityInfoAccess: read(OID.authorityInfoAccess, ext.parseAuthorityInfoAccess) ?? { ocsp: [], caIssuers: [] },
    crlDistributionPoints: read(OID.cRLDistributionPoints, ext.parseDistributionPoints) ?? [],
    freshestCrl: read(OID.freshestCRL, ext.parseDistributionPoints) ?? [],
    certificatePolicies: read(OID.certificatePolicies, ext.parseCertificatePolicies),
    policyMappings: read(OID.policyMappings, ext.parsePolicyMappings),
    policyConstraints: read(OID.policyConstraints, ext.parsePolicyConstraints),
    inhibitAnyPolicy: read(OID.inhibitAnyPolicy, ext.parseInhibitAnyPolicy),
    nameConstraints: read(OID.nameConstraints, ext.parseNameConstraints),
    subjectAltName: read(OID.subjectAltName, (value) =>
      parseGeneralNames(decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'SubjectAltName')),
    ),
    ocspNoCheck: extensions.has(OID.idPkixOcspNoCheck),
  };
}

/**
 * Every certificate in a file, whatever its wrapping: one DER certificate, a PEM bundle, a DER or PEM `p7c`/`p7b`, or bare
 * base64. AIA answers come in all of them with wrong content types.
 *
 * @throws {FormatFault} `x509.no-certificate`, `x509.*`, `cms.*`, `der.*`
 */
export function parseCertificates(bytes: Uint8Array): Certificate[] {
  if (bytes[0] === TAG.SEQUENCE) return fromDer(bytes);
  if (indexOfBytes(bytes, latin1('-----BEGIN')) !== -1) {
    const blocks = decodePem(fromLatin1(bytes)).filter((block) => /^((X509 |TRUSTED )?CERTIFICATE|PKCS7|CMS)$/.test(block.label));
    if (blocks.length > 0) return blocks.flatMap((block) => fromDer(block.bytes));
  } else if (/^[A-Za-z0-9+/=\s]+$/.test(fromLatin1(bytes.subarray(0, 256)))) {
    const decoded = fromBase64(fromLatin1(bytes));
    if (decoded[0] === TAG.SEQUENCE) return fromDer(decoded);
  }
  throw new FormatFault('x509.no-certificate', 'no certificate in DER, PEM or p7c form found');
}

function fromDer(bytes: Uint8Array): Certificate[] {
  // p7c files come in BER now and then; a certificate with an indefinite length stays refused.
  const der = bytes[1] === 0x80 ? berToDer(bytes) : bytes;
  const [first] = decodeDer(der, SMALL_DER_BUDGET).children();
  if (first?.tag !== TAG.OBJECT_IDENTIFIER) return [parseCertificate(bytes)];
  if (readOid(first) !== OID.idSignedData) throw new FormatFault('x509.no-certificate', 'CMS of another kind', first.start);
  return parseSignedData(der).certificates.map(parseCertificate);
}
