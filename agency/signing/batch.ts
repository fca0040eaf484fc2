import type { z } from 'zod';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { SigningBatch } from '@antin/protocol/office/signing';
import { FormatFault } from '@antin/formats/fault';
import { SignatureFault } from '@antin/signature/fault';
import { documentById } from '../documents/store.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Caller } from '../session/caller.ts';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import * as store from './batch-store.ts';
import { checkCredential } from './credential.ts';
import type { SigningDoors } from './doors.ts';
import { orderSignature } from './sign.ts';
import { attemptOfJob } from './store.ts';

type View = z.input<typeof SigningBatch>;

export interface BatchWish {
  readonly credentialId: string;
  readonly items: readonly { readonly documentId: string; readonly version: number; readonly place: PlaceOnPage }[];
}

/** As long as a single order lives; the preparing of a hundred documents is a small part of it. */
const BATCH_MS = 5 * 60_000;
/** A process that prepared a batch and is silent for so long was killed. */
const PREPARING_MS = 2 * 60_000;

/**
 * Many documents under one consent on the device. Each is prepared in a transaction of its own, exactly as when it is signed
 * alone, with its own attempt, job and journal entry; what cannot be prepared is left out with its reason. Then the device
 * learns of all of them at once.
 *
 * Killed in the middle: the device was never asked, and what was prepared is replaced by the next order.
 *
 * @throws {Refusal} of `checkCredential`: without a usable key nothing is begun
 */
export async function beginBatch(doors: SigningDoors, caller: Caller, wish: BatchWish): Promise<View> {
  const credential = await checkCredential(doors, caller, wish.credentialId, 'person');
  const items = wish.items.filter((item, at) => wish.items.findIndex((other) => other.documentId === item.documentId) === at);
  const batch = await inTransaction(doors.db, async (tx) => {
    const opened = await doors.jobs.openBatch(tx, {
      act: 'sign',
      credentialId: credential.id,
      agentId: credential.deviceId,
      personId: caller.personId,
      expiresAt: new Date(doors.clock().getTime() + BATCH_MS),
    });
    await store.insertBatch(tx, { id: opened.id, personId: caller.personId, positionId: caller.position.id, items });
    return opened;
  });
  await doors.at?.('batch.opened');
  for (const [ordinal, item] of items.entries()) {
    if (await store.isStopped(doors.db, batch.id)) break;
    try {
      await orderSignature(doors, caller, item.documentId, item, credential, {
        batch: { id: batch.id, ordinal },
        also: (tx, job) => store.noteJob(tx, batch.id, ordinal, job.id),
      });
    } catch (fault) {
      await store.noteRefused(doors.db, batch.id, ordinal, reasonOf(fault));
    }
    await doors.at?.('batch.prepared-one');
  }
  await inTransaction(doors.db, async (tx) => {
    if (!(await store.isStopped(tx, batch.id))) await doors.jobs.releaseBatch(tx, batch.id);
  });
  await doors.at?.('batch.released');
  return batchView(doors, caller, batch.id);
}

/** A rule or a file that cannot be signed speaks for one document; anything else is our fault and ends the act. */
function reasonOf(fault: unknown): string {
  if (fault instanceof Refusal || fault instanceof SignatureFault || fault instanceof FormatFault) return fault.code;
  throw fault;
}

/** A new batch of what the old one did not sign; what changed meanwhile must be read first. */
export async function retryBatch(doors: SigningDoors, caller: Caller, id: string, credentialId: string): Promise<View> {
  const old = await ownBatch(doors.db, caller, id);
  const { items } = await batchView(doors, caller, id);
  const open = old.items.filter((_, at) => RETRIED.has(items[at]!.state) && !SETTLED.has(items[at]!.reason ?? ''));
  if (open.length === 0) throw new Refusal('batch.nothing-left');
  return beginBatch(doors, caller, { credentialId, items: open });
}

/** Asking again would give the same answer: it must be read anew, or is not this signer's any more. */
const SETTLED: ReadonlySet<string> = new Set([
  'document.changed-meanwhile',
  'document.wrong-state',
  'document.not-found',
  'sign.not-addressed-to-you',
]);
const RETRIED: ReadonlySet<string> = new Set(['not-sent', 'refused', 'failed', 'expired', 'cancelled']);

/** What the device has not signed yet is dropped; only its answer says whether it did. */
export async function stopBatch(doors: SigningDoors, caller: Caller, id: string): Promise<View> {
  const batch = await ownBatch(doors.db, caller, id);
  await inTransaction(doors.db, async (tx) => {
    await store.markStopped(tx, id, doors.clock());
    for (const { jobId } of batch.items) if (jobId !== null) await doors.jobs.requestCancel(tx, jobId);
  });
  return batchView(doors, caller, id);
}

export async function batchView(doors: SigningDoors, caller: Caller, id: string): Promise<View> {
  const batch = await ownBatch(doors.db, caller, id);
  const asked = (await doors.jobs.batchRecord(doors.db, id))!;
  const silent = doors.clock().getTime() - asked.createdAt.getTime() > PREPARING_MS;
  const items: View['items'] = [];
  for (const item of batch.items) {
    const document = await documentById(doors.db, item.documentId);
    const shown = { documentId: item.documentId, subject: document?.subject ?? '' };
    if (item.reason !== null) items.push({ ...shown, state: 'not-sent', reason: item.reason });
    else if (!asked.released && batch.stopped) items.push({ ...shown, state: 'cancelled', reason: 'device.cancelled' });
    else if (!asked.released && silent) items.push({ ...shown, state: 'not-sent', reason: 'batch.interrupted' });
    else if (item.jobId === null || !asked.released) items.push({ ...shown, state: 'preparing' });
    else items.push({ ...shown, ...(await stateOfJob(doors, item.jobId)) });
  }
  return {
    ...{ id, comparisonCode: asked.comparisonCode, deviceName: asked.deviceName, stopped: batch.stopped, items },
    createdAt: asked.createdAt.toISOString(),
    expiresAt: asked.expiresAt.toISOString(),
  };
}

async function stateOfJob(doors: SigningDoors, jobId: string): Promise<Omit<View['items'][number], 'documentId' | 'subject'>> {
  const job = (await doors.jobs.jobStatus(doors.db, jobId))!;
  const attempt = await attemptOfJob(doors.db, jobId);
  const reason = job.reason ?? attempt?.reason ?? undefined;
  return {
    state: job.state,
    ...(reason === undefined ? {} : { reason }),
    ...(attempt?.state === 'done' && attempt.timeStampedAt === null ? { timeStampPending: true as const } : {}),
  };
}

/** @throws {Refusal} `batch.not-found`: another person's batch is answered as one that does not exist */
async function ownBatch(db: Db, caller: Caller, id: string): Promise<store.BatchRecord> {
  const batch = await store.batchById(db, id);
  if (batch === undefined || batch.personId !== caller.personId) throw new Refusal('batch.not-found');
  return batch;
}
