import { FormatFault } from '@antin/formats/fault';
import { decodeDer, decodeDerPrefix } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { OID } from '../oids.ts';
import { parseExtensions } from '../x509/extensions.ts';
import { TAG, contextConstructed } from '@antin/formats/der/tags';
import { readSmallInteger, readTime } from '@antin/formats/der/values';

/**
 * revokedCertificates SEQUENCE OF SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }
 * (RFC 5280 §5.1.2.6), read in place: a list of 100 000 entries costs one walk over the bytes and no tree.
 */
export interface CrlEntry {
  readonly serialNumber: Uint8Array;
  readonly revokedAt: number;
  /** CRLReason (RFC 5280 §5.3.1); absent means `unspecified`. */
  readonly reason?: number;
  readonly invalidityDate?: number;
  /** GeneralNames TLV of the entry's certificateIssuer in force, inherited from earlier entries (RFC 5280 §5.3.3). */
  readonly certificateIssuer?: Uint8Array;
}

/** Where the parts of one entry stand. One cursor serves a whole walk: a hundred thousand small objects cost more than the reading. */
class EntryCursor {
  serialStart = 0;
  serialEnd = 0;
  extensionsStart = 0;
  end = 0;
  readonly source: Uint8Array;
  readonly #limit: number;

  constructor(list: DerNode) {
    this.source = list.source;
    this.#limit = list.end;
  }

  /** The time stands right behind the serial number. */
  get timeStart(): number {
    return this.serialEnd;
  }

  /** Reads the entry at `at`. @throws {FormatFault} `der.*` */
  read(at: number): void {
    const { source } = this;
    const limit = this.#limit;
    const length = source[at + 1] as number;
    const end = at + 2 + length;
    const serialEnd = at + 4 + (source[at + 3] as number);
    // Lengths of one octet, as nearly all have: everything else, and everything wrong, goes the slow way.
    const short =
      source[at] === TAG.SEQUENCE && length < 0x80 && end <= limit && source[at + 2] === TAG.INTEGER && serialEnd + 2 <= end;
    if (!short) {
      this.#readSlowly(at);
      return;
    }
    this.serialStart = at + 4;
    this.serialEnd = serialEnd;
    this.extensionsStart = serialEnd + 2 + (source[serialEnd + 1] as number);
    this.end = end;
    const tag = source[serialEnd];
    const serial = source[at + 4];
    const plain = this.extensionsStart <= end && (tag === TAG.UTC_TIME || tag === TAG.GENERALIZED_TIME);
    // Whether 00 or FF begins a longer form than needed is looked at slowly.
    if (!plain || serialEnd === at + 4 || serial === 0 || serial === 0xff) this.#readSlowly(at);
  }

  #readSlowly(at: number): void {
    const { source } = this;
    if (source[at] !== TAG.SEQUENCE) throw new FormatFault('der.unexpected-tag', 'CRL entry: expected SEQUENCE', at);
    const [inside, end] = span(source, at, this.#limit);
    if (source[inside] !== TAG.INTEGER) throw new FormatFault('der.unexpected-tag', 'userCertificate: expected INTEGER', inside);
    const [serialStart, serialEnd] = span(source, inside, end);
    if (serialEnd === serialStart) throw new FormatFault('der.integer', 'INTEGER without octets', inside);
    // A serial number in a longer form would not be found by the octets of the certificate, and a revocation overlooked.
    const high = (source[serialStart + 1] as number) >= 0x80;
    const needless = (source[serialStart] === 0 && !high) || (source[serialStart] === 0xff && high);
    if (serialEnd - serialStart > 1 && needless) {
      throw new FormatFault('der.integer-not-minimal', 'userCertificate: INTEGER not minimal', inside);
    }
    const tag = source[serialEnd];
    if (serialEnd >= end || (tag !== TAG.UTC_TIME && tag !== TAG.GENERALIZED_TIME)) {
      throw new FormatFault('der.time', 'revocationDate: expected UTCTime or GeneralizedTime', serialEnd);
    }
    const [, timeEnd] = span(source, serialEnd, end);
    this.serialStart = serialStart;
    this.serialEnd = serialEnd;
    this.extensionsStart = timeEnd;
    this.end = end;
  }
}

/** Length octets at `at`; DER minimality is checked as the general reader does. Returns [contentStart, end]. */
function span(source: Uint8Array, at: number, limit: number): [number, number] {
  const first = source[at + 1];
  if (at + 2 > limit || first === undefined) throw new FormatFault('der.truncated', 'CRL entry ends inside a header', at);
  if (first < 0x80) {
    if (at + 2 + first > limit) throw new FormatFault('der.truncated', 'CRL entry leaves its list', at);
    return [at + 2, at + 2 + first];
  }
  const node = decodeDerPrefix(source.subarray(at, limit));
  return [at + node.contentStart, at + node.end];
}

