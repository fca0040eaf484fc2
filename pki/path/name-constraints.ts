import { OID } from '../oids.ts';
import type { NameConstraints } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { nameBeginsWith } from '../x509/name.ts';
import type { Name } from '../x509/name.ts';

/** What one CA certificate says about names below it (RFC 5280 §4.2.1.10); the base of each GeneralSubtree. */
export interface NameSubtrees {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  /** What these constraints say that nobody here can apply. */
  readonly unsupported?: string;
}

/** RFC 5280 §4.2.1.10: minimum must be 0 and maximum absent; nobody here knows another meaning. */
export function subtreesOf({ permitted, excluded }: NameConstraints): NameSubtrees {
  const bounded = [...permitted, ...excluded].some((one) => one.minimum !== 0 || one.maximum !== undefined);
  return {
    permitted: permitted.map((one) => one.base),
    excluded: excluded.map((one) => one.base),
    ...(bounded ? { unsupported: 'minimum or maximum' } : {}),
  };
}

export type NameFinding = 'inside' | 'outside' | 'unsupported';

/** More comparisons than this in one certificate is an attempt to keep the verifier busy. */
const MAX_COMPARISONS = 1 << 18;

/**
 * Checks every name of a certificate against the constraints of all CAs above it: each set of permitted subtrees must
 * admit it, no excluded subtree may hold it. A constrained kind of name that nobody here can compare is `unsupported`.
 */
export function checkNames(
  subject: Name,
  subjectAltName: readonly GeneralName[],
  constraints: readonly NameSubtrees[],
): { readonly finding: NameFinding; readonly name?: GeneralName } {
  const names: GeneralName[] = [...subjectAltName];
  if (subject.rdns.length > 0) names.push({ kind: 'directory', name: subject });
  // Mail addresses written into the subject are mail addresses all the same: else the constraint is walked around.
  for (const rdn of subject.rdns) {
    for (const one of rdn) if (one.type === OID.emailAddress) names.push({ kind: 'rfc822', value: one.value });
  }
  let left = MAX_COMPARISONS;
  for (const name of names) {
    for (const { permitted, excluded } of constraints) {
      left -= permitted.length + excluded.length;
      if (left < 0) return { finding: 'unsupported', name };
      const allowed = permitted.filter((base) => base.kind === name.kind);
      const answers = allowed.map((base) => within(name, base, 'permitted'));
      const forbidden = excluded.filter((base) => base.kind === name.kind).map((base) => within(name, base, 'excluded'));
      if (answers.includes(undefined) || forbidden.includes(undefined)) return { finding: 'unsupported', name };
      if (forbidden.includes(true) || (allowed.length > 0 && !answers.includes(true))) return { finding: 'outside', name };
    }
  }
  return { finding: 'inside' };
}

type Side = 'permitted' | 'excluded';

/** undefined: this pair cannot be compared, so neither answer may be assumed. */
function within(name: GeneralName, base: GeneralName, side: Side): boolean | undefined {
  if (name.kind === 'directory' && base.kind === 'directory') return nameBeginsWith(name.name, base.name);
  if (name.kind === 'rfc822' && base.kind === 'rfc822') return mailWithin(name.value, base.value);
  if (name.kind === 'dns' && base.kind === 'dns') return dnsWithin(name.value, base.value, side);
  if (name.kind === 'uri' && base.kind === 'uri') return uriWithin(name.value, base.value);
  if (name.kind === 'ip' && base.kind === 'ip') return addressWithin(name.value, base.value);
  return undefined;
}

/** `user@host` one mailbox · `host` all mailboxes on it · `.domain` all hosts below it. The local part keeps its case. */
function mailWithin(mail: string, base: string): boolean | undefined {
  const at = mail.lastIndexOf('@');
  if (at < 1 || at === mail.length - 1) return undefined;
  const host = mail.slice(at + 1).toLowerCase();
  const baseAt = base.lastIndexOf('@');
  if (baseAt >= 0) return mail.slice(0, at) === base.slice(0, baseAt) && host === base.slice(baseAt + 1).toLowerCase();
  return hostWithin(host, base, false);
}

/**
 * `.example.com` is no dNSName constraint of RFC 5280, yet deployed: it admits what is below only, and forbids the host as well.
 * What can be read in two ways is read against the certificate.
 */
function dnsWithin(host: string, base: string, side: Side): boolean {
  return hostWithin(host, side === 'excluded' && base.length > 1 ? base.replace(/^\./, '') : base, true);
}

/** `example.com` with `below` also everything under it (dNSName); `.example.com` only what is under it. */
function hostWithin(host: string, base: string, below: boolean): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  const limit = base.toLowerCase().replace(/(?<=.)\.$/, '');
  if (limit === '') return true;
  if (limit.startsWith('.')) return name.length > limit.length && name.endsWith(limit);
  return name === limit || (below && name.endsWith(`.${limit}`));
}

/** Only the host of the authority counts; a URI without a host name under a constraint must be refused (RFC 5280). */
function uriWithin(uri: string, base: string): boolean | undefined {
  const match = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?(?:[/?#]|$)/.exec(uri);
  const host = match?.[1];
  // Anything that a client would decode or interpret first (%65vil.test, 127.1) cannot be compared as it stands.
  if (host === undefined || !/^[A-Za-z0-9._-]+$/.test(host) || /^[\d.]+$|(^|\.)0x/i.test(host)) return undefined;
  return hostWithin(host, base, false);
}

function addressWithin(address: Uint8Array, base: Uint8Array): boolean | undefined {
  if ((address.length !== 4 && address.length !== 16) || (base.length !== 8 && base.length !== 32)) return undefined;
  if (base.length !== address.length * 2) return false;
  if (!contiguous(base.subarray(address.length))) return undefined;
  return address.every((octet, i) => {
    const mask = base[address.length + i] as number;
    return (octet & mask) === ((base[i] as number) & mask);
  });
}

/** A mask with holes is no network (RFC 4632): nobody can say what was meant by it. */
function contiguous(mask: Uint8Array): boolean {
  let ended = false;
  for (const octet of mask) {
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      if ((octet & bit) === 0) ended = true;
      else if (ended) return false;
    }
  }
  return true;
}
