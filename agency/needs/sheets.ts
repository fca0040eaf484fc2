import { randomUUID } from 'node:crypto';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { must, Refusal } from '@antin/adapters/http/refusal';
import type { DeviceKind } from '@antin/protocol/certificates/subject';
import type { Form } from '@antin/protocol/office/certificates';
import type { CertificateDeps } from '../certificates/deps.ts';
import { record } from '../journal/journal.ts';
import { dropStored } from '../sealed-files.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { checkRows, wholeCells } from './check.ts';
import {
  deleteEntries,
  deleteImported,
  entriesOf,
  entryById,
  entryJson,
  fixChanges,
  lastChange,
  markUndone,
  noteChange,
  upsertEntries,
  type EntryRecord,
} from './entry-store.ts';
import { deleteOrphanPapers } from './paper-store.ts';
import { decideSheet, type SheetAct } from './rules.ts';
import {
  changeRound,
  insertRound,
  insertSheets,
  moveSheet,
  outstandingBelow,
  roundById,
  sheetById,
  sheetCounts,
  sheetOf,
  takeRows,
  type RoundRecord,
  type SheetRecord,
} from './store.ts';

export type NeedsDeps = CertificateDeps;

export interface EditInput {
  readonly form: Form;
  readonly device: DeviceKind;
  readonly cells: Readonly<Record<string, string>>;
}

/** @throws {Refusal} `needs.deadline-past` */
export async function openRound(
  deps: NeedsDeps,
  caller: Caller,
  input: { name: string; year: number; deadline: string; forms: readonly Form[]; guidance: string },
): Promise<string> {
  const at = deps.clock();
  const today = officeDay(at);
  if (input.deadline < today) throw new Refusal('needs.deadline-past');
  return inTransaction(deps.db, async (tx) => {
    const id = randomUUID();
    const ownerId = caller.position.agencyId;
    await insertRound(tx, { ...input, forms: [...new Set(input.forms)], id, ownerId, openedAt: at });
    const sheets = await insertSheets(tx, id, ownerId, today);
    await record(tx, {
      ...{ event: 'NeedsRoundOpened', at, agencyId: ownerId, actor: actorOf(caller), documentId: id },
      detail: { name: input.name, deadline: input.deadline, agencies: String(sheets) },
    });
    return id;
  });
}

/** Later deadline, other guidance, closing, opening again, cancelling. Only the owner; what was requested stays. */
export async function alterRound(
  deps: NeedsDeps,
  caller: Caller,
  id: string,
  input: {
    version: number;
    deadline?: string | undefined;
    guidance?: string | undefined;
    state?: 'open' | 'closed' | 'cancelled' | undefined;
  },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const round = await roundById(tx, id, true);
    if (round?.ownerId !== caller.position.agencyId) throw new Refusal('needs.round-not-found');
    if (round.version !== input.version) throw new Refusal('needs.changed-meanwhile');
    if (round.state === 'requested' || round.state === 'cancelled') throw new Refusal('needs.round-not-open');
    if (input.deadline !== undefined && input.deadline < officeDay(deps.clock())) throw new Refusal('needs.deadline-past');
    await changeRound(tx, id, input);
    await record(tx, {
      ...{ event: 'NeedsRoundChanged', at: deps.clock(), agencyId: round.ownerId, actor: actorOf(caller), documentId: id },
      detail: Object.fromEntries(
        Object.entries({ deadline: input.deadline, state: input.state }).filter(
          (one): one is [string, string] => one[1] !== undefined,
        ),
      ),
    });
  });
}

interface Opened {
  readonly round: RoundRecord;
  readonly sheet: SheetRecord;
}

