import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';
import { likeAnywhere } from '@antin/adapters/db/folding';
import type { Db } from '@antin/adapters/db/transaction';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { RequestQuery, RequestState } from '@antin/protocol/authority/registration';
import type { RequestAct } from '@antin/protocol/certificates/request';

export interface ListRow {
  readonly id: string;
  readonly submissionId: string;
  readonly act: RequestAct;
  readonly form: '01' | '02' | '03' | null;
  readonly state: RequestState;
  readonly subject: string;
  readonly certificateSerial: string | null;
  readonly agencyCode: string;
  readonly agencyName: string;
  readonly agencyPlace: string;
  readonly receivedAt: Date;
  readonly completeAt: Date | null;
  readonly dueOn: string | null;
  readonly daysLeft: number | null;
  readonly blocking: number;
  readonly mine: boolean;
}

type Query = z.output<typeof RequestQuery>;

/** Where a page ended. Instants come from clocks of milliseconds: their text is exact. */
interface Place {
  readonly dueOn: string | null;
  readonly at: string;
  readonly id: string;
}

export interface Reader {
  readonly officerId: string;
  readonly today: string;
  /** The last day that counts as soon. */
  readonly soon: string;
}

/** The clock runs only in these: the partial index of due days knows them. */
const RUNNING = sql`i.state in ('received', 'proposed', 'approved', 'issuing')`;

/**
 * One page by keyset: longest waiting first, with `due` the most urgent first. A page costs the same on the last page as on
 * the first.
 */
export async function requestsPage(
  db: Db,
  query: Query,
  reader: Reader,
): Promise<{ readonly rows: readonly ListRow[]; readonly next: string | undefined }> {
  const { rows } = await pageQuery(query, reader).execute(db);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { rows: page, next: more ? written({ dueOn: last.dueOn, at: last.receivedAt.toISOString(), id: last.id }) : undefined };
}

/** The statement of a page, for the page and for looking at its plan. */
export function pageQuery(query: Query, reader: Reader): RawBuilder<ListRow> {
  const byDue = query.due !== undefined;
  const after = query.after === undefined ? undefined : read(query.after);
  const where = [...conditions(query, reader)];
  if (after !== undefined) {
    where.push(
      byDue
        ? sql`(i.due_on, i.received_at, i.id) > (${after.dueOn}::date, ${after.at}::timestamptz, ${after.id}::uuid)`
        : sql`(i.received_at, i.id) > (${after.at}::timestamptz, ${after.id}::uuid)`,
    );
  }
  const order = byDue ? sql`i.due_on, i.received_at, i.id` : sql`i.received_at, i.id`;
  return sql<ListRow>`
    select i.id, i.submission_id as "submissionId", i.act, i.form, i.state, i.subject, i.certificate_serial as "certificateSerial", i.agency_code as "agencyCode",
      i.agency_name as "agencyName", i.agency_place as "agencyPlace", i.received_at as "receivedAt",
      i.complete_at as "completeAt", i.due_on as "dueOn", i.days_left as "daysLeft", i.blocking, ${mine(reader)} as mine
    from authority.request_item i where ${where.length === 0 ? sql`true` : sql.join(where, sql` and `)}
    order by ${order} limit ${query.limit + 1}`;
}

function* conditions(query: Query, reader: Reader): Generator<RawBuilder<unknown>> {
  if (query.state !== undefined) yield sql`i.state = ${query.state}`;
  if (query.act !== undefined) yield sql`i.act = ${query.act}`;
  if (query.form !== undefined) yield sql`i.form = ${query.form}`;
  if (query.agency !== undefined) yield sql`i.agency_code = ${query.agency}`;
  if (query.submission !== undefined) yield sql`i.submission_id = ${query.submission}`;
  if (query.due === 'overdue') yield sql`i.due_on < ${reader.today}::date and ${RUNNING}`;
  if (query.due === 'today') yield sql`i.due_on = ${reader.today}::date and ${RUNNING}`;
  if (query.due === 'soon') yield sql`i.due_on between ${reader.today}::date and ${reader.soon}::date and ${RUNNING}`;
  if (query.waiting !== undefined) yield WAITING[query.waiting](reader);
  if (query.q !== undefined && query.q.trim() !== '') yield sql`i.folded like ${likeAnywhere(query.q)}`;
}

