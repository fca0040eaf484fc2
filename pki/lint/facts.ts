import { equalBytes } from '@antin/formats/bytes/bytes';
import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBoolean, readIntegerBytes, readOctetString, readOid, readSmallInteger } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { Attempts } from './complaints.ts';
import type { SyntaxComplaint } from './complaints.ts';
import { READERS } from './extension-values.ts';
import type { ReaderOid, ValueOf } from './extension-values.ts';
import { checkSignatureParameters, readKey } from './key-facts.ts';
import type { RsaFacts } from './key-facts.ts';
import { readName } from './name-facts.ts';
import type { NameFacts } from './name-facts.ts';
import { readTimeFacts } from './time-facts.ts';
import type { TimeFacts } from './time-facts.ts';
import { OID } from '../oids.ts';

export interface ExtensionFacts {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** `CertificateFacts.value` */
export type ValueReader = <O extends ReaderOid>(oid: O) => ValueOf<O> | undefined;

/** A certificate as far as it can be read: what is damaged is undefined and stands among the complaints. */
export interface CertificateFacts {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly version: number | undefined;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array | undefined;
  readonly innerAlgorithm: AlgorithmIdentifier | undefined;
  readonly outerAlgorithm: AlgorithmIdentifier | undefined;
  readonly signature: Uint8Array | undefined;
  readonly issuer: NameFacts | undefined;
  readonly subject: NameFacts | undefined;
  readonly notBefore: TimeFacts | undefined;
  readonly notAfter: TimeFacts | undefined;
  readonly spki: Uint8Array | undefined;
  readonly keyAlgorithm: AlgorithmIdentifier | undefined;
  /** Octets of the subjectPublicKey BIT STRING. */
  readonly publicKey: Uint8Array | undefined;
  readonly rsa: RsaFacts | undefined;
  readonly hasIssuerUniqueId: boolean;
  readonly hasSubjectUniqueId: boolean;
  /** In order, duplicates included; undefined when the field is absent. */
  readonly extensions: readonly ExtensionFacts[] | undefined;
  readonly complaints: readonly SyntaxComplaint[];
  /** The first extension of a type. */
  extension(oid: string): ExtensionFacts | undefined;
  /** Its value, when the extension is there and can be read. */
  value<O extends ReaderOid>(oid: O): ValueOf<O> | undefined;
  /** Computes once what several rules ask. */
  once<T>(what: string, compute: () => T): T;
  /** Computes once what follows from the values of some extensions alone: for all certificates in which they are the same. */
  onceOver<T>(oids: readonly ReaderOid[], what: string, compute: (value: ValueReader) => T): T;
  /** Kinds of the names in subjectAltName, in their order; empty without the extension or when it cannot be read. */
  readonly altNameKinds: readonly GeneralName['kind'][];
  readonly ca: boolean;
  /** Subject and issuer are the same, by encoding. */
  readonly selfIssued: boolean;
}

type Tbs = Pick<
  CertificateFacts,
  | 'version'
  | 'serialNumber'
  | 'innerAlgorithm'
  | 'issuer'
  | 'subject'
  | 'notBefore'
  | 'notAfter'
  | 'spki'
  | 'keyAlgorithm'
  | 'publicKey'
  | 'rsa'
  | 'hasIssuerUniqueId'
  | 'hasSubjectUniqueId'
  | 'extensions'
>;

/**
 * Reads one certificate for the linter. Only the frame must stand: three members, and the seven of TBSCertificate.
 *
 * @throws {FormatFault} when not even that is there
 */
export function readCertificate(der: Uint8Array): CertificateFacts {
  const [tbs, algorithm, signature, ...more] = decodeDer(der, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'Certificate').children();
  if (tbs === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw new FormatFault('x509.certificate', 'Certificate has three members', 0);
  }
  const attempts = new Attempts();
  const fields = readTbs(tbs, attempts);
  const extensions = fields.extensions ?? [];
  const values = new Map<string, unknown>();
  for (const { oid, value } of extensions) {
    const reader = (READERS as Partial<Record<string, (value: Uint8Array) => unknown>>)[oid];
    if (reader !== undefined && !values.has(oid))
      values.set(
        oid,
        attempts.read(`extension ${oid}`, () => reader(value)),
      );
  }
  const value = <O extends ReaderOid>(oid: O) => values.get(oid) as ValueOf<O> | undefined;
  for (const { id, broken } of value(OID.qcStatements) ?? []) {
    if (broken !== undefined) attempts.complain(`statement ${id}`, broken.code, broken.message);
  }
  const answers = new Map<string, unknown>();
  const once = <T>(what: string, compute: () => T): T => {
    if (!answers.has(what)) answers.set(what, compute());
    return answers.get(what) as T;
  };
  return {
    der,
    tbs: tbs.raw,
    ...fields,
    outerAlgorithm: attempts.read('signatureAlgorithm', () => parseAlgorithmIdentifier(algorithm)),
    signature: attempts.read('signatureValue', () => wholeBits(signature)),
    complaints: attempts.complaints,
    extension: (oid) => extensions.find((one) => one.oid === oid),
    value,
    once,
    onceOver: (oids, what, compute) => once(what, () => compute(only(oids, value))),
    altNameKinds: (value(OID.subjectAltName) ?? []).map(({ kind }) => kind),
    ca: value(OID.basicConstraints)?.ca === true,
    selfIssued: fields.issuer !== undefined && fields.subject !== undefined && equalBytes(fields.issuer.raw, fields.subject.raw),
  };
}

/** A reader of these extensions and of no other: what is computed with it can depend on nothing else. */
function only(oids: readonly ReaderOid[], value: ValueReader): ValueReader {
  return (oid) => {
    if (!oids.includes(oid)) throw new Error(`a computation over ${oids.join(' ')} asks for ${oid}`);
    return value(oid);
  };
}

function readTbs(tbs: DerNode, attempts: Attempts): Tbs {
  const parts = tbs.expect(TAG.SEQUENCE, 'TBSCertificate').children();
  const next = (what: string): DerNode => {
    const part = parts.shift();
    if (part === undefined) throw new FormatFault('x509.certificate', `TBSCertificate ends before ${what}`, tbs.end);
    return part;
  };
  const explicit = parts[0]?.tag === 0xa0 ? parts.shift() : undefined;
  const version = explicit === undefined ? 1 : attempts.read('version', () => readSmallInteger(explicit.inner()) + 1);
  const serial = next('serialNumber');
  const inner = next('signature');
  const issuer = next('issuer');
  const validity = next('validity');
  const subject = next('subject');
  const spki = next('subjectPublicKeyInfo');
  const innerAlgorithm = attempts.read('signature', () => parseAlgorithmIdentifier(inner));
  if (innerAlgorithm !== undefined) attempts.read('signature', () => checkSignatureParameters(innerAlgorithm));
  const times = attempts.read('validity', () => readTimes(validity));
  const tail = readTail(parts, attempts);
  return {
    version,
    serialNumber: attempts.read('serialNumber', () => readIntegerBytes(serial)),
    innerAlgorithm,
    issuer: readName(issuer, 'issuer', attempts),
    notBefore: times?.[0],
    notAfter: times?.[1],
    subject: readName(subject, 'subject', attempts),
    ...readPublicKey(spki, attempts),
    ...tail,
  };
}

/** @throws {FormatFault} `x509.validity`, `der.*` */
export function readTimes(validity: DerNode): readonly [TimeFacts, TimeFacts] {
  const [from, to, ...more] = validity.expect(TAG.SEQUENCE, 'Validity').children();
  if (from === undefined || to === undefined || more.length > 0)
    throw new FormatFault('x509.validity', 'two members', validity.start);
  return [readTimeFacts(from), readTimeFacts(to)];
}

function readPublicKey(spki: DerNode, attempts: Attempts): Pick<Tbs, 'spki' | 'keyAlgorithm' | 'publicKey' | 'rsa'> {
  const read = attempts.read('subjectPublicKeyInfo', () => {
    const [algorithm, key, ...more] = spki.expect(TAG.SEQUENCE, 'SubjectPublicKeyInfo').children();
    if (algorithm === undefined || key === undefined || more.length > 0)
      throw new FormatFault('x509.public-key', 'two members', spki.start);
    return { keyAlgorithm: parseAlgorithmIdentifier(algorithm), publicKey: wholeBits(key) };
  });
  if (read === undefined) return { spki: spki.raw, keyAlgorithm: undefined, publicKey: undefined, rsa: undefined };
  return { spki: spki.raw, ...read, rsa: attempts.read('subjectPublicKey', () => readKey(read.keyAlgorithm, read.publicKey)) };
}

function readTail(
  parts: readonly DerNode[],
  attempts: Attempts,
): Pick<Tbs, 'hasIssuerUniqueId' | 'hasSubjectUniqueId' | 'extensions'> {
  const list = parts.find((part) => part.tag === 0xa3);
  for (const part of parts) {
    if (![0x81, 0x82, 0xa3].includes(part.tag)) attempts.complain('tbsCertificate', 'x509.certificate', 'unexpected member');
  }
  return {
    hasIssuerUniqueId: parts.some((part) => part.tag === 0x81),
    hasSubjectUniqueId: parts.some((part) => part.tag === 0x82),
    extensions: list === undefined ? undefined : readExtensionList(list, attempts),
  };
}

/** `[n] EXPLICIT Extensions`, kept in order with duplicates: what is wrong with them is for the rules to say. */
export function readExtensionList(explicit: DerNode, attempts: Attempts): ExtensionFacts[] {
  const found = attempts.read('extensions', () => {
    const items = explicit.inner().expect(TAG.SEQUENCE, 'Extensions').children();
    if (items.length === 0) throw new FormatFault('x509.extensions', 'Extensions must not be empty', explicit.start);
    return items.map((item) => {
      const parts = item.expect(TAG.SEQUENCE, 'Extension').children();
      const [id, second, third] = parts;
      const last = third ?? second;
      if (id === undefined || last === undefined || parts.length > 3)
        throw new FormatFault('x509.extensions', 'members', item.start);
      const critical = third !== undefined && readBoolean(second as DerNode);
      const oid = readOid(id);
      if (third !== undefined && !critical)
        attempts.complain(`extension ${oid}`, 'der.default-encoded', 'critical FALSE is written');
      return { oid, critical, value: readOctetString(last) };
    });
  });
  return found ?? [];
}

/** Octets of a BIT STRING of whole octets. @throws {FormatFault} `der.*` */
export function wholeBits(node: DerNode): Uint8Array {
  const { content } = node.expect(TAG.BIT_STRING, 'BIT STRING');
  if (content[0] !== 0) throw new FormatFault('der.bit-string', 'unused bits where there must be none', node.start);
  return content.subarray(1);
}
