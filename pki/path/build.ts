import { fromLatin1, equalBytes } from '@antin/formats/bytes/bytes';
import type { CryptoDoor } from '../crypto.ts';
import type { Certificate } from '../x509/certificate.ts';
import { nameKey, sameName } from '../x509/name.ts';
import { namesIssuerCertificate } from './key-identifier.ts';
import { checkSignature } from './signature-check.ts';
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

const MANY = 64;

interface BuildSources {
  readonly anchors: readonly TrustAnchor[];
  readonly candidates: readonly Certificate[];
  readonly limits?: BuildLimits;
  /** With it, a link whose signature does not fit is not followed: look-alikes cannot use up the limits. */
  readonly door?: CryptoDoor;
}

interface BuiltPaths {
  readonly paths: Certificate[][];
  /** The limit that ended the search before everything was tried. */
  readonly exhausted: keyof BuildLimits | undefined;
}

/**
 * All plausible paths leaf … anchor, likeliest first, found by name and key identifier; the paths are not validated here.
 *
 * Depth first over issuers by name; candidates whose key identifier fits the child's come first, those that contradict it
 * come last and are still tried (RFC 5280 demands no match). No authority occurs twice in a path.
 */
export function buildPaths(leaf: Certificate, sources: BuildSources): Certificate[][] {
  return searchPaths(leaf, sources).paths;
}

/** The same with the limit that was reached. Where no link holds, paths by names alone come back, to say what is wrong. */
export function searchPaths(leaf: Certificate, sources: BuildSources): BuiltPaths {
  const { door, ...named } = sources;
  if (door === undefined) return search(leaf, sources, () => true);
  const signed = search(leaf, sources, signatureOracle(door));
  if (signed.paths.length > 0) return signed;
  const plain = search(leaf, named, () => true);
  return { paths: plain.paths, exhausted: signed.exhausted };
}

function search(leaf: Certificate, sources: BuildSources, linked: Linked): BuiltPaths {
  const limits = sources.limits ?? DEFAULT_BUILD_LIMITS;
  const bySubject = new Map<string, Certificate[]>();
  for (const candidate of sources.candidates) {
    const key = nameKey(candidate.subject);
    const known = bySubject.get(key);
    if (known === undefined) bySubject.set(key, [candidate]);
    // In a crowd of one name a repetition costs a step; looking for it among thousands would cost more.
    else if (known.length > MANY || !known.some((one) => equalBytes(one.raw, candidate.raw))) known.push(candidate);
  }
  const paths: Certificate[][] = [];
  let steps = 0;
  let exhausted: keyof BuildLimits | undefined;
  const full = (): boolean => {
    if (paths.length >= limits.paths) exhausted ??= 'paths';
    return paths.length >= limits.paths;
  };

  const extend = (path: Certificate[]): void => {
    const tip = path.at(-1) as Certificate;
    if (full()) return;
    const itself = sources.anchors.find((anchor) => equalBytes(anchor.certificate.raw, tip.raw));
    if (itself !== undefined) {
      paths.push([...path]);
      return;
    }
    const anchors = sources.anchors.filter((anchor) => sameName(anchor.certificate.subject, tip.issuer));
    const others = (bySubject.get(nameKey(tip.issuer)) ?? []).filter(
      (issuer) => !path.some((one) => sameCa(one, issuer)) && !anchors.some((one) => equalBytes(one.certificate.raw, issuer.raw)),
    );
    // Where only one bears the name there is nothing to choose, and whether it signed is seen when the path is judged.
    const holds = anchors.length + others.length === 1 ? () => true : linked;
    for (const { certificate } of anchors) {
      if (full()) return;
      if (holds(tip, certificate)) paths.push([...path, certificate]);
    }
    if (path.length + 1 >= limits.length) {
      if (others.length > 0) exhausted ??= 'length';
      return;
    }
    for (const issuer of ranked(tip, others, sources.anchors)) {
      if (full()) return;
      if (++steps > limits.steps) {
        exhausted = 'steps';
        return;
      }
      if (holds(tip, issuer)) extend([...path, issuer]);
    }
  };
  extend([leaf]);
  return { paths, exhausted };
}

type Linked = (child: Certificate, issuer: Certificate) => boolean;

/** Did the key of `issuer` sign `child`? Asked once for each pair of certificate and key; what cannot be told counts as yes. */
function signatureOracle(door: CryptoDoor): Linked {
  const known = new Map<Certificate, Map<string, boolean>>();
  return (child, issuer) => {
    const answers = known.get(child) ?? new Map<string, boolean>();
    known.set(child, answers);
    const key = fromLatin1(issuer.spki);
    let answer = answers.get(key);
    if (answer === undefined) answers.set(key, (answer = checkSignature(child, issuer.spki, door, true) !== 'invalid'));
    return answer;
  };
}

/** One name with one key is one authority: whoever comes back to it walks in a circle (RFC 4158 §2.4.2). */
function sameCa(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.spki, b.spki) && sameName(a.subject, b.subject);
}

/** Those whose key identifier fits first, of them those right below an anchor, of them the longest in force. */
function ranked(child: Certificate, issuers: readonly Certificate[], anchors: readonly TrustAnchor[]): Certificate[] {
  if (issuers.length < 2) return [...issuers];
  const roots = new Set(anchors.map((one) => nameKey(one.certificate.subject)));
  const rank = (issuer: Certificate): number =>
    namesIssuerCertificate(child, issuer) * 2 + (roots.has(nameKey(issuer.issuer)) ? 0 : 1);
  return issuers
    .map((issuer) => ({ issuer, rank: rank(issuer) }))
    .sort((a, b) => a.rank - b.rank || b.issuer.notAfter - a.issuer.notAfter)
    .map((one) => one.issuer);
}
