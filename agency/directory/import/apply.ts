import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { placedAgency } from '../agency-store.ts';
import type { CitizenNumbers } from '../citizen-number.ts';
import type { Maker } from '../changes.ts';
import { changePerson } from '../people.ts';
import { endPost } from '../posts.ts';
import { changeAgency } from '../upkeep.ts';
import type { AgencyTarget, PersonTarget } from './check.ts';
import type { PersonRow } from './rows.ts';
import { openRow } from './sealed-rows.ts';
import { agenciesOfCodes, rowsAfter, type ImportRecord, type StoredRow } from './store.ts';

export interface ApplyDoors {
  readonly numbers: CitizenNumbers;
  readonly day: string;
  readonly maker: Maker;
}

const AT_ONCE = 500;

/**
 * Writes every checked row in the caller's transaction: all of it or nothing. What is new is written by sets, and has one
 * journal entry with the file's hash; what changes is changed as a person would.
 *
 * @throws {Refusal} when the directory is no longer what the rows were checked against
 */
export async function applyImport(tx: Tx, doors: ApplyDoors, one: ImportRecord): Promise<void> {
  if (one.kind === 'agencies') {
    await openAgencies(tx, doors, one);
    for await (const part of parts(tx, doors.numbers, one.id, 'change')) {
      for (const row of part) await changeOne(tx, doors, row.target as AgencyTarget);
    }
    return;
  }
  for await (const part of parts(tx, doors.numbers, one.id, 'create')) {
    await addPeople(tx, doors, part);
    await addPosts(tx, doors, one, part);
  }
  // What writes into the journal comes last: its head stays locked until the end, and everybody signs through it.
  for await (const part of parts(tx, doors.numbers, one.id, 'create')) for (const row of part) await changeKnown(tx, doors, row);
  for await (const part of parts(tx, doors.numbers, one.id, 'change')) for (const row of part) await changeKnown(tx, doors, row);
}

async function* parts(
  tx: Tx,
  numbers: CitizenNumbers,
  importId: string,
  action: 'create' | 'change',
): AsyncGenerator<StoredRow[]> {
  for (let after = 0; ;) {
    const rows = (await rowsAfter(tx, importId, { action, after, limit: AT_ONCE })).map((row) => openRow(numbers, importId, row));
    if (rows.length > 0) yield rows;
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)!.line;
  }
}

/**
 * Opens the new agencies, those first whose parents are there: as many rounds as the table has levels, each one statement.
 *
 * @throws {Refusal} `import.parent-unknown` when parents of some never come: they name each other; `directory.level-not-below`
 */
async function openAgencies(tx: Tx, { day, maker }: ApplyDoors, one: ImportRecord): Promise<void> {
  const scope = (await placedAgency(tx, one.agencyId, true))!;
  const made = sql`agency.directory_import_row r
    cross join lateral (select (r.target ->> 'id')::uuid as id, r.target -> 'row' as w) t
    where r.import_id = ${one.id} and r.action = 'create'`;
  for (;;) {
    const round = await sql<{ id: string }>`
      insert into agency.agency (id, code, name, short_name, level, level_name, parent_id, valid_from, place, notation, search)
      select n.id, n.w ->> 'code', n.w ->> 'name', coalesce(n.w ->> 'shortName', left(n.w ->> 'name', 60)),
        coalesce((n.w ->> 'level')::integer, p.level + 1), coalesce(n.w ->> 'levelName', 'Cấp ' || coalesce(n.w ->> 'level', (p.level + 1)::text)),
        p.id, coalesce((n.w ->> 'validFrom')::date, ${day}::date), coalesce(n.w ->> 'place', p.place), coalesce(n.w ->> 'notation', p.notation),
        agency.folded(concat_ws(' ', n.w ->> 'name', n.w ->> 'shortName', n.w ->> 'code', n.w ->> 'oldCode'))
      from (select t.id, t.w from ${made}) n join agency.agency p on p.code = coalesce(n.w ->> 'parentCode', ${scope.code})
      where not exists (select 1 from agency.agency a where a.id = n.id)
      returning id`.execute(tx);
    if (round.rows.length === 0) break;
  }
  const { rows: left } = await sql`
    select 1 from (select t.id from ${made}) n where not exists (select 1 from agency.agency a where a.id = n.id) limit 1`.execute(
    tx,
  );
  if (left.length > 0) throw new Refusal('import.parent-unknown');
  const { rows: flat } = await sql`
    select 1 from (select t.id from ${made}) n join agency.agency a on a.id = n.id join agency.agency p on p.id = a.parent_id
    where a.level <= p.level limit 1`.execute(tx);
  if (flat.length > 0) throw new Refusal('directory.level-not-below');
  await sql`
    insert into agency.agency_code_alias (agency_id, code, form, valid_from)
    select n.id, n.w ->> 'oldCode', case when n.w ->> 'oldCode' ~ '^[0-9]{3}[.][0-9]{2}[.][0-9]{2}[.][A-Z][0-9]{2}$' then 'qcvn-102' else 'other' end,
      coalesce((n.w ->> 'validFrom')::date, ${day}::date)
    from (select t.id, t.w from ${made}) n where n.w ->> 'oldCode' is not null`.execute(tx);
  await sql`
    insert into agency.directory_change (id, kind, subject, subject_id, agency_id, effective_from, after, grounds_number, grounds_date,
      made_at, made_by, made_by_name, import_id)
    select gen_random_uuid(), 'agency-opened', 'agency', n.id, n.id, coalesce((n.w ->> 'validFrom')::date, ${day}::date), n.w,
      n.w #>> '{grounds,number}', (n.w #>> '{grounds,date}')::date, ${maker.at}, ${one.createdBy}, ${one.createdByName}, ${one.id}
    from (select t.id, t.w from ${made}) n`.execute(tx);
}

