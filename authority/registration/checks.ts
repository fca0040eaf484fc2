import { fold } from '@antin/adapters/db/folding';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { commonName } from '@antin/web/authority/common-name';
import { standsUnder } from './content.ts';

/** One result; its words stand in check-words.ts. */
export interface CheckResult {
  readonly code: string;
  readonly outcome: 'holds' | 'blocks' | 'warns';
  readonly found?: string;
}

/** A certificate of this authority that a request is about. */
export interface TargetCertificate {
  readonly state: string;
  readonly notAfter: number;
  readonly revoked: boolean;
  /** Distinguished name in words. */
  readonly subject: string;
  /** From the request it was issued for; undefined for one issued another way. */
  readonly agencyCode: string | undefined;
  readonly agencyName: string | undefined;
  /** How often it, or one before it, was renewed. */
  readonly renewals: number;
}

/** What the register knows about an item at the moment of checking. */
export interface RegisterFacts {
  readonly now: number;
  readonly senderCode: string;
  /** The request is signed by the organisation: it confirms who its people are (Decree 68/2024 art. 10). */
  readonly signedByAgency: boolean;
  readonly evidence: number;
  readonly attachmentsPresent: ReadonlySet<string>;
  readonly key: { readonly status: 'none' } | { readonly status: 'good' } | { readonly status: 'bad'; readonly code: string };
  /** Certificates and open requests with the same key. */
  readonly keyUses: number;
  /** Valid certificates of the same subscriber. */
  readonly holds: readonly { readonly serialHex: string; readonly notAfter: number; readonly sameAgency: boolean }[];
  /** Other requests about the same subscriber or certificate that are not decided yet. */
  readonly alsoAsked: number;
  readonly target: TargetCertificate | undefined;
  readonly limits: { readonly renewalDaysLeft: number; readonly renewals: number; readonly overlapDays: number };
}

const DAY = 86_400_000;
/** Upper bound of organizationName (RFC 5280 appendix A.1); longer names are shortened by an edit, visibly. */
const ORGANIZATION_NAME = 64;

/**
 * Completeness and truth of one item, by its act and form. Everything that was looked at is said, also what holds: the
 * approving officer sees which checks were made.
 */
export function checkItem(item: RequestItem, facts: RegisterFacts): CheckResult[] {
  const results: CheckResult[] = [...attachments(item, facts), agency(item, facts)];
  switch (item.act) {
    case 'new':
      results.push(...subscriber(item, facts), ...key(item, facts), ...holding(facts), evidence(facts));
      break;
    case 'change':
      results.push(...subscriber(item, facts), ...target(item, facts), ...key(item, facts), evidence(facts));
      break;
    case 'renew':
      results.push(...target(item, facts), ...renewal(facts));
      break;
    case 'recover-device':
      results.push(...target(item, facts));
      break;
    case 'revoke':
      results.push(...target(item, facts));
  }
  results.push(facts.alsoAsked > 0 ? warns('check.asked-twice', String(facts.alsoAsked)) : holds('check.asked-twice'));
  return results;
}

export function blockingIn(results: readonly CheckResult[]): number {
  return results.filter((one) => one.outcome === 'blocks').length;
}

function attachments(item: RequestItem, facts: RegisterFacts): CheckResult[] {
  const missing = item.attachments.filter((one) => !facts.attachmentsPresent.has(one));
  const results = [
    missing.length === 0 ? holds('check.attachments-present') : blocks('check.attachments-present', missing.join(' ')),
  ];
  // A person's written confirmation, an organisation's founding decision, a device owner's request (Decree 68 art. 10).
  if (item.act === 'new') {
    results.push(item.attachments.length > 0 ? holds('check.papers-named') : blocks('check.papers-named'));
  }
  return results;
}

function agency(item: RequestItem, facts: RegisterFacts): CheckResult {
  const { code } = item.managingAgency;
  return standsUnder(code, facts.senderCode) ? holds('check.agency-of-sender') : blocks('check.agency-of-sender', code);
}

function subscriber(item: RequestItem & { act: 'new' | 'change' }, facts: RegisterFacts): CheckResult[] {
  const { subject, managingAgency } = item;
  const results: CheckResult[] = [];
  const organisation = subject.form === '02' ? subject.name : managingAgency.name;
  const length = [...organisation].length;
  results.push(length <= ORGANIZATION_NAME ? holds('check.name-fits') : blocks('check.name-fits', String(length)));
  if (subject.form === '01') {
    results.push(subject.mail.endsWith('.gov.vn') ? holds('check.official-mail') : warns('check.official-mail', subject.mail));
    results.push(
      subject.birthDay === undefined ? holds('check.birth-fits-number') : birth(subject.citizenNumber, subject.birthDay),
    );
  }
  if (subject.form === '02') {
    const consistent = standsUnder(subject.code, facts.senderCode);
    results.push(consistent ? holds('check.organisation-of-sender') : blocks('check.organisation-of-sender', subject.code));
  }
  if (subject.form === '03' && subject.use === 'tls-server') {
    results.push(subject.hostNames.length > 0 ? holds('check.host-names') : blocks('check.host-names'));
  }
  return results;
}

