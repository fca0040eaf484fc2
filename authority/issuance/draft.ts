import { hash } from 'node:crypto';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { compiledLint } from '@antin/pki/lint/compiled';
import type { NameFacts } from '@antin/pki/lint/name-facts';
import { LINT_OWN, LINT_OWN_QUALIFIED } from '@antin/pki/lint/profiles';
import { blocks } from '@antin/pki/lint/rule';
import type { Finding } from '@antin/pki/lint/rule';
import { buildCertificate } from '@antin/pki/x509/build';
import { attributeText } from '@antin/pki/x509/name';
import { drawSerial } from '../ca/serial.ts';
import { yearsAfter } from '../ca/validity.ts';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import { shardOf } from '../profiles/addresses.ts';
import { extensionsOf } from '../profiles/extensions.ts';
import type { AltName } from '../profiles/extensions.ts';
import { latestEnd } from '../profiles/limits.ts';
import { profileHash } from '../profiles/profile.ts';
import type { Profile, ProfileName } from '../profiles/profile.ts';
import { checkAltNames, checkSubjectParts, subjectOf } from '../profiles/subject.ts';
import type { SubjectParts } from '../profiles/subject.ts';
import { PROFILES } from '../profiles/table.ts';
import type { IssuingCa } from './ca.ts';
import { profileRules } from './profile-rules.ts';
import { certifiable } from './public-key.ts';

/** What is to be certified; nothing else of a request goes into a certificate. */
export interface Order {
  readonly profile: Exclude<ProfileName, 'root' | 'issuing'>;
  readonly subject: SubjectParts;
  /** SubjectPublicKeyInfo, DER; whoever brings it has proven possession before. */
  readonly spki: Uint8Array;
  readonly altNames?: readonly AltName[];
  /** Default now. */
  readonly notBefore?: number;
  /** Default the longest the profile and the issuer allow. */
  readonly notAfter?: number;
  /** Instead of `notAfter`: so many whole years from `notBefore`. */
  readonly years?: number;
  /** A renewal: notAfter of the certificate it follows. */
  readonly renewsUntil?: number;
  /** The approved request this certificate answers. */
  readonly requestId?: string;
}

/** A certificate as it is meant, under the lint key: everything but the signature is final. */
export interface Draft {
  readonly status: 'draft';
  readonly profile: Profile;
  readonly profileSha256: string;
  readonly serialNumber: Uint8Array;
  readonly serialHex: string;
  /** Undefined where the issuer has no shards. */
  readonly shard: number | undefined;
  readonly subjectText: string;
  readonly spkiSha256: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly tbs: Uint8Array;
  readonly lintCertificate: Uint8Array;
  /** What the linter stops; empty = may be signed. */
  readonly broken: readonly Finding[];
}

/**
 * Signatures of throw-away keys, made once for each algorithm: the linter sees a whole certificate, and what is stored before
 * the CA signs verifies under no key at all.
 */
const lintValues = new Map<string, Uint8Array>();

function lintValueFor(algorithm: SignatureAlgorithm): Uint8Array {
  const name = JSON.stringify(algorithm);
  let value = lintValues.get(name);
  if (value === undefined) {
    const kind = algorithm.scheme === 'ecdsa' ? 'p-256' : algorithm.scheme === 'ed25519' ? 'ed25519' : 'rsa-2048';
    value = nodeSecrets.sign(nodeSecrets.generateKeyPair(kind).pkcs8, algorithm, new TextEncoder().encode('lint'));
    lintValues.set(name, value);
  }
  return value;
}

/** What a profile and a CA fix together, made once. */
interface Template {
  readonly profile: Profile;
  readonly profileSha256: string;
  readonly extensions: ReturnType<typeof extensionsOf>;
  readonly lint: ReturnType<typeof compiledLint>;
}

/**
 * Makes and lints certificates of one CA without a database: the part of issuance that only computes.
 *
 * Codes: `issuance.subject-*`, `issuance.mail-invalid`, `issuance.host-invalid`, `issuance.key-*`, `issuance.validity`,
 * `issuance.validity-too-long`, `issuance.outside-issuer`.
 */
