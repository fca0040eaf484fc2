import { randomUUID } from 'node:crypto';
import type { FileStore } from '@antin/adapters/files/store';
import { kindOf } from '@antin/protocol/office/kinds';
import type { DraftFields, Places } from '@antin/protocol/office/documents';
import type { ByteSource } from '@antin/formats/bytes/source';
import { fold } from '@antin/adapters/db/folding';
import { record } from '../journal/journal.ts';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { actorOf, type Caller } from '../session/caller.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { checkDraft } from './draft-check.ts';
import { after, mayAct, sameVersion, type DocumentFacts } from './rules.ts';
import * as store from './store.ts';
import { cleanFileName } from './uploads.ts';
import type { UploadRecord } from './upload-store.ts';

/** How far the newest signing attempt of a document is. */
export type AttemptPhase = DocumentFacts['attempt'];

export interface DraftDoors {
  readonly db: Db;
  readonly files: FileStore;
  readonly clock: Clock;
  /** The bytes to append so that the file has its empty number and date fields. */
  readonly reservedFields: (source: ByteSource, places: Places, notation: string) => Uint8Array;
  readonly attemptPhase: (db: Db, documentId: string) => Promise<AttemptPhase>;
  /** Open signing jobs of a document that goes back: their values must not come in any more. */
  readonly abandonSigning: (tx: Tx, documentId: string) => Promise<void>;
}

export async function createDraft(doors: DraftDoors, caller: Caller, draft: DraftFields): Promise<string> {
  if (!caller.position.roles.includes('drafter')) throw new Refusal('role.drafter-needed');
  const now = doors.clock();
  const { agencyId } = caller.position;
  const id = randomUUID();
  await inTransaction(doors.db, async (tx) => {
    const uploads = await checkDraft(tx, draft, { agencyId, now });
    await store.insertDocument(tx, { ...fieldsOf(id, draft), agencyId, drafterPositionId: caller.position.id, at: now });
    await writeParts(tx, id, draft, uploads);
    await record(tx, { event: 'DocumentDrafted', at: now, agencyId, documentId: id, actor: actorOf(caller) });
  });
  return id;
}

export async function changeDraft(
  doors: DraftDoors,
  caller: Caller,
  id: string,
  draft: DraftFields & { version: number },
): Promise<void> {
  await act(doors, caller, id, 'edit', draft.version, async (tx, document, now) => {
    must(after(document.state, 'change'));
    const uploads = await checkDraft(tx, draft, { agencyId: document.agencyId, now });
    await store.updateFields(tx, fieldsOf(id, draft));
    await writeParts(tx, id, draft, uploads);
    await note(tx, 'DocumentChanged', document, caller, now);
  });
}

export async function deleteDraft(doors: DraftDoors, caller: Caller, id: string): Promise<void> {
  await act(doors, caller, id, 'delete', undefined, async (tx, document, now) => {
    must(after(document.state, 'delete'));
    await store.deleteDocument(tx, id);
    await note(tx, 'DocumentDeleted', document, caller, now, { subject: document.subject });
  });
}

/** Adds the empty number and date fields to the uploaded file and puts the document before its leader. */
export async function submitDraft(doors: DraftDoors, caller: Caller, id: string, version: number): Promise<void> {
  await act(doors, caller, id, 'submit', version, async (tx, document, now) => {
    must(after(document.state, 'submit'));
    const files = await store.filesOf(tx, id);
    const main = files.find((file) => file.role === 'main')!;
    const places = document.places;
    if (places === null) throw new Refusal('document.places-missing');
    // What was right when it was written may not be today: a signer who left, an agency that closed.
    await checkDraft(tx, await draftOf(tx, document, files), { agencyId: document.agencyId, now });
    const grown = await appendTo(doors, main.originalSha256, (source) => doors.reservedFields(source, places, document.notation));
    await store.setFileContent(tx, main.id, grown);
    await store.setState(tx, id, { state: 'awaiting-signature', at: now });
    await note(tx, 'DocumentSubmitted', document, caller, now, { sha256: grown.sha256 });
  });
}

