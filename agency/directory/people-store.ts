import { sql, type RawBuilder } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { Role } from '@antin/protocol/office/session';
import type { Cursor } from './agency-store.ts';
import type { SealedNumber } from './citizen-number.ts';
import type { Capacity } from './types.ts';

export interface FoundPerson {
  readonly id: string;
  readonly fullName: string;
  readonly signInName: string;
  readonly mail: string | null;
  readonly phone: string | null;
  readonly citizenLast4: string | null;
  readonly sortKey: string;
  readonly positions: readonly { id: string; agencyId: string; agencyName: string; title: string; unit: string | null }[];
}

const personColumns = (day: string) => sql`
  n.id, n.full_name as "fullName", n.sign_in_name as "signInName", n.mail, n.phone, n.citizen_last4 as "citizenLast4",
  n.sort_key as "sortKey", coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'agencyId', p.agency_id, 'agencyName', a.name,
      'title', p.title, 'unit', p.unit_name) order by p.valid_from, p.id)
    from agency.position p join agency.agency a on a.id = p.agency_id where p.person_id = n.id and p.valid_from <= ${day}::date
      and (p.valid_to is null or p.valid_to > ${day}::date)), '[]'::jsonb) as positions`;

export interface PersonSearch {
  readonly words?: string | undefined;
  /** People with a position in this agency … */
  readonly agencyId?: string | undefined;
  /** … or in any agency below this path. */
  readonly underPath?: string | undefined;
  readonly day: string;
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

/** Given name first, as lists of people are read. The query itself, so that tests can look at its plan. */
export function personSearchQuery(search: PersonSearch): RawBuilder<FoundPerson> {
  const { day, after } = search;
  const conditions: RawBuilder<unknown>[] = [];
  const held = sql`(p.valid_to is null or p.valid_to > ${day}::date)`;
  if (search.words !== undefined) conditions.push(sql`n.words @@ ${search.words}::tsquery`);
  if (search.agencyId !== undefined) {
    conditions.push(sql`n.id in (select p.person_id from agency.position p where p.agency_id = ${search.agencyId} and ${held})`);
  } else if (search.underPath !== undefined) {
    conditions.push(sql`exists (select 1 from agency.position p join agency.agency a on a.id = p.agency_id
      where p.person_id = n.id and ${held} and a.path >= ${search.underPath} and a.path < ${`${search.underPath}z`})`);
  }
  if (after !== undefined) conditions.push(sql`(n.sort_key, n.id) > (${after[0]}, ${after[1]}::uuid)`);
  return sql<FoundPerson>`select ${personColumns(day)} from agency.person n
    where ${conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)} order by n.sort_key, n.id limit ${search.limit}`;
}

export async function searchPeople(db: Db, search: PersonSearch): Promise<FoundPerson[]> {
  return (await personSearchQuery(search).execute(db)).rows;
}

export async function personByCitizenHash(db: Db, hash: Buffer, day: string): Promise<FoundPerson | undefined> {
  const { rows } = await sql<FoundPerson>`
    select ${personColumns(day)} from agency.person n where n.citizen_hash = ${hash}`.execute(db);
  return rows[0];
}

export interface KeptPerson extends FoundPerson {
  readonly birthDay: string | null;
  readonly canSignIn: boolean;
  readonly citizenSealed: Buffer | null;
}

export async function keptPerson(db: Db, id: string, day: string): Promise<KeptPerson | undefined> {
  const { rows } = await sql<KeptPerson>`
    select ${personColumns(day)}, n.birth_day as "birthDay", n.password_hash is not null as "canSignIn",
      n.citizen_sealed as "citizenSealed"
    from agency.person n where n.id = ${id}`.execute(db);
  return rows[0];
}

/** Paths of the agencies in which somebody holds, held or will hold a position: who keeps any of them keeps the person. */
export async function pathsOfPerson(db: Db, id: string): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select distinct a.path from agency.position p join agency.agency a on a.id = p.agency_id where p.person_id = ${id}`.execute(
    db,
  );
  return rows.map((row) => row.path);
}

/** The same of positions that are held on a day or later. */
export async function openPathsOfPerson(db: Db, id: string, day: string): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select distinct a.path from agency.position p join agency.agency a on a.id = p.agency_id
    where p.person_id = ${id} and (p.valid_to is null or p.valid_to > ${day}::date)`.execute(db);
  return rows.map((row) => row.path);
}

