import { inTransaction } from '@antin/adapters/db/transaction';
import type { Tx } from '@antin/adapters/db/transaction';
import { officeDay } from '@antin/adapters/clock/days';
import { Refusal } from '@antin/adapters/http/refusal';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import type { SignedStatement } from '@antin/protocol/authority/registration';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { sql } from 'kysely';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { checkStatement } from '../officers/signed-statement.ts';
import { how, lockAndDecide, signedAct } from './acts.ts';
import { tellSender } from './answers.ts';
import { checkItem } from './checks.ts';
import { sha256Hex } from './content.ts';
import type { RegistrationDoors } from './doors.ts';
import { limitsOn, registerFacts } from './register-facts.ts';
import { lockItem } from './store.ts';
import { submissionById } from './submission-store.ts';

/** An approved request, held for one attempt to issue it. */
export interface LockedRequest {
  readonly requestItemId: string;
  readonly item: RequestItem;
  /** What two officers agreed to: goes into the record of the certificate. */
  readonly approvedSha256: string;
  readonly spkiSha256: string | undefined;
}

/**
 * Takes one approved request for issuing: state `issuing`, so that nobody else takes it. By an officer of issuance who had
 * no part in it; the register is looked at a last time.
 *
 * @param said the officer's own statement (`act: 'issue'`); where acts must be signed it is needed
 * @throws {Refusal} `http.not-found`, `request.not-approved`, `request.own-issuance`, `request.shown-changed`,
 *   `request.issues-nothing`, `request.checks-against`, and those of `checkStatement`
 */
export async function lockApproved(
  parts: RegistrationDoors,
  by: Officer,
  id: string,
  said?: SignedStatement,
): Promise<LockedRequest> {
  const now = parts.clock();
  if (said === undefined && parts.signedActs === 'required') throw new Refusal('request.statement-unsigned');
  const held =
    said === undefined ? undefined : await checkStatement(parts, by, { requestItemId: id, act: 'issue' }, said, now.getTime());
  return inTransaction(parts.doors.as('antin_issuance'), async (tx) => {
    const { row } = await lockAndDecide(tx, id, { type: 'lock', by });
    const { approvedSha256 } = row;
    if (sha256Hex(row.shown ?? '') !== approvedSha256) throw new Refusal('request.shown-changed');
    if (said !== undefined && said.statement.shownSha256 !== approvedSha256) throw new Refusal('request.shown-changed');
    const submission = (await submissionById(tx, row.submissionId))!;
    const limits = await limitsOn(tx, officeDay(now));
    const place = {
      ...{ id, submissionId: submission.id, senderCode: submission.fromCode! },
      signedByAgency: submission.authenticatedBy === 'signature',
    };
    const against = checkItem(row.current, await registerFacts(tx, place, row.current, now, limits)).find(
      (one) => one.outcome === 'blocks',
    );
    if (against !== undefined) throw new Refusal('request.checks-against', { detail: { vi: against.code, en: against.code } });
    const done = await sql`
      update authority.request_item set state = 'issuing', issuer = ${by.id}
      where id = ${id} and state = 'approved' and approved_sha256 = shown_sha256 and approver <> ${by.id}`.execute(tx);
    if (done.numAffectedRows !== 1n) throw new Refusal('request.not-approved');
    if (held !== undefined) await signedAct(tx, row, 'issue', by, held, now);
    const detail = { requestItemId: id, by: by.id, approvedSha256, ...(held === undefined ? {} : how(held)) };
    await recordEvent(tx, now.getTime(), 'request.issuing', undefined, detail);
    return { requestItemId: id, item: row.current, approvedSha256, spkiSha256: row.spkiSha256 ?? undefined };
  });
}

/** Issuing failed and left no certificate: it stands as approved again. */
export async function unlockIssuing(parts: RegistrationDoors, id: string, why: string): Promise<void> {
  const now = parts.clock();
  await inTransaction(parts.doors.as('antin_issuance'), async (tx) => {
    await lockAndDecide(tx, id, { type: 'unlock' });
    await sql`update authority.request_item set state = 'approved', issuer = null where id = ${id} and state = 'issuing'`.execute(
      tx,
    );
    await recordEvent(tx, now.getTime(), 'request.issuing-failed', undefined, { requestItemId: id, why });
  });
}

/** The certificate that answers a request. */
export interface IssuedCertificate {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly certificate: Uint8Array;
  readonly spkiSha256: string;
  /** Issuers, nearest first, without the root. */
  readonly chain: readonly Uint8Array[];
  readonly deviceSerial?: string;
}

/**
 * The request has its certificate; the sender is told. In the caller's transaction, so that certificate and answer stand
 * together or not at all.
 *
 * @returns false when it has been marked before with this very certificate (a reconciler that comes twice)
 * @throws {Refusal} `request.not-issuing`
 */
export async function markIssued(tx: Tx, id: string, issued: IssuedCertificate, at: Date): Promise<boolean> {
  const row = await lockItem(tx, id);
  if (row?.state === 'issued' && row.issuedSerialHex === issued.serialHex) return false;
  const { event } = await lockAndDecide(tx, id, { type: 'issued' });
  if (row === undefined || event.type !== 'issued') throw new Refusal('request.not-issuing');
  await sql`
    update authority.request_item set state = 'issued', issued_issuer_sha256 = ${issued.issuerSha256},
      issued_serial_hex = ${issued.serialHex}, spki_sha256 = ${issued.spkiSha256}, closed_at = ${at}, due_on = null
    where id = ${id} and state = 'issuing'`.execute(tx);
  await tellSender(tx, row.submissionId, {
    itemId: row.itemId,
    status: 'issued',
    certificate: toBase64(issued.certificate),
    chain: issued.chain.map(toBase64),
    ...(issued.deviceSerial === undefined ? {} : { deviceSerial: issued.deviceSerial }),
    at: at.toISOString(),
  });
  const { issuerSha256, serialHex } = issued;
  const detail = { requestItemId: id, issuerSha256, approvedSha256: row.approvedSha256 };
  await recordEvent(tx, at.getTime(), 'request.issued', serialHex, detail);
  return true;
}
