import { randomUUID } from 'node:crypto';
import { nodeInflate } from '@antin/adapters/inflate/node';
import type { Tx } from '@antin/adapters/db/transaction';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { PAPER_LIMITS, type PaperKind } from '@antin/protocol/office/needs-papers';
import { cleanFileName } from '../documents/uploads.ts';
import { record } from '../journal/journal.ts';
import { dropStored, keepsSealed, putSealed, sealedBytes } from '../sealed-files.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { entryById } from './entry-store.ts';
import { deletePaper, insertPaper, paperById, paperUse, type PaperRecord } from './paper-store.ts';
import { paperType } from './paper-type.ts';
import { editSheet, type NeedsDeps } from './sheets.ts';

/**
 * Keeps a scanned paper of a row, sealed.
 *
 * @throws {Refusal} `needs.entry-not-found`, `needs.paper-too-many`, `needs.paper-sheet-full`, `needs.paper-twice`, those of
 *   `paperType` and of changing a sheet
 */
export async function addPaper(
  deps: NeedsDeps,
  caller: Caller,
  entryId: string,
  input: { kind: PaperKind; name: string; bytes: Uint8Array },
): Promise<PaperRecord> {
  const entry = await entryById(deps.db, entryId);
  if (entry === undefined) throw new Refusal('needs.entry-not-found');
  const { sheetId } = entry;
  // Whether the sheet may be changed at all is asked before anything is stored.
  await editSheet(deps, caller, sheetId, (tx) => room(tx, sheetId, entryId, input.bytes.length));
  const mediaType = must(paperType(input.bytes, nodeInflate));
  for (let tries = 0; ; tries += 1) {
    const sha256 = await putSealed(deps, input.bytes);
    const paper: PaperRecord = {
      ...{ id: randomUUID(), entryId, sheetId, kind: input.kind, name: cleanFileName(input.name), mediaType, sha256 },
      ...{ size: input.bytes.length, addedAt: deps.clock(), addedBy: caller.fullName },
    };
    const kept = await editSheet(deps, caller, sheetId, async (tx, { sheet }) => {
      // Two at once stand behind each other at the sheet's lock: the limits hold for both.
      await room(tx, sheetId, entryId, paper.size);
      if ((await entryById(tx, entryId)) === undefined) throw new Refusal('needs.entry-not-found');
      if (!(await keepsSealed(tx, sha256))) return false;
      if (!(await insertPaper(tx, paper))) throw new Refusal('needs.paper-twice');
      await record(tx, {
        ...{ event: 'NeedsPaperAdded', at: paper.addedAt, agencyId: sheet.agencyId, actor: actorOf(caller), documentId: sheetId },
        detail: { row: String(entry.row), kind: input.kind, sha256, size: String(paper.size) },
      });
      return true;
    });
    if (kept) return paper;
    // The last other row that named this content let go of it a moment ago.
    if (tries === 2) throw new Refusal('needs.changed-meanwhile');
  }
}

async function room(tx: Tx, sheetId: string, entryId: string, size: number): Promise<void> {
  const use = await paperUse(tx, sheetId, entryId);
  if (use.ofRow >= PAPER_LIMITS.ofRow) throw new Refusal('needs.paper-too-many');
  if (use.bytesOfSheet + size > PAPER_LIMITS.bytesOfSheet) throw new Refusal('needs.paper-sheet-full');
}

export async function removePaper(deps: NeedsDeps, caller: Caller, id: string): Promise<void> {
  const found = await paperById(deps.db, id);
  if (found === undefined) throw new Refusal('needs.paper-not-found');
  const stored = await editSheet(deps, caller, found.sheetId, async (tx, { sheet }) => {
    const gone = await deletePaper(tx, found);
    await record(tx, {
      ...{ event: 'NeedsPaperRemoved', at: deps.clock(), agencyId: sheet.agencyId, actor: actorOf(caller) },
      ...{ documentId: sheet.id, detail: { sha256: found.sha256, kind: found.kind } },
    });
    return gone;
  });
  await dropStored(deps.files, stored);
}

/** @throws {SealedFault} `sealed.does-not-open` */
export const paperBytes = (deps: NeedsDeps, paper: PaperRecord): Promise<Uint8Array> => sealedBytes(deps, paper.sha256);