/** `30 0C 30 0A 06 03 55 1D 15 04 03 0A 01 rr`: what nearly every entry in the wild carries. */
function onlyReason(source: Uint8Array, entry: EntryCursor): boolean {
  const at = entry.extensionsStart;
  return (
    entry.end - at === 14 &&
    source[at + 4] === 0x06 &&
    source[at + 5] === 3 &&
    source[at + 6] === 0x55 &&
    source[at + 7] === 0x1d &&
    source[at + 8] === 21 &&
    source[at + 9] === 0x04 &&
    source[at + 11] === 0x0a
  );
}

interface EntryExtensions {
  reason?: number;
  invalidityDate?: number;
  certificateIssuer?: Uint8Array;
  unknownCritical?: string;
}

function entryExtensions(source: Uint8Array, entry: EntryCursor): EntryExtensions {
  const found: EntryExtensions = {};
  if (entry.extensionsStart === entry.end) return found;
  const list = decodeDerPrefix(source.subarray(entry.extensionsStart, entry.end));
  if (entry.extensionsStart + list.end !== entry.end) {
    throw new FormatFault('der.trailing-bytes', 'bytes follow crlEntryExtensions', entry.extensionsStart + list.end);
  }
  for (const { oid, critical, value } of parseExtensions(list).values()) {
    if (oid === OID.cRLReason) found.reason = readSmallInteger(decodeDer(value), TAG.ENUMERATED);
    else if (oid === OID.invalidityDate) found.invalidityDate = readTime(decodeDer(value));
    else if (oid === OID.certificateIssuer) found.certificateIssuer = value;
    else if (critical && oid !== OID.holdInstructionCode) found.unknownCritical = oid;
  }
  return found;
}

export interface EntryFacts {
  readonly count: number;
  /** OIDs of critical entry extensions nobody here understands: such a CRL must not be used (RFC 5280 §5.3). */
  readonly unknownCritical: readonly string[];
  readonly hasCertificateIssuer: boolean;
}

/** One walk over all entries: shape, budget and what no later look-up may overlook. */
export function surveyEntries(list: DerNode | undefined, maxEntries: number): EntryFacts {
  if (list === undefined) return { count: 0, unknownCritical: [], hasCertificateIssuer: false };
  const unknownCritical = new Set<string>();
  let hasCertificateIssuer = false;
  let count = 0;
  const entry = new EntryCursor(list);
  for (let at = list.contentStart; at < list.end;) {
    entry.read(at);
    if (++count > maxEntries) throw new FormatFault('crl.entries', 'more entries than the budget', at);
    if (entry.extensionsStart !== entry.end && !onlyReason(list.source, entry)) {
      const extensions = entryExtensions(list.source, entry);
      if (extensions.unknownCritical !== undefined) unknownCritical.add(extensions.unknownCritical);
      if (extensions.certificateIssuer !== undefined) hasCertificateIssuer = true;
    }
    at = entry.end;
  }
  return { count, unknownCritical: [...unknownCritical], hasCertificateIssuer };
}

/** All entries whose serial equals `serialNumber` (content octets), in order; more than one only in indirect CRLs. */
export function* entriesOf(list: DerNode | undefined, serialNumber?: Uint8Array): Generator<CrlEntry> {
  if (list === undefined) return;
  const source = list.source;
  let certificateIssuer: Uint8Array | undefined;
  const raw = new EntryCursor(list);
  for (let at = list.contentStart; at < list.end;) {
    raw.read(at);
    at = raw.end;
    const plain = raw.extensionsStart === raw.end || onlyReason(source, raw);
    const wanted = serialNumber === undefined || sameOctets(source, raw.serialStart, raw.serialEnd, serialNumber);
    if (plain && !wanted) continue;
    const extensions = entryExtensions(source, raw);
    if (extensions.certificateIssuer !== undefined) certificateIssuer = extensions.certificateIssuer;
    if (!wanted) continue;
    const revokedAt = readTime(decodeDerPrefix(source.subarray(raw.timeStart, raw.end)));
    yield {
      serialNumber: source.subarray(raw.serialStart, raw.serialEnd),
      revokedAt,
      ...(extensions.reason === undefined ? {} : { reason: extensions.reason }),
      ...(extensions.invalidityDate === undefined ? {} : { invalidityDate: extensions.invalidityDate }),
      ...(certificateIssuer === undefined ? {} : { certificateIssuer }),
    };
  }
}

function sameOctets(source: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false;
  // From the last octet backwards: serials of one issuer often share their first octets.
  for (let i = wanted.length - 1; i >= 0; i--) if (source[start + i] !== wanted[i]) return false;
  return true;
}

/** The `[0] EXPLICIT` tag of crlExtensions. */
export const CRL_EXTENSIONS_TAG = contextConstructed(0);
