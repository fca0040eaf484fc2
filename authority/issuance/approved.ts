import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { Refusal as RequestRefusal } from '@antin/adapters/http/refusal';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import type { HeldStatement } from '../officers/signed-statement.ts';
import type { ProfileName } from '../profiles/profile.ts';
import { giveBack, markIssued, takeForIssue } from '../registration/for-issuance.ts';
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
  /** The officer's own signed statement, where acts are signed. */
  readonly held?: HeldStatement | undefined;
  /** Serial number printed on the token. */
  readonly deviceSerial?: string | undefined;
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
 * `issuance.renewed-unknown`, `issuance.renewed-not-good`, those of `takeForIssue` and of `drafts`.
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
      // State, content and register once more, under the row's lock: an edit or a second officer in between finds the door closed.
      try {
        const by = { id: wish.officerId, roles: ['issuance'] as const };
        const taken = await takeForIssue(tx, { id: wish.itemId, by, now: new Date(clock()), held: wish.held });
        return canonicalJson(taken.item) === canonicalJson(item.current)
          ? undefined
          : refused('issuance.not-approved', 'changed meanwhile');
      } catch (fault) {
        if (fault instanceof RequestRefusal) return refused(fault.code, fault.detail?.en);
        throw fault;
      }
    },
    async issued(tx, { issuerSha256, serialHex, certificate }) {
      const { raw: der, spki } = certificate;
      const { deviceSerial } = wish;
      await markIssued(tx, wish.itemId, { issuerSha256, serialHex, der, spki, deviceSerial }, new Date(clock()));
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
export async function releaseRequest(tx: Tx, issuerSha256: string, serialHex: string, now: number): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select r.id from authority.certificate c join authority.request_item r on r.id::text = c.request_id
    where c.issuer_sha256 = ${issuerSha256} and c.serial_hex = ${serialHex}`.execute(tx);
  for (const { id } of rows) await giveBack(tx, id, new Date(now));
}