/** A new password; whoever is signed in with the old one is signed out. */
export async function setPassword(tx: Tx, id: string, passwordHash: string): Promise<void> {
  await sql`update agency.person set password_hash = ${passwordHash} where id = ${id}`.execute(tx);
  await sql`delete from agency.session where person_id = ${id}`.execute(tx);
}

export interface PersonFields {
  readonly fullName: string;
  readonly mail: string | null;
  readonly phone: string | null;
  readonly birthDay: string | null;
}

export async function insertPerson(
  tx: Tx,
  person: PersonFields & { id: string; signInName: string; citizen: SealedNumber | null; at: Date },
): Promise<void> {
  const { citizen } = person;
  await sql`
    insert into agency.person (id, sign_in_name, full_name, mail, phone, birth_day, citizen_sealed, citizen_hash, citizen_last4, created_at)
    values (${person.id}, ${person.signInName}, ${person.fullName}, ${person.mail}, ${person.phone}, ${person.birthDay},
      ${citizen?.sealed ?? null}, ${citizen?.hash ?? null}, ${citizen?.last4 ?? null}, ${person.at})`.execute(tx);
}

export async function updatePerson(
  tx: Tx,
  id: string,
  set: Partial<PersonFields> & { citizen?: SealedNumber | null },
): Promise<void> {
  const columns: RawBuilder<unknown>[] = [];
  if (set.fullName !== undefined) columns.push(sql`full_name = ${set.fullName}`);
  if (set.mail !== undefined) columns.push(sql`mail = ${set.mail}`);
  if (set.phone !== undefined) columns.push(sql`phone = ${set.phone}`);
  if (set.birthDay !== undefined) columns.push(sql`birth_day = ${set.birthDay}`);
  if (set.citizen !== undefined) {
    const { citizen } = set;
    columns.push(sql`citizen_sealed = ${citizen?.sealed ?? null}, citizen_hash = ${citizen?.hash ?? null},
      citizen_last4 = ${citizen?.last4 ?? null}`);
  }
  if (columns.length > 0) await sql`update agency.person set ${sql.join(columns)} where id = ${id}`.execute(tx);
}

export async function signInNameTaken(db: Db, signInName: string): Promise<boolean> {
  return (await sql`select 1 from agency.person where sign_in_name = ${signInName}`.execute(db)).rows.length > 0;
}

export async function citizenTaken(db: Db, hash: Buffer, exceptId?: string): Promise<boolean> {
  const { rows } = await sql`select 1 from agency.person where citizen_hash = ${hash}
    and id <> ${exceptId ?? '00000000-0000-0000-0000-000000000000'}`.execute(db);
  return rows.length > 0;
}

export interface PostRecord {
  readonly id: string;
  readonly personId: string;
  readonly fullName: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly title: string;
  readonly unit: string | null;
  readonly capacity: Capacity;
  readonly roles: Role[];
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly groundsNumber: string | null;
  readonly groundsDate: string | null;
  readonly endGroundsNumber: string | null;
  readonly endGroundsDate: string | null;
}

const postColumns = sql`
  p.id, p.person_id as "personId", n.full_name as "fullName", p.agency_id as "agencyId", a.name as "agencyName", p.title,
  p.unit_name as unit, p.capacity, p.roles, p.valid_from as "validFrom", p.valid_to as "validTo", p.grounds_number as "groundsNumber",
  p.grounds_date as "groundsDate", p.end_grounds_number as "endGroundsNumber", p.end_grounds_date as "endGroundsDate"`;
const postTables = sql`agency.position p join agency.person n on n.id = p.person_id join agency.agency a on a.id = p.agency_id`;

/** All positions of a person, latest first. */
export async function postsOfPerson(db: Db, personId: string): Promise<PostRecord[]> {
  const { rows } = await sql<PostRecord>`
    select ${postColumns} from ${postTables} where p.person_id = ${personId} order by p.valid_from desc, p.id`.execute(db);
  return rows;
}

/** Positions of agencies that are held on a day or later. */
export async function postsOfAgencies(db: Db, agencyIds: readonly string[], day: string): Promise<PostRecord[]> {
  const { rows } = await sql<PostRecord>`
    select ${postColumns} from ${postTables} where p.agency_id = any(${[...agencyIds]}::uuid[])
      and (p.valid_to is null or p.valid_to > ${day}::date) order by a.level, n.sort_key, p.id`.execute(db);
  return rows;
}

export async function postById(db: Db, id: string, lock = false): Promise<PostRecord | undefined> {
  const { rows } = await sql<PostRecord>`
    select ${postColumns} from ${postTables} where p.id = ${id} ${lock ? sql`for update of p` : sql``}`.execute(db);
  return rows[0];
}

