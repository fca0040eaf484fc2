import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { beginUpdate } from '@antin/formats/pdf/update';
import { editForm, through } from './acro-form.ts';
import { fillFields } from './fill.ts';
import type { Deflate } from './image.ts';
import { requirePasswordPermission } from './password-permissions.ts';
import { readPermissions, requirePermission } from './permissions.ts';
import { openForUpdate } from './prepare.ts';
import type { ReservedFields } from './reserve.ts';
import { reserveFields } from './reserve.ts';

export interface FieldDoors {
  readonly inflate: Inflate;
  readonly deflate?: Deflate;
  /** For a file that is encrypted; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
}

/**
 * Adds empty text fields for number and date, and empty signature fields, before anybody signs: the clerk's later revision
 * then changes only `/V` and `/AP` of fields that are there, with a font that is there.
 *
 * @returns the bytes to append
 * @throws {FormatFault} `pdf.*`, `font.*`
 * @throws {SignatureFault} `pades.already-signed`, `pades.field-exists`, `pades.placement`, `pades.locked-by-certification`,
 *   `pades.no-glyph`
 */
export function addReservedFields(source: ByteSource, fields: ReservedFields, doors: FieldDoors): Uint8Array {
  const update = beginUpdate(openForUpdate(source, doors.inflate, doors.decryption));
  requirePasswordPermission(update.file, 'add-field');
  const form = editForm(update);
  requirePermission(readPermissions(update.file.last, form.fields, through(update)), []);
  reserveFields(update, form, fields, doors.deflate);
  form.apply();
  return update.finish().appended;
}

/** Fills without signing; the signing step does it by `preparePades({ fill })`. @returns the bytes to append */
export function addFieldValues(source: ByteSource, values: Readonly<Record<string, string>>, doors: FieldDoors): Uint8Array {
  const update = beginUpdate(openForUpdate(source, doors.inflate, doors.decryption));
  requirePasswordPermission(update.file, 'fill');
  const form = editForm(update);
  requirePermission(readPermissions(update.file.last, form.fields, through(update)), Object.keys(values));
  fillFields(update, form, values);
  form.apply();
  return update.finish().appended;
}