export function drafts(ca: IssuingCa): (order: Order, now: number) => Draft | Refusal {
  const templates = new Map<string, Template>();
  const { certificate: issuer, algorithmIdentifier, key, addresses, policies } = ca;
  const lintValue = lintValueFor(key.algorithm);

  function templateOf(name: ProfileName): Template {
    let template = templates.get(name);
    if (template === undefined) {
      const profile = PROFILES[name];
      const extensions = extensionsOf(profile, { keyIdentifier: issuer.subjectKeyIdentifier, addresses, policies });
      const { kind, rules } = profile.holder === 'citizen' ? LINT_OWN_QUALIFIED : LINT_OWN;
      const standards = rules.map((table) => ({ kind, rules: table }));
      const lint = compiledLint([...standards, { kind: {}, rules: profileRules(profile, issuer) }], nodeCrypto);
      templates.set(name, (template = { profile, profileSha256: profileHash(profile), extensions, lint }));
    }
    return template;
  }

  return (order, now) => {
    const { profile, profileSha256, extensions, lint } = templateOf(order.profile);
    const { altNames = [], spki } = order;
    const wrong = checkSubjectParts(profile, order.subject) ?? checkAltNames(profile, altNames);
    if (wrong !== undefined) return wrong;
    const publicKey = certifiable(profile, spki);
    if ('status' in publicKey) return publicKey;
    const validity = validityOf(profile, order, issuer, now);
    if (validity.status === 'refused') return validity;
    const { notBefore, notAfter } = validity;
    const subjectPublicKey = publicKey.kind === 'ec' ? publicKey.point : publicKey.der;
    const serialNumber = drawSerial(nodeSecrets, ca.serialPrefix);
    const shard = addresses.shards === 0 ? undefined : shardOf(serialNumber, addresses.shards);
    const { tbs, certificate: lintCertificate } = buildCertificate(
      {
        serialNumber,
        signatureAlgorithm: algorithmIdentifier,
        issuer: issuer.subject.raw,
        notBefore,
        notAfter,
        subject: subjectOf(profile, order.subject),
        spki,
        extensions: extensions({ spki, subjectPublicKey, serialNumber, altNames }),
      },
      lintValue,
    );
    const { renewsUntil } = order;
    const kinds = altNames.length === 1 ? (altNames[0] as AltName).kind : altNames.map(({ kind }) => kind).join();
    const template = `${shard ?? 'full'} ${kinds} ${publicKey.kind === 'ec' ? publicKey.curve : publicKey.kind}`;
    const { facts, findings } = lint(lintCertificate, template, { now, renewsUntil });
    return {
      status: 'draft',
      profile,
      profileSha256,
      serialNumber,
      serialHex: toHex(serialNumber),
      shard,
      subjectText: subjectText(facts.subject),
      spkiSha256: hash('sha256', spki, 'hex'),
      notBefore,
      notAfter,
      tbs,
      lintCertificate,
      broken: findings.filter(blocks),
    };
  };
}

/** RFC 4514 text of a name as the linter read it: each of its RDNs has one attribute, and each attribute a text. */
function subjectText(subject: NameFacts | undefined): string {
  let text = '';
  for (const { type, text: value = '' } of subject?.attributes ?? []) {
    const one = attributeText(type, value);
    text = text === '' ? one : `${one},${text}`;
  }
  return text;
}

type Validity = { readonly status: 'validity'; readonly notBefore: number; readonly notAfter: number };

function validityOf(profile: Profile, order: Order, issuer: IssuingCa['certificate'], now: number): Validity | Refusal {
  // Whole seconds: the certificate can hold no finer time, and what is recorded must be what is signed.
  const notBefore = wholeSecond(order.notBefore ?? now);
  const latest = latestEnd(profile.limit, notBefore, order.renewsUntil);
  // What nobody asked for may be cut at the issuer's end; what was asked for is refused, not silently shortened.
  const asked = order.years === undefined ? order.notAfter : yearsAfter(notBefore, order.years);
  const notAfter = wholeSecond(asked ?? Math.min(latest, issuer.notAfter));
  if (notAfter <= notBefore) return refused('issuance.validity');
  if (notAfter > latest) return refused('issuance.validity-too-long', new Date(latest).toISOString());
  if (notBefore < issuer.notBefore || notAfter > issuer.notAfter) {
    return refused('issuance.outside-issuer', new Date(issuer.notAfter).toISOString());
  }
  return { status: 'validity', notBefore, notAfter };
}

function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
