import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { likeAnywhere } from '@antin/adapters/db/folding';
import type { Db } from '@antin/adapters/db/transaction';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { CHANGE_COLUMNS, CHANGE_TABLES } from './change-store.ts';
import type { ChangeRecord } from './change-store.ts';
import { SENDER_COLUMNS, senderOf } from './sender-store.ts';
import type { SenderRecord, SenderRow } from './sender-store.ts';
import { OFFICER_COLUMNS, officerOf } from './store.ts';
import type { OfficerRecord, OfficerRow } from './store.ts';

/** A page and where the next one begins. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
}

export interface ListQuery {
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** An officer of the list; whoever may read everything but passwords does not read whether there is one. */
export type ListedOfficer = OfficerRecord & { readonly hasPassword: boolean };

/** Officers by name; a page costs the same wherever it begins. */
export async function officersPage(db: Db, query: ListQuery): Promise<Page<ListedOfficer>> {
  const { rows } = await officersQuery(query).execute(db);
  const page = cut(rows, query.limit, (last) => [last.fullName, last.id]);
  return { ...page, rows: page.rows.map((row) => ({ ...officerOf(row), hasPassword: row.hasPassword })) };
}

/** The statement of a page, for the page and for looking at its plan. */
export function officersQuery(query: ListQuery): RawBuilder<OfficerRow & { readonly hasPassword: boolean }> {
  return sql<OfficerRow & { readonly hasPassword: boolean }>`
    select ${OFFICER_COLUMNS}, password_hash is not null as "hasPassword" from authority.officer where ${conditions(query, 'full_name', 'id', sql`uuid`)}
    order by full_name, id limit ${query.limit + 1}`;
}

export async function sendersPage(db: Db, query: ListQuery): Promise<Page<SenderRecord>> {
  const { rows } = await sendersQuery(query).execute(db);
  const page = cut(rows, query.limit, (last) => [last.name, last.code]);
  return { ...page, rows: page.rows.map(senderOf) };
}

export function sendersQuery(query: ListQuery): RawBuilder<SenderRow> {
  return sql<SenderRow>`
    select ${SENDER_COLUMNS} from authority.sender where ${conditions(query, 'name', 'code', sql`text`)}
    order by name, code limit ${query.limit + 1}`;
}

function conditions(query: ListQuery, name: string, key: string, keyType: RawBuilder<unknown>): RawBuilder<unknown> {
  const where: RawBuilder<unknown>[] = [];
  if (query.state !== undefined) where.push(sql`active = ${query.state === 'active'}`);
  if (query.q !== undefined && query.q.trim() !== '') where.push(sql`folded like ${likeAnywhere(query.q)}`);
  if (query.after !== undefined) {
    const [first, second] = placeOf(query.after);
    where.push(sql`(${sql.ref(name)}, ${sql.ref(key)}) > (${first}, ${keyChecked(second, key)}::${keyType})`);
  }
  return where.length === 0 ? sql`true` : sql.join(where, sql` and `);
}

/** Changes, newest first. */
export async function changesPage(db: Db, query: Omit<ListQuery, 'q'>): Promise<Page<ChangeRecord>> {
  const { rows } = await changesQuery(query).execute(db);
  return cut(rows, query.limit, (last) => [last.proposedAt.toISOString(), last.id]);
}

export function changesQuery(query: Omit<ListQuery, 'q'>): RawBuilder<ChangeRecord> {
  const where: RawBuilder<unknown>[] = [];
  if (query.state !== undefined) where.push(sql`c.state = ${query.state}`);
  if (query.after !== undefined) {
    const [at, id] = placeOf(query.after);
    if (Number.isNaN(Date.parse(at))) throw wrongPlace();
    where.push(sql`(c.proposed_at, c.id) < (${at}::timestamptz, ${keyChecked(id, 'id')}::uuid)`);
  }
  return sql<ChangeRecord>`
    select ${CHANGE_COLUMNS} from ${CHANGE_TABLES} where ${where.length === 0 ? sql`true` : sql.join(where, sql` and `)}
    order by c.proposed_at desc, c.id desc limit ${query.limit + 1}`;
}

function cut<Row>(rows: readonly Row[], limit: number, place: (last: Row) => readonly [string, string]): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: page, next: undefined };
  return { rows: page, next: Buffer.from(JSON.stringify(place(last))).toString('base64url') };
}

/** @throws {HttpRefusal} `http.invalid-query`: a place nobody gave out */
function placeOf(after: string): readonly [string, string] {
  try {
    const found: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(found) && found.length === 2 && found.every((one) => typeof one === 'string' && !one.includes('\0')))
      return found as [string, string];
  } catch {
    // Falls through: as wrong as the rest.
  }
  throw wrongPlace();
}

function keyChecked(key: string, column: string): string {
  if (column === 'id' && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) throw wrongPlace();
  return key;
}

const wrongPlace = () => new HttpRefusal('http.invalid-query', { fields: [{ path: 'after', code: 'field.invalid-value' }] });
