import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBigInt, readBitStringBytes, readNamedBits, readSmallInteger, readTime } from '@antin/formats/der/values';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';
import { parseDistributionPointName, parseExtensions } from '../x509/extensions.ts';
import type { DistributionPointName, Extension } from '../x509/extensions.ts';
import { parseName } from '../x509/name.ts';
import type { Name } from '../x509/name.ts';
import { CRL_EXTENSIONS_TAG, entriesOf, surveyEntries } from './entries.ts';
import type { CrlEntry } from './entries.ts';

/** issuingDistributionPoint (RFC 5280 §5.2.5): which certificates and reasons this list speaks about. */
export interface IssuingDistributionPoint {
  readonly distributionPoint?: DistributionPointName;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons?: ReadonlySet<number>;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

export interface Crl {
  readonly raw: Uint8Array;
  /** The signed bytes, verbatim. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly crlNumber?: bigint;
  /** BaseCRLNumber of a delta CRL. */
  readonly deltaBase?: bigint;
  readonly idp?: IssuingDistributionPoint;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** expiredCertsOnCRL (X.509 §9.5.2.8): certificates that expired after this moment stay on the list. */
  readonly expiredCertsOnCrl?: number;
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Critical extensions of the list or of any entry that this reader does not know: the list decides nothing. */
  readonly unknownCritical: readonly string[];
  readonly entryCount: number;
  readonly hasCertificateIssuer: boolean;
  /** Looks the serial (content octets) up in place. With several issuers in one list use `entries`. */
  find(serialNumber: Uint8Array): CrlEntry | undefined;
  entries(serialNumber?: Uint8Array): Iterable<CrlEntry>;
}

/** freshestCRL is a hint where to look; the others carry no rule for the reader of a CRL. */
const UNDERSTOOD = new Set<string>([
  OID.cRLNumber,
  OID.deltaCRLIndicator,
  OID.issuingDistributionPoint,
  OID.authorityKeyIdentifier,
  OID.freshestCRL,
  OID.issuerAltName,
  OID.expiredCertsOnCRL,
]);

/**
 * CertificateList (RFC 5280 §5.1), strict DER, revoked entries left where they are.
 *
 * @throws {FormatFault} `der.*`, `crl.version`, `crl.algorithm-mismatch`, `crl.entries`, `crl.idp`, `x509.*`
 * @throws {PkiFault} `x509.duplicate-extension`
 */
export function parseCrl(der: Uint8Array, budget: { readonly maxEntries: number } = { maxEntries: 5_000_000 }): Crl {
  const [tbs, algorithm, signature, ...more] = decodeDer(der).expect(TAG.SEQUENCE, 'CertificateList').children();
  if (tbs === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw new FormatFault('crl.shape', 'CertificateList must have three parts', 0);
  }
  const parts = tbs.expect(TAG.SEQUENCE, 'tbsCertList').children();
  let at = 0;
  const next = (what: string): DerNode => {
    const node = parts[at++];
    if (node === undefined) throw new FormatFault('crl.shape', `tbsCertList ends before ${what}`, tbs.end);
    return node;
  };
  const version2 = parts[0]?.tag === TAG.INTEGER;
  if (version2 && readSmallInteger(next('version')) !== 1)
    throw new FormatFault('crl.version', 'version, if present, is v2', tbs.start);
  const inner = next('signature');
  if (!equalBytes(inner.raw, algorithm.raw)) {
    // Two algorithm names in one list let an attacker pick the weaker one (RFC 5280 §5.1.1.2).
    throw new FormatFault('crl.algorithm-mismatch', 'inner and outer signature algorithm differ', inner.start);
  }
  const issuer = parseName(next('issuer'));
  const thisUpdate = readTime(next('thisUpdate'));
  const isTime = (node: DerNode | undefined) => node?.tag === TAG.UTC_TIME || node?.tag === TAG.GENERALIZED_TIME;
  const nextUpdate = isTime(parts[at]) ? readTime(next('nextUpdate')) : undefined;
  const list = parts[at]?.tag === TAG.SEQUENCE ? next('revokedCertificates') : undefined;
  const extensions =
    parts[at]?.tag === CRL_EXTENSIONS_TAG ? parseExtensions(next('crlExtensions').inner()) : new Map<string, Extension>();
  if (at !== parts.length) throw new FormatFault('crl.shape', 'unexpected part of tbsCertList', parts[at]?.start);
  if (!version2 && extensions.size > 0) throw new FormatFault('crl.version', 'extensions need version v2', tbs.start);
  const facts = surveyEntries(list, budget.maxEntries);
  const value = (oid: string) => extensions.get(oid)?.value;
  const idpValue = value(OID.issuingDistributionPoint);
  const numberValue = value(OID.cRLNumber);
  const deltaValue = value(OID.deltaCRLIndicator);
  const akiValue = value(OID.authorityKeyIdentifier);
  const keyIdentifier = akiValue === undefined ? undefined : readKeyIdentifier(akiValue);
  const expiredValue = value(OID.expiredCertsOnCRL);
  const critical = [...extensions.values()].filter((e) => e.critical && !UNDERSTOOD.has(e.oid)).map((e) => e.oid);
  return {
    raw: der,
    tbs: tbs.raw,
    signatureAlgorithm: parseAlgorithmIdentifier(algorithm),
    signature: readBitStringBytes(signature),
    issuer,
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    ...(numberValue === undefined ? {} : { crlNumber: readBigInt(decodeDer(numberValue)) }),
    ...(deltaValue === undefined ? {} : { deltaBase: readBigInt(decodeDer(deltaValue)) }),
    ...(idpValue === undefined ? {} : { idp: readIssuingDistributionPoint(idpValue) }),
    ...(keyIdentifier === undefined ? {} : { authorityKeyIdentifier: keyIdentifier }),
    ...(expiredValue === undefined ? {} : { expiredCertsOnCrl: readTime(decodeDer(expiredValue)) }),
    extensions,
    unknownCritical: [...critical, ...facts.unknownCritical],
    entryCount: facts.count,
    hasCertificateIssuer: facts.hasCertificateIssuer,
    find(serialNumber) {
      for (const entry of entriesOf(list, serialNumber)) return entry;
      return undefined;
    },
    entries: (serialNumber) => entriesOf(list, serialNumber),
  };
}

function readKeyIdentifier(value: Uint8Array): Uint8Array | undefined {
  return decodeDer(value)
    .expect(TAG.SEQUENCE, 'AuthorityKeyIdentifier')
    .children()
    .find((node) => node.tag === 0x80)?.content;
}

/** IssuingDistributionPoint, exported for CRL distribution checks elsewhere. @throws {FormatFault} */
function readIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const found: { -readonly [K in keyof IssuingDistributionPoint]: IssuingDistributionPoint[K] } = {
    onlyContainsUserCerts: false,
    onlyContainsCACerts: false,
    indirectCRL: false,
    onlyContainsAttributeCerts: false,
  };
  let last = -1;
  for (const node of decodeDer(value).expect(TAG.SEQUENCE, 'IssuingDistributionPoint').children()) {
    const field = node.tag & 0x1f;
    if (field <= last) throw new FormatFault('crl.idp', 'IssuingDistributionPoint fields out of order', node.start);
    last = field;
    if (node.tag === 0xa0) found.distributionPoint = parseDistributionPointName(node);
    else if (node.tag === 0x81) found.onlyContainsUserCerts = flag(node);
    else if (node.tag === 0x82) found.onlyContainsCACerts = flag(node);
    else if (node.tag === 0x83) found.onlySomeReasons = readNamedBits(node, 0x83);
    else if (node.tag === 0x84) found.indirectCRL = flag(node);
    else if (node.tag === 0x85) found.onlyContainsAttributeCerts = flag(node);
    else throw new FormatFault('crl.idp', 'IssuingDistributionPoint with an unknown field', node.start);
  }
  return found;
}

function flag(node: DerNode): boolean {
  const value = node.content;
  if (value.length !== 1 || (value[0] !== 0 && value[0] !== 0xff))
    throw new FormatFault('der.boolean', 'BOOLEAN must be 00 or FF', node.start);
  return value[0] === 0xff;
}
