import { randomUUID } from 'node:crypto';
import type { Db } from '@antin/adapters/db/transaction';
import type { CitizenNumbers } from '../citizen-number.ts';
import { otherWritings } from '../codes.ts';
import type { Placed } from '../reach.ts';
import {
  citizenError,
  readAgencyRow,
  readPersonRow,
  readPostRow,
  type AgencyRow,
  type CellError,
  type PersonRow,
  type PostRow,
} from './rows.ts';
import type { Key } from './columns.ts';
import {
  agenciesOfCodes,
  codesInTable,
  linesTwice,
  peopleOf,
  type CheckedRow,
  type ImportRecord,
  type KnownAgency,
  type KnownPerson,
  type StoredRow,
} from './store.ts';

export interface AgencyTarget {
  readonly id: string;
  readonly row: AgencyRow;
}
export interface PersonTarget {
  readonly personId: string;
  readonly newPerson: boolean;
  /** Fields of the person that become different. */
  readonly set: Partial<Pick<PersonRow, 'fullName' | 'birthDay' | 'mail' | 'phone'>> & { citizen?: true };
  readonly newPost: { readonly id: string; readonly agencyId: string } | null;
  /** A position that the row ends. */
  readonly endPost: { readonly id: string; readonly validTo: string } | null;
  readonly row: PersonRow | PostRow;
}

export interface CheckDoors {
  readonly db: Db;
  readonly numbers: CitizenNumbers;
  readonly day: string;
}

type Scope = Placed & { readonly code: string };
const cellOf = (row: StoredRow) => (key: Key) => row.cells[key] ?? '';

/** What a part of the rows comes to, with everything that is wrong with each. Nothing is written to the directory. */
export async function checkRows(
  doors: CheckDoors,
  one: ImportRecord,
  scope: Scope,
  rows: readonly StoredRow[],
): Promise<CheckedRow[]> {
  return one.kind === 'agencies' ? checkAgencies(doors, one, scope, rows) : checkPeople(doors, one, scope, rows);
}

function outcome(line: number, errors: readonly CellError[], action: 'create' | 'change' | 'same', target: object): CheckedRow {
  return errors.length > 0 ? { line, action: 'wrong', errors, target: null } : { line, action, errors: [], target };
}

async function checkAgencies(
  { db, day }: CheckDoors,
  one: ImportRecord,
  scope: Scope,
  rows: readonly StoredRow[],
): Promise<CheckedRow[]> {
  const read = rows.map((row) => ({ line: row.line, ...readAgencyRow(cellOf(row)) }));
  const codes = read.flatMap(({ row }) =>
    [row.code, ...otherWritings(row.code), row.oldCode, row.parentCode].filter((code) => code !== null),
  );
  const known = await agenciesOfCodes(db, codes, day);
  const inTable = await codesInTable(
    db,
    one.id,
    read.map(({ row }) => row.parentCode ?? ''),
  );
  const twice = await linesTwice(
    db,
    one.id,
    'code',
    rows.map((row) => row.line),
  );
  return read.map(({ line, row, errors }) => {
    const wrong = (column: Key, code: string) => void errors.push({ column, code });
    if (twice.has(line)) wrong('code', 'import.twice');
    const there = known.get(row.code);
    const parent = row.parentCode === null ? undefined : known.get(row.parentCode);
    if (row.parentCode !== null && parent === undefined && !inTable.has(row.parentCode))
      wrong('parentCode', 'import.parent-unknown');
    // Where it stands already is no question, also above what the table may change.
    const moves = parent !== undefined && parent.code !== there?.parentCode;
    if (moves && !parent.path.startsWith(scope.path)) wrong('parentCode', 'directory.not-yours');
    if (there !== undefined && !there.path.startsWith(scope.path)) wrong('code', 'directory.not-yours');
    if (there !== undefined && there.validTo !== null) wrong('code', 'directory.closed-then');
    const oldOwner = row.oldCode === null ? undefined : known.get(row.oldCode);
    if (oldOwner !== undefined && oldOwner.id !== there?.id) wrong('oldCode', 'directory.code-taken');
    if (parent !== undefined && row.level !== null && row.level <= parent.level) wrong('level', 'directory.level-not-below');
    // By today's code of the parent, whichever the table names it by.
    const placed = parent === undefined ? row : { ...row, parentCode: parent.code };
    if (there === undefined) return outcome(line, errors, 'create', { id: randomUUID(), row: placed } satisfies AgencyTarget);
    const different = differences(there, placed);
    if (there.id === scope.id && different.some((key) => key !== 'place' && key !== 'notation'))
      wrong('code', 'directory.own-name');
    if (different.length > 0 && row.validFrom !== null && row.validFrom < day) wrong('validFrom', 'directory.past');
    return outcome(line, errors, different.length === 0 ? 'same' : 'change', {
      id: there.id,
      row: placed,
    } satisfies AgencyTarget);
  });
}

/** Columns that are empty in the table say nothing about an agency that is there already. */
function differences(there: KnownAgency, row: AgencyRow): string[] {
  const keys = ['name', 'shortName', 'levelName', 'place', 'notation', 'level', 'parentCode'] as const;
  return keys.filter((key) => row[key] !== null && row[key] !== there[key]);
}

