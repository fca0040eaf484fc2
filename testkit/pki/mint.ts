import { nodeSecrets } from '@antin/adapters/crypto/node';
import { bitString, boolean, context, integer, octetString, oid, sequence, time, tlv } from '@antin/formats/der/writer';
import { TAG } from '@antin/formats/der/tags';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints, extension, keyUsage } from '@antin/pki/x509/build';
import { buildName } from '@antin/pki/x509/name';

/**
 * Certificates and lists put together by hand, for those that no builder of ours would make: serial numbers of any form, any version, any
 * extension twice, names without names. Keys are P-256, made once per name and test process.
 */
export const ALGORITHM: SignatureAlgorithm = { scheme: 'ecdsa', digest: 'SHA-256' };
const IDENTIFIER = signatureAlgorithmIdentifier(ALGORITHM);
const keys = new Map<string, { readonly pkcs8: Uint8Array; readonly spki: Uint8Array }>();

export function keyPair(name: string): { readonly pkcs8: Uint8Array; readonly spki: Uint8Array } {
  let pair = keys.get(name);
  if (pair === undefined) keys.set(name, (pair = nodeSecrets.generateKeyPair('p-256')));
  return pair;
}

export interface Minted {
  readonly raw: Uint8Array;
  /** DER Name. */
  readonly subject: Uint8Array;
  readonly key: string;
}

export interface CertificateOrder {
  /** Common name, or a DER Name. */
  readonly subject: string | Uint8Array;
  /** Absent: signs itself. */
  readonly issuer?: Minted;
  /** Name of the key; default the common name. */
  readonly key?: string;
  /** Content octets of the INTEGER. */
  readonly serial?: Uint8Array;
  readonly version?: 1 | 2 | 3;
  /** Milliseconds, or a finished time. */
  readonly notBefore?: number | Uint8Array;
  readonly notAfter?: number | Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}

/** The moment around which minted things are in force. */
export const NOW = Date.UTC(2026, 2, 2, 2);
export const DAY = 86_400_000;
let counter = 0;

export const commonName = (text: string): Uint8Array => buildName([['CN', text]]);

export function mint(order: CertificateOrder): Minted {
  const { version = 3, extensions = [] } = order;
  const subject = typeof order.subject === 'string' ? commonName(order.subject) : order.subject;
  const key = order.key ?? (typeof order.subject === 'string' ? order.subject : 'nameless');
  const moment = (value: number | Uint8Array): Uint8Array => (typeof value === 'number' ? time(value) : value);
  const tbs = sequence(
    ...(version === 1 ? [] : [context(0, integer(version - 1))]),
    tlv(TAG.INTEGER, order.serial ?? Uint8Array.of(0x40, (++counter >> 8) & 0xff, counter & 0xff)),
    IDENTIFIER,
    order.issuer?.subject ?? subject,
    sequence(moment(order.notBefore ?? NOW - 400 * DAY), moment(order.notAfter ?? NOW + 400 * DAY)),
    subject,
    keyPair(key).spki,
    ...(extensions.length === 0 ? [] : [context(3, sequence(...extensions))]),
  );
  return { raw: signed(tbs, order.issuer?.key ?? key), subject, key };
}

/** An authority as RFC 5280 wants it; further extensions behind. */
export function mintCa(order: CertificateOrder & { readonly pathLength?: number }): Minted {
  const own = [basicConstraints(true, order.pathLength), keyUsage('keyCertSign', 'cRLSign')];
  return mint({ ...order, extensions: [...own, ...(order.extensions ?? [])] });
}

interface ListEntry {
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array;
  readonly at?: number;
  readonly reason?: number;
  readonly extensions?: readonly Uint8Array[];
}

export interface ListOrder {
  readonly issuer: Minted;
  readonly thisUpdate?: number;
  /** null: left out. */
  readonly nextUpdate?: number | null;
  readonly number?: number;
  /** BaseCRLNumber: makes it a delta. */
  readonly base?: number;
  readonly entries?: readonly ListEntry[];
  readonly extensions?: readonly Uint8Array[];
}

export function mintList(order: ListOrder): Uint8Array {
  const { thisUpdate = NOW - DAY, nextUpdate = NOW + 6 * DAY, entries = [] } = order;
  const extensions = [
    extension('2.5.29.20', false, integer(order.number ?? 1)),
    ...(order.base === undefined ? [] : [extension('2.5.29.27', true, integer(order.base))]),
    ...(order.extensions ?? []),
  ];
  const tbs = sequence(
    integer(1),
    IDENTIFIER,
    order.issuer.subject,
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(...entries.map(entry))]),
    context(0, sequence(...extensions)),
  );
  return signed(tbs, order.issuer.key);
}

function entry({ serial, at, reason, extensions = [] }: ListEntry): Uint8Array {
  const all = [...(reason === undefined ? [] : [extension('2.5.29.21', false, tlv(0x0a, Uint8Array.of(reason)))]), ...extensions];
  return sequence(tlv(TAG.INTEGER, serial), time(at ?? NOW - 30 * DAY), ...(all.length === 0 ? [] : [sequence(...all)]));
}

/** issuingDistributionPoint, critical, from its finished members. */
export const scopeOf = (...members: Uint8Array[]): Uint8Array =>
  sequence(oid('2.5.29.28'), boolean(true), octetString(sequence(...members)));

export function sign(data: Uint8Array, key: string): Uint8Array {
  return nodeSecrets.sign(keyPair(key).pkcs8, ALGORITHM, data);
}

function signed(tbs: Uint8Array, key: string): Uint8Array {
  return sequence(tbs, IDENTIFIER, bitString(sign(tbs, key)));
}