/** Digits 4 to 6 of the citizen number are century with sex, and year of birth (domain.md §6). */
function birth(number: string, day: string): CheckResult {
  const century = 19 + Math.floor(Number(number[3]) / 2);
  const year = `${century}${number.slice(4, 6)}`;
  return day.startsWith(year) ? holds('check.birth-fits-number') : warns('check.birth-fits-number', year);
}

function key(item: RequestItem & { act: 'new' | 'change' }, facts: RegisterFacts): CheckResult[] {
  const named = item.csr !== undefined;
  if (item.device === 'pkcs10' && !named) return [blocks('check.key-named')];
  if (item.device !== 'pkcs10' && named) return [blocks('check.key-unexpected', item.device)];
  if (!named) return [holds('check.key-named')];
  if (facts.key.status === 'bad') return [holds('check.key-named'), blocks('check.key-held', facts.key.code)];
  const unused = facts.keyUses === 0 ? holds('check.key-unused') : blocks('check.key-unused', String(facts.keyUses));
  return [holds('check.key-named'), holds('check.key-held'), unused];
}

function holding(facts: RegisterFacts): CheckResult[] {
  const lasting = facts.holds.filter((one) => one.notAfter - facts.now > facts.limits.overlapDays * DAY);
  const here = lasting.find((one) => one.sameAgency);
  if (here !== undefined) return [blocks('check.holds-none', here.serialHex)];
  return [lasting[0] === undefined ? holds('check.holds-none') : warns('check.holds-none', lasting[0].serialHex)];
}

function evidence(facts: RegisterFacts): CheckResult {
  return facts.evidence > 0 || facts.signedByAgency ? holds('check.identity-evidence') : blocks('check.identity-evidence');
}

function target(
  item: RequestItem & { act: 'renew' | 'change' | 'revoke' | 'recover-device' },
  facts: RegisterFacts,
): CheckResult[] {
  const { target: found } = facts;
  // A revocation may also be of one that a crash left behind: whatever may have been signed can be revoked.
  const known = found !== undefined && (found.state === 'good' || (item.act === 'revoke' && found.state !== 'intended'));
  if (!known) return [blocks('check.certificate-known', item.certificate.serialHex)];
  const results = [holds('check.certificate-known')];
  results.push(found.revoked ? blocks('check.certificate-not-revoked') : holds('check.certificate-not-revoked'));
  if (item.act !== 'revoke') {
    const alive = found.notAfter > facts.now;
    results.push(alive ? holds('check.certificate-not-expired') : blocks('check.certificate-not-expired'));
  }
  // A serial number that was copied wrong is somebody else's certificate.
  if ('holder' in item && item.holder !== undefined) {
    const name = commonName(found.subject);
    results.push(sameName(name, item.holder) ? holds('check.holder-named') : warns('check.holder-named', name));
  }
  if (found.agencyCode === undefined) results.push(warns('check.certificate-of-agency'));
  else {
    const theirs = standsUnder(found.agencyCode, facts.senderCode);
    results.push(theirs ? holds('check.certificate-of-agency') : blocks('check.certificate-of-agency', found.agencyCode));
  }
  return results;
}

/** Capitals do not matter, nor a certificate that writes no diacritics at all, as those of the first generation. */
function sameName(certificate: string, asked: string): boolean {
  const plain = (name: string) => name.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ');
  return plain(certificate) === plain(asked) || (/^[\x20-\x7e]+$/.test(certificate) && fold(certificate) === fold(asked));
}

function renewal(facts: RegisterFacts): CheckResult[] {
  const { target: found, limits } = facts;
  if (found === undefined) return [];
  const daysLeft = Math.floor((found.notAfter - facts.now) / DAY);
  return [
    daysLeft >= limits.renewalDaysLeft ? holds('check.renewed-in-time') : blocks('check.renewed-in-time', String(daysLeft)),
    found.renewals < limits.renewals ? holds('check.renewals-left') : blocks('check.renewals-left', String(found.renewals)),
  ];
}

const of =
  (outcome: CheckResult['outcome']) =>
  (code: string, found?: string): CheckResult =>
    found === undefined ? { code, outcome } : { code, outcome, found };
const holds = of('holds');
const blocks = of('blocks');
const warns = of('warns');
