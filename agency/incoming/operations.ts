import { officeDay } from '@antin/adapters/clock/days';
import { existsOn } from '../directory/rules.ts';
import { positionById } from '../directory/store.ts';
import type { ReceiptKey } from '../exchange/receipts.ts';
import { record } from '../journal/journal.ts';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { actorOf, type Caller } from '../session/caller.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { ExchangeMessage } from '@antin/protocol/exchange/message';
import { giveAndSendReceipt } from './receive.ts';
import { decide, viewerOf, type IncomingAct, type State } from './rules.ts';
import { changeIncoming, issuedReceipt, lockIncoming, type IncomingRecord } from './store.ts';

/** The entry of the incoming book; the register gives the number inside this transaction. */
export type EnterIncoming = (
  tx: Tx,
  entry: {
    readonly agencyId: string;
    readonly incomingId: string;
    readonly arrivedOn: string;
    readonly enteredAt: Date;
    readonly numberAndNotation: string;
    readonly date: string;
    readonly typeName: string;
    readonly subject: string;
    readonly issuerName: string;
    readonly signerName: string;
    readonly note: string;
    readonly files: readonly { readonly role: 'main' | 'annex'; readonly name: string; readonly sha256: string }[];
  },
) => Promise<{ readonly number: number }>;

export interface IncomingDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly key: ReceiptKey;
  readonly enterIncoming: EnterIncoming;
  /** Fills who received it in the book's line. */
  readonly noteReceiver?: (tx: Tx, incomingId: string, receiver: string) => Promise<void>;
}

/** Locks, checks version and rule, runs the change: the frame of every act on an incoming document. */
async function act(
  deps: IncomingDeps,
  actor: Caller,
  id: string,
  version: number,
  name: IncomingAct,
  change: (tx: Tx, incoming: IncomingRecord, next: State, now: Date) => Promise<void>,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const incoming = await lockIncoming(tx, id);
    if (incoming === undefined) throw new Refusal('incoming.not-found');
    const next = must(decide(name, { ...incoming, verified: incoming.verification !== null }, viewerOf(actor)));
    if (incoming.version !== version) throw new Refusal('incoming.changed-meanwhile');
    await change(tx, incoming, next, deps.clock());
  });
}

export async function registerIncoming(
  deps: IncomingDeps,
  actor: Caller,
  id: string,
  input: { readonly version: number; readonly arrivedOn: string; readonly note: string },
): Promise<void> {
  await act(deps, actor, id, input.version, 'register', async (tx, incoming, next, now) => {
    if (input.arrivedOn > officeDay(now) || input.arrivedOn < officeDay(incoming.arrivedAt))
      throw new Refusal('incoming.day-impossible', { fields: [{ path: 'arrivedOn', code: 'incoming.day-impossible' }] });
    const { document } = ExchangeMessage.parse(JSON.parse(incoming.message));
    const { number } = await deps.enterIncoming(tx, {
      agencyId: incoming.receiverAgencyId,
      incomingId: id,
      arrivedOn: input.arrivedOn,
      enteredAt: now,
      numberAndNotation: document.numberAndNotation,
      date: document.date,
      typeName: document.typeName,
      subject: document.subject,
      issuerName: incoming.senderName,
      signerName: document.signerName,
      note: input.note,
      files: document.files,
    });
    await changeIncoming(tx, id, { state: next, incomingNumber: number });
    await giveAndSendReceipt(tx, deps.key, 'R2', incoming, { incomingNumber: number }, now);
    await note(tx, 'IncomingRegistered', incoming, actor, now, { number: String(number) });
  });
}

export async function refuseIncoming(
  deps: IncomingDeps,
  actor: Caller,
  id: string,
  input: { readonly version: number; readonly code: string; readonly note: string },
): Promise<void> {
  await act(deps, actor, id, input.version, 'refuse', async (tx, incoming, next, now) => {
    await changeIncoming(tx, id, { state: next, refusal: { code: input.code, note: input.note, at: now.toISOString() } });
    await giveAndSendReceipt(tx, deps.key, 'refused', incoming, { refusal: { code: input.code, note: input.note } }, now);
    await note(tx, 'IncomingRefused', incoming, actor, now, { reason: input.note });
  });
}

export async function assignIncoming(
  deps: IncomingDeps,
  actor: Caller,
  id: string,
  input: { readonly version: number; readonly positionId: string; readonly dueDate?: string | undefined; readonly note: string },
): Promise<void> {
  await act(deps, actor, id, input.version, 'assign', async (tx, incoming, next, now) => {
    const assignee = await positionById(tx, input.positionId);
    if (assignee === undefined || assignee.agencyId !== incoming.receiverAgencyId || !existsOn(assignee, officeDay(now))) {
      throw new Refusal('incoming.assignee-unknown', { fields: [{ path: 'positionId', code: 'incoming.assignee-unknown' }] });
    }
    const assignment = {
      assigneeName: assignee.fullName,
      title: assignee.title,
      note: input.note,
      at: now.toISOString(),
      ...(input.dueDate === undefined ? {} : { dueDate: input.dueDate }),
    };
    await changeIncoming(tx, id, { state: next, assigneePositionId: assignee.id, assignment, dueDate: input.dueDate ?? null });
    await deps.noteReceiver?.(tx, id, `${assignee.fullName}, ${assignee.title}`);
    // Assigning again (another person) tells the sender nothing new.
    if ((await issuedReceipt(tx, incoming.messageId, 'assigned')) === undefined)
      await giveAndSendReceipt(tx, deps.key, 'assigned', incoming, {}, now);
    await note(tx, 'IncomingAssigned', incoming, actor, now, { assignee: assignee.fullName });
  });
}

export async function finishIncoming(
  deps: IncomingDeps,
  actor: Caller,
  id: string,
  input: { readonly version: number },
): Promise<void> {
  await act(deps, actor, id, input.version, 'finish', async (tx, incoming, next, now) => {
    await changeIncoming(tx, id, { state: next });
    await giveAndSendReceipt(tx, deps.key, 'done', incoming, {}, now);
    await note(tx, 'IncomingFinished', incoming, actor, now, {});
  });
}

async function note(
  tx: Tx,
  event: string,
  incoming: IncomingRecord,
  actor: Caller,
  at: Date,
  detail: Record<string, string>,
): Promise<void> {
  await record(tx, {
    event,
    at,
    agencyId: incoming.receiverAgencyId,
    incomingId: incoming.id,
    actor: actorOf(actor),
    detail,
  });
}
