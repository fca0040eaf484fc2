import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import { isArray, isDict, isInteger, isName, isString, pdfArray, pdfDict, pdfName } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { SignatureFault } from '../fault.ts';
import type { FormField } from './acro-form.ts';
import { readTextString, textString } from './text-string.ts';

/** What earlier signatures of the file still allow. */
export interface Permissions {
  /** Lowest `/P` of DocMDP transforms and signed locks: 1 nothing, 2 forms and signatures, 3 also annotations. */
  readonly p: 1 | 2 | 3 | undefined;
  locks(fieldName: string): boolean;
}

type Get = (object: PdfObject | undefined) => PdfObject;

/**
 * Reads DocMDP (ISO 32000-2 §12.8.2.2), FieldMDP (§12.8.2.4) and the field locks (§12.7.5.5) of fields already signed.
 * Locks are read where they are stricter, whichever place says so.
 */
export function readPermissions(revision: PdfRevision, fields: readonly FormField[], get: Get): Permissions {
  let p: 1 | 2 | 3 | undefined;
  const locks: ((name: string) => boolean)[] = [];
  const restrict = (value: PdfObject): void => {
    // Table 257: the default of /P is 2.
    const level = isInteger(value) ? (value <= 1 ? 1 : value === 2 ? 2 : 3) : 2;
    p = p === undefined || level < p ? level : p;
  };
  const perms = get(revision.catalog.entries.get('Perms'));
  const certified = isDict(perms) ? get(perms.entries.get('DocMDP')) : null;
  const signatures: PdfDict[] = isDict(certified) ? [certified] : [];
  for (const field of fields) {
    if (field.type !== 'Sig' || !isDict(field.value)) continue;
    signatures.push(field.value);
    const lock = get(field.dict.entries.get('Lock'));
    if (!isDict(lock)) continue;
    locks.push(lockOf(lock, get));
    if (lock.entries.has('P')) restrict(get(lock.entries.get('P')));
  }
  for (const signature of signatures) {
    const references = get(signature.entries.get('Reference'));
    for (const item of isArray(references) ? references.items : []) {
      const reference = get(item);
      if (!isDict(reference)) continue;
      const method = get(reference.entries.get('TransformMethod'));
      const parameters = get(reference.entries.get('TransformParams'));
      if (isName(method, 'DocMDP')) restrict(isDict(parameters) ? get(parameters.entries.get('P')) : null);
      if (isName(method, 'FieldMDP') && isDict(parameters)) {
        locks.push(lockOf(parameters, get));
        if (parameters.entries.has('P')) restrict(get(parameters.entries.get('P')));
      }
    }
  }
  return { p, locks: (name) => locks.some((locked) => locked(name)) };
}

/** `/Action` All, Include or Exclude over `/Fields`; a locked name locks everything below it. */
function lockOf(dict: PdfDict, get: Get): (name: string) => boolean {
  const action = get(dict.entries.get('Action'));
  const list = get(dict.entries.get('Fields'));
  const names = (isArray(list) ? list.items : [])
    .map(get)
    .filter(isString)
    .map((s) => readTextString(s.bytes));
  const listed = (name: string): boolean => names.some((n) => name === n || name.startsWith(`${n}.`));
  if (isName(action, 'Include')) return listed;
  if (isName(action, 'Exclude')) return (name) => !listed(name);
  return () => true;
}

/** @throws {SignatureFault} `pades.locked-by-certification` */
export function requirePermission(permissions: Permissions, fieldNames: readonly string[]): void {
  requireOpen(permissions);
  const locked = fieldNames.find((name) => permissions.locks(name));
  if (locked !== undefined) {
    throw new SignatureFault('pades.locked-by-certification', `an earlier signature locks the field "${locked}"`);
  }
}

/** For additions that touch nobody's field. @throws {SignatureFault} `pades.locked-by-certification` */
export function requireOpen(permissions: Permissions): void {
  if (permissions.p !== 1) return;
  throw new SignatureFault('pades.locked-by-certification', 'an earlier signature allows no further change of the file (P=1)');
}

/** Which fields nobody may change after a signature (ISO 32000-2 Table 236); a name locks everything below it. */
export type FieldLock =
  { readonly action: 'All' } | { readonly action: 'Include' | 'Exclude'; readonly fields: readonly string[] };

/** The entries that `/Lock` and the parameters of FieldMDP share. */
export function lockEntries(lock: FieldLock): Record<string, PdfObject> {
  return {
    Action: pdfName(lock.action),
    ...(lock.action === 'All' ? {} : { Fields: pdfArray(lock.fields.map(textString)) }),
  };
}

/** `/Lock` of a field that is still to be signed. */
export function fieldLock(lock: FieldLock): PdfDict {
  return pdfDict({ Type: pdfName('SigFieldLock'), ...lockEntries(lock) });
}

/** The lock that the author of a field wrote into it, and that counts once the field is signed (§12.8.2.4). */
export function lockOfField(field: FormField | undefined, get: Get): FieldLock | undefined {
  const lock = field ? get(field.dict.entries.get('Lock')) : null;
  if (!isDict(lock)) return undefined;
  const action = get(lock.entries.get('Action'));
  const list = get(lock.entries.get('Fields'));
  if (!isName(action, 'Include') && !isName(action, 'Exclude')) return { action: 'All' };
  const names = (isArray(list) ? list.items.map(get) : []).filter(isString).map((one) => readTextString(one.bytes));
  return { action: action.value as 'Include' | 'Exclude', fields: names };
}
