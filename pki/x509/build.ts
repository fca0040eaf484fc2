import { BackwardDer } from '@antin/formats/der/backward';
import { TAG } from '@antin/formats/der/tags';
import { boolean, context, contextValue, integer, namedBits, octetString, oid, sequence, time } from '@antin/formats/der/writer';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { KEY_USAGE_BITS } from './extensions.ts';
import type { KeyUsageBit } from './extensions.ts';
import { buildGeneralName, writeGeneralName } from './general-name.ts';

export interface TbsCertificateInput {
  /** Content octets of a positive INTEGER, at most 20 (RFC 5280 §4.1.2.2). */
  readonly serialNumber: Uint8Array;
  /** DER AlgorithmIdentifier; the same goes to `certificateFrom`. */
  readonly signatureAlgorithm: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DER Name, or its RDNs, outermost first. */
  readonly subject: Uint8Array | readonly Uint8Array[];
  readonly spki: Uint8Array;
  /** DER of the Extension values in the order of the profile, in pieces cut anywhere. */
  readonly extensions: readonly Uint8Array[];
}

const VERSION_3 = context(0, integer(2));
const out = new BackwardDer();

function writeTbs(input: TbsCertificateInput): void {
  checkSerial(input.serialNumber);
  if (input.notAfter < input.notBefore) throw new PkiFault('x509.validity', 'notAfter lies before notBefore');
  const { extensions } = input;
  const mark = out.size;
  if (extensions.length > 0) {
    for (let i = extensions.length - 1; i >= 0; i--) out.bytes(extensions[i] as Uint8Array);
    out.close(TAG.SEQUENCE, mark);
    out.close(0xa3, mark);
  }
  out.bytes(input.spki);
  writeSubject(input.subject);
  out.bytes(validityOf(input));
  out.bytes(input.issuer);
  out.bytes(input.signatureAlgorithm);
  out.value(TAG.INTEGER, input.serialNumber);
  out.bytes(VERSION_3);
  out.close(TAG.SEQUENCE, mark);
}

function writeSubject(subject: Uint8Array | readonly Uint8Array[]): void {
  if (subject instanceof Uint8Array) return out.bytes(subject);
  const mark = out.size;
  for (let i = subject.length - 1; i >= 0; i--) out.bytes(subject[i] as Uint8Array);
  out.close(TAG.SEQUENCE, mark);
}

/** The one written last: certificates of a batch begin and end together. */
let lastValidity: { readonly notBefore: number; readonly notAfter: number; readonly encoded: Uint8Array } | undefined;

function validityOf({ notBefore, notAfter }: TbsCertificateInput): Uint8Array {
  if (lastValidity?.notBefore !== notBefore || lastValidity.notAfter !== notAfter) {
    lastValidity = { notBefore, notAfter, encoded: sequence(time(notBefore), time(notAfter)) };
  }
  return lastValidity.encoded;
}

/**
 * TBSCertificate version 3 (RFC 5280 §4.1).
 *
 * @throws {PkiFault} `x509.serial` for a zero, negative, non-minimal or over-long serial number, `x509.validity` when it ends before it begins
 */
export function buildTbsCertificate(input: TbsCertificateInput): Uint8Array {
  out.begin();
  writeTbs(input);
  return out.finish();
}

function checkSerial(serial: Uint8Array): void {
  const first = serial[0];
  const second = serial[1];
  const minimal = first !== undefined && !(first === 0 && (second === undefined || second < 0x80));
  if (!minimal || (first as number) >= 0x80 || serial.length > 20) {
    throw new PkiFault('x509.serial', 'serial numbers are positive, minimal and at most 20 octets');
  }
}

function writeSignature(algorithmIdentifier: Uint8Array, signature: Uint8Array): void {
  out.begin();
  out.bytes(signature);
  out.octet(0);
  out.close(TAG.BIT_STRING, 0);
  out.bytes(algorithmIdentifier);
}