async function checkPeople(
  { db, numbers, day }: CheckDoors,
  one: ImportRecord,
  scope: Scope,
  rows: readonly StoredRow[],
): Promise<CheckedRow[]> {
  const read = rows.map((stored) => {
    const citizen = stored.secret === null ? null : numbers.open(stored.secret);
    const said =
      one.kind === 'people' ? readPersonRow(cellOf(stored), citizen !== null) : readPostRow(cellOf(stored), citizen !== null);
    const wrongNumber = citizen === null ? undefined : citizenError(citizen);
    if (wrongNumber !== undefined) said.errors.push({ column: 'citizenNumber', code: wrongNumber });
    const hash = citizen === null ? null : numbers.hash(citizen).toString('hex');
    return { line: stored.line, row: said.row as PersonRow | PostRow, errors: said.errors, hash };
  });
  const agencies = await agenciesOfCodes(
    db,
    read.map(({ row }) => row.agencyCode),
    day,
  );
  const people = await peopleOf(db, {
    hashes: read.flatMap(({ hash }) => (hash === null ? [] : [hash])),
    signInNames: read.flatMap(({ row }) => (row.signInName === null ? [] : [row.signInName])),
    day,
  });
  const byHash = new Map(people.flatMap((person) => (person.hash === null ? [] : [[person.hash, person] as const])));
  const byName = new Map(people.map((person) => [person.signInName, person]));
  const lines = rows.map((row) => row.line);
  const [twiceNumber, twiceName] =
    one.kind === 'people'
      ? [await linesTwiceOfSecret(rows, read), await linesTwice(db, one.id, 'signInName', lines)]
      : [new Set<number>(), new Set<number>()];
  return read.map(({ line, row, errors, hash }) => {
    const wrong = (column: Key, code: string) => void errors.push({ column, code });
    const agency = agencies.get(row.agencyCode);
    if (row.agencyCode !== '' && agency === undefined) wrong('agencyCode', 'import.agency-unknown');
    if (agency !== undefined && !agency.path.startsWith(scope.path)) wrong('agencyCode', 'directory.not-yours');
    if (agency !== undefined && agency.validTo !== null && agency.validTo <= (row.validFrom ?? day))
      wrong('agencyCode', 'directory.closed-then');
    const person =
      (hash === null ? undefined : byHash.get(hash)) ?? (row.signInName === null ? undefined : byName.get(row.signInName));
    // Who is there already may hold several positions; who is new is opened once.
    if (person === undefined && twiceNumber.has(line)) wrong('citizenNumber', 'import.twice');
    if (person === undefined && twiceName.has(line)) wrong('signInName', 'import.twice');
    // One name, two numbers: two people, and the second needs a name of their own.
    if (person !== undefined && hash !== null && person.hash !== null && person.hash !== hash)
      wrong('signInName', 'directory.sign-in-name-taken');
    if (person === undefined && one.kind === 'positions') wrong('citizenNumber', 'import.person-unknown');
    const target = targetOf(one, row, person, agency, hash, scope, wrong);
    const { newPost, endPost, set, newPerson } = target;
    const action = newPerson || newPost !== null ? 'create' : endPost !== null || Object.keys(set).length > 0 ? 'change' : 'same';
    return outcome(line, errors, action, target);
  });
}

function targetOf(
  one: ImportRecord,
  row: PersonRow | PostRow,
  person: KnownPerson | undefined,
  agency: KnownAgency | undefined,
  hash: string | null,
  scope: Scope,
  wrong: (column: Key, code: string) => void,
): PersonTarget {
  const set: Record<string, string | true> = {};
  if (person !== undefined && 'fullName' in row) {
    for (const key of ['fullName', 'birthDay', 'mail', 'phone'] as const) {
      const value = row[key];
      if (value !== null && value !== person[key]) set[key] = value;
    }
    if (hash !== null && person.hash === null) set['citizen'] = true;
    const within = (path: string) => path.startsWith(scope.path);
    // As for people: one post in reach does not make the rest of somebody's data ours.
    const { paths, openPaths } = person;
    const mine = openPaths.length > 0 ? openPaths.every(within) : paths.length === 0 || paths.some(within);
    if (Object.keys(set).length > 0 && !mine) wrong('fullName', 'import.person-elsewhere');
  }
  const held = person?.posts.find(
    (post) =>
      post.agencyId === agency?.id && post.title === row.title && (post.validTo === null || post.validTo > (row.validFrom ?? '')),
  );
  const ends = held !== undefined && one.kind === 'positions' && row.validTo !== null && row.validTo !== held.validTo;
  return {
    ...{ personId: person?.id ?? randomUUID(), newPerson: person === undefined, set: set as PersonTarget['set'], row },
    newPost: held === undefined && agency !== undefined ? { id: randomUUID(), agencyId: agency.id } : null,
    endPost: ends ? { id: held.id, validTo: row.validTo! } : null,
  };
}

/** Within this part of the table; over its parts, the unique index of the directory has the last word. */
async function linesTwiceOfSecret(
  rows: readonly StoredRow[],
  read: readonly { readonly line: number; readonly hash: string | null }[],
): Promise<Set<number>> {
  const seen = new Set<string>();
  const twice = new Set<number>();
  for (const { line, hash } of read.slice(0, rows.length)) {
    if (hash === null) continue;
    if (seen.has(hash)) twice.add(line);
    seen.add(hash);
  }
  return twice;
}
