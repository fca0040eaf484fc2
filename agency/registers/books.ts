import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { BooksSeed } from '../directory/types.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Tx } from '@antin/adapters/db/transaction';

export interface Series {
  readonly id: string;
  readonly registerId: string;
  readonly registerName: string;
  readonly year: number;
  readonly lastNumber: number;
  readonly closedOn: string | null;
}

/** Opens the books of one year with their series. */
export async function openBooks(tx: Tx, agencyId: string, books: BooksSeed): Promise<void> {
  const outgoing = randomUUID();
  await sql`
    insert into agency.register (id, agency_id, direction, name, year, last_number, closed_on) values
      (${outgoing}, ${agencyId}, 'outgoing', ${books.outgoing}, ${books.year}, 0, ${books.closedOn ?? null}),
      (${randomUUID()}, ${agencyId}, 'incoming', ${books.incoming}, ${books.year}, ${books.lastIncomingNumber ?? 0}, ${books.closedOn ?? null})`.execute(
    tx,
  );
  for (const series of books.series) {
    await sql`
      insert into agency.number_series (id, agency_id, register_id, key, name, year, type_codes, last_number)
      values (${randomUUID()}, ${agencyId}, ${outgoing}, ${series.key}, ${series.name}, ${books.year},
        ${series.typeCodes === 'all' ? null : [...series.typeCodes]}::text[], ${series.lastNumber ?? 0})`.execute(tx);
  }
}

/** Books of an agency that has none yet: one series for everything, as the directory knows nothing of its own. */
export function ordinaryBooks(year: number): BooksSeed {
  return {
    year,
    outgoing: `Sổ đăng ký văn bản đi năm ${year}`,
    incoming: `Sổ đăng ký văn bản đến năm ${year}`,
    series: [{ key: 'general', name: `Văn bản hành chính năm ${year}`, typeCodes: 'all' }],
  };
}

/**
 * Opens this year's books as last year's were, when the year has turned. Safe against two clerks doing so at once.
 *
 * Books closed in mid-year (the agency ended) are not carried over. An agency that never had any gets the ordinary ones.
 */
export async function carryBooksOver(tx: Tx, agencyId: string, year: number): Promise<void> {
  const there = await sql`select 1 from agency.register where agency_id = ${agencyId} and year = ${year} limit 1`.execute(tx);
  if (there.rows.length > 0) return;
  // Two clerks on 1 January: the second waits here and then finds the books open.
  await sql`select id from agency.agency where id = ${agencyId} for update`.execute(tx);
  const before = await sql<{ id: string; direction: 'outgoing' | 'incoming'; name: string; year: number }>`
    select id, direction, name, year from agency.register r
    where agency_id = ${agencyId} and closed_on is null and year = (
      select max(year) from agency.register where agency_id = ${agencyId} and year < ${year})`.execute(tx);
  if (before.rows.length === 0) {
    const any = await sql`select 1 from agency.register where agency_id = ${agencyId} limit 1`.execute(tx);
    if (any.rows.length === 0) await openBooks(tx, agencyId, ordinaryBooks(year));
    return;
  }
  for (const book of before.rows) {
    const id = randomUUID();
    const name = book.name.replaceAll(String(book.year), String(year));
    const made = await sql`
      insert into agency.register (id, agency_id, direction, name, year) values (${id}, ${agencyId}, ${book.direction}, ${name}, ${year})
      on conflict (agency_id, direction, year) do nothing returning id`.execute(tx);
    if (made.rows.length === 0 || book.direction === 'incoming') continue;
    await sql`
      insert into agency.number_series (id, agency_id, register_id, key, name, year, type_codes)
      select gen_random_uuid(), agency_id, ${id}, key, replace(name, ${String(book.year)}, ${String(year)}), ${year}, type_codes
      from agency.number_series where register_id = ${book.id}`.execute(tx);
  }
}

/**
 * The series that numbers a document type in a year, its row locked when `lock`: two clerks take numbers one after the other.
 *
 * @throws {Refusal} `issue.no-series`, `issue.books-closed`
 */
export async function seriesFor(
  tx: Tx,
  wanted: { agencyId: string; typeCode: string; day: string; lock: boolean },
): Promise<Series> {
  const year = Number(wanted.day.slice(0, 4));
  await carryBooksOver(tx, wanted.agencyId, year);
  const { rows } = await sql<Series>`
    select s.id, s.register_id as "registerId", r.name as "registerName", s.year, s.last_number as "lastNumber", r.closed_on as "closedOn"
    from agency.number_series s join agency.register r on r.id = s.register_id
    where s.agency_id = ${wanted.agencyId} and s.year = ${year}
      and (s.type_codes is null or ${wanted.typeCode} = any (s.type_codes))
    order by s.type_codes is null limit 1 ${wanted.lock ? sql`for update of s` : sql``}`.execute(tx);
  const [series] = rows;
  if (series === undefined) throw new Refusal('issue.no-series');
  if (series.closedOn !== null && wanted.day >= series.closedOn) throw new Refusal('issue.books-closed');
  return series;
}
