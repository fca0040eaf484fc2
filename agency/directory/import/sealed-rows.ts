import type { ImportKind } from '@antin/protocol/office/directory-import';
import type { CitizenNumbers } from '../citizen-number.ts';
import type { CheckedRow, NewRow, RawRow, StoredCheck, StoredRow } from './store.ts';

/**
 * A list of people tells names, birthdays and telephones of hundreds who are not in the directory yet, or never will be when
 * the file is dropped. So its rows lie sealed while they wait, as citizen numbers do; lists of agencies are public.
 */
export const holdsPeople = (kind: ImportKind): boolean => kind !== 'agencies';

/** Import and line stand in the seal: a row that was put in another's place stays closed. */
const about = (importId: string, line: number, part: 'cells' | 'target'): string =>
  `directory import ${importId} ${line} ${part}`;

const closed = (numbers: CitizenNumbers, value: object, label: string): Buffer =>
  Buffer.from(numbers.sealBytes(Buffer.from(JSON.stringify(value), 'utf8'), label));

function opened<T>(numbers: CitizenNumbers, sealed: Uint8Array, label: string): T {
  return JSON.parse(Buffer.from(numbers.openBytes(new Uint8Array(sealed), label)).toString('utf8')) as T;
}

/** As it is stored. Of the name to sign in with stays a keyed hash, by which two rows of one name are found. */
export function sealRow(numbers: CitizenNumbers, kind: ImportKind, importId: string, row: NewRow): NewRow {
  if (!holdsPeople(kind)) return row;
  const name = row.cells['signInName'];
  const cells: Record<string, string> =
    name === undefined ? {} : { signInName: numbers.hash(`sign-in name ${name.toLowerCase()}`).toString('hex') };
  return { ...row, cells, sealed: closed(numbers, row.cells, about(importId, row.line, 'cells')) };
}

/** As it was sent; nothing but its number when it was forgotten. @throws {SealedFault} */
export function openRow(numbers: CitizenNumbers, importId: string, row: RawRow): StoredRow {
  const { sealed, targetSealed, ...rest } = row;
  return {
    ...rest,
    cells: sealed === null ? row.cells : opened(numbers, sealed, about(importId, row.line, 'cells')),
    target: targetSealed === null ? row.target : opened(numbers, targetSealed, about(importId, row.line, 'target')),
  };
}

export function sealCheck(numbers: CitizenNumbers, kind: ImportKind, importId: string, row: CheckedRow): StoredCheck {
  if (!holdsPeople(kind) || row.target === null) return { ...row, targetSealed: null };
  return { ...row, target: null, targetSealed: closed(numbers, row.target, about(importId, row.line, 'target')) };
}
