import type { SignatureReport, SignerReport } from '@antin/signature/validation/types';
import { REQUEST_FILE } from './read-request.ts';
import type { FoundRequest } from './read-request.ts';

export interface KnownSigner {
  readonly subject: string;
  readonly serialHex: string;
  readonly sha256: string;
}

/** Who signed for the sender: its organisation, and before it the leader where one did. */
export interface Signers {
  readonly status: 'known';
  readonly signer: KnownSigner;
  readonly leader: (KnownSigner & { readonly name: string; readonly title?: string; readonly signedAt?: string }) | undefined;
  /** Of the organisation's signature: as the signer says, and not after its time-stamp; milliseconds since 1970. */
  readonly signedAt: number | undefined;
}

export type SignersRefused = { readonly status: 'refused'; readonly code: string; readonly detail?: string };

/** A leader's signature beside the organisation's; the organisation's is always required. */
export type LeaderRule = 'optional' | 'required';

/**
 * Who the valid signatures of a request are by. The organisation's is that of the very certificate registered for the sender; beside it
 * one person of that organisation may have signed the same files, before it.
 *
 * @param certificateSha256 the sender's registered certificate
 */
export function signersOf(
  found: Pick<FoundRequest, 'kind'>,
  signatures: readonly SignatureReport[],
  certificateSha256: string | undefined,
  rule: LeaderRule,
): Signers | SignersRefused {
  const over = signatures.filter((one) => coversRequest(found, one));
  const own = over.find((one) => one.signer !== null && one.signer.sha256 === certificateSha256);
  if (own?.signer === null || own?.signer === undefined) return refused('submission.signer-not-bound', over[0]?.signer?.subject);
  const [leader, more] = signatures.filter((one) => one !== own);
  if (more !== undefined) return refused('submission.signers-too-many', more.signer?.subject);
  if (leader === undefined && rule === 'required') return refused('submission.leader-missing');
  const no = leader === undefined ? undefined : againstLeader(leader, own, own.signer);
  if (no !== undefined) return no;
  return {
    ...{ status: 'known', signer: knownSigner(own.signer), signedAt: signedBy(own) },
    leader: leader?.signer == null ? undefined : leaderOf(leader, leader.signer),
  };
}

export function coversRequest({ kind }: Pick<FoundRequest, 'kind'>, signature: SignatureReport): boolean {
  return kind !== 'container' || names(signature).includes(REQUEST_FILE);
}

/** The first signature that does not hold, by whose it is. */
export function brokenSigner(signatures: readonly SignatureReport[], fallback: string): SignersRefused {
  const broken = signatures.find((one) => one.indication !== 'TOTAL_PASSED');
  const detail = broken?.subIndication ?? fallback;
  const person = broken?.signer != null && !broken.signer.seal && signatures.length > 1;
  return refused(person ? 'submission.leader-signature-not-valid' : 'submission.signature-not-valid', detail);
}

function againstLeader(leader: SignatureReport, own: SignatureReport, seal: SignerReport): SignersRefused | undefined {
  const { signer } = leader;
  // A second seal is no person who answers for the request.
  if (signer === null || signer.seal) return refused('submission.leader-not-person', signer?.subject);
  if (!ofOrganisation(signer, seal)) return refused('submission.leader-of-other', signer.subject);
  // Two signatures over two things are no agreement about one.
  const [theirs, ours] = [names(leader).sort().join('\n'), names(own).sort().join('\n')];
  if (theirs !== ours) return refused('submission.leader-not-over-same');
  const [first, then] = [timeOf(leader), timeOf(own)];
  if (first !== undefined && then !== undefined && first > then) {
    return refused('submission.signed-in-wrong-order', `${new Date(first).toISOString()} > ${new Date(then).toISOString()}`);
  }
  return undefined;
}

/**
 * Whether a person's certificate names the organisation of the seal: as its own (`O`), or as the unit (`OU`) of the body above both.
 * Both were issued by authorities that are trusted for it, which looked at the papers.
 */
function ofOrganisation(person: SignerReport, seal: SignerReport): boolean {
  const organisation = folded(seal.commonName ?? seal.organization);
  if (organisation === undefined) return false;
  if (folded(person.organization) === organisation) return true;
  const above = folded(seal.organization);
  return above !== undefined && folded(person.organization) === above && folded(person.organizationalUnit) === organisation;
}

/** As names stand in certificates: in capitals or not, and cut at the upper bound of RFC 5280 appendix A. */
function folded(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  return [...name.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ')].slice(0, 64).join('');
}

function leaderOf(leader: SignatureReport, signer: SignerReport): NonNullable<Signers['leader']> {
  const at = timeOf(leader);
  return {
    ...knownSigner(signer),
    name: signer.commonName ?? signer.subject,
    ...(signer.title === undefined ? {} : { title: signer.title }),
    ...(at === undefined ? {} : { signedAt: new Date(at).toISOString() }),
  };
}

const knownSigner = ({ subject, serialNumber, sha256 }: SignerReport): KnownSigner => ({
  ...{ subject, serialHex: serialNumber, sha256 },
});

const names = (one: SignatureReport): string[] => (one.covers ?? []).map(({ name }) => name);

function timeOf(one: SignatureReport): number | undefined {
  const at = one.bestSignatureTimeFrom === 'time-stamp' ? one.bestSignatureTime : one.claimedSigningTime;
  return at === null ? undefined : Date.parse(at);
}

/**
 * When it was signed, by what its signer signed. A time-stamp alone proves no more than that it was there by then: it is
 * under no signature, and whoever found an old request could have it stamped today.
 */
function signedBy(one: SignatureReport): number | undefined {
  if (one.claimedSigningTime === null) return undefined;
  return Math.min(Date.parse(one.claimedSigningTime), timeOf(one) ?? Infinity);
}

function refused(code: string, detail?: string): SignersRefused {
  return detail === undefined ? { status: 'refused', code } : { status: 'refused', code, detail };
}