export interface NewPost {
  readonly id: string;
  readonly personId: string;
  readonly agencyId: string;
  readonly title: string;
  readonly unit: string | null;
  readonly capacity: Capacity;
  readonly roles: readonly Role[];
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly grounds?: { readonly number: string; readonly date: string } | undefined;
}

export async function insertPost(tx: Tx, post: NewPost): Promise<void> {
  await sql`
    insert into agency.position (id, person_id, agency_id, title, unit_name, capacity, roles, valid_from, valid_to, grounds_number, grounds_date)
    values (${post.id}, ${post.personId}, ${post.agencyId}, ${post.title}, ${post.unit}, ${post.capacity}, ${[...post.roles]}::text[],
      ${post.validFrom}, ${post.validTo}, ${post.grounds?.number ?? null}, ${post.grounds?.date ?? null})`.execute(tx);
}

export async function setPostEnd(
  tx: Tx,
  id: string,
  validTo: string | null,
  grounds?: { readonly number: string; readonly date: string },
): Promise<void> {
  await sql`
    update agency.position set valid_to = ${validTo}, end_grounds_number = ${grounds?.number ?? null},
      end_grounds_date = ${grounds?.date ?? null} where id = ${id}`.execute(tx);
}

export async function deletePost(tx: Tx, id: string): Promise<void> {
  await sql`delete from agency.position where id = ${id}`.execute(tx);
}

export interface AuthorityRecord {
  readonly id: string;
  readonly positionId: string;
  readonly capacity: Capacity;
  readonly onBehalfOf: string | null;
  readonly typeCodes: string[] | null;
  readonly scope: string | null;
  readonly delegatedBy: string | null;
  readonly delegatorName: string | null;
  readonly delegatorTitle: string | null;
  readonly groundsNumber: string;
  readonly groundsDate: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

const authorityQuery = (where: RawBuilder<unknown>) => sql<AuthorityRecord>`
  select s.id, s.position_id as "positionId", s.capacity, s.on_behalf_of as "onBehalfOf", s.type_codes as "typeCodes", s.scope,
    s.delegated_by as "delegatedBy", g.full_name as "delegatorName", d.title as "delegatorTitle", s.grounds_number as "groundsNumber",
    s.grounds_date as "groundsDate", s.valid_from as "validFrom", s.valid_to as "validTo"
  from agency.signing_authority s left join agency.position d on d.id = s.delegated_by left join agency.person g on g.id = d.person_id
  where ${where} order by s.valid_from, s.id`;

export async function authoritiesOf(db: Db, positionIds: readonly string[]): Promise<AuthorityRecord[]> {
  if (positionIds.length === 0) return [];
  return (await authorityQuery(sql`s.position_id = any(${[...positionIds]}::uuid[])`).execute(db)).rows;
}

export async function authorityById(db: Db, id: string): Promise<AuthorityRecord | undefined> {
  return (await authorityQuery(sql`s.id = ${id}`).execute(db)).rows[0];
}

export async function insertAuthority(tx: Tx, one: Omit<AuthorityRecord, 'delegatorName' | 'delegatorTitle'>): Promise<void> {
  await sql`
    insert into agency.signing_authority (id, position_id, capacity, on_behalf_of, type_codes, scope, delegated_by, grounds_number,
      grounds_date, valid_from, valid_to)
    values (${one.id}, ${one.positionId}, ${one.capacity}, ${one.onBehalfOf}, ${one.typeCodes === null ? null : [...one.typeCodes]}::text[],
      ${one.scope}, ${one.delegatedBy}, ${one.groundsNumber}, ${one.groundsDate}, ${one.validFrom}, ${one.validTo})`.execute(tx);
}

export async function setAuthorityEnd(tx: Tx, id: string, validTo: string | null): Promise<void> {
  await sql`update agency.signing_authority set valid_to = ${validTo} where id = ${id}`.execute(tx);
}

export async function deleteAuthority(tx: Tx, id: string): Promise<void> {
  await sql`delete from agency.signing_authority where id = ${id}`.execute(tx);
}

export async function certificatesOfPerson(db: Db, personId: string) {
  const { rows } = await sql<{ sha256: string; subject: string; serialHex: string; notBefore: Date; notAfter: Date }>`
    select sha256, subject_text as subject, serial_hex as "serialHex", not_before as "notBefore", not_after as "notAfter"
    from agency.bound_certificate where person_id = ${personId} and unbound_at is null order by not_after desc`.execute(db);
  return rows;
}