/** Who took part does not approve: for them it does not wait. */
const mine = ({ officerId }: Reader): RawBuilder<boolean> =>
  sql<boolean>`(i.entered_by is not distinct from ${officerId}::uuid or i.proposer is not distinct from ${officerId}::uuid
    or i.editors @> array[${officerId}]::uuid[])`;

const WAITING: Readonly<Record<NonNullable<Query['waiting']>, (reader: Reader) => RawBuilder<unknown>>> = {
  toCheck: () => sql`i.state = 'received' and i.act <> 'revoke'`,
  toApprove: (reader) => sql`i.state = 'proposed' and not ${mine(reader)}`,
  toIssue: () => sql`i.state = 'approved'`,
  toHandOver: () => sql`i.state = 'issued'`,
  toRevoke: () => sql`i.state = 'received' and i.act = 'revoke'`,
};

export interface Waiting {
  readonly toCheck: number;
  readonly toApprove: number;
  readonly toIssue: number;
  readonly toHandOver: number;
  readonly toRevoke: number;
  readonly overdue: number;
  readonly dueToday: number;
}

/** What waits at each desk; reads only what is open. */
export async function countWaiting(db: Db, reader: Reader): Promise<Waiting> {
  const { rows } = await sql<Waiting>`
    select count(*) filter (where ${WAITING.toCheck(reader)})::int as "toCheck",
      count(*) filter (where ${WAITING.toApprove(reader)})::int as "toApprove",
      count(*) filter (where ${WAITING.toIssue(reader)})::int as "toIssue",
      count(*) filter (where ${WAITING.toHandOver(reader)})::int as "toHandOver",
      count(*) filter (where ${WAITING.toRevoke(reader)})::int as "toRevoke",
      count(*) filter (where i.due_on < ${reader.today}::date and ${RUNNING})::int as overdue,
      count(*) filter (where i.due_on = ${reader.today}::date and ${RUNNING})::int as "dueToday"
    from authority.request_item i where i.state in ('received', 'proposed', 'approved', 'issuing', 'issued')`.execute(db);
  return rows[0]!;
}

export async function statistics(db: Db, today: string) {
  const states = await sql<{ state: RequestState; count: number; overdue: number }>`
    select i.state, count(*)::int as count, count(*) filter (where i.due_on < ${today}::date and ${RUNNING})::int as overdue
    from authority.request_item i group by i.state order by i.state`.execute(db);
  const open = sql`i.state in ('received', 'question', 'proposed', 'approved', 'issuing')`;
  const forms = await sql<{ act: string; form: string | null; open: number }>`
    select i.act, i.form, count(*)::int as open from authority.request_item i where ${open}
    group by i.act, i.form order by i.act, i.form`.execute(db);
  const agencies = await sql<{ code: string; name: string; open: number; overdue: number }>`
    select i.agency_code as code, max(i.agency_name) as name, count(*)::int as open,
      count(*) filter (where i.due_on < ${today}::date and ${RUNNING})::int as overdue
    from authority.request_item i where ${open} group by i.agency_code order by 4 desc, 3 desc, 1 limit 50`.execute(db);
  return {
    states: states.rows,
    forms: forms.rows.map(({ act, form, open: count }) => ({ act, open: count, ...(form === null ? {} : { form }) })),
    agencies: agencies.rows,
  };
}

function written(place: Place): string {
  return Buffer.from(JSON.stringify([place.dueOn, place.at, place.id])).toString('base64url');
}

/** @throws {HttpRefusal} `http.invalid-query`: a place nobody gave out */
function read(text: string): Place {
  try {
    const [dueOn, at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string | null, string, string];
    const known =
      (dueOn === null || /^\d{4}-\d{2}-\d{2}$/.test(dueOn)) && !Number.isNaN(Date.parse(at)) && /^[0-9a-f-]{36}$/.test(id);
    if (known) return { dueOn, at, id };
  } catch {
    // Falls through: as wrong as the rest.
  }
  throw new HttpRefusal('http.invalid-query', { fields: [{ path: 'after', code: 'field.invalid-value' }] });
}
