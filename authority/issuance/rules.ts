import { FormatFault } from '@antin/formats/fault';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { PkiFault } from '@antin/pki/fault';
import { signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import { parseCertificationRequest } from '@antin/pki/x509/request';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import { subjectAttributes } from '../profiles/subject.ts';
import type { SubjectParts } from '../profiles/subject.ts';
import { PROFILES } from '../profiles/table.ts';
import type { SubscriberProfile } from '../profiles/table.ts';
import type { Order } from './draft.ts';
import { checkKey } from './public-key.ts';
import type { KeyUse } from './store.ts';

/** What practice asks for directly; an installation with duties goes through requests (`approved.ts`). */
export interface IssueRequest {
  readonly profile: SubscriberProfile;
  readonly subject: SubjectParts;
  /** Official mail address of a person; goes into subjectAltName. */
  readonly mail?: string;
  /** Host names of a server. */
  readonly hosts?: readonly string[];
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

/** DN parts of a person or an organisation in the order VGCA certificates show: country, place, organisation, unit, name. */
export function subjectName(parts: SubjectParts): [string, string][] {
  return subjectAttributes(PROFILES.person, parts).map(([type, text]) => [type, text]);
}

/** The order a direct request becomes once its key is proven. */
export function orderOf(request: IssueRequest, spki: Uint8Array): Order {
  const { mail, hosts = [], csr: _csr, spki: _spki, ...rest } = request;
  const mails = mail === undefined ? [] : [{ kind: 'rfc822', value: mail } as const];
  return { ...rest, spki, altNames: [...mails, ...hosts.map((value) => ({ kind: 'dns', value }) as const)] };
}

export type KeyAnswer = { readonly status: 'key'; readonly spki: Uint8Array } | Refusal;

/** Longest PKCS#10 that is looked at: an RSA-4096 key with a generous subject has 2 kB. */
const MAX_REQUEST_BYTES = 16_384;

/** The key to certify: read strictly, strong enough, and with a CSR proven to be held by whoever asks. */
export function keyOf(request: Pick<IssueRequest, 'csr' | 'spki'>): KeyAnswer {
  if ((request.csr === undefined) === (request.spki === undefined))
    return refused('issuance.key-missing', 'give csr or spki, not both');
  if (request.spki !== undefined) return checkKey(undefined, request.spki) ?? { status: 'key', spki: request.spki };
  return keyOfRequest(request.csr as Uint8Array);
}

/** Verifies a PKCS#10: strict DER, a signature by the key itself with a good digest, and a key worth certifying. */
function keyOfRequest(der: Uint8Array): KeyAnswer {
  if (der.length > MAX_REQUEST_BYTES) return refused('issuance.key-damaged', 'too-large');
  try {
    const csr = parseCertificationRequest(der);
    const algorithm = signatureAlgorithmOf(csr.signatureAlgorithm);
    if (algorithm === undefined) return refused('issuance.proof-of-possession', 'algorithm');
    const digests =
      algorithm.scheme === 'rsa-pss' ? [algorithm.digest, algorithm.mgfDigest] : 'digest' in algorithm ? [algorithm.digest] : [];
    const weak = digests.find((digest) => digest === 'SHA-1' || digest === 'SHA-224');
    if (weak !== undefined) return refused('issuance.proof-of-possession', weak);
    // The key first: a weak one is named as such, whoever signed.
    const wrong = checkKey(undefined, csr.spki);
    if (wrong !== undefined) return wrong;
    const answer = nodeCrypto.verify({ spki: csr.spki, algorithm, data: csr.info, signature: csr.signature });
    return answer === 'valid' ? { status: 'key', spki: csr.spki } : refused('issuance.proof-of-possession', answer);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return refused('issuance.key-damaged', error.code);
    throw error;
  }
}

/** One key is one subject, for renewals too, and a compromised key comes back to nobody (Decree 23/2025 art. 38). */
export function checkKeyUses(uses: readonly KeyUse[], subject: string): Refusal | undefined {
  if (uses.some((use) => use.compromised)) return refused('issuance.key-compromised');
  if (uses.some((use) => use.subject !== subject)) return refused('issuance.key-of-another-subject');
  return undefined;
}
