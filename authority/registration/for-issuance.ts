import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import type { Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { recordEvent } from '../journal/record.ts';
import type { HeldStatement } from '../officers/signed-statement.ts';
import { how, lockAndDecide } from './acts.ts';
import { tellSender } from './answers.ts';
import { checkItem } from './checks.ts';
import { sha256Hex } from './content.ts';
import { insertAct } from './parts-store.ts';
import { limitsOn, registerFacts } from './register-facts.ts';
import type { Actor } from './rules.ts';
import { lockItem } from './store.ts';
import { submissionById } from './submission-store.ts';

/** An approved request, held for one attempt to issue it. */
export interface TakenRequest {
  readonly requestItemId: string;
  readonly item: RequestItem;
  /** What two officers agreed to: goes into the record of the certificate. */
  readonly approvedSha256: string;
}

/**
 * Takes one approved request for issuing: state `issuing`, so that nobody else takes it. By an officer of issuance who had
 * no part in it. The register is looked at a last time: since the approval the subscriber may have got another certificate.
 * In the transaction that records the intended certificate.
 *
 * @param one.held the officer's own signed statement (`act: 'issue'`), checked by `checkStatement`
 * @throws {Refusal} `http.not-found`, `request.not-approved`, `request.own-issuance`, `request.shown-changed`,
 *   `request.issues-nothing`, `request.checks-against`; nothing is written then
 */
export async function takeForIssue(
  tx: Tx,
  one: { readonly id: string; readonly by: Actor; readonly now: Date; readonly held?: HeldStatement | undefined },
): Promise<TakenRequest> {
  const { id, by, now, held } = one;
  const { row } = await lockAndDecide(tx, id, { type: 'lock', by });
  // The text itself, not a column beside it.
  if (sha256Hex(row.shown ?? '') !== row.approvedSha256) throw new Refusal('request.shown-changed');
  const submission = (await submissionById(tx, row.submissionId))!;
  const place = {
    ...{ id, submissionId: submission.id, senderCode: submission.fromCode! },
    signedByAgency: submission.authenticatedBy === 'signature',
  };
  const facts = await registerFacts(tx, place, row.current, now, await limitsOn(tx, officeDay(now)));
  const against = checkItem(row.current, facts).find((check) => check.outcome === 'blocks');
  if (against !== undefined) {
    throw new Refusal('request.checks-against', { detail: { vi: against.code, en: against.code } });
  }
  const done = await sql`
    update authority.request_item set state = 'issuing', issuer = ${by.id}
    where id = ${id} and state = 'approved' and approved_sha256 = shown_sha256 and approver <> ${by.id}`.execute(tx);
  if (done.numAffectedRows !== 1n) throw new Refusal('request.not-approved');
  await insertAct(tx, {
    ...{ itemId: id, act: 'issue', at: now, officerId: by.id },
    shown: { sha256: row.approvedSha256, text: row.shown! },
    ...(held === undefined ? {} : { held }),
  });
  const detail = { requestItemId: id, by: by.id, approvedSha256: row.approvedSha256, ...(held === undefined ? {} : how(held)) };
  await recordEvent(tx, now.getTime(), 'request.issuing', undefined, detail);
  return { requestItemId: id, item: row.current, approvedSha256: row.approvedSha256 };
}

/** The certificate that answers a request. */
export interface IssuedCertificate {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly der: Uint8Array;
  readonly spki: Uint8Array;
  readonly deviceSerial?: string | undefined;
}

/**
 * The request has its certificate, and its sender is told: in the transaction that records the finished certificate, so
 * that both stand together or not at all.
 *
 * @throws {Refusal} `http.not-found`, `request.not-issuing`
 */
export async function markIssued(tx: Tx, id: string, issued: IssuedCertificate, at: Date): Promise<void> {
  const { row } = await lockAndDecide(tx, id, { type: 'issued' });
  const { issuerSha256, serialHex } = issued;
  await sql`
    update authority.request_item set state = 'issued', issued_issuer_sha256 = ${issuerSha256},
      issued_serial_hex = ${serialHex}, spki_sha256 = ${sha256Hex(issued.spki)}, closed_at = ${at}, due_on = null
    where id = ${id} and state = 'issuing'`.execute(tx);
  const chain = await sql<{ der: Uint8Array }>`
    select der from authority.status_issuer where issuer_sha256 = ${issuerSha256}`.execute(tx);
  await tellSender(tx, row.submissionId, {
    itemId: row.itemId,
    status: 'issued',
    certificate: toBase64(issued.der),
    chain: chain.rows.map((one) => toBase64(one.der)),
    ...(issued.deviceSerial === undefined ? {} : { deviceSerial: issued.deviceSerial }),
    at: at.toISOString(),
  });
  const detail = { requestItemId: id, issuerSha256, approvedSha256: row.approvedSha256 };
  await recordEvent(tx, at.getTime(), 'request.issued', serialHex, detail);
}

/** An attempt to issue left no certificate: the request stands as approved again. @returns false when it was not being issued */
export async function giveBack(tx: Tx, id: string, at: Date): Promise<boolean> {
  const row = await lockItem(tx, id);
  if (row?.state !== 'issuing') return false;
  await sql`update authority.request_item set state = 'approved', issuer = null where id = ${id} and state = 'issuing'`.execute(
    tx,
  );
  await recordEvent(tx, at.getTime(), 'request.issuing-failed', undefined, { requestItemId: id });
  return true;
}
