import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { fold } from '@antin/adapters/db/folding';
import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import type { DeviceKind, Subject } from '@antin/protocol/certificates/subject';
import type { CellError } from '@antin/protocol/office/needs';
import type { Form } from '@antin/protocol/office/certificates';
import { limitsNow, type CertificateDeps } from '../certificates/deps.ts';
import { mayAsk, type StoredState } from '../certificates/rules.ts';
import { COLUMNS, readRow, serialOf, type Cells } from './columns.ts';
import type { EntryRecord } from './entry-store.ts';

/** A row before it is checked against what others know. */
export interface DraftRow {
  readonly id?: string;
  readonly row: number;
  readonly form: Form;
  readonly device?: DeviceKind | undefined;
  readonly cells: Cells;
  readonly importId?: string | null;
}

interface Place {
  readonly sheetId: string;
  readonly roundId: string;
  readonly agencyId: string;
}

interface Known {
  readonly id: string;
  readonly fullName: string;
  readonly mail: string | null;
  readonly hash: Uint8Array | null;
  readonly titles: readonly string[] | null;
  readonly elsewhere: string | null;
  readonly certificateUntil: Date | null;
}

/**
 * Reads rows and holds each against the directory (belongs to the body, holds the post), the register (holds a certificate
 * already, can be renewed) and the round (stated twice). A few queries for all of them together.
 */
export async function checkRows(
  deps: Pick<CertificateDeps, 'clock' | 'vault'>,
  db: Db,
  place: Place,
  drafts: readonly DraftRow[],
): Promise<EntryRecord[]> {
  const read = drafts.map((draft) => ({ draft, ...readRow(draft.form, draft.cells, draft.device) }));
  const people = read.flatMap(({ subject }) => (subject?.form === '01' ? [subject] : []));
  const known = await knownPeople(
    db,
    place,
    people.map((one) => deps.vault.hash(one.citizenNumber)),
    people.map((one) => one.mail),
    deps.clock(),
  );
  const codes = read.some(({ draft }) => draft.form === '02') ? await codesOf(db, place.agencyId) : [];
  const organisation = read.some(({ draft }) => draft.form === '02')
    ? await organisationUntil(db, place.agencyId, deps.clock())
    : undefined;
  const renewals = await renewalsOf(
    db,
    place.agencyId,
    read.flatMap(({ draft, act }) => (act === 'renew' ? [serialOf(draft.cells['renewSerial'] ?? '')] : [])),
  );
  const limits = await limitsNow(deps, db);
  const entries = read.map(({ draft, subject, act, device, errors }): EntryRecord => {
    const found = [...errors];
    let personId: string | null = null;
    let name = nameOf(draft);
    if (act === 'renew' && errors.length === 0) {
      const holding = renewals.get(serialOf(draft.cells['renewSerial'] ?? ''));
      if (holding === undefined || holding.form !== draft.form) found.push(mark('renewSerial', 'needs.renewal-not-found'));
      else {
        name = holding.name;
        const may = mayAsk(holding, { act: 'renew' }, deps.clock(), limits);
        if (!may.ok) found.push(mark('renewSerial', 'needs.renewal-not-possible', 'error', may.code));
      }
    }
    if (subject?.form === '01') {
      const person = match(known, deps.vault.hash(subject.citizenNumber), subject.mail);
      if (person === undefined) found.push(mark('fullName', 'needs.person-unknown', 'warning'));
      else {
        personId = person.id;
        if (person.titles === null)
          found.push(mark('fullName', 'needs.person-elsewhere', 'error', person.elsewhere ?? undefined));
        else if (!person.titles.some((title) => fold(title) === fold(subject.title))) {
          found.push(mark('title', 'needs.title-differs', 'warning', person.titles.join(', ')));
        }
        if (fold(person.fullName) !== fold(subject.fullName))
          found.push(mark('fullName', 'needs.person-differs', 'warning', person.fullName));
        if (person.certificateUntil !== null) {
          found.push(mark('fullName', 'needs.has-certificate', 'warning', writtenDay(officeDay(person.certificateUntil))));
        }
      }
    } else if (subject?.form === '02') {
      if (!codes.includes(subject.code)) found.push(mark('code', 'needs.code-differs', 'error', codes[0]));
      if (organisation != null) found.push(mark('name', 'needs.has-certificate', 'warning', writtenDay(officeDay(organisation))));
    }
    const { shown, sealed } = split(deps, draft.form, draft.cells);
    return {
      ...{
        id: draft.id ?? (randomUUID() as string),
        ...place,
        row: draft.row,
        form: draft.form,
        act,
        device,
        cells: shown,
        sealed,
      },
      ...{
        name,
        identity: identityOf(deps, place, draft, subject, act),
        personId,
        errors: found,
        importId: draft.importId ?? null,
        version: 1,
      },
    };
  });
  return withDuplicates(db, place, entries);
}

const mark = (column: string, code: string, weight: CellError['weight'] = 'error', detail?: string): CellError => ({
  ...{ column, code, weight },
  ...(detail === undefined ? {} : { detail }),
});

function nameOf(draft: DraftRow): string {
  return (draft.cells[draft.form === '01' ? 'fullName' : 'name'] ?? '').trim().slice(0, 200);
}

function identityOf(
  deps: Pick<CertificateDeps, 'vault'>,
  place: Place,
  draft: DraftRow,
  subject: Subject | undefined,
  act: string,
): Uint8Array | null {
  if (act === 'renew') return deps.vault.hash(`renew ${serialOf(draft.cells['renewSerial'] ?? '')}`);
  if (subject === undefined) return null;
  if (subject.form === '01') return deps.vault.hash(`01 ${subject.citizenNumber}`);
  // Two systems of one name in two agencies are two systems.
  return deps.vault.hash(subject.form === '02' ? `02 ${subject.code}` : `03 ${place.agencyId} ${fold(subject.name)}`);
}