/** Locks the sheet and lets the rule decide. Everything that changes a sheet goes through here. */
async function act<T>(
  deps: NeedsDeps,
  caller: Caller,
  id: string,
  name: SheetAct,
  input: { version?: number | undefined; without?: string | undefined },
  change: (tx: Tx, opened: Opened, next: SheetRecord['state']) => Promise<T>,
): Promise<T> {
  return inTransaction(deps.db, async (tx) => {
    const sheet = await sheetById(tx, id, true);
    if (sheet === undefined) throw new Refusal('needs.sheet-not-found');
    const round = (await roundById(tx, sheet.roundId))!;
    if (input.version !== undefined && sheet.version !== input.version) throw new Refusal('needs.changed-meanwhile');
    const counted = name === 'submit' ? (await sheetCounts(tx, [id])).get(id) : undefined;
    const above = sheet.aboveId === null ? undefined : (await sheetOf(tx, round.id, sheet.aboveId))?.state;
    const next = must(
      decideSheet(name, round, sheet, {
        ...{ agencyId: caller.position.agencyId, today: officeDay(deps.clock()), withErrors: counted?.withErrors ?? 0 },
        ...{
          outstanding: name === 'submit' ? await outstandingBelow(tx, round.id, sheet.agencyId) : 0,
          without: input.without,
          above,
        },
      }),
    );
    return change(tx, { round, sheet }, next);
  });
}

function note(
  deps: NeedsDeps,
  tx: Tx,
  caller: Caller,
  { sheet, round }: Opened,
  event: string,
  detail: Record<string, string> = {},
) {
  return record(tx, {
    ...{ event, at: deps.clock(), agencyId: sheet.agencyId, actor: actorOf(caller), documentId: sheet.id },
    detail: { roundId: round.id, ...detail },
  });
}

export async function addRows(
  deps: NeedsDeps,
  caller: Caller,
  sheetId: string,
  rows: readonly EditInput[],
): Promise<EntryRecord[]> {
  return act(deps, caller, sheetId, 'edit', {}, async (tx, opened) => {
    const { round, sheet } = opened;
    if (!rows.every((row) => round.forms.includes(row.form))) throw new Refusal('needs.form-not-asked');
    const first = await takeRows(tx, sheetId, rows.length);
    const entries = await checkRows(
      deps,
      tx,
      placeOf(sheet),
      rows.map((row, i) => ({ ...row, row: first + i })),
    );
    await upsertEntries(tx, entries.map(entryJson));
    await noteChange(tx, { sheetId, kind: 'add', entryIds: entries.map((entry) => entry.id), at: deps.clock() });
    await note(deps, tx, caller, opened, 'NeedsRowsAdded', { rows: String(entries.length) });
    return entries;
  });
}

export async function changeRow(
  deps: NeedsDeps,
  caller: Caller,
  entryId: string,
  input: EditInput & { version: number },
): Promise<EntryRecord> {
  const sheetId = await sheetOfEntry(deps, entryId);
  return act(deps, caller, sheetId, 'edit', {}, async (tx, opened) => {
    const before = await entryById(tx, entryId);
    if (before === undefined) throw new Refusal('needs.entry-not-found');
    if (before.version !== input.version) throw new Refusal('needs.changed-meanwhile');
    if (!opened.round.forms.includes(input.form)) throw new Refusal('needs.form-not-asked');
    const [after] = await checkRows(deps, tx, placeOf(opened.sheet), [
      { ...input, id: entryId, row: before.row, importId: before.importId },
    ]);
    await upsertEntries(tx, [entryJson(after!)]);
    await noteChange(tx, { sheetId, kind: 'change', entryIds: [entryId], before: [before], at: deps.clock() });
    await note(deps, tx, caller, opened, 'NeedsRowChanged', { row: String(before.row) });
    return (await entryById(tx, entryId))!;
  });
}

export async function removeRow(deps: NeedsDeps, caller: Caller, entryId: string): Promise<void> {
  const sheetId = await sheetOfEntry(deps, entryId);
  await act(deps, caller, sheetId, 'edit', {}, async (tx, opened) => {
    const before = await entryById(tx, entryId);
    if (before === undefined) throw new Refusal('needs.entry-not-found');
    await deleteEntries(tx, [entryId]);
    await noteChange(tx, { sheetId, kind: 'remove', entryIds: [entryId], before: [before], at: deps.clock() });
    await note(deps, tx, caller, opened, 'NeedsRowRemoved', { row: String(before.row) });
  });
}

