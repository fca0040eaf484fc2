import { sql } from 'kysely';
import type { Role } from '@antin/protocol/office/session';
import type { Db } from '@antin/adapters/db/transaction';
import { searchAgencies, wordsQuery } from './agency-store.ts';

export interface AgencyRecord {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly shortName: string;
  readonly level: number;
  readonly levelName: string;
  readonly parentId: string | null;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly place: string;
  readonly notation: string;
  readonly sealImageSha256: string | null;
  readonly successors: readonly { readonly id: string; readonly name: string }[];
}

export interface PositionRecord {
  readonly id: string;
  readonly personId: string;
  readonly fullName: string;
  readonly signInName: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly title: string;
  readonly unitName: string | null;
  readonly capacity: string;
  readonly roles: readonly Role[];
  readonly validFrom: string;
  readonly validTo: string | null;
}

export interface BoundCertificate {
  readonly sha256: string;
  readonly der: Uint8Array;
  readonly serialHex: string;
  readonly subjectText: string;
  readonly issuerText: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly personId: string | null;
  readonly agencyId: string | null;
}

const agencyColumns = sql`
  a.id, a.code, a.name, a.short_name as "shortName", a.level, a.level_name as "levelName", a.parent_id as "parentId",
  a.valid_from as "validFrom", a.valid_to as "validTo", a.place, a.notation, a.seal_image_sha256 as "sealImageSha256",
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by l.ordinal)
    from agency.agency_successor l join agency.agency s on s.id = l.successor_id where l.agency_id = a.id), '[]'::jsonb) as successors`;

export async function agencyById(db: Db, id: string): Promise<AgencyRecord | undefined> {
  const { rows } = await sql<AgencyRecord>`select ${agencyColumns} from agency.agency a where a.id = ${id}`.execute(db);
  return rows[0];
}

export async function agenciesById(db: Db, ids: readonly string[]): Promise<AgencyRecord[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<AgencyRecord>`
    select ${agencyColumns} from agency.agency a where a.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows;
}

/** At most so many are listed: who looks for another writes more of its name. */
const MOST_LISTED = 100;

/** Top level first; by beginnings of the words of its names and codes, today's and former ones. */
export async function findAgencies(
  db: Db,
  query: { q?: string | undefined; includeClosed: boolean; day: string },
): Promise<AgencyRecord[]> {
  const words = query.q === undefined ? undefined : wordsQuery(query.q);
  if (words === undefined && query.q !== undefined && query.q.trim() !== '') return [];
  const search = { words, day: query.day, includeClosed: query.includeClosed, limit: MOST_LISTED };
  const found = (await searchAgencies(db, search)).map((one) => one.id);
  const records = new Map((await agenciesById(db, found)).map((one) => [one.id, one]));
  return found.map((id) => records.get(id)!);
}

const positionColumns = sql`
  p.id, p.person_id as "personId", n.full_name as "fullName", n.sign_in_name as "signInName", p.agency_id as "agencyId",
  a.name as "agencyName", p.title, p.unit_name as "unitName", p.capacity, p.roles, p.valid_from as "validFrom",
  p.valid_to as "validTo"`;
const positionTables = sql`
  agency.position p join agency.person n on n.id = p.person_id join agency.agency a on a.id = p.agency_id`;
const held = (day: string) => sql`
  p.valid_from <= ${day}::date and (p.valid_to is null or p.valid_to > ${day}::date)
  and a.valid_from <= ${day}::date and (a.valid_to is null or a.valid_to > ${day}::date)`;

/** A position whatever its dates; whether it is held on a day is `isHeld` of the rules. */
export async function positionById(db: Db, id: string): Promise<PositionRecord | undefined> {
  const { rows } = await sql<PositionRecord>`select ${positionColumns} from ${positionTables} where p.id = ${id}`.execute(db);
  return rows[0];
}

/** Positions a person holds on that day, in agencies that exist on that day. */
export async function positionsOf(db: Db, personId: string, day: string): Promise<PositionRecord[]> {
  const { rows } = await sql<PositionRecord>`
    select ${positionColumns} from ${positionTables} where p.person_id = ${personId} and ${held(day)}
    order by a.level, p.title, p.id`.execute(db);
  return rows;
}

/** Who holds one of the roles in an agency on that day. */
export async function holdersOf(db: Db, agencyId: string, roles: readonly Role[], day: string): Promise<PositionRecord[]> {
  const { rows } = await sql<PositionRecord>`
    select ${positionColumns} from ${positionTables}
    where p.agency_id = ${agencyId} and p.roles && ${[...roles]}::text[] and ${held(day)} order by p.title, n.full_name`.execute(
    db,
  );
  return rows;
}

/** Everyone who can sign in on that day, for the practice profile's list. */
export async function everyone(db: Db, day: string): Promise<PositionRecord[]> {
  const { rows } = await sql<PositionRecord>`
    select ${positionColumns} from ${positionTables} where n.password_hash is not null and ${held(day)}
    order by a.level, a.name, p.title, n.full_name`.execute(db);
  return rows;
}

export interface PersonRecord {
  readonly id: string;
  readonly signInName: string;
  readonly fullName: string;
  readonly passwordHash: string | null;
  readonly signatureImageSha256: string | null;
}

const personColumns = sql`id, sign_in_name as "signInName", full_name as "fullName", password_hash as "passwordHash",
  signature_image_sha256 as "signatureImageSha256"`;

export async function personBySignInName(db: Db, signInName: string): Promise<PersonRecord | undefined> {
  const { rows } = await sql<PersonRecord>`
    select ${personColumns} from agency.person where sign_in_name = ${signInName.trim().toLowerCase()}`.execute(db);
  return rows[0];
}

export async function personById(db: Db, id: string): Promise<PersonRecord | undefined> {
  const { rows } = await sql<PersonRecord>`select ${personColumns} from agency.person where id = ${id}`.execute(db);
  return rows[0];
}

/** The name alone: an issuer's part for token agents asks too, and may read no password. */
export async function personNameById(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ fullName: string }>`
    select full_name as "fullName" from agency.person where id = ${id}`.execute(db);
  return rows[0]?.fullName;
}

const certificateColumns = sql`sha256, der, serial_hex as "serialHex", subject_text as "subjectText", issuer_text as "issuerText",
  not_before as "notBefore", not_after as "notAfter", person_id as "personId", agency_id as "agencyId"`;

/** The binding of a certificate of that issuer (DER Name) and serial number. */
export async function bindingByName(db: Db, issuer: Uint8Array, serialHex: string): Promise<BoundCertificate | undefined> {
  const { rows } = await sql<BoundCertificate>`
    select ${certificateColumns} from agency.bound_certificate
    where sha256(issuer) = sha256(${Buffer.from(issuer)}::bytea) and serial_hex = ${serialHex} and unbound_at is null`.execute(
    db,
  );
  return rows[0];
}

export async function bindingBySha256(db: Db, sha256: string): Promise<BoundCertificate | undefined> {
  const { rows } = await sql<BoundCertificate>`
    select ${certificateColumns} from agency.bound_certificate where sha256 = ${sha256} and unbound_at is null`.execute(db);
  return rows[0];
}
