import type { z } from 'zod';
import type { Sha256 } from '@antin/protocol/basics';
import type { CellError, NeedsEntry, NeedsRound, NeedsSheet } from '@antin/protocol/office/needs';
import type { NeedsPaper } from '@antin/protocol/office/needs-papers';
import type { NeedsImport, NeedsImportLine } from '@antin/protocol/office/needs-imports';
import type { Db } from '@antin/adapters/db/transaction';
import { wholeCells } from './check.ts';
import { lastChange, type EntryRecord } from './entry-store.ts';
import type { ImportRecord } from './import.ts';
import type { PaperRecord } from './paper-store.ts';
import type { NeedsDeps } from './sheets.ts';
import { outstandingBelow, roundProgress, sheetCounts, sheetOf, type RoundRecord, type SheetRecord } from './store.ts';

export async function roundView(db: Db, round: RoundRecord, agencyId: string): Promise<z.input<typeof NeedsRound>> {
  const { id, name, year, ownerId, ownerName, deadline, guidance, state, version } = round;
  const own = await sheetOf(db, id, agencyId);
  return {
    ...{ id, name, year, ownerId, ownerName, deadline, guidance, state, version, forms: [...round.forms] },
    openedAt: round.openedAt.toISOString(),
    progress: await roundProgress(db, id),
    ...(own === undefined ? {} : { sheetId: own.id, sheetState: own.state }),
  };
}

export async function sheetViews(
  db: Db,
  sheets: readonly SheetRecord[],
  withUndo = false,
): Promise<z.input<typeof NeedsSheet>[]> {
  const counts = await sheetCounts(
    db,
    sheets.map((sheet) => sheet.id),
  );
  return Promise.all(
    sheets.map(async (sheet) => {
      const { id, roundId, agencyId, agencyCode, agencyName, state, version } = sheet;
      const own = counts.get(id);
      const stating = state === 'stating' || state === 'returned';
      return {
        ...{ id, roundId, agencyId, agencyCode, agencyName, state, version, entries: own?.forms ?? {} },
        ...{ withErrors: own?.withErrors ?? 0, withWarnings: own?.withWarnings ?? 0 },
        outstanding: await outstandingBelow(db, roundId, agencyId),
        canUndo: withUndo && stating && (await lastChange(db, id)) !== undefined,
        ...(sheet.aboveId === null ? {} : { aboveId: sheet.aboveId }),
        ...(sheet.returnReason === null ? {} : { returnReason: sheet.returnReason }),
        ...(sheet.submittedAt === null ? {} : { submittedAt: sheet.submittedAt.toISOString() }),
        ...(sheet.submittedBy === null ? {} : { submittedBy: sheet.submittedBy }),
      };
    }),
  );
}

export function entryView(deps: Pick<NeedsDeps, 'vault'>, entry: EntryRecord): z.input<typeof NeedsEntry> {
  const { id, row, form, act, device, version } = entry;
  return {
    ...{ id, row, form, act, device, version },
    cells: wholeCells(deps, entry),
    errors: entry.errors as CellError[],
    attachments: entry.papers ?? 0,
  };
}

export function paperView(one: PaperRecord): z.input<typeof NeedsPaper> {
  const { id, entryId, kind, name, mediaType, size, addedBy } = one;
  return {
    ...{ id, entryId, kind, name, mediaType, size, addedBy },
    ...{ sha256: one.sha256 as Sha256, addedAt: one.addedAt.toISOString() },
  };
}

export function importLine(one: ImportRecord & { agencyCode: string; agencyName: string }): z.input<typeof NeedsImportLine> {
  return { ...importView(one), agencyCode: one.agencyCode, agencyName: one.agencyName, startedBy: one.startedBy };
}

export function importView(one: ImportRecord): z.input<typeof NeedsImport> {
  const { id, sheetId, form, fileName, state, rows, done, added, withErrors } = one;
  return {
    ...{ id, sheetId, form, fileName, state, rows, done, added, withErrors, startedAt: one.startedAt.toISOString() },
    ...(one.reason === null ? {} : { reason: one.reason }),
    ...(one.finishedAt === null ? {} : { finishedAt: one.finishedAt.toISOString() }),
  };
}
