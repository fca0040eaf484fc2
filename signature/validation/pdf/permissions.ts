import { isArray, isDict, isName } from '@antin/formats/pdf/objects';
import type { PdfDict } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { JudgedChange } from '../facts.ts';
import type { FormField } from './fields.ts';
import { textOf } from './text.ts';

/** What a signature allows to happen after it, read only from the revision it was made in. */
export interface Permissions {
  /** DocMDP /P of a certification signature. */
  readonly certifies: 1 | 2 | 3 | null;
  /** FieldMDP transforms and the field's own /Lock: which fields must stay as they are. */
  readonly locks: readonly FieldLock[];
}

export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude';
  readonly fields: readonly string[];
}

/** @param revision the signed one (ISO 32000-2 §12.8.2) */
export function readPermissions(revision: PdfRevision, signature: PdfDict, field: FormField | undefined): Permissions {
  let certifies: Permissions['certifies'] = null;
  const locks: FieldLock[] = [];
  const references = revision.resolve(signature.entries.get('Reference'));
  for (const item of isArray(references) ? references.items : []) {
    const reference = revision.resolve(item);
    if (!isDict(reference)) continue;
    const method = revision.resolve(reference.entries.get('TransformMethod'));
    const parameters = revision.resolve(reference.entries.get('TransformParams'));
    if (isName(method, 'DocMDP')) certifies = stricter(certifies, permissionOf(revision, parameters));
    if (isName(method, 'FieldMDP') && isDict(parameters)) locks.push(lockOf(revision, parameters));
  }
  const lock = field === undefined ? null : revision.resolve(field.dict.entries.get('Lock'));
  if (isDict(lock)) {
    locks.push(lockOf(revision, lock));
    if (lock.entries.has('P')) certifies = stricter(certifies, permissionOf(revision, lock));
  }
  return { certifies, locks };
}

/** The default is 2; a value nobody knows is read as the strictest. */
function permissionOf(revision: PdfRevision, parameters: unknown): 1 | 2 | 3 {
  if (!isDict(parameters as never)) return 2;
  const p = revision.resolve((parameters as PdfDict).entries.get('P'));
  if (p === null) return 2;
  return p === 2 || p === 3 ? p : 1;
}

function stricter(a: Permissions['certifies'], b: 1 | 2 | 3): 1 | 2 | 3 {
  return a === null || b < a ? b : a;
}

function lockOf(revision: PdfRevision, dict: PdfDict): FieldLock {
  const action = revision.resolve(dict.entries.get('Action'));
  const fields = revision.resolve(dict.entries.get('Fields'));
  const names = isArray(fields) ? fields.items.map((one) => textOf(revision.resolve(one)) ?? '') : [];
  if (isName(action, 'Include') || isName(action, 'Exclude'))
    return { action: action.value as 'Include' | 'Exclude', fields: names };
  return { action: 'All', fields: [] };
}

function isLocked(name: string, lock: FieldLock): boolean {
  const listed = lock.fields.some((one) => name === one || name.startsWith(`${one}.`));
  return lock.action === 'All' || (lock.action === 'Include' ? listed : !listed);
}

/** Change classes against permissions: ISO 32000-2 table 257, overlaid by FieldMDP and locks. */
export function holdAgainst(changes: readonly JudgedChange[], permissions: Permissions): JudgedChange[] {
  return changes.map((change) => {
    if (change.judgement === 'forbidden') return change;
    const { certifies, locks } = permissions;
    const violation = (code: string, reason: string): JudgedChange => ({
      ...change,
      allowed: false,
      judgement: 'forbidden',
      code,
      reason,
    });
    if (certifies !== null) {
      if (certifies === 1 && (change.class === 'form-fill' || change.class === 'signature' || change.class === 'annotation')) {
        return violation('pdf.docmdp-violated', 'the certification allows no changes at all');
      }
      if (certifies === 2 && change.class === 'annotation') {
        return violation('pdf.docmdp-violated', 'the certification allows form filling and signing, not annotations');
      }
    }
    const touchesField =
      change.class === 'form-fill' || change.what === 'signature-field-filled' || change.what === 'signature-field-prepared';
    if (touchesField && change.field !== undefined && locks.some((lock) => isLocked(change.field as string, lock))) {
      return violation('pdf.field-locked', `field "${change.field}" was locked by the signature`);
    }
    const permitted =
      (certifies === 3 && change.code === 'pdf.annotation-added') ||
      (certifies !== null && certifies > 1 && change.code === 'pdf.filled-value-changed');
    if (permitted) return { ...change, allowed: true, judgement: 'allowed' };
    return change;
  });
}
