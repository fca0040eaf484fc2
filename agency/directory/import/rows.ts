import { readDay } from '@antin/adapters/tables/serial-day';
import type { ImportKind } from '@antin/protocol/office/directory-import';
import type { Role } from '@antin/protocol/office/session';
import { CitizenNumber, OfficialMail, Phone } from '@antin/protocol/certificates/subject';
import { codeForm, writtenCode } from '../codes.ts';
import type { Capacity } from '../types.ts';
import { readCapacity, readRoles, type Key } from './columns.ts';

/** What is wrong with one cell: a stable code of `problems.ts`. */
export interface CellError {
  readonly column: Key;
  readonly code: string;
}

export interface Grounds {
  readonly number: string;
  readonly date: string;
}

export interface AgencyRow {
  readonly code: string;
  readonly oldCode: string | null;
  readonly name: string;
  readonly shortName: string | null;
  readonly parentCode: string | null;
  readonly level: number | null;
  readonly levelName: string | null;
  readonly place: string | null;
  readonly notation: string | null;
  readonly validFrom: string | null;
  readonly grounds: Grounds | null;
}

export interface PostRow {
  readonly agencyCode: string;
  readonly title: string;
  readonly unit: string | null;
  readonly capacity: Capacity;
  readonly roles: readonly Role[];
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly grounds: Grounds | null;
  /** Null: the person is found by their number. */
  readonly signInName: string | null;
}

export interface PersonRow extends PostRow {
  readonly fullName: string;
  readonly birthDay: string | null;
  readonly mail: string | null;
  readonly phone: string | null;
}

type Cell = (key: Key) => string;

/** Reads cells; what is wrong is added to `errors`, all of a row at once. */
function reader(cell: Cell, errors: CellError[]) {
  const wrong = (column: Key, code: string) => void errors.push({ column, code });
  return {
    wrong,
    text(key: Key, most: number, required = false): string | null {
      const value = cell(key).replace(/\s+/g, ' ');
      if (value === '' && required) wrong(key, 'import.missing');
      if (value.length > most) wrong(key, 'import.too-long');
      return value === '' ? null : value;
    },
    code(key: Key, required = false): string | null {
      const value = writtenCode(cell(key));
      if (value === '' && required) wrong(key, 'import.missing');
      if (value !== '' && codeForm(value) === undefined) wrong(key, 'directory.code-form');
      return value === '' ? null : value;
    },
    day(key: Key): string | null {
      const value = cell(key);
      const day = readDay(value);
      if (value !== '' && day === undefined) wrong(key, 'import.day');
      return day ?? null;
    },
    grounds(): Grounds | null {
      const [number, date] = [this.text('groundsNumber', 60), this.day('groundsDate')];
      if (number !== null && date === null && cell('groundsDate') === '') wrong('groundsDate', 'import.grounds-half');
      if (number === null && date !== null) wrong('groundsNumber', 'import.grounds-half');
      return number === null || date === null ? null : { number, date };
    },
  };
}

export function readAgencyRow(cell: Cell): { row: AgencyRow; errors: CellError[] } {
  const errors: CellError[] = [];
  const read = reader(cell, errors);
  const level = cell('level');
  if (level !== '' && !/^[1-9]$/.test(level)) read.wrong('level', 'import.level');
  const row: AgencyRow = {
    code: read.code('code', true) ?? '',
    oldCode: read.code('oldCode'),
    name: read.text('name', 200, true) ?? '',
    shortName: read.text('shortName', 60),
    parentCode: read.code('parentCode'),
    level: /^[1-9]$/.test(level) ? Number(level) : null,
    levelName: read.text('levelName', 60),
    place: read.text('place', 64),
    notation: read.text('notation', 30),
    validFrom: read.day('validFrom'),
    grounds: read.grounds(),
  };
  if (row.code !== '' && row.code === row.parentCode) read.wrong('parentCode', 'directory.below-itself');
  return { row, errors };
}

const SIGN_IN = /^[a-z0-9][a-z0-9._-]{1,62}$/;

function readPost(cell: Cell, errors: CellError[], signInFrom: string | null): PostRow {
  const read = reader(cell, errors);
  const roles = readRoles(cell('roles'));
  if (roles === undefined) read.wrong('roles', 'import.roles');
  const capacity = readCapacity(cell('capacity'));
  if (capacity === undefined) read.wrong('capacity', 'import.capacity');
  const [validFrom, validTo] = [read.day('validFrom'), read.day('validTo')];
  if (validFrom !== null && validTo !== null && validTo <= validFrom) read.wrong('validTo', 'directory.days-order');
  const said = cell('signInName').toLowerCase();
  if (said !== '' && !SIGN_IN.test(said)) read.wrong('signInName', 'import.sign-in-name');
  const signInName = said !== '' ? said : signInFrom !== null && SIGN_IN.test(signInFrom) ? signInFrom : null;
  return {
    ...{ validFrom, validTo, signInName, capacity: capacity ?? '', roles: roles ?? [] },
    agencyCode: read.code('agencyCode', true) ?? '',
    title: read.text('title', 64, true) ?? '',
    unit: read.text('unit', 64),
    grounds: read.grounds(),
  };
}

export function readPersonRow(cell: Cell, hasCitizen: boolean): { row: PersonRow; errors: CellError[] } {
  const errors: CellError[] = [];
  const read = reader(cell, errors);
  const [mail, phone] = [cell('mail').toLowerCase(), cell('phone')];
  if (mail !== '' && !OfficialMail.safeParse(mail).success) read.wrong('mail', 'import.mail');
  if (phone !== '' && !Phone.safeParse(phone).success) read.wrong('phone', 'import.phone');
  const person = {
    fullName: read.text('fullName', 64, true) ?? '',
    birthDay: read.day('birthDay'),
    mail: mail === '' ? null : mail,
    phone: phone === '' ? null : phone,
  };
  // The part before the @ is what people sign in with, unless the table says otherwise.
  const post = readPost(cell, errors, mail.includes('@') ? mail.slice(0, mail.indexOf('@')) : null);
  if (post.signInName === null && !hasCitizen) read.wrong('signInName', 'import.who');
  return { row: { ...person, ...post }, errors };
}

export function readPostRow(cell: Cell, hasCitizen: boolean): { row: PostRow; errors: CellError[] } {
  const errors: CellError[] = [];
  const row = readPost(cell, errors, null);
  if (row.signInName === null && !hasCitizen) errors.push({ column: 'signInName', code: 'import.who' });
  return { row, errors };
}

/** A spreadsheet that took the number for one has eaten its zeros: said so, because the reader can mend it at once. */
export function citizenError(text: string): string | undefined {
  if (text === '' || CitizenNumber.safeParse(text).success) return undefined;
  return /^[1-9]\d{8,10}$/.test(text) ? 'import.citizen-zeros' : 'import.citizen-number';
}

export type ReadRow<K extends ImportKind> = K extends 'agencies' ? AgencyRow : K extends 'people' ? PersonRow : PostRow;
