import { FormatFault } from '@antin/formats/fault';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { PkiFault } from '@antin/pki/fault';
import { signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import { parseCertificationRequest } from '@antin/pki/x509/request';
import { isUsableKey } from '../ca/public-key.ts';
import type { SubscriberProfile } from '../ca/certificate-profiles.ts';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import type { KeyUse } from './store.ts';

/** The parts of a subject; country is always VN. */
export interface SubjectParts {
  /** Full name of the person, or the organisation's name. */
  readonly commonName: string;
  readonly organization: string;
  readonly organizationalUnit?: string;
  readonly locality?: string;
  readonly title?: string;
}

export interface IssueRequest {
  readonly profile: SubscriberProfile;
  readonly subject: SubjectParts;
  /** Official mail address of a person; goes into subjectAltName. */
  readonly mail?: string;
  /** Exactly one of `csr` (PKCS#10 DER, proof of possession checked) and `spki` (key made under the authority's eyes). */
  readonly csr?: Uint8Array;
  readonly spki?: Uint8Array;
  /** Default now; never before the issuer or more than a day ahead. */
  readonly notBefore?: number;
  /** Default the profile's length; never longer. */
  readonly notAfter?: number;
  /** The approved request this certificate answers, for the records. */
  readonly requestId?: string;
}

/** RFC 5280 appendix A.1 upper bounds, in characters. */
const UPPER_BOUND: Readonly<Record<keyof SubjectParts, number>> = {
  commonName: 64,
  organization: 64,
  organizationalUnit: 64,
  locality: 128,
  title: 64,
};

/** DN parts in the order VGCA certificates show: country, place, organisation, unit, name. */
export function subjectName(parts: SubjectParts): [string, string][] {
  return [
    ['C', 'VN'],
    ...(parts.locality === undefined ? [] : [['L', parts.locality] as [string, string]]),
    ['O', parts.organization],
    ...(parts.organizationalUnit === undefined ? [] : [['OU', parts.organizationalUnit] as [string, string]]),
    ...(parts.title === undefined ? [] : [['title', parts.title] as [string, string]]),
    ['CN', parts.commonName],
  ];
}

export function checkSubject(request: IssueRequest): Refusal | undefined {
  for (const [field, bound] of Object.entries(UPPER_BOUND)) {
    const text = request.subject[field as keyof SubjectParts];
    if (text === undefined) continue;
    // Control and direction-changing characters make one name look like another on screen and paper.
    // oxlint-disable-next-line no-control-regex -- exactly those
    const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(text);
    if (hidden || text.trim() !== text || text.length === 0) return refused('issuance.subject-invalid', field);
    if ([...text.normalize('NFC')].length > bound) return refused('issuance.subject-too-long', field);
  }
  if (request.mail !== undefined && !/^[a-z0-9._%+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(request.mail)) {
    return refused('issuance.mail-invalid');
  }
  if (request.profile === 'organisation' && request.mail !== undefined) return refused('issuance.mail-invalid', 'organisation');
  return undefined;
}

export type KeyAnswer = { readonly status: 'key'; readonly spki: Uint8Array } | Refusal;

/** The key to certify: read strictly, strong enough, and with a CSR proven to be held by whoever asks. */
export function keyOf(request: Pick<IssueRequest, 'csr' | 'spki'>): KeyAnswer {
  if ((request.csr === undefined) === (request.spki === undefined))
    return refused('issuance.key-missing', 'give csr or spki, not both');
  try {
    if (request.spki !== undefined) return strongKey(request.spki);
    const csr = parseCertificationRequest(request.csr as Uint8Array);
    const algorithm = signatureAlgorithmOf(csr.signatureAlgorithm);
    if (algorithm === undefined) return refused('issuance.proof-of-possession', 'algorithm');
    if (algorithm.scheme !== 'ed25519' && algorithm.digest === 'SHA-1') return refused('issuance.proof-of-possession', 'SHA-1');
    const answer = nodeCrypto.verify({ spki: csr.spki, algorithm, data: csr.info, signature: csr.signature });
    return answer === 'valid' ? strongKey(csr.spki) : refused('issuance.proof-of-possession', answer);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return refused('issuance.key-damaged', error.code);
    throw error;
  }
}

const CURVES = new Set(['P-256', 'P-384', 'P-521']);

/** Circular 15/2025 Annex I: RSA ≥ 2048 or ECDSA ≥ 256. */
function strongKey(spki: Uint8Array): KeyAnswer {
  const key = parsePublicKey(spki);
  if (key === undefined) return refused('issuance.key-unsupported');
  if (key.kind === 'rsa') {
    const bits = key.modulus.length * 8 - Math.clz32(key.modulus[0] as number) + 24;
    if (bits < 2048 || bits > 4096) return refused('issuance.key-weak', `RSA ${bits}`);
    if (key.exponent < 65_537n || key.exponent % 2n === 0n) return refused('issuance.key-weak', 'exponent');
  }
  if (key.kind === 'ec' && !CURVES.has(key.curve)) return refused('issuance.key-unsupported', key.curve);
  if (key.kind === 'ed25519') return refused('issuance.key-unsupported', 'ed25519');
  return isUsableKey(spki) ? { status: 'key', spki } : refused('issuance.key-damaged', 'point');
}

/** One key is one subject, for renewals too, and a compromised key comes back to nobody (Decree 23/2025 art. 38). */
export function checkKeyUses(uses: readonly KeyUse[], subject: string): Refusal | undefined {
  if (uses.some((use) => use.compromised)) return refused('issuance.key-compromised');
  if (uses.some((use) => use.subject !== subject)) return refused('issuance.key-of-another-subject');
  return undefined;
}