/** Leader or clerk returns it; the files are again as they were uploaded, a signature made meanwhile is void with its revision. */
export async function returnDocument(
  doors: DraftDoors,
  caller: Caller,
  id: string,
  input: { version: number; reason: string },
): Promise<void> {
  await act(doors, caller, id, 'return', input.version, async (tx, document, now) => {
    must(after(document.state, 'return'));
    await doors.abandonSigning(tx, id);
    await store.resetFiles(tx, id);
    await store.setState(tx, id, { state: 'returned', at: now, returnReason: input.reason });
    await note(tx, 'DocumentReturned', document, caller, now, { reason: input.reason });
  });
}

type DraftAct = 'edit' | 'submit' | 'delete' | 'return';

/** Locks, checks who and which version, runs the change: the frame of every act of a person on a document. */
async function act(
  doors: DraftDoors,
  caller: Caller,
  id: string,
  name: DraftAct,
  version: number | undefined,
  change: (tx: Tx, document: store.DocumentRecord, now: Date) => Promise<void>,
): Promise<void> {
  await inTransaction(doors.db, async (tx) => {
    const document = await store.lockDocument(tx, id);
    // Another agency's document is answered as one that does not exist: ids tell nothing.
    if (document === undefined || document.agencyId !== caller.position.agencyId) throw new Refusal('document.not-found');
    const attempt = await doors.attemptPhase(tx, id);
    must(mayAct(name, { ...document, attempt }, caller.position));
    if (version !== undefined) must(sameVersion(document.version, version));
    await change(tx, document, doors.clock());
  });
}

function fieldsOf(id: string, draft: DraftFields) {
  const kind = kindOf(draft.typeCode)!;
  return {
    id,
    typeCode: kind.code,
    subject: draft.subject,
    notation: draft.notation,
    urgency: draft.urgency,
    signerPositionId: draft.signerPositionId,
    places: draft.places,
    search: fold([kind.name.vi, draft.notation, draft.subject].join(' ')),
  };
}

async function writeParts(tx: Tx, id: string, draft: DraftFields, uploads: ReadonlyMap<string, UploadRecord>): Promise<void> {
  await store.replaceAddressees(tx, id, [...new Set(draft.addresseeIds)]);
  const file = (role: 'main' | 'annex', ordinal: number, named: { sha256: string; name: string }) => {
    const upload = uploads.get(named.sha256)!;
    return {
      id: randomUUID(),
      role,
      ordinal,
      name: cleanFileName(named.name),
      mediaType: upload.mediaType,
      originalSha256: upload.sha256,
      originalSize: upload.size,
      binding: upload.mediaType === 'application/pdf' ? ('signed' as const) : ('hash' as const),
    };
  };
  await store.replaceFiles(tx, id, [file('main', 0, draft.main), ...draft.annexes.map((annex, at) => file('annex', at, annex))]);
}

async function draftOf(tx: Tx, document: store.DocumentRecord, files: readonly store.FileRecord[]): Promise<DraftFields> {
  const named = (file: store.FileRecord) => ({ sha256: file.originalSha256 as DraftFields['main']['sha256'], name: file.name });
  return {
    typeCode: document.typeCode,
    subject: document.subject,
    notation: document.notation,
    urgency: document.urgency,
    addresseeIds: (await store.addresseesOf(tx, document.id)).map((agency) => agency.id),
    signerPositionId: document.signerPositionId,
    main: named(files.find((file) => file.role === 'main')!),
    annexes: files.filter((file) => file.role === 'annex').map(named),
    places: document.places!,
  };
}

/** A stored file with bytes appended, as a new stored file. The stored one is never touched. */
async function appendTo(
  doors: { files: FileStore },
  sha256: string,
  make: (source: ByteSource) => Uint8Array,
): Promise<{ sha256: string; size: number }> {
  using source = doors.files.source(sha256);
  const appended = make(source);
  // Awaited here: `using` would close the source under the store's feet.
  return await doors.files.put(grownPieces(source, appended));
}

/** The bytes of a source followed by `appended`, in pieces. */
export async function* grownPieces(source: ByteSource, appended: Uint8Array): AsyncGenerator<Uint8Array> {
  const step = 1 << 20;
  for (let at = 0; at < source.size; at += step) yield source.read(at, Math.min(step, source.size - at));
  yield appended;
}

function note(
  tx: Tx,
  event: string,
  document: store.DocumentRecord,
  caller: Caller,
  at: Date,
  detail?: Readonly<Record<string, string>>,
): Promise<unknown> {
  return record(tx, { event, at, agencyId: document.agencyId, documentId: document.id, actor: actorOf(caller), detail });
}