async function changeOne(tx: Tx, { day, maker }: ApplyDoors, { id, row }: AgencyTarget): Promise<void> {
  const { name, shortName, levelName, place, notation, level } = row;
  const given = { name, shortName, levelName, place, notation, level };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const parent = row.parentCode === null ? undefined : (await agenciesOfCodes(tx, [row.parentCode], day)).get(row.parentCode);
  if (row.parentCode !== null && parent === undefined) throw new Refusal('import.parent-unknown');
  await changeAgency(tx, maker, undefined, id, {
    set: { ...set, ...(parent === undefined ? {} : { parentId: parent.id }) },
    effectiveFrom: row.validFrom ?? day,
    grounds: row.grounds ?? undefined,
  });
}

async function addPeople(tx: Tx, { numbers, maker }: ApplyDoors, part: readonly StoredRow[]): Promise<void> {
  const people = part.flatMap((stored) => {
    const target = stored.target as PersonTarget;
    if (!target.newPerson) return [];
    const row = target.row as PersonRow;
    const citizen = stored.secret === null ? null : numbers.seal(numbers.open(stored.secret));
    return [
      {
        ...{ id: target.personId, full_name: row.fullName, mail: row.mail, phone: row.phone, birth_day: row.birthDay },
        // Who has no name to sign in with gets one that nobody can guess to be somebody's number.
        sign_in_name: row.signInName ?? `nguoi-${target.personId.slice(0, 8)}`,
        sealed: citizen?.sealed.toString('hex') ?? null,
        hash: citizen?.hash.toString('hex') ?? null,
        citizen_last4: citizen?.last4 ?? null,
      },
    ];
  });
  if (people.length === 0) return;
  await sql`
    insert into agency.person (id, sign_in_name, full_name, mail, phone, birth_day, citizen_sealed, citizen_hash, citizen_last4, created_at)
    select id, sign_in_name, full_name, mail, phone, birth_day, decode(sealed, 'hex'), decode(hash, 'hex'), citizen_last4, ${maker.at}
    from jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as given (id uuid, sign_in_name text, full_name text, mail text,
      phone text, birth_day date, sealed text, hash text, citizen_last4 text)`.execute(tx);
}

async function addPosts(tx: Tx, { day, maker }: ApplyDoors, one: ImportRecord, part: readonly StoredRow[]): Promise<void> {
  const posts = part.flatMap((stored) => {
    const { newPost, personId, row } = stored.target as PersonTarget;
    if (newPost === null) return [];
    const { title, unit, capacity, roles, validFrom, validTo, grounds } = row;
    const days = {
      valid_from: validFrom ?? day,
      valid_to: validTo,
      grounds_number: grounds?.number,
      grounds_date: grounds?.date,
    };
    return [{ ...newPost, personId, title, unit, capacity, roles, ...days }];
  });
  if (posts.length === 0) return;
  const given = sql`jsonb_to_recordset(${JSON.stringify(posts)}::jsonb) as given (id uuid, "personId" uuid, "agencyId" uuid, title text,
    unit text, capacity text, roles text[], valid_from date, valid_to date, grounds_number text, grounds_date date)`;
  await sql`
    insert into agency.position (id, person_id, agency_id, title, unit_name, capacity, roles, valid_from, valid_to, grounds_number, grounds_date)
    select id, "personId", "agencyId", title, unit, capacity, roles, valid_from, valid_to, grounds_number, grounds_date from ${given}`.execute(
    tx,
  );
  await sql`
    insert into agency.directory_change (id, kind, subject, subject_id, agency_id, effective_from, after, grounds_number, grounds_date,
      made_at, made_by, made_by_name, import_id)
    select gen_random_uuid(), 'position-added', 'position', id, "agencyId", valid_from,
      jsonb_build_object('personId', "personId", 'title', title, 'unit', unit, 'roles', roles), grounds_number, grounds_date,
      ${maker.at}, ${one.createdBy}, ${one.createdByName}, ${one.id} from ${given}`.execute(tx);
}

/** What becomes different about somebody who is there already. */
async function changeKnown(tx: Tx, { numbers, maker }: ApplyDoors, stored: StoredRow): Promise<void> {
  const { newPerson, personId, set, endPost: ends, row } = stored.target as PersonTarget;
  if (newPerson) return;
  const { citizen, ...fields } = set;
  const number = citizen === true && stored.secret !== null ? { citizenNumber: numbers.open(stored.secret) } : {};
  if (Object.keys(set).length > 0) await changePerson(tx, maker, undefined, numbers, personId, { ...fields, ...number });
  if (ends !== null) {
    await endPost(tx, maker, undefined, ends.id, { validTo: ends.validTo, grounds: row.grounds ?? undefined });
  }
}
