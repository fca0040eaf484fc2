import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DistributionPoint, DistributionPointName } from '../x509/extensions.ts';
import { parseGeneralNames } from '../x509/general-name.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { sameName } from '../x509/name.ts';
import type { Name } from '../x509/name.ts';

/** Comparison of the names by which certificates and CRLs point at each other (RFC 5280 §6.3.3 (b)). */

export function directoryNames(names: readonly GeneralName[]): Name[] {
  return names.flatMap((one) => (one.kind === 'directory' ? [one.name] : []));
}

/** The certificateIssuer of an indirect entry: does it name `issuer`? */
export function namesIssuer(generalNames: Uint8Array, issuer: Name): boolean {
  return directoryNames(parseGeneralNames(decodeDer(generalNames))).some((name) => sameName(name, issuer));
}

/** A relative name becomes full by appending its one RDN to the CRL issuer's name. */
function fullNames(name: DistributionPointName, crlIssuer: Name): readonly GeneralName[] {
  if (name.kind === 'full-name') return name.names;
  return [{ kind: 'directory', name: { raw: new Uint8Array(), rdns: [...crlIssuer.rdns, name.rdn] } }];
}

/**
 * Whether the list speaks for this distribution point: one name in common, or, where the point has no name, one of its
 * cRLIssuer names.
 */
export function pointMatches(idpName: DistributionPointName, point: DistributionPoint, crlIssuer: Name): boolean {
  const offered = fullNames(idpName, crlIssuer);
  const wanted = point.name === undefined ? (point.cRLIssuer ?? []) : fullNames(point.name, crlIssuer);
  return offered.some((a) => wanted.some((b) => sameGeneralName(a, b)));
}

function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === 'directory' && b.kind === 'directory') {
    // Names put together above have no bytes of their own; only their parts count.
    return sameName({ raw: Uint8Array.of(1), rdns: a.name.rdns }, { raw: Uint8Array.of(2), rdns: b.name.rdns });
  }
  if (a.kind === 'uri' && b.kind === 'uri') return a.value === b.value;
  if (a.kind === 'dns' && b.kind === 'dns') return a.value.toLowerCase() === b.value.toLowerCase();
  if (a.kind === 'rfc822' && b.kind === 'rfc822') return a.value === b.value;
  if (a.kind === 'ip' && b.kind === 'ip') return equalBytes(a.value, b.value);
  if (a.kind === 'registered-id' && b.kind === 'registered-id') return a.value === b.value;
  return false;
}
