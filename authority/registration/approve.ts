import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { SignedStatement } from '@antin/protocol/authority/registration';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { checkStatement } from '../officers/signed-statement.ts';
import { how, lockAndDecide, signedAct } from './acts.ts';
import { tellSender } from './answers.ts';
import { checkItem } from './checks.ts';
import { sha256Hex } from './content.ts';
import type { RegistrationDoors } from './doors.ts';
import { limitsOn, registerFacts } from './register-facts.ts';
import { markApproved, markClosed } from './store.ts';
import { submissionById } from './submission-store.ts';

/**
 * The second pair of eyes. Bound to the hash of what was shown; the register is looked at once more, because between
 * proposal and approval somebody may have got a certificate; the row itself decides between two who approve at once.
 */
export async function approve(parts: RegistrationDoors, by: Officer, said: SignedStatement): Promise<void> {
  const now = parts.clock();
  const { requestItemId: id, shownSha256 } = said.statement;
  const held = await checkStatement(parts, by, { requestItemId: id, act: 'approve' }, said, now.getTime());
  await inTransaction(parts.doors.as('antin_approval'), async (tx) => {
    const { row } = await lockAndDecide(tx, id, { type: 'approve', by, shownSha256 });
    // The text itself, not a column beside it: whoever reached the column must have reached the text too.
    if (sha256Hex(row.shown ?? '') !== shownSha256) throw new Refusal('request.shown-changed');
    const submission = (await submissionById(tx, row.submissionId))!;
    const place = {
      ...{ id, submissionId: submission.id, senderCode: submission.fromCode! },
      signedByAgency: submission.authenticatedBy === 'signature',
    };
    const limits = await limitsOn(tx, officeDay(now));
    const against = checkItem(row.current, await registerFacts(tx, place, row.current, now, limits)).find(
      (one) => one.outcome === 'blocks',
    );
    if (against !== undefined) {
      const words = `${against.code} ${against.found ?? ''}`.trim();
      throw new Refusal('request.checks-against', { detail: { vi: words, en: words } });
    }
    if (!(await markApproved(tx, id, by.id, shownSha256, now))) throw new Refusal('request.shown-changed');
    await signedAct(tx, row, 'approve', by, held, now);
    await tellSender(tx, row.submissionId, { itemId: row.itemId, status: 'approved', at: now.toISOString() });
    const detail = { requestItemId: id, by: by.id, proposer: row.proposer, shownSha256, ...how(held) };
    await recordEvent(tx, now.getTime(), 'request.approved', undefined, detail);
  });
}

export type ApprovalOutcome =
  | { readonly requestItemId: string; readonly status: 'approved' }
  | { readonly requestItemId: string; readonly status: 'refused'; readonly code: string };

/** A list under one consent: each by its own statement and hash, one that is refused stops no other. */
export async function approveAll(
  parts: RegistrationDoors,
  by: Officer,
  statements: readonly SignedStatement[],
): Promise<ApprovalOutcome[]> {
  const outcomes: ApprovalOutcome[] = [];
  for (const said of statements) {
    const { requestItemId } = said.statement;
    try {
      await approve(parts, by, said);
      outcomes.push({ requestItemId, status: 'approved' });
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      outcomes.push({ requestItemId, status: 'refused', code: fault.code });
    }
  }
  return outcomes;
}

/**
 * One officer revokes, at once. The revocation is a transaction of its own and comes first: should we fall between the two,
 * the request is still open, and the same act finishes it.
 */
export async function revokeNow(parts: RegistrationDoors, by: Officer, id: string, said: SignedStatement): Promise<void> {
  const now = parts.clock();
  const { shownSha256 } = said.statement;
  const held = await checkStatement(parts, by, { requestItemId: id, act: 'revoke' }, said, now.getTime());
  const db = parts.doors.as('antin_revocation');
  const { row } = await inTransaction(db, (tx) => lockAndDecide(tx, id, { type: 'revoke', by, shownSha256 }));
  if (row.current.act !== 'revoke') throw new Refusal('request.other-act');
  const { certificate, cause, since } = row.current;
  const order = { ...certificate, cause, ...(since === undefined ? {} : { since }), by: by.id, requestId: id };
  const done = await parts.revoke(order);
  if (done.status === 'refused' && done.code !== 'revocation.already-revoked') throw new Refusal(done.code);
  await inTransaction(db, async (tx) => {
    const again = await lockAndDecide(tx, id, { type: 'revoke', by, shownSha256 });
    if (!(await markClosed(tx, id, again.row.state, 'carried-out', now))) throw new Refusal('request.decided');
    await signedAct(tx, row, 'revoke', by, held, now, cause);
    await tellSender(tx, row.submissionId, { itemId: row.itemId, status: 'revoked', certificate, at: now.toISOString() });
    const detail = { requestItemId: id, by: by.id, shownSha256, cause, ...how(held) };
    await recordEvent(tx, now.getTime(), 'request.revocation-carried-out', certificate.serialHex, detail);
  });
}

/** The device of an approved request is unlocked at the desk. */
export async function recovered(parts: RegistrationDoors, by: Officer, id: string, said: SignedStatement): Promise<void> {
  const now = parts.clock();
  const { shownSha256 } = said.statement;
  const held = await checkStatement(parts, by, { requestItemId: id, act: 'recover' }, said, now.getTime());
  await inTransaction(parts.doors.as('antin_issuance'), async (tx) => {
    const { row } = await lockAndDecide(tx, id, { type: 'recover', by, shownSha256 });
    if (row.current.act !== 'recover-device') throw new Refusal('request.other-act');
    const { certificate } = row.current;
    if (!(await markClosed(tx, id, 'approved', 'carried-out', now))) throw new Refusal('request.decided');
    await signedAct(tx, row, 'recover', by, held, now);
    await tellSender(tx, row.submissionId, { itemId: row.itemId, status: 'recovered', certificate, at: now.toISOString() });
    const detail = { requestItemId: id, by: by.id, shownSha256, ...how(held) };
    await recordEvent(tx, now.getTime(), 'request.device-recovered', certificate.serialHex, detail);
  });
}
