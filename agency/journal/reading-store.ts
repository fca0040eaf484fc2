import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import type { OfficeJournalQuery } from '@antin/protocol/office/journal';

export interface EntryRow {
  readonly number: number;
  readonly at: Date;
  readonly event: string;
  readonly agencyId: string | null;
  readonly who: string;
  readonly position: string | null;
  readonly documentId: string | null;
  readonly incomingId: string | null;
  readonly detail: Record<string, string> | null;
}

const COLUMNS = sql`sequence as number, at, event, agency_id as "agencyId", who, position, document_id as "documentId",
  incoming_id as "incomingId", detail`;

/**
 * The statement of a page of one agency, newest first, for the page and for looking at its plan.
 *
 * @param agencyId null: of the installation itself
 */
export function entriesQuery(
  query: OfficeJournalQuery,
  agencyId: string | null,
  before: number | undefined,
): RawBuilder<EntryRow> {
  const where = [agencyId === null ? sql`agency_id is null` : sql`agency_id = ${agencyId}`];
  if (query.event !== undefined) where.push(sql`event = ${query.event}`);
  if (query.document !== undefined) where.push(sql`document_id = ${query.document}`);
  // The chain gives moments and numbers one order, but for clocks of several servers: the day is asked, the number sorts.
  if (query.from !== undefined) where.push(sql`at >= ${`${query.from}T00:00:00+07:00`}::timestamptz`);
  if (query.to !== undefined) where.push(sql`at < ${`${query.to}T00:00:00+07:00`}::timestamptz + interval '24 hours'`);
  if (before !== undefined) where.push(sql`sequence < ${before}::bigint`);
  const dated = query.from !== undefined || query.to !== undefined;
  const page = sql`select ${COLUMNS} from agency.journal where ${sql.join(where, sql` and `)}`;
  // Days through the index of moments; it sorts what those days hold.
  return dated
    ? sql<EntryRow>`with d as materialized (${page}) select * from d order by number desc limit ${query.limit + 1}`
    : sql<EntryRow>`${page} order by sequence desc limit ${query.limit + 1}`;
}

/** An entry with whose it is, for its proof. */
export async function entryBySequence(
  db: Db,
  sequence: number,
): Promise<{ readonly canonical: string; readonly agencyId: string | null } | undefined> {
  const { rows } = await sql<{ canonical: string; agencyId: string | null }>`
    select canonical, agency_id as "agencyId" from agency.journal where sequence = ${sequence}`.execute(db);
  return rows[0];
}

/** How many entries there are: the last one's number. */
export async function lastSequence(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select sequence as n from agency.journal_head`.execute(db);
  return rows[0]?.n ?? 0;
}