/** What identifies a person goes sealed; the rest is the agency's own business data. */
export function split(
  deps: Pick<CertificateDeps, 'vault'>,
  form: Form,
  cells: Cells,
): { shown: Record<string, string>; sealed: Uint8Array | null } {
  const shown: Record<string, string> = {};
  const hidden: Record<string, string> = {};
  for (const column of COLUMNS[form]) {
    const value = (cells[column.name] ?? '').normalize('NFC').trim().slice(0, 500);
    if (value !== '') (column.secret === true ? hidden : shown)[column.name] = value;
  }
  return { shown, sealed: Object.keys(hidden).length === 0 ? null : deps.vault.seal(JSON.stringify(hidden)).sealed };
}

export function wholeCells(
  deps: Pick<CertificateDeps, 'vault'>,
  entry: Pick<EntryRecord, 'cells' | 'sealed'>,
): Record<string, string> {
  const hidden = entry.sealed === null ? {} : (JSON.parse(deps.vault.open(entry.sealed)) as Record<string, string>);
  return { ...entry.cells, ...hidden };
}

function match(known: readonly Known[], hash: Uint8Array, mail: string): Known | undefined {
  return known.find((one) => one.hash !== null && Buffer.from(one.hash).equals(hash)) ?? known.find((one) => one.mail === mail);
}

/** People of the directory by citizen number or mail, with their posts here and their certificate in force. */
async function knownPeople(
  db: Db,
  place: Place,
  hashes: readonly Uint8Array[],
  mails: readonly string[],
  now: Date,
): Promise<Known[]> {
  if (hashes.length === 0) return [];
  const day = officeDay(now);
  const held = sql`p.valid_from <= ${day}::date and (p.valid_to is null or p.valid_to > ${day}::date)`;
  const { rows } = await sql<Known>`
    select n.id, n.full_name as "fullName", lower(n.mail) as mail, n.citizen_hash as hash,
      (select array_agg(p.title) from agency.position p where p.person_id = n.id and p.agency_id = ${place.agencyId} and ${held}) as titles,
      (select a.name from agency.position p join agency.agency a on a.id = p.agency_id where p.person_id = n.id and ${held} limit 1) as elsewhere,
      (select max(h.not_after) from agency.holding h where h.person_id = n.id and h.form = '01'
        and h.state in ('issued', 'handed-over', 'active') and h.not_after > ${now}) as "certificateUntil"
    from agency.person n where n.citizen_hash = any(${hashes.map((one) => Buffer.from(one))}::bytea[])
      or lower(n.mail) = any(${[...mails]}::text[])`.execute(db);
  return rows;
}

async function codesOf(db: Db, agencyId: string): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select upper(code) as code from agency.agency where id = ${agencyId}
    union all select upper(code) from agency.agency_code_alias where agency_id = ${agencyId}`.execute(db);
  return rows.map((row) => row.code);
}

async function organisationUntil(db: Db, agencyId: string, now: Date): Promise<Date | null> {
  const { rows } = await sql<{
    until: Date | null;
  }>`select max(not_after) as until from agency.holding where agency_id = ${agencyId}
    and form = '02' and state in ('issued', 'handed-over', 'active') and not_after > ${now}`.execute(db);
  return rows[0]?.until ?? null;
}

interface Renewable {
  readonly id: string;
  readonly serialHex: string;
  readonly name: string;
  readonly form: Form;
  readonly state: StoredState;
  readonly notAfter: Date | null;
  readonly renewals: number;
  readonly pending: null;
}

export async function renewalsOf(db: Db, agencyId: string, serials: readonly string[]): Promise<Map<string, Renewable>> {
  if (serials.length === 0) return new Map();
  const { rows } = await sql<Renewable>`
    select id, serial_hex as "serialHex", name, form, state, not_after as "notAfter", renewals, pending from agency.holding
    where agency_id = ${agencyId} and serial_hex = any(${[...serials]}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.serialHex, row]));
}

/** Marks what this round has heard already: in this very sheet, or from another agency. */
async function withDuplicates(db: Db, place: Place, entries: readonly EntryRecord[]): Promise<EntryRecord[]> {
  const identities = entries.flatMap((entry) => (entry.identity === null ? [] : [Buffer.from(entry.identity)]));
  if (identities.length === 0) return [...entries];
  const { rows } = await sql<{ id: string; identity: Buffer; sheetId: string; agencyName: string }>`
    select e.id, e.identity, e.sheet_id as "sheetId", a.name as "agencyName" from agency.needs_entry e
      join agency.agency a on a.id = e.agency_id
    where e.round_id = ${place.roundId} and e.identity = any(${identities}::bytea[])`.execute(db);
  const own = new Set(entries.map((entry) => entry.id));
  const others = new Map<string, { sheetId: string; agencyName: string }>();
  for (const row of rows) if (!own.has(row.id)) others.set(row.identity.toString('hex'), row);
  const seen = new Set<string>();
  return entries.map((entry) => {
    if (entry.identity === null) return entry;
    const key = Buffer.from(entry.identity).toString('hex');
    const other = others.get(key);
    const column = entry.form === '01' ? 'fullName' : 'name';
    const first = !seen.has(key);
    seen.add(key);
    if (other !== undefined && other.sheetId !== place.sheetId) {
      return { ...entry, errors: [...entry.errors, mark(column, 'needs.duplicate-elsewhere', 'error', other.agencyName)] };
    }
    if (other !== undefined || !first) return { ...entry, errors: [...entry.errors, mark(column, 'needs.duplicate-here')] };
    return entry;
  });
}
