import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { anchorOf } from '../validation/known-anchors.ts';
import { FOR_SEALS, FOR_SIGNATURES, FOR_WEB_SITES, SERVICE_TYPE, VOUCHING } from './names.ts';
import type { ServicePeriod, TrustedList } from './parse.ts';

type Purpose = TrustAnchor['purposes'][number];

/** Services that vouch for somebody. Status services are believed by their issuer's authority (RFC 6960), never by the list's. */
const PURPOSE: Readonly<Record<string, Purpose>> = {
  [SERVICE_TYPE.caQc]: 'signer',
  [SERVICE_TYPE.caPkc]: 'signer',
  [SERVICE_TYPE.nationalRoot]: 'signer',
  [SERVICE_TYPE.tsa]: 'time-stamp',
  [SERVICE_TYPE.tsaQualified]: 'time-stamp',
  [SERVICE_TYPE.tsaQc]: 'time-stamp',
  [SERVICE_TYPE.tsaAdes]: 'time-stamp',
};

/** One service under one of its types; what it said at each moment. */
interface Entry {
  readonly type: string;
  readonly certificate: Certificate;
  readonly label: string;
  readonly periods: readonly ServicePeriod[];
}

export interface AnchorOptions {
  readonly door: CryptoDoor;
  /** Nothing is vouched for after this moment: a list that has ended says nothing about later. */
  readonly until?: number;
}

/**
 * Trust anchors of an accepted list: for each certificate and purpose, one for each span of time in which its service was granted.
 *
 * A service that was withdrawn vouches for nothing from that moment on, and still for what is proven to be older. Where two services
 * of one type name the same certificate and one of them is withdrawn, the list contradicts itself, and the withdrawal counts.
 */
export function anchorsOf(list: TrustedList, options: AnchorOptions): TrustAnchor[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entriesOf(list)) {
    const key = `${entry.type} ${toHex(digestOf(options.door, 'SHA-256', entry.certificate.raw))}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [entry]);
    else known.push(entry);
  }
  return [...groups.values()].flatMap((group) => anchorsOfGroup(group, options));
}

function* entriesOf(list: TrustedList): Generator<Entry> {
  for (const provider of list.providers) {
    for (const { name, certificates, periods } of provider.services) {
      const label = `${provider.name}: ${name}${list.territory === '' ? '' : ` (${list.territory})`}`;
      for (const type of new Set(periods.map((one) => one.type))) {
        if (PURPOSE[type] === undefined) continue;
        for (const certificate of certificates) yield { type, certificate, label, periods };
      }
    }
  }
}

function anchorsOfGroup(group: readonly Entry[], { door, until }: AnchorOptions): TrustAnchor[] {
  const [first] = group;
  const purpose = first === undefined ? undefined : PURPOSE[first.type];
  if (first === undefined || purpose === undefined) return [];
  const moments = [...new Set(group.flatMap(({ periods }) => periods.map((one) => one.from)))].sort((a, b) => a - b);
  const anchors: TrustAnchor[] = [];
  let open: number | undefined;
  const close = (end: number | undefined): void => {
    if (open === undefined) return;
    const notAfter = end === undefined ? until : Math.min(end - 1, until ?? Infinity);
    if (notAfter === undefined || notAfter >= open) {
      const dates = { notBefore: open, ...(notAfter === undefined ? {} : { notAfter }) };
      anchors.push({ ...anchorOf(first.certificate, [purpose], door), label: first.label, ...dates });
    }
    open = undefined;
  };
  for (const moment of moments) {
    const said = group.flatMap(({ periods }) => periods.find((one) => one.from <= moment) ?? []);
    if (said.some((one) => vouching(one, first.type, purpose)) && said.every((one) => vouching(one, first.type, purpose))) {
      open ??= moment;
    } else close(moment);
  }
  close(undefined);
  return anchors;
}

function vouching(period: ServicePeriod, type: string, purpose: Purpose): boolean {
  if (period.type !== type || !VOUCHING.has(period.status) || period.unknownCritical) return false;
  // Made for web sites alone: such a CA names servers, not people.
  const { additional } = period;
  const people = additional.includes(FOR_SIGNATURES) || additional.includes(FOR_SEALS);
  return purpose !== 'signer' || people || !additional.includes(FOR_WEB_SITES);
}
