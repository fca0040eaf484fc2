import type { DraftFields, DocumentView, Places, UploadedFile } from '@antin/protocol/office/documents';
import type { Agency } from '@antin/protocol/office/directory';

export interface StoredFile {
  readonly sha256: UploadedFile['sha256'];
  readonly name: string;
  readonly size: number;
  readonly mediaType: string;
  readonly pages?: number;
  readonly signatures?: number;
}

export interface ChosenAgency {
  readonly id: string;
  readonly name: string;
  /** Absent when a saved draft is opened and the directory has not answered yet. */
  readonly agency?: Agency;
}

/** What the drafter has entered; may be incomplete. */
export interface DraftState {
  readonly typeCode: string;
  readonly subject: string;
  readonly notation: string;
  readonly notationTyped: boolean;
  readonly urgency: DraftFields['urgency'];
  readonly addressees: readonly ChosenAgency[];
  readonly signerPositionId: string;
  readonly main: StoredFile | undefined;
  readonly annexes: readonly StoredFile[];
  readonly places: Places | undefined;
}

export const emptyDraft: DraftState = {
  typeCode: 'CV',
  subject: '',
  notation: '',
  notationTyped: false,
  urgency: 'normal',
  addressees: [],
  signerPositionId: '',
  main: undefined,
  annexes: [],
  places: undefined,
};

export function draftOf(view: DocumentView): DraftState {
  const main = view.files.find((file) => file.role === 'main');
  return {
    typeCode: view.typeCode,
    subject: view.subject,
    notation: view.notation,
    notationTyped: true,
    urgency: view.urgency,
    addressees: view.addresseeIds.map((id, index) => ({ id, name: view.addressees[index] ?? id })),
    signerPositionId: view.signerPositionId,
    main,
    annexes: view.files.filter((file) => file.role === 'annex'),
    places: view.places,
  };
}

export type FieldName = 'subject' | 'notation' | 'addressees' | 'signer' | 'main';

/** Ids of the controls, so that a summary can lead to them. */
export const fieldIds: Readonly<Record<string, string>> = {
  typeCode: 'draft-type',
  subject: 'draft-subject',
  notation: 'draft-notation',
  urgency: 'draft-urgency',
  addressees: 'draft-addressees',
  addresseeIds: 'draft-addressees',
  signer: 'draft-signer',
  signerPositionId: 'draft-signer',
  main: 'draft-main',
  annexes: 'draft-annexes',
};

/** Fields of the first step that are missing. */
export function missingFields(draft: DraftState): FieldName[] {
  const missing: FieldName[] = [];
  if (draft.main === undefined) missing.push('main');
  if (draft.subject.trim().length < 3) missing.push('subject');
  if (draft.notation.trim() === '') missing.push('notation');
  if (draft.addressees.length === 0) missing.push('addressees');
  if (draft.signerPositionId === '') missing.push('signer');
  return missing;
}

/** The body of the request, when nothing is missing. */
export function fieldsOf(draft: DraftState): DraftFields | undefined {
  if (missingFields(draft).length > 0 || draft.main === undefined || draft.places === undefined) return undefined;
  return {
    typeCode: draft.typeCode,
    subject: draft.subject.trim().normalize('NFC'),
    notation: draft.notation.trim().normalize('NFC'),
    urgency: draft.urgency,
    addresseeIds: draft.addressees.map((agency) => agency.id),
    signerPositionId: draft.signerPositionId,
    main: { sha256: draft.main.sha256, name: draft.main.name },
    annexes: draft.annexes.map((file) => ({ sha256: file.sha256, name: file.name })),
    places: draft.places,
  };
}