/** Takes the last change back: rows added go, rows changed or removed are as they were, an import goes as a whole. */
export async function undo(deps: NeedsDeps, caller: Caller, sheetId: string): Promise<void> {
  await act(deps, caller, sheetId, 'edit', {}, async (tx, opened) => {
    const change = await lastChange(tx, sheetId);
    if (change === undefined) throw new Refusal('needs.nothing-to-undo');
    if (change.kind === 'add') await deleteEntries(tx, change.entryIds);
    if (change.kind === 'import' && change.importId !== null) await deleteImported(tx, change.importId);
    if (change.before !== null) await upsertEntries(tx, change.before);
    await markUndone(tx, change.number, deps.clock());
    await note(deps, tx, caller, opened, 'NeedsChangeUndone', { kind: change.kind });
  });
}

/** Checks every row again: the directory and the other sheets of the round have moved on since it was typed. */
export async function recheck(deps: NeedsDeps, caller: Caller, sheetId: string): Promise<void> {
  for (let after = 0; ;) {
    const last = await act(deps, caller, sheetId, 'edit', {}, async (tx, { sheet }) => {
      const cursor = Buffer.from(JSON.stringify([after])).toString('base64url');
      const rows = (await entriesOf(tx, { sheetId, after: cursor, size: 200 })).slice(0, 200);
      const drafts = rows.map((row) => ({ ...row, cells: wholeCells(deps, row) }));
      await upsertEntries(tx, (await checkRows(deps, tx, placeOf(sheet), drafts)).map(entryJson));
      return rows.length < 200 ? undefined : rows.at(-1)!.row;
    });
    if (last === undefined) return;
    after = last;
  }
}

export async function submitSheet(
  deps: NeedsDeps,
  caller: Caller,
  sheetId: string,
  input: { version: number; withoutOutstanding?: string | undefined },
): Promise<void> {
  const without = input.withoutOutstanding;
  const stored = await act(deps, caller, sheetId, 'submit', { version: input.version, without }, async (tx, opened, state) => {
    const at = deps.clock();
    await moveSheet(tx, sheetId, {
      state,
      returnReason: null,
      withoutReason: without ?? null,
      submitted: { at, by: caller.fullName },
    });
    await fixChanges(tx, sheetId, at);
    await note(deps, tx, caller, opened, 'NeedsSubmitted', without === undefined ? {} : { without });
    return deleteOrphanPapers(tx, sheetId);
  });
  await dropStored(deps.files, stored);
}

export async function withdrawSheet(deps: NeedsDeps, caller: Caller, sheetId: string): Promise<void> {
  await act(deps, caller, sheetId, 'withdraw', {}, async (tx, opened, state) => {
    await moveSheet(tx, sheetId, { state });
    await note(deps, tx, caller, opened, 'NeedsTakenBack');
  });
}

export async function acceptSheet(deps: NeedsDeps, caller: Caller, sheetId: string, version: number): Promise<void> {
  await act(deps, caller, sheetId, 'accept', { version }, async (tx, opened, state) => {
    await moveSheet(tx, sheetId, { state, returnReason: null });
    await note(deps, tx, caller, opened, 'NeedsAccepted');
  });
}

export async function returnSheet(
  deps: NeedsDeps,
  caller: Caller,
  sheetId: string,
  input: { version: number; reason: string },
): Promise<void> {
  await act(deps, caller, sheetId, 'return', { version: input.version }, async (tx, opened, state) => {
    await moveSheet(tx, sheetId, { state, returnReason: input.reason });
    await note(deps, tx, caller, opened, 'NeedsReturned', { reason: input.reason });
  });
}

/** For the import, which edits chunk by chunk. */
export function editSheet<T>(
  deps: NeedsDeps,
  caller: Caller,
  sheetId: string,
  change: (tx: Tx, opened: Opened) => Promise<T>,
): Promise<T> {
  return act(deps, caller, sheetId, 'edit', {}, change);
}

export const placeOf = (sheet: SheetRecord) => ({ sheetId: sheet.id, roundId: sheet.roundId, agencyId: sheet.agencyId });

async function sheetOfEntry(deps: NeedsDeps, entryId: string): Promise<string> {
  const entry = await entryById(deps.db, entryId);
  if (entry === undefined) throw new Refusal('needs.entry-not-found');
  return entry.sheetId;
}
