import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { fold, likeAnywhere } from '@antin/adapters/db/folding';
import { only, type Db, type Tx } from '@antin/adapters/db/transaction';

export type EntryState = 'reserved' | 'issued' | 'voided' | 'released' | 'registered';

/** A line of a book, as people read it. */
interface EntryText {
  readonly numberAndNotation: string;
  readonly date: string;
  readonly arrivedOn: string | null;
  readonly typeName: string;
  readonly subject: string;
  readonly signerName: string | null;
  readonly issuerName: string | null;
  readonly addressees: readonly string[];
  readonly unit: string | null;
  readonly note: string | null;
  readonly fileSha256: string | null;
  readonly annexes: readonly { readonly name: string; readonly sha256: string }[];
  readonly documentId: string | null;
  readonly incomingId: string | null;
}

export interface EntryRecord extends EntryText {
  readonly id: string;
  readonly registerId: string;
  readonly seriesId: string | null;
  readonly number: number;
  readonly state: EntryState;
  readonly voidReason: string | null;
  readonly reservedAt: Date | null;
  readonly enteredAt: Date;
}

const columns = sql`
  id, register_id as "registerId", series_id as "seriesId", number, state, void_reason as "voidReason",
  number_and_notation as "numberAndNotation", date, arrived_on as "arrivedOn", type_name as "typeName", subject,
  signer_name as "signerName", issuer_name as "issuerName", addressees, unit, note, file_sha256 as "fileSha256", annexes,
  document_id as "documentId", incoming_id as "incomingId", reserved_at as "reservedAt", entered_at as "enteredAt"`;

export interface NewEntry extends EntryText {
  readonly registerId: string;
  readonly agencyId: string;
  readonly seriesId: string | null;
  readonly year: number;
  readonly number: number;
  readonly state: 'reserved' | 'issued' | 'registered';
  readonly at: Date;
}

export async function insertEntry(tx: Tx, e: NewEntry): Promise<string> {
  const id = randomUUID();
  const search = fold([e.numberAndNotation, e.typeName, e.subject, e.signerName ?? '', e.issuerName ?? ''].join(' '));
  await sql`
    insert into agency.register_entry (id, register_id, agency_id, series_id, year, number, state, number_and_notation, date,
      arrived_on, type_name, subject, signer_name, issuer_name, addressees, unit, note, file_sha256, annexes, document_id,
      incoming_id, reserved_at, entered_at, search)
    values (${id}, ${e.registerId}, ${e.agencyId}, ${e.seriesId}, ${e.year}, ${e.number}, ${e.state}, ${e.numberAndNotation},
      ${e.date}, ${e.arrivedOn}, ${e.typeName}, ${e.subject}, ${e.signerName}, ${e.issuerName}, ${[...e.addressees]}::text[],
      ${e.unit}, ${e.note}, ${e.fileSha256}, ${JSON.stringify(e.annexes)}::jsonb, ${e.documentId}, ${e.incomingId},
      ${e.state === 'reserved' ? e.at : null}, ${e.at}, ${search})`.execute(tx);
  return id;
}

export async function setSeriesLast(tx: Tx, seriesId: string, lastNumber: number): Promise<void> {
  await sql`update agency.number_series set last_number = ${lastNumber} where id = ${seriesId}`.execute(tx);
}

/** The series of an entry, locked: whoever gives back or takes a number waits here. */
export async function lockSeries(tx: Tx, seriesId: string): Promise<{ id: string; lastNumber: number }> {
  const { rows } = await sql<{ id: string; lastNumber: number }>`
    select id, last_number as "lastNumber" from agency.number_series where id = ${seriesId} for update`.execute(tx);
  return only(rows, 'number series');
}

/** The youngest date in the series among entries that count. */
export async function lastDateOf(tx: Tx, seriesId: string): Promise<string | undefined> {
  const { rows } = await sql<{ date: string | null }>`
    select max(date) as date from agency.register_entry where series_id = ${seriesId} and state in ('reserved', 'issued')`.execute(
    tx,
  );
  return rows[0]?.date ?? undefined;
}

