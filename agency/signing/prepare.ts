import type { ByteSource } from '@antin/formats/bytes/source';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { Places } from '@antin/protocol/office/documents';
import { formFields } from '@antin/signature/pades/acro-form';
import { addFieldValues, addReservedFields } from '@antin/signature/pades/fields';
import { cornerText } from '@antin/signature/pades/corner-text';
import { displayedSize } from '@antin/signature/pades/placement';
import { openForUpdate, preparePades } from '@antin/signature/pades/prepare';
import { appendedSource, type ToBeSigned } from '@antin/signature/pades/to-be-signed';
import { FormatFault } from '@antin/formats/fault';
import { SignatureFault } from '@antin/signature/fault';
import { grownPieces } from '../documents/drafts.ts';
import { dateText, numberText } from '../documents/numbers.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import { writtenInstant } from '@antin/adapters/clock/days';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { CheckedCredential } from './credential.ts';
import type { SigningDoors } from './doors.ts';
import { sealRect } from './places.ts';
import { signingProblems } from './problems.ts';

export const SEAL_FIELD = 'dau-co-quan';
export const PERSON_FIELD = 'ky-nguoi-1';
/** Decree 30/2020 Appendix I: number and date 13, annex text 10. */
const FIELD_POINTS = 13;
const ANNEX_POINTS = 10;

type PdfDoors = Pick<SigningDoors, 'inflate' | 'deflate' | 'font' | 'crypto'>;

/**
 * What the PDF layers refuse about a file has words of its own or these: a file that passed the upload's look and still
 * cannot take a field or a signature is the file's trouble, not ours.
 */
function usable<T>(work: () => T): T {
  try {
    return work();
  } catch (fault) {
    const named = fault instanceof SignatureFault && signingProblems[fault.code] !== undefined;
    if (named || !(fault instanceof SignatureFault || fault instanceof FormatFault)) throw fault;
    throw new Refusal('document.pdf-not-usable', { cause: fault });
  }
}

/**
 * The bytes that give an uploaded file its two empty fields for number and date.
 *
 * Tries the widest values now: a place that is too small shows at submission, not when the clerk holds the number.
 *
 * @throws {Refusal} `document.place-too-small`
 */
export function reservedFields(
  doors: Omit<PdfDoors, 'crypto'>,
  source: ByteSource,
  places: Places,
  notation: string,
): Uint8Array {
  const { number, date } = places;
  const fields = {
    number: { page: number.page, rect: number.rect, size: FIELD_POINTS },
    date: { page: date.page, rect: date.rect, size: FIELD_POINTS },
    font: doors.font,
  };
  const appended = usable(() => {
    requireFreeNames(source, doors.inflate, [PERSON_FIELD, SEAL_FIELD]);
    return addReservedFields(source, fields, pdfDoors(doors));
  });
  try {
    const widest = { so: numberText(number.format, 9999, notation), ngay: dateText(date.format, '2026-12-28') };
    addFieldValues(appendedSource(source, appended), widest, pdfDoors(doors));
  } catch (fault) {
    if (fault instanceof SignatureFault && fault.code === 'pades.value-too-long') {
      throw new Refusal('document.place-too-small', { cause: fault });
    }
    throw fault;
  }
  return appended;
}

/**
 * A drafter who brings an empty field of our name decides where the leader's picture goes, how large it is and what is locked
 * with it: over the whole page, or nowhere.
 */
function requireFreeNames(source: ByteSource, inflate: PdfDoors['inflate'], names: readonly string[]): void {
  const { last } = openForUpdate(source, inflate);
  const taken = formFields(last, last.resolve.bind(last)).find((field) => names.includes(field.fullName));
  if (taken !== undefined) throw new SignatureFault('pades.field-exists', `the form already has a field "${taken.fullName}"`);
}

/**
 * Locked by the seal: after it neither number nor date can change, nor any other field that the drafter's file brought. A
 * form that is still open in a sealed letter would let anybody add words to it that no signature accounts for.
 */
function fillable(last: PdfRevision): string[] {
  return formFields(last, last.resolve.bind(last))
    .filter((field) => field.type !== 'Sig')
    .map((field) => field.fullName);
}

/**
 * The leader's revision: their picture alone at the chosen place, and beside it the empty field for the seal, so that the
 * clerk's revision adds nothing that the first signature did not see.
 */
