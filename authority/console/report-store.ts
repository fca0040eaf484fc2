import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import { SUBSCRIBER_PROFILES } from '../profiles/table.ts';
import type { Answered, CountOf, MonthFacts, Pause } from './report.ts';

/** A month of the office, as instants. */
export interface Month {
  readonly from: Date;
  readonly to: Date;
}

/** @param month `yyyy-MM` */
export function monthOf(month: string): Month {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return { from: new Date(`${month}-01T00:00:00+07:00`), to: new Date(`${next}-01T00:00:00+07:00`) };
}

/** Certificates begin a little before or a while after their issue; the exact moment is asked within this. */
const AROUND_MS = 40 * 86_400_000;
const profiles = sql`array[${sql.join([...SUBSCRIBER_PROFILES])}]::text[]`;

interface AnsweredRow {
  readonly id: string | null;
  readonly code: string | null;
  readonly name: string | null;
  readonly act: Answered['act'] | null;
  readonly answer: Answered['answer'];
  readonly completeAt: Date | null;
  readonly answeredAt: Date;
}

/** Everything that a monthly report counts, from the records themselves. */
export async function monthFacts(db: Db, { from, to }: Month): Promise<MonthFacts> {
  const received = await sql<CountOf>`
    select agency_code as code, max(agency_name) as name, count(*)::int as count from authority.request_item
    where received_at >= ${from} and received_at < ${to} group by agency_code`.execute(db);
  const issued = await sql<AnsweredRow>`
    select i.id, coalesce(i.agency_code, e.agency_code) as code, coalesce(i.agency_name, e.agency_name) as name, i.act,
      'issued' as answer, i.complete_at as "completeAt", c.issued_at as "answeredAt"
    from authority.published p
    join authority.certificate c using (issuer_sha256, serial_hex)
    left join authority.request_item i on i.issued_serial_hex = c.serial_hex and i.issued_issuer_sha256 = c.issuer_sha256
    left join authority.enrolment_account a on i.id is null and c.request_id like 'enrolment/%'
      and a.id::text = split_part(c.request_id, '/', 2)
    left join authority.request_item e on e.id = a.item_id
    where p.not_before >= ${new Date(from.getTime() - AROUND_MS)} and p.not_before < ${new Date(to.getTime() + AROUND_MS)}
      and c.issued_at >= ${from} and c.issued_at < ${to} and p.profile = any(${profiles})`.execute(db);
  const ended = await sql<AnsweredRow>`
    select i.id, i.agency_code as code, i.agency_name as name, i.act, i.state as answer,
      coalesce(i.complete_at, case when i.act = 'revoke' then i.received_at end) as "completeAt", i.closed_at as "answeredAt"
    from authority.request_item i
    where i.state in ('refused', 'carried-out') and i.closed_at >= ${from} and i.closed_at < ${to}`.execute(db);
  const revoked = await sql<CountOf & { readonly cause: string }>`
    select coalesce(i.agency_code, '') as code, coalesce(max(i.agency_name), '') as name, coalesce(r.cause, 'none') as cause,
      count(*)::int as count
    from authority.revocation r join authority.certificate c using (issuer_sha256, serial_hex)
    left join authority.request_item i on i.issued_serial_hex = r.serial_hex and i.issued_issuer_sha256 = r.issuer_sha256
    where r.recorded_at >= ${from} and r.recorded_at < ${to} and r.reason <> 6 and c.state = 'good'
      and c.profile = any(${profiles})
    group by 1, 3`.execute(db);
  // What was answered later was open then.
  const open = await sql<CountOf>`
    select i.agency_code as code, max(i.agency_name) as name, count(*)::int as count
    from authority.request_item i
    left join authority.certificate c on c.issuer_sha256 = i.issued_issuer_sha256 and c.serial_hex = i.issued_serial_hex
    where i.received_at < ${to} and (i.state in ('received', 'question', 'proposed', 'approved', 'issuing')
      or coalesce(c.issued_at, i.closed_at) >= ${to})
    group by i.agency_code`.execute(db);
  const answered = [...issued.rows, ...ended.rows].map(answeredOf);
  return {
    ...{ received: received.rows, open: open.rows, revoked: revoked.rows, answered },
    pauses: await pausesOf(
      db,
      answered.map((one) => one.id).filter((id) => id !== ''),
    ),
  };
}

function answeredOf(row: AnsweredRow): Answered {
  return {
    id: row.id ?? '',
    ...{ code: row.code ?? '', name: row.name ?? '', act: row.act ?? 'new', answer: row.answer },
    completeOn: row.completeAt === null ? undefined : officeDay(row.completeAt),
    answeredOn: officeDay(row.answeredAt),
  };
}

async function pausesOf(db: Db, ids: readonly string[]): Promise<Pause[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string; asked: Date; answered: Date | null }>`
    select request_item_id as id, asked_at as asked, answered_at as answered from authority.request_question
    where request_item_id = any(${[...ids]}::uuid[]) order by asked_at`.execute(db);
  return rows.map(({ id, asked, answered }) => ({
    requestId: id,
    askedOn: officeDay(asked),
    answeredOn: answered === null ? undefined : officeDay(answered),
  }));
}

/** The limit of handling by the day it holds from, newest first. */
export async function handlingLimits(db: Db): Promise<readonly { readonly from: string; readonly value: number }[]> {
  const { rows } = await sql<{ from: string; value: number }>`
    select effective_from as "from", value from authority.registration_limit where name = 'handling-working-days'
    order by effective_from desc`.execute(db);
  return rows;
}