export async function notationTaken(
  tx: Tx,
  where: { agencyId: string; year: number; numberAndNotation: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from agency.register_entry where agency_id = ${where.agencyId} and year = ${where.year}
      and number_and_notation = ${where.numberAndNotation} and series_id is not null and state <> 'released'`.execute(tx);
  return rows.length > 0;
}

export async function entryById(db: Db, id: string): Promise<EntryRecord | undefined> {
  const { rows } = await sql<EntryRecord>`select ${columns} from agency.register_entry where id = ${id}`.execute(db);
  return rows[0];
}

export async function closeEntry(
  tx: Tx,
  id: string,
  to:
    | { state: 'released' }
    | { state: 'voided'; reason: string; at: Date }
    | { state: 'issued'; at: Date; fileSha256: string; annexes: readonly { name: string; sha256: string }[] },
): Promise<void> {
  const changed = await sql`
    update agency.register_entry set state = ${to.state},
      void_reason = ${to.state === 'voided' ? to.reason : null},
      entered_at = case when ${to.state} = 'released' then entered_at else ${to.state === 'released' ? null : to.at}::timestamptz end,
      file_sha256 = ${to.state === 'issued' ? to.fileSha256 : null},
      annexes = ${JSON.stringify(to.state === 'issued' ? to.annexes : [])}::jsonb
    where id = ${id} and state = 'reserved' returning id`.execute(tx);
  only(changed.rows, 'reserved entry');
}

export interface RegisterRecord {
  readonly id: string;
  readonly agencyId: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly name: string;
  readonly year: number;
  readonly entries: number;
  readonly lastNumber: number;
}

const registerColumns = sql`
  r.id, r.agency_id as "agencyId", r.direction, r.name, r.year,
  (select count(*) from agency.register_entry e where e.register_id = r.id and e.state <> 'released') as entries,
  case when r.direction = 'incoming' then r.last_number
    else coalesce((select max(s.last_number) from agency.number_series s where s.register_id = r.id), 0) end as "lastNumber"`;

/** Books of these agencies, the first one's first, newest year first. */
export async function registersOf(db: Db, ...agencyIds: readonly string[]): Promise<RegisterRecord[]> {
  const { rows } = await sql<RegisterRecord>`
    select ${registerColumns} from agency.register r where r.agency_id = any(${[...agencyIds]}::uuid[])
    order by array_position(${[...agencyIds]}::uuid[], r.agency_id), r.year desc, r.direction desc`.execute(db);
  return rows;
}

export async function registerById(db: Db, id: string): Promise<RegisterRecord | undefined> {
  const { rows } = await sql<RegisterRecord>`select ${registerColumns} from agency.register r where r.id = ${id}`.execute(db);
  return rows[0];
}

/**
 * One page of a book, newest first: outgoing by date (several series share the book), incoming by number. A released
 * reservation was never an entry.
 */
export async function findEntries(
  db: Db,
  query: { registerId: string; q?: string | undefined; page: number; pageSize: number },
): Promise<{ items: EntryRecord[]; total: number }> {
  const conditions = [sql`register_id = ${query.registerId} and state <> 'released'`];
  for (const word of (query.q ?? '').split(/\s+/).filter((one) => one !== '')) {
    conditions.push(sql`search like ${likeAnywhere(word)}`);
  }
  const where = sql.join(conditions, sql` and `);
  const counted = await sql<{ total: number }>`select count(*) as total from agency.register_entry where ${where}`.execute(db);
  const { rows } = await sql<EntryRecord>`
    select ${columns} from agency.register_entry where ${where}
    order by case when series_id is not null then date end desc, number desc, id limit ${query.pageSize} offset ${(query.page - 1) * query.pageSize}`.execute(
    db,
  );
  return { items: rows, total: counted.rows[0]!.total };
}

/** The whole book in the order of the form, oldest first, in pieces: a year may hold fifty thousand entries. */
export async function* wholeBook(db: Db, registerId: string, step = 1000): AsyncGenerator<EntryRecord> {
  let after = { day: '0001-01-01', number: 0, id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const { rows } = await sql<EntryRecord>`
      select ${columns} from agency.register_entry
      where register_id = ${registerId} and state <> 'released'
        and (case when series_id is not null then date else '0001-01-02' end, number, id) > (${after.day}::date, ${after.number}, ${after.id}::uuid)
      order by case when series_id is not null then date else '0001-01-02' end, number, id limit ${step}`.execute(db);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = { day: last.seriesId === null ? '0001-01-02' : last.date, number: last.number, id: last.id };
  }
}
