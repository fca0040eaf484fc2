import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import type { JobHandler } from '@antin/adapters/db/worker';
import type { ItemResult } from '@antin/protocol/certificates/result';
import { record } from '../journal/journal.ts';
import { sealWhatLiesOpen } from './at-rest.ts';
import { ConnectorFault } from './connector.ts';
import type { IssuerDeps } from './deps.ts';
import { markDelivered, questionById } from './open-store.ts';
import { ANSWER_QUEUE, connectorOf, POLL_QUEUE, sealedRequest, SUBMIT_QUEUE } from './requests.ts';
import { takeItems, takeResult } from './results.ts';
import { shredWithdrawn } from './shred.ts';
import { batchNumbers, itemsOf, lockRequest, moveRequest, requestById } from './store.ts';

/** What older versions kept in clear; asked for once at every start, and then has nothing to do. */
export const SEAL_QUEUE = 'issuers.seal';
/** Once a day: what requests that were taken apart still hold goes when its time is over. */
export const SHRED_QUEUE = 'issuers.shred';
const DAY_MS = 86_400_000;
const DEFAULT_POLL_MS = 60_000;
/** Batches taken in one go; the rest comes with the next question. */
const MOST_BATCHES = 200;

/** The day's job: a second one of the same day is not added. Called at every start. */
export async function scheduleShredding(db: Db, at: Date): Promise<void> {
  const day = officeDay(at);
  await enqueue(db as never, { queue: SHRED_QUEUE, key: day, payload: {}, runAt: new Date(`${day}T05:00:00+07:00`) });
}

/** Queues of the requests. Every handler may run again for the same key, after any point of the run before. */
export function issuerJobs(deps: IssuerDeps): Readonly<Record<string, JobHandler>> {
  const { db, clock, pollMs = DEFAULT_POLL_MS } = deps;

  /** What went wrong stands beside the request, where people see it; the job comes back. */
  async function watched<T>(requestId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (fault) {
      if (fault instanceof ConnectorFault)
        await moveRequest(db, requestId, { lastError: `${fault.code}: ${fault.message}`.slice(0, 500) });
      throw fault;
    }
  }

  return {
    [SEAL_QUEUE]: async (_job, { signal }) => {
      await sealWhatLiesOpen(deps, signal);
      return signal.aborted ? { status: 'retry', afterMs: 0, reason: 'interrupted' } : { status: 'done' };
    },
    [SHRED_QUEUE]: async (_job, { signal }) => {
      await shredWithdrawn(deps, signal);
      if (signal.aborted) return { status: 'retry', afterMs: 0, reason: 'interrupted' };
      await inTransaction(db, (tx) => scheduleShredding(tx, new Date(clock().getTime() + DAY_MS)));
      return { status: 'done' };
    },
    [SUBMIT_QUEUE]: async (job) => {
      const { requestId } = job.payload as { requestId: string };
      const { request, sealed } = await sealedRequest(deps, requestId);
      if (request.state !== 'sending') return;
      const connector = connectorOf(deps, request.connector);
      const urgent = connector.capabilities.revokesOnline && (await onlyRevocations(deps, requestId));
      const said = await watched(requestId, () => (urgent ? connector.revoke(sealed) : connector.submit(sealed)));
      const event = { at: clock(), agencyId: request.agencyId, detail: { requestId } };
      if (said.status === 'quarantined') {
        await moveRequest(db, requestId, { lastError: `${said.code}: ${said.text}` });
        return { status: 'retry', afterMs: pollMs, reason: said.code };
      }
      await inTransaction(db, async (tx) => {
        const locked = await lockRequest(tx, requestId);
        if (locked?.state !== 'sending') return;
        if (said.status === 'accepted') {
          await moveRequest(tx, requestId, { state: 'sent', sentAt: clock(), lastError: null });
          await enqueue(tx, { queue: POLL_QUEUE, key: requestId, payload: { requestId } });
          await record(tx, { ...event, event: 'IssuerRequestSent' });
        } else if (said.status === 'refused') {
          await moveRequest(tx, requestId, { state: 'refused', lastError: `${said.code}: ${said.text}` });
          await refuseItems(deps, requestId, said, (results) => takeItems(deps, tx, locked, results, 0));
          await record(tx, { ...event, event: 'IssuerRequestRefused', detail: { requestId, code: said.code } });
        }
      });
      return undefined;
    },
    [POLL_QUEUE]: async (job) => {
      const { requestId } = job.payload as { requestId: string };
      const before = await requestById(db, requestId);
      if (before?.state !== 'sent') return;
      const connector = connectorOf(deps, before.connector);
      await watched(requestId, async () => {
        for (let n = 0; n < MOST_BATCHES; n += 1) {
          const known = await batchNumbers(db, requestId);
          const { lastSequence } = (await requestById(db, requestId))!;
          const next = await connector.poll(requestId, lastSequence);
          if (next === undefined) break;
          await takeResult(deps, next);
          if (!known.has(next.sequence)) continue;
          // It repeats what we have and leaves a gap: what lies behind it must not wait for the gap.
          const beyond = await connector.poll(requestId, Math.max(...known));
          if (beyond === undefined || known.has(beyond.sequence)) break;
          await takeResult(deps, beyond);
        }
      });
      await moveRequest(db, requestId, { lastError: null });
      const after = await requestById(db, requestId);
      return after?.state === 'sent' ? { status: 'retry', afterMs: pollMs, reason: 'items are open' } : { status: 'done' };
    },
    [ANSWER_QUEUE]: async (job) => {
      const { questionId } = job.payload as { questionId: string };
      const question = await questionById(db, questionId);
      if (question?.answer == null || question.deliveredAt !== null) return;
      const request = (await requestById(db, question.requestId))!;
      const { id, answer } = { id: question.id, answer: question.answer };
      await watched(request.id, () => connectorOf(deps, request.connector).answer(request.id, { questionId: id, text: answer }));
      await markDelivered(db, id, clock());
    },
  };
}

async function onlyRevocations(deps: IssuerDeps, requestId: string): Promise<boolean> {
  const items = await itemsOf(deps.db, { requestId, size: 5000 });
  return items.every((item) => item.act === 'revoke');
}

/** Refused as a whole is refused item by item: whoever asked hears of it. */
async function refuseItems(
  deps: IssuerDeps,
  requestId: string,
  said: { code: string; text: string },
  take: (results: ItemResult[]) => Promise<unknown>,
): Promise<void> {
  const items = await itemsOf(deps.db, { requestId, size: 5000 });
  const at = deps.clock().toISOString();
  await take(items.map((item) => ({ itemId: item.id, status: 'refused', code: said.code, text: said.text, at })));
}
