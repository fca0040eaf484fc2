import type { PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { isDict, pdfArray, pdfDict, pdfName, pdfRef, withEntries } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { SignatureFault } from '../fault.ts';
import type { FormField } from './acro-form.ts';
import { through } from './acro-form.ts';
import type { FieldLock } from './permissions.ts';
import { lockEntries } from './permissions.ts';

/** What a certification signature (DocMDP, ISO 32000-2 §12.8.2.2) allows after it. */
export interface Certification {
  /** Table 257: 1 no changes, 2 filling forms and signing, 3 also annotations. */
  readonly permission: 1 | 2 | 3;
  /** The caller's word that nobody will sign, number, seal or raise this file any more; without it 1 is refused. */
  readonly nothingFollows?: boolean;
}

export interface CertificationCase {
  readonly fields: readonly FormField[];
  readonly fieldName: string;
  readonly level: 'B-B' | 'B-T';
  /** Fields are reserved in this very revision. */
  readonly reserves: boolean;
}

/**
 * Refuses a certification that could not hold or would shut the door on what must follow.
 *
 * @throws {SignatureFault} `pades.certify-not-first`, `pades.certify-no-changes`
 */
export function requireCertifiable(
  certification: Certification,
  { fields, fieldName, level, reserves }: CertificationCase,
): void {
  const signatures = fields.filter((field) => field.type === 'Sig');
  // §12.8.2.2.1: one certification, and it is the first signature; later ones would judge what earlier ones allowed.
  if (signatures.some((field) => isDict(field.value))) {
    throw new SignatureFault('pades.certify-not-first', 'the file is signed already; only the first signature can certify it');
  }
  if (certification.permission !== 1) return;
  const refuse = (why: string): never => {
    throw new SignatureFault('pades.certify-no-changes', `"no changes" cannot be certified: ${why}; certify with 2 or 3`);
  };
  if (reserves) refuse('fields are reserved for somebody who comes later');
  const waiting = signatures.find((field) => field.fullName !== fieldName);
  if (waiting) refuse(`the empty signature field "${waiting.fullName}" waits for another signature`);
  // A late or large token becomes a document time-stamp, B-LT adds certificates: both are changes.
  if (level !== 'B-B') refuse('a time-stamp that comes late needs a revision of its own');
  if (certification.nothingFollows !== true) refuse('another signature or a higher level may have to follow');
}

/** Names the certifying signature in the catalog (`/Perms`, §12.8.6), where viewers look for it. */
export function certifyCatalog(update: PdfUpdate, signature: PdfRef): void {
  const { rootRef } = update.file.last;
  const catalog = update.get(rootRef) as PdfDict;
  const entry = catalog.entries.get('Perms');
  const old = through(update)(entry);
  const perms = withEntries(isDict(old) ? old : pdfDict({}), { DocMDP: signature });
  if (typeof entry === 'object' && entry?.kind === 'ref' && isDict(old)) update.set(pdfRef(entry.num, entry.gen), perms);
  else update.set(rootRef, withEntries(catalog, { Perms: perms }));
}

/** `/Reference` of the signature dictionary: DocMDP first, then every lock (§12.8.2); undefined where there is none. */
export function signatureReferences(
  certification: Certification | undefined,
  locks: readonly FieldLock[],
  catalog: PdfRef,
): PdfObject | undefined {
  const reference = (method: string, parameters: Readonly<Record<string, PdfObject>>): PdfDict =>
    pdfDict({
      Type: pdfName('SigRef'),
      TransformMethod: pdfName(method),
      TransformParams: pdfDict({ Type: pdfName('TransformParams'), ...parameters, V: pdfName('1.2') }),
      // Table 256: what FieldMDP speaks about; DocMDP speaks about the document anyway.
      ...(method === 'FieldMDP' ? { Data: catalog } : {}),
    });
  const all = [
    ...(certification ? [reference('DocMDP', { P: certification.permission })] : []),
    ...locks.map((lock) => reference('FieldMDP', lockEntries(lock))),
  ];
  return all.length === 0 ? undefined : pdfArray(all);
}
