import { equalBytes } from '@antin/formats/bytes/bytes';
import type { Certificate } from '../x509/certificate.ts';
import { nameKey, sameName } from '../x509/name.ts';
import type { TrustAnchor } from './validate.ts';

export interface BuildLimits {
  /** Certificates in one path, anchor included. */
  readonly length: number;
  /** Paths returned. */
  readonly paths: number;
  /** Links tried in all; a pool of look-alike CAs must not keep the verifier busy. */
  readonly steps: number;
}

export const DEFAULT_BUILD_LIMITS: BuildLimits = { length: 12, paths: 16, steps: 4096 };

/**
 * All plausible paths leaf … anchor, likeliest first, found by name and key identifier; nothing is verified here.
 *
 * Depth first over issuers by name; candidates whose key identifier fits the child's come first, those that contradict it
 * come last and are still tried (RFC 5280 demands no match). No certificate occurs twice in a path.
 */
export function buildPaths(
  leaf: Certificate,
  sources: {
    readonly anchors: readonly TrustAnchor[];
    readonly candidates: readonly Certificate[];
    readonly limits?: BuildLimits;
  },
): Certificate[][] {
  const limits = sources.limits ?? DEFAULT_BUILD_LIMITS;
  const bySubject = new Map<string, Certificate[]>();
  for (const candidate of sources.candidates) {
    const key = nameKey(candidate.subject);
    const known = bySubject.get(key) ?? [];
    if (!known.some((one) => equalBytes(one.raw, candidate.raw))) bySubject.set(key, [...known, candidate]);
  }
  const paths: Certificate[][] = [];
  let steps = 0;

  const extend = (path: Certificate[]): void => {
    const tip = path.at(-1) as Certificate;
    for (const anchor of sources.anchors) {
      if (paths.length >= limits.paths) return;
      if (equalBytes(anchor.certificate.raw, tip.raw)) {
        paths.push([...path]);
        return;
      }
      if (sameName(anchor.certificate.subject, tip.issuer)) paths.push([...path, anchor.certificate]);
    }
    if (path.length + 1 >= limits.length) return;
    for (const issuer of ranked(tip, bySubject.get(nameKey(tip.issuer)) ?? [])) {
      if (++steps > limits.steps || paths.length >= limits.paths) return;
      if (path.some((one) => equalBytes(one.raw, issuer.raw))) continue;
      if (sources.anchors.some((anchor) => equalBytes(anchor.certificate.raw, issuer.raw))) continue;
      extend([...path, issuer]);
    }
  };
  extend([leaf]);
  return paths;
}

function ranked(child: Certificate, issuers: readonly Certificate[]): Certificate[] {
  return [...issuers].sort((a, b) => rank(child, a) - rank(child, b) || b.notAfter - a.notAfter);
}

/** 0 key identifier fits · 1 nothing known · 2 contradicted. */
function rank(child: Certificate, issuer: Certificate): number {
  const wanted = child.authorityKeyIdentifier?.keyIdentifier;
  const found = issuer.subjectKeyIdentifier;
  if (wanted === undefined || found === undefined) return 1;
  return equalBytes(wanted, found) ? 0 : 2;
}
