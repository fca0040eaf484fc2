import type { z } from 'zod';
import type { Db } from '@antin/adapters/db/transaction';
import type { SubmissionReceipt, SubmissionRow } from '@antin/protocol/authority/submissions';
import { sql } from 'kysely';
import { registrationProblems } from './problems.ts';
import type { SubmissionPageRow, SubmissionRecord } from './submission-store.ts';

/** The words of a reason to stand apart are those of the same refusal. */
function why(code: string | null) {
  if (code === null) return {};
  const words = registrationProblems[code]?.title;
  return words === undefined ? { code } : { code, words };
}

export function submissionView(row: SubmissionPageRow): z.input<typeof SubmissionRow> {
  const { fromCode, fromName, fromPlace } = row;
  return {
    ...{ id: row.id, status: row.status, channel: row.channel, authenticatedBy: row.authenticatedBy },
    ...why(row.code),
    ...(row.requestId === null ? {} : { requestId: row.requestId }),
    ...(row.number === null ? {} : { number: row.number }),
    ...(row.roundName === null ? {} : { round: row.roundName }),
    ...(fromCode === null ? {} : { from: { code: fromCode, name: fromName!, place: fromPlace! } }),
    ...(row.signer === null ? {} : { signer: row.signer.subject }),
    ...(row.leader === null ? {} : { leader: inWords(row.leader) }),
    ...{ sha256: row.fileSha256, size: row.fileSize, receivedAt: row.receivedAt.toISOString() },
    ...{ items: row.itemCount, open: row.open },
  };
}

const inWords = ({ name, title }: NonNullable<SubmissionRecord['leader']>): string =>
  title === undefined ? name : `${name}, ${title}`;

/** The same request gets the same receipt, but for attachments that have come meanwhile. */
export async function receiptOf(db: Db, row: SubmissionRecord): Promise<z.input<typeof SubmissionReceipt>> {
  const { rows } = await sql<{ sha256: string }>`
    select distinct a.sha256 from authority.request_item i, jsonb_array_elements_text(i.current -> 'attachments') as a(sha256)
    where i.submission_id = ${row.id} and not exists (select 1 from authority.request_attachment p
      where p.submission_id = i.submission_id and p.sha256 = a.sha256)
    order by 1 limit 5000`.execute(db);
  return {
    submissionId: row.id,
    status: row.status === 'dismissed' ? 'refused' : row.status,
    ...why(row.code),
    // An officer has left it aside: the sender hears the reason that they gave.
    ...(row.status !== 'dismissed' || row.note === null ? {} : { words: { vi: row.note, en: row.note } }),
    ...(row.requestId === null ? {} : { requestId: row.requestId }),
    sha256: row.fileSha256,
    receivedAt: row.receivedAt.toISOString(),
    items: row.itemCount,
    missingAttachments: rows.map((one) => one.sha256),
  };
}
