import { sql } from 'kysely';
import { forgetContents } from '@antin/adapters/devices/contents';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { OfficerStatement } from '@antin/protocol/authority/statements';
import { commonName } from '@antin/web/authority/common-name';

export interface PreparedOne {
  /** Canonical JSON: what is signed. */
  readonly statement: string;
  /** `cadesToJson` */
  readonly toBeSigned: unknown;
}

export interface OrderRow {
  readonly id: string;
  readonly officerId: string;
  readonly jobId: string;
  readonly prepared: readonly PreparedOne[];
  readonly signatures: readonly string[] | null;
}

const columns = sql`id, officer_id as "officerId", job_id as "jobId", prepared, signatures`;

export async function insertOrder(tx: Tx, row: Omit<OrderRow, 'signatures'>, at: Date): Promise<void> {
  await sql`
    insert into authority.statement_order (id, officer_id, job_id, prepared, created_at)
    values (${row.id}, ${row.officerId}, ${row.jobId}, ${JSON.stringify(row.prepared)}::jsonb, ${at})`.execute(tx);
}

export async function orderById(db: Db, id: string, officerId: string): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`
    select ${columns} from authority.statement_order where id = ${id} and officer_id = ${officerId}`.execute(db);
  return rows[0];
}

export async function orderOfJob(tx: Tx, jobId: string): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`
    select ${columns} from authority.statement_order where job_id = ${jobId} for update`.execute(tx);
  return rows[0];
}

export async function putSignatures(tx: Tx, id: string, signatures: readonly string[]): Promise<void> {
  await sql`
    update authority.statement_order set signatures = ${JSON.stringify(signatures)}::jsonb where id = ${id}`.execute(tx);
}

/** Orders of yesterday, and what their devices never fetched: the signatures were used or never will be. */
export async function forgetOrders(db: Db, before: Date): Promise<void> {
  await sql`delete from authority.statement_order where created_at < ${before}`.execute(db);
  await forgetContents(db, before);
}

export interface Subject {
  readonly id: string;
  readonly subject: string;
  /** The request as officers see it now, and its SHA-256. */
  readonly shown: string | null;
  readonly shownSha256: string | null;
}

/** What the statements are about, by request item or by serial number. */
export async function subjectsOf(db: Db, statements: readonly OfficerStatement[]): Promise<Map<string, Subject>> {
  const ids = [...new Set(statements.flatMap((one) => (one.type === 'antin.approval' ? [one.requestItemId] : [])))];
  const named = statements.flatMap((one) => (one.type === 'antin.approval' ? [] : [one.certificate]));
  const { rows } = await sql<Subject>`
    select id, subject, shown, shown_sha256 as "shownSha256" from authority.request_item
    where id = any(${[...ids]}::uuid[])`.execute(db);
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const { issuerSha256, serialHex } of named) {
    const found = await sql<{ subject: string }>`
      select subject from authority.certificate where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
    const subject = found.rows[0]?.subject;
    if (subject !== undefined)
      known.set(serialHex, { id: serialHex, subject: commonName(subject), shown: null, shownSha256: null });
  }
  return known;
}
