import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBigInt, readSmallInteger } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { parseCrl } from '../crl/parse.ts';
import type { Crl } from '../crl/parse.ts';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';
import { parseAuthorityKeyIdentifier } from '../x509/extensions.ts';
import type { AuthorityKeyIdentifier } from '../x509/extensions.ts';
import { Attempts } from './complaints.ts';
import type { SyntaxComplaint } from './complaints.ts';
import { strictBits } from './extension-values.ts';
import { readExtensionList } from './facts.ts';
import type { ExtensionFacts } from './facts.ts';
import { readName } from './name-facts.ts';
import type { NameFacts } from './name-facts.ts';
import { readTimeFacts } from './time-facts.ts';
import type { TimeFacts } from './time-facts.ts';

/** A list as far as it can be read. */
export interface CrlFacts {
  readonly version: number | undefined;
  readonly innerAlgorithm: AlgorithmIdentifier | undefined;
  readonly outerAlgorithm: AlgorithmIdentifier | undefined;
  readonly issuer: NameFacts | undefined;
  readonly thisUpdate: TimeFacts | undefined;
  readonly nextUpdate: TimeFacts | undefined;
  readonly extensions: readonly ExtensionFacts[] | undefined;
  readonly number: bigint | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  /** The strict reading, entries in place; undefined when it fails, which is then among the complaints. */
  readonly strict: Crl | undefined;
  /** `revokedCertificates` is there and holds nothing. */
  readonly emptyList: boolean;
  readonly complaints: readonly SyntaxComplaint[];
  extension(oid: string): ExtensionFacts | undefined;
}

/** Entries are walked by the strict reader only: a list may have millions. @throws {FormatFault} for a broken frame */
export function readCrl(der: Uint8Array): CrlFacts {
  const [tbs, algorithm, signature, ...more] = decodeDer(der).expect(TAG.SEQUENCE, 'CertificateList').children();
  if (tbs === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw new FormatFault('crl.shape', 'CertificateList has three members', 0);
  }
  const attempts = new Attempts();
  const parts = tbs.expect(TAG.SEQUENCE, 'tbsCertList').children();
  const version = parts[0]?.tag === TAG.INTEGER ? parts.shift() : undefined;
  const [inner, issuer, thisUpdate] = parts.splice(0, 3);
  if (inner === undefined || issuer === undefined || thisUpdate === undefined) {
    throw new FormatFault('crl.shape', 'tbsCertList has at least three members', tbs.start);
  }
  const next = parts[0] !== undefined && parts[0].tag !== TAG.SEQUENCE && parts[0].tag < 0x80 ? parts.shift() : undefined;
  const list = parts[0]?.tag === TAG.SEQUENCE ? parts.shift() : undefined;
  const tail = parts.find((part) => part.tag === 0xa0);
  const extensions = tail === undefined ? undefined : readExtensionList(tail, attempts);
  const value = (oid: string) => extensions?.find((one) => one.oid === oid)?.value;
  const number = value(OID.cRLNumber);
  const aki = value(OID.authorityKeyIdentifier);
  const idp = value(OID.issuingDistributionPoint);
  if (idp !== undefined) attempts.read('issuingDistributionPoint', () => checkReasons(decodeDer(idp, SMALL_DER_BUDGET)));
  return {
    version: version === undefined ? 1 : attempts.read('version', () => readSmallInteger(version) + 1),
    innerAlgorithm: attempts.read('signature', () => parseAlgorithmIdentifier(inner)),
    outerAlgorithm: attempts.read('signatureAlgorithm', () => parseAlgorithmIdentifier(algorithm)),
    issuer: readName(issuer, 'issuer', attempts),
    thisUpdate: attempts.read('thisUpdate', () => readTimeFacts(thisUpdate)),
    nextUpdate: next === undefined ? undefined : attempts.read('nextUpdate', () => readTimeFacts(next)),
    extensions,
    number: number === undefined ? undefined : attempts.read('cRLNumber', () => readBigInt(decodeDer(number))),
    authorityKeyIdentifier:
      aki === undefined ? undefined : attempts.read('authorityKeyIdentifier', () => parseAuthorityKeyIdentifier(aki)),
    strict: attempts.read('tbsCertList', () => parseCrl(der)),
    emptyList: list !== undefined && list.contentStart === list.end,
    complaints: attempts.complaints,
    extension: (oid) => extensions?.find((one) => one.oid === oid),
  };
}

function checkReasons(idp: DerNode): void {
  for (const part of idp.expect(TAG.SEQUENCE, 'IssuingDistributionPoint').children()) {
    if (part.tag === 0x83) strictBits(part, 0x83);
    const flag = part.tag === 0x81 || part.tag === 0x82 || part.tag === 0x84 || part.tag === 0x85;
    if (flag && part.content[0] === 0) throw new FormatFault('der.default-encoded', 'FALSE is the default', part.start);
  }
}
