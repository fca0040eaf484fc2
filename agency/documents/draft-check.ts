import { kindOf } from '@antin/protocol/office/kinds';
import type { DraftFields, PlaceOnPage } from '@antin/protocol/office/documents';
import { officeDay } from '@antin/adapters/clock/days';
import { existsOn, hasRole } from '../directory/rules.ts';
import { titleUnder } from '../directory/signing-title.ts';
import { positionById } from '../directory/store.ts';
import { addresseesWithoutReceiver } from '../directory/successors.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Db } from '@antin/adapters/db/transaction';
import { uploadsOf, type UploadRecord } from './upload-store.ts';

interface Field {
  readonly path: string;
  readonly code: string;
}

/**
 * Everything about a draft that a schema cannot know, all reasons at once so that the form can show them beside its fields.
 *
 * @returns the uploads by hash
 * @throws {Refusal} `document.fields-not-right` with a reason for each field
 */
export async function checkDraft(
  db: Db,
  draft: DraftFields,
  where: { agencyId: string; now: Date },
): Promise<Map<string, UploadRecord>> {
  const day = officeDay(where.now);
  const fields: Field[] = [];
  const wrong = (path: string, code: string) => void fields.push({ path, code });

  if (kindOf(draft.typeCode) === undefined) wrong('typeCode', 'document.type-unknown');
  // "/" after the number and "-" between groups, no spaces (Decree 30/2020, domain.md §2.3).
  if (!/^[\p{L}\p{N}][\p{L}\p{N}.&/-]*$/u.test(draft.notation)) wrong('notation', 'document.notation-form');

  const signer = await positionById(db, draft.signerPositionId);
  const maySign =
    signer !== undefined && signer.agencyId === where.agencyId && hasRole(signer, 'leader') && existsOn(signer, day);
  if (!maySign) wrong('signerPositionId', 'document.signer-unknown');
  // Certificates do not say who may sign what: the directory does, on the day (domain.md: authority is checked here).
  else if ((await titleUnder(db, signer, { typeCode: draft.typeCode, day })) === undefined)
    wrong('signerPositionId', 'document.signer-without-authority');

  const without = new Set(await addresseesWithoutReceiver(db, draft.addresseeIds, day));
  draft.addresseeIds.forEach((id, at) => {
    if (id === where.agencyId) wrong(`addresseeIds.${at}`, 'document.addressee-self');
    else if (without.has(id)) wrong(`addresseeIds.${at}`, 'document.addressee-closed');
  });

  const uploads = await uploadsOf(db, where.agencyId, [draft.main.sha256, ...draft.annexes.map((annex) => annex.sha256)]);
  const main = uploads.get(draft.main.sha256);
  if (main === undefined) wrong('main', 'document.file-not-uploaded');
  else if (main.pdf === null) wrong('main', 'document.main-not-pdf');
  // Number and date fields must come before the first signature, or adding them would be a change behind it.
  else if (main.pdf.signatures > 0) wrong('main', 'document.main-already-signed');
  const names = new Set([draft.main.name]);
  draft.annexes.forEach((annex, at) => {
    if (!uploads.has(annex.sha256)) wrong(`annexes.${at}`, 'document.file-not-uploaded');
    if (names.has(annex.name)) wrong(`annexes.${at}`, 'document.file-name-twice');
    names.add(annex.name);
  });

  if (main?.pdf) {
    const { number, date, signature } = draft.places;
    for (const [path, place] of [
      ['places.number', number],
      ['places.date', date],
      ['places.signature', signature],
    ] as const) {
      if (place !== undefined && !isOnPage(place, main.pdf.pages)) wrong(path, 'document.place-outside-page');
    }
  }
  if (fields.length > 0) throw new Refusal('document.fields-not-right', { fields });
  return uploads;
}

/** Wholly on a page that exists; half a point of tolerance for rounding in the browser. */
function isOnPage(place: PlaceOnPage, pages: readonly { readonly width: number; readonly height: number }[]): boolean {
  const page = pages[place.page - 1];
  const [x, y, width, height] = place.rect;
  return page !== undefined && x >= -0.5 && y >= -0.5 && x + width <= page.width + 0.5 && y + height <= page.height + 0.5;
}
