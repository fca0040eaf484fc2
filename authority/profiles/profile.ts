import { createHash } from 'node:crypto';
import type { KeyUsageBit } from '@antin/pki/x509/extensions';

/** Names stay as they are once a certificate was issued under them: records and journal name them. */
export type ProfileName =
  | 'root'
  | 'issuing'
  | 'ocsp'
  | 'tsa'
  | 'person'
  | 'organisation'
  | 'device-tls-server'
  | 'device-tls-client'
  | 'device-document-service'
  | 'device-mail-gateway'
  | 'device-code-signing'
  | 'device-other'
  | 'citizen';

/** Whose certificate it is; decides the rules about validity. */
export type Holder = 'ca' | 'service' | 'official' | 'citizen';

/** What a subject may be made of; each stands for one attribute type. */
export const SUBJECT_FIELDS = {
  country: { type: 'C', most: 2 },
  stateOrProvince: { type: 'ST', most: 128 },
  locality: { type: 'L', most: 128 },
  organization: { type: 'O', most: 64 },
  organizationIdentifier: { type: 'organizationIdentifier', most: 64 },
  organizationalUnit: { type: 'OU', most: 64 },
  title: { type: 'title', most: 64 },
  surname: { type: 'SN', most: 64 },
  givenName: { type: 'GN', most: 64 },
  serialNumber: { type: 'serialNumber', most: 64 },
  userId: { type: 'UID', most: 256 },
  commonName: { type: 'CN', most: 64 },
} as const satisfies Readonly<Record<string, { readonly type: string; readonly most: number }>>;
export type SubjectField = keyof typeof SUBJECT_FIELDS;

export interface SubjectRule {
  readonly field: SubjectField;
  readonly required: boolean;
}

/** subjectAltName entries of one kind; more than `most` or fewer than `least` refuse the order. */
export interface AltNameRule {
  readonly kind: 'rfc822' | 'dns';
  readonly least: number;
  readonly most: number;
}

/** QCStatements of EN 319 412-5. A certificate of another law than the EU's names its country (QcCClegislation). */
export interface QcStatementsRule {
  readonly compliance: boolean;
  readonly legislation: readonly string[];
  readonly type?: 'esign' | 'eseal' | 'web';
  /** Whose syntax the subject's serialNumber or organizationIdentifier follows (EN 319 412-1 §5.1). */
  readonly semantics?: 'natural' | 'legal';
}

/**
 * A closed profile: the attributes, extensions and their order come from here, never from a request. Plain data: its
 * canonical text is hashed, and the hash goes into record and journal.
 */
export interface Profile {
  readonly name: ProfileName;
  /** Raised with every change. */
  readonly version: number;
  readonly holder: Holder;
  /** Attributes in the order they stand, outermost first; one RDN each. */
  readonly subject: readonly SubjectRule[];
  readonly altNames: readonly AltNameRule[];
  /** Keys that may be certified (Circular 15/2025 Annex I: RSA ≥ 2048, ECDSA ≥ 256). */
  readonly keys: { readonly rsaBits: readonly [least: number, most: number]; readonly curves: readonly string[] };
  readonly keyUsage: readonly KeyUsageBit[];
  readonly extKeyUsage: readonly string[];
  readonly ca: boolean;
  readonly pathLength?: number;
  readonly noCheck: boolean;
  readonly qcStatements?: QcStatementsRule;
  /** Policies of the profile itself; the issuing CA adds its own (a practice authority the practice policy). */
  readonly policies: readonly string[];
  /** Whether CRL and OCSP addresses stand in the certificate. */
  readonly status: 'none' | 'crl' | 'crl-and-ocsp';
  /** Which line of the dated limits applies (`limits.ts`). */
  readonly limit: LimitName;
  /** certificateHold: Decree 68/2024 knows none for official duty, Decree 23/2025 does for citizens. */
  readonly suspendable: boolean;
}

export type LimitName = 'root' | 'sub-ca' | 'ocsp' | 'tsa' | 'official' | 'citizen';

/** SHA-256 of the profile's canonical text: members sorted by name at every depth, no white space. */
export function profileHash(profile: Profile): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(profile)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
