import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import { recordEvent } from '../journal/record.ts';
import type { ProfileName } from '../profiles/profile.ts';
import type { Order } from './draft.ts';
import type { Issuance, Issued } from './issue.ts';
import { orderOfForm, orderOfRenewal } from './order-of-request.ts';
import { keyOf } from './rules.ts';
import { findCertificate } from './store.ts';
import type { Database } from './store.ts';

export interface ApprovedParts {
  readonly db: Database;
  readonly issuance: Issuance;
  readonly clock: () => number;
}

export interface IssueApproved {
  /** `authority.request_item.id`. */
  readonly itemId: string;
  /** Who issues: neither the proposer's part nor the approver (the table refuses the latter). */
  readonly officerId: string;
  /** PKCS#10 of a key that the officer's agent made on the token; left out when the request brought one. */
  readonly csr?: Uint8Array;
}

interface ItemRow {
  state: string;
  current: RequestItem;
  approver: string | null;
}

/**
 * Issues what two officers agreed on, and nothing else: the request's content as it was approved. It becomes `issuing` in
 * the transaction that records the intended certificate and `issued` in the one that records the finished one; two
 * officers at once issue once.
 *
 * Codes: `issuance.not-approved`, `issuance.same-officer`, `issuance.no-certificate-asked`, `issuance.key-missing`,
 * `issuance.renewed-unknown`, `issuance.renewed-not-good`, and those of `drafts`.
 */
export async function issueApproved(parts: ApprovedParts, wish: IssueApproved): Promise<Issued | Refusal> {
  const { db, issuance, clock } = parts;
  const found = await sql<ItemRow>`
    select state, current, approver from authority.request_item where id = ${wish.itemId}`.execute(db);
  const item = found.rows[0];
  if (item === undefined || item.state !== 'approved') return refused('issuance.not-approved', item?.state);
  if (item.approver === wish.officerId) return refused('issuance.same-officer');
  const order = await orderOfItem(db, item.current, wish);
  if ('status' in order) return order;
  return issuance.issue(order, {
    async intended(tx) {
      // State and content once more, under the row's lock: an edit or a second officer in between finds the door closed.
      const done = await sql`
        update authority.request_item set state = 'issuing', issuer = ${wish.officerId}
        where id = ${wish.itemId} and state = 'approved' and approved_sha256 = shown_sha256
          and approver <> ${wish.officerId} and current = ${JSON.stringify(item.current)}::jsonb`.execute(tx);
      if (done.numAffectedRows !== 1n) return refused('issuance.not-approved', 'changed meanwhile');
      await recordEvent(tx, clock(), 'request.issuing', undefined, { id: wish.itemId, by: wish.officerId });
      return undefined;
    },
    async issued(tx, { issuerSha256, serialHex }) {
      const done = await sql`
        update authority.request_item set state = 'issued', issued_issuer_sha256 = ${issuerSha256}, issued_serial_hex = ${serialHex}
        where id = ${wish.itemId} and state = 'issuing'`.execute(tx);
      if (done.numAffectedRows !== 1n) throw new Error('the request is not being issued any more');
      await recordEvent(tx, clock(), 'request.issued', serialHex, { id: wish.itemId, issuerSha256 });
    },
  });
}

async function orderOfItem(db: Database, item: RequestItem, wish: IssueApproved): Promise<Order | Refusal> {
  if (item.act === 'renew') {
    const { issuerSha256, serialHex } = item.certificate;
    const old = await findCertificate(db, issuerSha256, serialHex);
    if (old?.der === undefined) return refused('issuance.renewed-unknown');
    const revoked = await sql`
      select 1 from authority.revocation where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
    if (old.state !== 'good' || revoked.rows.length > 0) return refused('issuance.renewed-not-good');
    return orderOfRenewal(old.profile as ProfileName, parseCertificate(old.der), wish.itemId);
  }
  if (item.act !== 'new' && item.act !== 'change') return refused('issuance.no-certificate-asked', item.act);
  const csr = wish.csr ?? (item.csr === undefined ? undefined : fromBase64(item.csr));
  if (csr === undefined) return refused('issuance.key-missing');
  const key = keyOf({ csr });
  if (key.status === 'refused') return key;
  const order = { ...orderOfForm(item), spki: key.spki, requestId: wish.itemId };
  const years = item.act === 'new' ? item.validityYears : undefined;
  return years === undefined ? order : { ...order, years };
}

/** Gives a request back whose attempt died; the next try draws a new serial. Called by the reconciler, in its transaction. */
export async function releaseRequest(tx: Tx, issuerSha256: string, serialHex: string): Promise<void> {
  await sql`
    update authority.request_item r set state = 'approved', issuer = null
    from authority.certificate c
    where c.issuer_sha256 = ${issuerSha256} and c.serial_hex = ${serialHex} and c.request_id = r.id::text and r.state = 'issuing'`.execute(
    tx,
  );
}