export function preparePerson(
  doors: PdfDoors,
  source: ByteSource,
  input: { credential: CheckedCredential; place: PlaceOnPage; image: Uint8Array | undefined; name: string; at: Date },
): ToBeSigned {
  const { credential, place } = input;
  usable(() => requireFreeNames(source, doors.inflate, [PERSON_FIELD, SEAL_FIELD]));
  const { last } = openForUpdate(source, doors.inflate);
  const page = last.page(place.page - 1);
  return prepared(source, {
    ...pdfDoors(doors),
    ...keyOf(doors, credential),
    fieldName: PERSON_FIELD,
    signingTime: input.at.getTime(),
    name: input.name,
    appearance: {
      page: place.page,
      rect: place.rect,
      ...(input.image === undefined
        ? { text: { lines: [input.name], font: doors.font, size: 13, align: 'center' } }
        : { image: input.image }),
    },
    extraFields: {
      signatures: [{ name: SEAL_FIELD, page: place.page, rect: sealRect(place.rect, displayedSize(page)), lock: fillable(last) }],
      font: doors.font,
    },
  });
}

/** The clerk's revision of the main file: number and date in their fields, the seal in its field. */
export function prepareSeal(
  doors: PdfDoors,
  source: ByteSource,
  input: {
    credential: CheckedCredential;
    image: Uint8Array | undefined;
    agencyName: string;
    places: Places;
    number: number;
    notation: string;
    date: string;
    at: Date;
  },
): ToBeSigned {
  const { places } = input;
  return prepared(source, {
    ...pdfDoors(doors),
    ...keyOf(doors, input.credential),
    fieldName: SEAL_FIELD,
    signingTime: input.at.getTime(),
    name: input.agencyName,
    // The field's own place counts; `page` and `rect` are not used for a field that has one.
    appearance: {
      page: 1,
      rect: [0, 0, 1, 1],
      ...(input.image === undefined
        ? { text: { lines: [input.agencyName], font: doors.font, size: 10, color: [0.8, 0, 0], align: 'center' } }
        : { image: input.image }),
    },
    fill: {
      so: numberText(places.number.format, input.number, input.notation),
      ngay: dateText(places.date.format, input.date),
    },
  });
}

/** A PDF annex in a file of its own: the organisation signs, no seal image; number and notation and signing time top-right. */
export function prepareAnnex(
  doors: PdfDoors,
  source: ByteSource,
  input: { credential: CheckedCredential; agencyName: string; numberAndNotation: string; at: Date },
): ToBeSigned {
  const file = openForUpdate(source, doors.inflate);
  const lines = [input.numberAndNotation, writtenInstant(input.at)];
  return prepared(source, {
    ...pdfDoors(doors),
    ...keyOf(doors, input.credential),
    fieldName: freeName(formFields(file.last, file.last.resolve.bind(file.last)).map((field) => field.fullName)),
    signingTime: input.at.getTime(),
    name: input.agencyName,
    appearance: usable(() => cornerText(file.last, { lines, font: doors.font, size: ANNEX_POINTS })),
  });
}

const prepared: typeof preparePades = (source, options) => usable(() => preparePades(source, options));

/** The annex may be a document that some agency sealed before. */
function freeName(taken: readonly string[]): string {
  if (!taken.includes(SEAL_FIELD)) return SEAL_FIELD;
  let n = 2;
  while (taken.includes(`${SEAL_FIELD}-${n}`)) n += 1;
  return `${SEAL_FIELD}-${n}`;
}

function pdfDoors(doors: Omit<PdfDoors, 'crypto'>) {
  return { inflate: doors.inflate, ...(doors.deflate === undefined ? {} : { deflate: doors.deflate }) };
}

function keyOf(doors: PdfDoors, credential: CheckedCredential) {
  return {
    door: doors.crypto,
    certificate: credential.certificate,
    chain: credential.chain,
    algorithm: credential.algorithm,
    level: 'B-T' as const,
  };
}

/** Puts what the device will show and hash into the store. */
export async function storePrepared(
  doors: Pick<SigningDoors, 'files'>,
  source: ByteSource,
  tbs: ToBeSigned,
): Promise<{ sha256: string; size: number }> {
  return doors.files.put(grownPieces(source, tbs.appended));
}