/** `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` */
export function certificateFrom(tbs: Uint8Array, algorithmIdentifier: Uint8Array, signature: Uint8Array): Uint8Array {
  writeSignature(algorithmIdentifier, signature);
  out.bytes(tbs);
  out.close(TAG.SEQUENCE, 0);
  return out.finish();
}

/** Both at once for a signature that is there before the TBS: the TBS is a slice of the certificate. */
export function buildCertificate(
  input: TbsCertificateInput,
  signature: Uint8Array,
): { readonly tbs: Uint8Array; readonly certificate: Uint8Array } {
  writeSignature(input.signatureAlgorithm, signature);
  const after = out.size;
  writeTbs(input);
  const size = out.size - after;
  out.close(TAG.SEQUENCE, 0);
  const certificate = out.finish();
  const start = certificate.length - after - size;
  return { tbs: certificate.subarray(start, start + size), certificate };
}

/** Any extension from the DER of its own type. */
export function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value));
}

/** Critical in CA certificates (RFC 5280 §4.2.1.9); empty SEQUENCE for end entities. */
export function basicConstraints(ca: boolean, pathLength?: number): Uint8Array {
  const length = pathLength === undefined ? [] : [integer(pathLength)];
  return extension(OID.basicConstraints, true, ca ? sequence(boolean(true), ...length) : sequence());
}

/** Critical. */
export function keyUsage(...bits: readonly KeyUsageBit[]): Uint8Array {
  return extension(OID.keyUsage, true, namedBits(...bits.map((bit) => KEY_USAGE_BITS.indexOf(bit))));
}

/** Not critical, except time-stamping, where RFC 3161 §2.3 demands it: alone and critical. */
export function extKeyUsage(...purposes: readonly string[]): Uint8Array {
  const onlyTimeStamping = purposes.length === 1 && purposes[0] === OID.timeStamping;
  return extension(OID.extKeyUsage, onlyTimeStamping, sequence(...purposes.map(oid)));
}

/** subjectKeyIdentifier. */
export function ski(keyIdentifier: Uint8Array): Uint8Array {
  return extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier));
}

/** authorityKeyIdentifier with the issuer's key identifier. */
export function aki(keyIdentifier: Uint8Array): Uint8Array {
  return extension(OID.authorityKeyIdentifier, false, sequence(contextValue(0, keyIdentifier)));
}

/** One distribution point a URL, each with all reasons. */
export function crlDistributionPoints(urls: readonly string[]): Uint8Array {
  const points = urls.map((value) => sequence(context(0, context(0, buildGeneralName({ kind: 'uri', value })))));
  return extension(OID.cRLDistributionPoints, false, sequence(...points));
}

export function authorityInfoAccess(access: {
  readonly ocsp?: readonly string[];
  readonly caIssuers?: readonly string[];
}): Uint8Array {
  const describe = (method: string) => (value: string) => sequence(oid(method), buildGeneralName({ kind: 'uri', value }));
  const ocsp = (access.ocsp ?? []).map(describe(OID.idAdOcsp));
  const caIssuers = (access.caIssuers ?? []).map(describe(OID.idAdCaIssuers));
  return extension(OID.authorityInfoAccess, false, sequence(...ocsp, ...caIssuers));
}

export function certificatePolicies(policies: readonly string[]): Uint8Array {
  return extension(OID.certificatePolicies, false, sequence(...policies.map((policy) => sequence(oid(policy)))));
}

export function subjectAltName(...names: readonly Parameters<typeof buildGeneralName>[0][]): Uint8Array {
  out.begin();
  for (let i = names.length - 1; i >= 0; i--) writeGeneralName(out, names[i] as (typeof names)[number]);
  out.close(TAG.SEQUENCE, 0);
  out.close(TAG.OCTET_STRING, 0);
  out.bytes(oid(OID.subjectAltName));
  out.close(TAG.SEQUENCE, 0);
  return out.finish();
}

/** id-pkix-ocsp-nocheck of delegated responders (RFC 6960 §4.2.2.2.1). */
export function ocspNoCheck(): Uint8Array {
  return extension(OID.idPkixOcspNoCheck, false, Uint8Array.of(TAG.NULL, 0));
}
