import { sql } from 'kysely';
import { inTransaction, only } from '@antin/adapters/db/transaction';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { ItemResult, RequestResult } from '@antin/protocol/certificates/result';

/** Most answers of one batch. */
const BATCH = 1000;

/** Something the sender must hear, in the transaction in which it happened. */
export async function tellSender(tx: Tx, submissionId: string, result: ItemResult): Promise<void> {
  await sql`
    insert into authority.request_answer (submission_id, body)
    values (${submissionId}, ${JSON.stringify(result)}::jsonb)`.execute(tx);
}

/**
 * The first batch of answers after a number. Answers that wait are closed into a new batch when nothing else is left to
 * fetch: the same number is the same batch for ever, so a lost reply is fetched again without harm.
 */
export async function nextBatch(
  db: Db,
  submission: { readonly id: string; readonly requestId: string },
  after: number,
  at: Date,
): Promise<RequestResult | undefined> {
  return inTransaction(db, async (tx) => {
    // One reader of a submission at a time; also what gives numbers without gaps.
    const held = await sql<{ last: number }>`
      select last_sequence as last from authority.submission where id = ${submission.id} for no key update`.execute(tx);
    const { last } = only(held.rows, 'submission');
    const sequence = Math.max(1, after + 1);
    if (sequence > last && !(await closeBatch(tx, submission.id, last + 1, at))) return undefined;
    // A reader who asks for later than there is gets what comes next, not a number of the future.
    return readBatch(tx, submission, Math.min(sequence, last + 1));
  });
}

async function closeBatch(tx: Tx, submissionId: string, sequence: number, at: Date): Promise<boolean> {
  const taken = await sql`
    update authority.request_answer set sequence = ${sequence}
    where id in (select id from authority.request_answer where submission_id = ${submissionId} and sequence is null
      order by id limit ${BATCH})`.execute(tx);
  if ((taken.numAffectedRows ?? 0n) === 0n) return false;
  await sql`
    insert into authority.result_batch (submission_id, sequence, at) values (${submissionId}, ${sequence}, ${at})`.execute(tx);
  await sql`update authority.submission set last_sequence = ${sequence} where id = ${submissionId}`.execute(tx);
  return true;
}

async function readBatch(
  db: Db,
  submission: { readonly id: string; readonly requestId: string },
  sequence: number,
): Promise<RequestResult> {
  const batch = await sql<{ at: Date }>`
    select at from authority.result_batch where submission_id = ${submission.id} and sequence = ${sequence}`.execute(db);
  const { rows } = await sql<{ body: ItemResult }>`
    select body from authority.request_answer where submission_id = ${submission.id} and sequence = ${sequence} order by id`.execute(
    db,
  );
  return {
    type: 'antin.certificate-result',
    version: 1,
    requestId: submission.requestId,
    sequence,
    at: only(batch.rows, 'batch').at.toISOString(),
    items: rows.map((row) => row.body),
  };
}

/** Every batch so far, for a file to carry; waiting answers are closed first. */
export async function allBatches(
  db: Db,
  submission: { readonly id: string; readonly requestId: string },
  at: Date,
): Promise<RequestResult[]> {
  const batches: RequestResult[] = [];
  for (let after = 0; ; after += 1) {
    const batch = await nextBatch(db, submission, after, at);
    if (batch === undefined) return batches;
    batches.push(batch);
  }
}
