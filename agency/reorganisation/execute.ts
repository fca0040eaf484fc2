import type { Clock } from '@antin/adapters/clock/clock';
import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import type { JobHandler } from '@antin/adapters/db/worker';
import { Refusal } from '@antin/adapters/http/refusal';
import { placedAgency } from '../directory/agency-store.ts';
import type { CitizenNumbers } from '../directory/citizen-number.ts';
import type { Maker } from '../directory/changes.ts';
import { addPost, endPost } from '../directory/posts.ts';
import { changeAgency, closeAgency, openAgency } from '../directory/upkeep.ts';
import { record } from '../journal/journal.ts';
import type { Caller } from '../session/caller.ts';
import { openBooks, ordinaryBooks } from '../registers/books.ts';
import type { MadeItem } from './certificates.ts';
import { workOut, type WorkedOut } from './effects.ts';
import { after } from './rules.ts';
import { closeBooks, insertItems, reorganisationById, setState, type ReorganisationRecord } from './store.ts';

export interface ReorganisationDoors {
  readonly db: Db;
  readonly clock: Clock;
  readonly numbers: CitizenNumbers;
  /** Issuers of a certificate, nearest first, as far as this installation knows them. */
  readonly chainOf: (der: Uint8Array) => Promise<readonly Uint8Array[]>;
  /** Makes the request to the issuer of what was prepared; with an asker, a further one of what was completed. Without it the batch waits in the reorganisation. */
  readonly requestBatch?: (reorganisationId: string, asker?: Caller) => Promise<void>;
}

export const EFFECT_QUEUE = 'reorganisation.take-effect';
export const REQUEST_QUEUE = 'reorganisation.request';

/** Does on its day what was decided: all of it in one transaction, or nothing, with the reason written down. */
export async function takeEffect(doors: ReorganisationDoors, id: string): Promise<void> {
  const at = doors.clock();
  try {
    await inTransaction(doors.db, async (tx) => {
      const one = await reorganisationById(tx, id, true);
      if (one === undefined || after(one.state, 'take-effect') === undefined || one.effectiveOn > officeDay(at)) return;
      const worked = await workOut(tx, doors, one);
      const against = worked.effects.problems.find((problem) => problem.stops);
      if (against !== undefined) throw new Refusal(against.code);
      await carryOut(tx, doors, one, worked, at);
      await setState(tx, id, 'effective', { effectiveAt: at });
    });
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    // The directory moved on since it was decided: people look again.
    await inTransaction(doors.db, async (tx) => {
      const one = await reorganisationById(tx, id, true);
      if (one?.state !== 'scheduled') return;
      await setState(tx, id, 'checked', { failure: fault.code });
      await record(tx, {
        event: 'ReorganisationFailed',
        at,
        agencyId: one.agencyId,
        detail: { reorganisation: id, code: fault.code },
      });
    });
  }
}

async function carryOut(
  tx: Tx,
  doors: ReorganisationDoors,
  one: ReorganisationRecord,
  worked: WorkedOut,
  at: Date,
): Promise<void> {
  const { steps, moves, posts } = worked;
  const day = one.effectiveOn;
  const grounds = { number: one.groundsNumber, date: one.groundsDate };
  const maker: Maker = { at, name: one.createdByName, reorganisationId: one.id };
  const opened = new Map<string, string>();
  for (const { key, ...agency } of steps.opens) {
    const { id } = await openAgency(tx, maker, undefined, { ...agency, aliases: [], effectiveFrom: day, grounds });
    opened.set(`new:${key}`, id);
    await openBooks(tx, id, ordinaryBooks(Number(day.slice(0, 4))));
  }
  const idOf = (ref: string) => opened.get(ref) ?? ref;
  for (const { agencyId, set } of steps.changes) {
    await changeAgency(tx, maker, undefined, agencyId, { set, effectiveFrom: day, grounds });
  }
  for (const move of moves) {
    const post = posts.get(move.positionId)!;
    await endPost(tx, maker, undefined, post.id, { validTo: day, grounds });
    if (move.to === null) continue;
    const { personId, capacity, roles } = post;
    const { title, unit } = move.to;
    await addPost(tx, maker, undefined, {
      ...{ personId, capacity, roles, title, unit, grounds },
      ...{ agencyId: idOf(move.to.agency), validFrom: day, validTo: post.validTo },
    });
  }
  // Those below first: an agency does not close over open ones.
  const closing = await Promise.all(
    steps.closes.map(async (close) => ({ ...close, agency: (await placedAgency(tx, close.agencyId))! })),
  );
  for (const { agencyId, to } of closing.sort((a, b) => b.agency.path.length - a.agency.path.length)) {
    await closeAgency(tx, maker, undefined, agencyId, { effectiveFrom: day, successorIds: to.map(idOf), grounds });
  }
  await closeBooks(
    tx,
    closing.map((close) => close.agencyId),
    day,
  );
  await record(tx, {
    event: 'ReorganisationTookEffect',
    at,
    agencyId: one.agencyId,
    who: one.createdByName,
    detail: { reorganisation: one.id, kind: one.plan.kind, effects: one.effectsSha256!, grounds: grounds.number },
  });
  await prepareBatch(tx, doors, one, worked.items);
}

/** One batch: what is complete will go to the issuer, what lacks something waits for people with the reason. */
async function prepareBatch(
  tx: Tx,
  doors: ReorganisationDoors,
  one: ReorganisationRecord,
  items: readonly MadeItem[],
): Promise<void> {
  await insertItems(
    tx,
    one.id,
    items.map(({ id, act, plan, item, missing, sha256, holder, form, holdingId }) => ({
      ...{ itemId: id, act, plan, missing, sha256, holder, form, holdingId, requestId: null },
      itemSealed: item === undefined ? null : doors.numbers.seal(JSON.stringify(item)).sealed,
    })),
  );
  if (items.length > 0) await enqueue(tx, { queue: REQUEST_QUEUE, key: one.id, payload: { id: one.id } });
}

export function reorganisationJobs(doors: ReorganisationDoors): Readonly<Record<string, JobHandler>> {
  return {
    async [EFFECT_QUEUE](job) {
      const { id, day } = job.payload as { id: string; day: string };
      if (day > officeDay(doors.clock())) return { status: 'retry', afterMs: 60_000, reason: 'the day has not come' };
      await takeEffect(doors, id);
      return { status: 'done' };
    },
    async [REQUEST_QUEUE](job) {
      await doors.requestBatch?.((job.payload as { id: string }).id);
    },
  };
}
