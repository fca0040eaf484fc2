import { createHash } from 'node:crypto';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import type { Tx } from '@antin/adapters/db/transaction';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { refused, type Refusal } from '../fault.ts';
import type { Issuance } from '../issuance/issue.ts';
import { orderOfForm } from '../issuance/order-of-request.ts';
import { keyOf } from '../issuance/rules.ts';
import type { ProfileName } from '../profiles/profile.ts';
import { datesFor, type Dates } from './dates.ts';
import { waitFor, windowStart, type EnrolmentLimit } from './limits.ts';
import { dnsNamesOf, namesAskedIn, sameNames } from './names.ts';
import { isOpen } from './rules.ts';
import {
  holdsCertificate,
  insertIssue,
  isKeyOfAnother,
  isKeyRevoked,
  issuedFor,
  issuesSince,
  lockAccount,
  type AccountRecord,
} from './store.ts';

export interface CertifyParts {
  readonly db: AnyDatabase;
  readonly issuance: Issuance;
  readonly clock: () => number;
  /** Who issues under a profile now. */
  readonly issuerFor: (profile: ProfileName) => Promise<Certificate>;
  /** Whether a key speaks for an account: such a key is in no certificate (RFC 8555 §11.1). */
  readonly isAccountKey: (spki: Uint8Array) => Promise<boolean>;
  readonly limits?: readonly EnrolmentLimit[];
  /** Closes an attempt that broke off; left out, the reconciler does so minutes later. */
  readonly giveUp?: (requestId: string) => Promise<void>;
  /** Why the last attempt broke off. */
  readonly pause?: Pause;
}

/**
 * Every attempt that breaks off costs a serial number and a line on the list for years: after one, the next is made half a minute
 * later, however many machines ask meanwhile. For one process.
 */
export interface Pause {
  until: number;
  fault: unknown;
}

const PAUSE_MS = 30_000;

export interface CertifyWish extends Partial<Dates> {
  readonly over: 'est' | 'acme';
  /** Exactly these host names are to be asked for (ACME); left out, any of the approved ones (EST). */
  readonly names?: readonly string[];
  /**
   * A renewal (EST simplereenroll) is the holder's: `by-key` when the request over the same key is the proof, else the
   * certificate, DER, that the machine has shown to hold.
   */
  readonly renews?: 'by-key' | Uint8Array;
}

/** `retryAfter`: seconds, where waiting helps. */
export type MachineRefusal = Refusal & { readonly retryAfter?: number };
type Answer = { readonly status: 'issued'; readonly certificate: Certificate } | MachineRefusal;

/**
 * A certificate for a machine, within what was approved for it: subject and use as the request says, host names among those
 * that stand there, the key from the PKCS#10, which proves that it is held. The same key again gets the same certificate until
 * two thirds of its life are over, then a new one; a key whose certificate was revoked gets none.
 *
 * Codes: `enrolment.account-closed`, `enrolment.name-not-approved`, `enrolment.names-differ`, `enrolment.key-revoked`,
 * `enrolment.key-used`, `enrolment.key-of-another`, `enrolment.key-of-account`, `enrolment.holder-proof-missing`,
 * `enrolment.dates-not-allowed`, `enrolment.limit-reached`, `enrolment.in-work`, those of `keyOf` and issuance.
 */
