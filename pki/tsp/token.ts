import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBigInt, readBoolean, readIntegerBytes, readOid, readSmallInteger, readTime } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { parseSignedData } from '../cms/signed-data.ts';
import type { SignedData } from '../cms/signed-data.ts';
import { OID } from '../oids.ts';
import { parseExtensionList } from '../x509/extensions.ts';
import type { Extension } from '../x509/extensions.ts';
import { parseGeneralName } from '../x509/general-name.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { parseMessageImprint } from './imprint.ts';
import type { MessageImprint } from './imprint.ts';

/** TSTInfo (RFC 3161 §2.4.2) as data. */
export interface TstInfo {
  /** The eContent octets, verbatim: what messageDigest covers. */
  readonly raw: Uint8Array;
  readonly policy: string;
  readonly messageImprint: MessageImprint;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970; finer fractions are cut. */
  readonly genTime: number;
  /** Half-width of the interval genTime ± accuracy; undefined when the authority states none. */
  readonly accuracyMs?: number;
  readonly ordering: boolean;
  readonly nonce?: bigint;
  readonly tsa?: GeneralName;
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** A time-stamp token: CMS SignedData over a TSTInfo. Nothing is verified here. */
export interface TimeStampToken {
  readonly signedData: SignedData;
  readonly info: TstInfo;
}

/** @throws {FormatFault} `tsp.token` when the CMS holds something else, `tsp.*`, `cms.*`, `der.*` */
export function parseTimeStampToken(der: Uint8Array): TimeStampToken {
  let token = parsed.get(der);
  if (token === undefined) parsed.set(der, (token = readToken(der)));
  return token;
}

/** By the array: on its way into a signature a token is asked for its imprint, its signer and its time. */
const parsed = new WeakMap<Uint8Array, TimeStampToken>();

function readToken(der: Uint8Array): TimeStampToken {
  const signedData = parseSignedData(der);
  if (signedData.eContentType !== OID.idCtTstInfo || signedData.eContent === undefined) {
    throw new FormatFault('tsp.token', `content is ${signedData.eContentType}, not an encapsulated TSTInfo`);
  }
  return { signedData, info: parseTstInfo(signedData.eContent) };
}

/** @throws {FormatFault} `tsp.tst-info`, `tsp.version`, `tsp.accuracy`, `der.*` (offsets inside the TSTInfo) */
export function parseTstInfo(der: Uint8Array): TstInfo {
  const root = decodeDer(der);
  const [version, policy, imprint, serial, genTime, ...rest] = root.expect(TAG.SEQUENCE, 'TSTInfo').children();
  if (version === undefined || policy === undefined || imprint === undefined || serial === undefined || genTime === undefined) {
    throw new FormatFault('tsp.tst-info', 'TSTInfo has at least five members', root.start);
  }
  if (readSmallInteger(version) !== 1) throw new FormatFault('tsp.version', 'TSTInfo version must be 1', version.start);
  const take = (tag: number) => (rest[0]?.tag === tag ? rest.shift() : undefined);
  const accuracy = take(TAG.SEQUENCE);
  const ordering = take(TAG.BOOLEAN);
  const nonce = take(TAG.INTEGER);
  const tsa = take(0xa0);
  const extensions = take(0xa1);
  if (rest[0] !== undefined) throw new FormatFault('tsp.tst-info', 'unexpected member of TSTInfo', rest[0].start);
  return {
    raw: der,
    policy: readOid(policy),
    messageImprint: parseMessageImprint(imprint),
    serialNumber: readIntegerBytes(serial),
    genTime: readTime(genTime.expect(TAG.GENERALIZED_TIME, 'genTime'), { fraction: true }),
    ...(accuracy === undefined ? {} : { accuracyMs: readAccuracy(accuracy) }),
    ordering: ordering !== undefined && readBoolean(ordering),
    ...(nonce === undefined ? {} : { nonce: readBigInt(nonce) }),
    ...(tsa === undefined ? {} : { tsa: parseGeneralName(tsa.inner()) }),
    extensions: extensions === undefined ? new Map() : parseExtensionList(extensions),
  };
}

/** `Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] (1..999) OPTIONAL, micros [1] (1..999) OPTIONAL }` */
function readAccuracy(node: DerNode): number {
  let milliseconds = 0;
  for (const part of node.children()) {
    const unit = part.tag === TAG.INTEGER ? 1000 : part.tag === 0x80 ? 1 : part.tag === 0x81 ? 0.001 : undefined;
    if (unit === undefined) throw new FormatFault('tsp.accuracy', 'unexpected member of Accuracy', part.start);
    const value = readSmallInteger(part, part.tag);
    if (value < 0 || (unit !== 1000 && value > 999)) throw new FormatFault('tsp.accuracy', 'accuracy out of range', part.start);
    milliseconds += value * unit;
  }
  return milliseconds;
}