export async function certifyMachine(
  parts: CertifyParts,
  account: AccountRecord,
  csr: Uint8Array,
  wish: CertifyWish,
): Promise<Answer> {
  const { db, issuance, clock } = parts;
  const now = clock();
  const { pause } = parts;
  if (!isOpen(account, now)) return refused('enrolment.account-closed');
  const key = keyOf({ csr });
  if (key.status === 'refused') return key;
  const { item } = account;
  if (item.act !== 'new' && item.act !== 'change') return refused('enrolment.account-closed');
  const order = orderOfForm(item);
  const approved = (order.altNames ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
  const asked = namesAskedIn(csr);
  if (asked === undefined) return refused('issuance.key-damaged', 'subjectAltName');
  const spkiSha256 = sha256Hex(key.spki);
  // Also one that was stolen: a new certificate over it would undo its revocation.
  if (await isKeyRevoked(db, spkiSha256)) return refused('enrolment.key-revoked', 'a new key is needed');
  const before = await issuedFor(db, account.id, spkiSha256, new Date(now));
  const renewed = wish.renews === undefined ? undefined : await holderOf(parts, account, wish.renews, before);
  if (wish.renews !== undefined && renewed === undefined)
    return refused('enrolment.holder-proof-missing', 'renew with the key or the client certificate in force, or enrol anew');
  const wanted = wish.names ?? (asked.length > 0 ? asked : renewed === undefined ? approved : dnsNamesOf(renewed));
  const stranger = wanted.find((name) => !approved.includes(name));
  if (stranger !== undefined) return refused('enrolment.name-not-approved', stranger);
  const exactly = wish.names ?? (renewed === undefined || asked.length === 0 ? undefined : dnsNamesOf(renewed));
  if (exactly !== undefined && !sameNames(exactly, asked)) return refused('enrolment.names-differ', asked.join(' '));
  if (before[0]?.fresh === true) return sameAgain(before[0].der, wanted, wish);
  if (await parts.isAccountKey(key.spki)) return refused('enrolment.key-of-account', 'a key of its own is needed');
  const dates = datesFor(wish, { now, until: account.expiresAt.getTime(), issuer: await parts.issuerFor(order.profile) });
  if (dates.status === 'refused') return dates;
  if (pause !== undefined && now < pause.until) throw pause.fault;
  // One certificate for each turn of a key, whatever is asked twice at once: the identifier is unique.
  const turn = before.length === 0 ? spkiSha256 : sha256Hex(`${spkiSha256}/${before.length}`);
  const requestId = `enrolment/${account.id}/${turn}`;
  const others = (order.altNames ?? []).filter((name) => name.kind !== 'dns');
  // Programs take a common name for a host name, and stumble over any other.
  const first = wanted.find((name) => name.length <= 64);
  const ask = {
    ...order,
    subject: first === undefined ? order.subject : { ...order.subject, commonName: first },
    requestId,
    spki: key.spki,
    altNames: [...others, ...wanted.map((value) => ({ kind: 'dns', value }) as const)],
    notBefore: dates.notBefore,
    notAfter: dates.notAfter,
  };
  let begun = false;
  // Once more where the key and the account are locked: what was true a moment ago may have ended.
  const intended = async (tx: Tx): Promise<MachineRefusal | undefined> => {
    const current = await lockAccount(tx, account.id);
    if (current === undefined || !isOpen(current, now)) return refused('enrolment.account-closed');
    if (await isKeyOfAnother(tx, spkiSha256, current, new Date(now))) return refused('enrolment.key-of-another');
    const retryAfter = waitFor(await issuesSince(tx, account.id, wanted, windowStart(now)), now, parts.limits);
    if (retryAfter > 0) return { ...refused('enrolment.limit-reached', `in ${retryAfter} seconds`), retryAfter };
    await insertIssue(tx, { requestId, accountId: account.id, over: wish.over, names: wanted, at: new Date(now) });
    begun = true;
    return undefined;
  };
  // Closed or withdrawn while the CA signed: nobody gets the certificate, and the reconciler revokes its serial.
  const stillOpen = async (tx: Tx): Promise<void> => {
    const current = await lockAccount(tx, account.id);
    if (current === undefined || !isOpen(current, now)) throw new AccountEnded();
  };
  try {
    const issued = await issuance.issue(ask, { intended, issued: stillOpen });
    return issued.status === 'issued' ? { status: 'issued', certificate: issued.certificate } : issued;
  } catch (fault) {
    if ((fault as { constraint?: unknown }).constraint !== 'certificate_of_request') {
      // What may have been signed is revoked now: the same key may be asked for again as soon as the signer is back.
      if (begun) await parts.giveUp?.(requestId).catch(() => {});
      if (fault instanceof AccountEnded) return refused('enrolment.account-closed');
      if (begun && pause !== undefined) Object.assign(pause, { until: clock() + PAUSE_MS, fault });
      throw fault;
    }
    const [other] = await issuedFor(db, account.id, spkiSha256, new Date(now));
    if (other?.fresh === true) return sameAgain(other.der, wanted, wish);
    return { ...refused('enrolment.in-work', 'ask again in a moment'), retryAfter: 5 };
  }
}

class AccountEnded extends Error {
  override readonly name = 'AccountEnded';
}

/** The certificate in force that a renewal follows; undefined when whoever asks has not shown to hold one. */
async function holderOf(
  { db, clock }: CertifyParts,
  account: AccountRecord,
  proof: 'by-key' | Uint8Array,
  ofKey: Awaited<ReturnType<typeof issuedFor>>,
): Promise<Certificate | undefined> {
  if (proof === 'by-key') {
    const live = ofKey.find((one) => one.live);
    return live === undefined ? undefined : parseCertificate(live.der);
  }
  return (await holdsCertificate(db, account.id, proof, new Date(clock()))) ? parseCertificate(proof) : undefined;
}

function sameAgain(der: Uint8Array, wanted: readonly string[], { notBefore, notAfter }: Partial<Dates>): Answer {
  const certificate = parseCertificate(der);
  if (!sameNames(wanted, dnsNamesOf(certificate))) return refused('enrolment.key-used', 'a new key is needed for other names');
  const other = (asked: number | undefined, given: number) => asked !== undefined && Math.floor(asked / 1000) * 1000 !== given;
  if (other(notBefore, certificate.notBefore) || other(notAfter, certificate.notAfter))
    return refused('enrolment.key-used', 'a new key is needed for other dates');
  return { status: 'issued', certificate };
}

function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
