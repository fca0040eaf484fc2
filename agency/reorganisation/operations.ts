import { createHash, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { Reorganisation, ReorganisationEffects, ReorganisationPlan } from '@antin/protocol/office/reorganisation';
import { placedAgency } from '../directory/agency-store.ts';
import { beginOf } from '../directory/changes.ts';
import { reaches, reachOf } from '../directory/reach.ts';
import { record } from '../journal/journal.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { workOut } from './effects.ts';
import { EFFECT_QUEUE, type ReorganisationDoors } from './execute.ts';
import { after, stepsOf, type Act, type Move } from './rules.ts';
import { changeDraft, insertDraft, reorganisationById, setChecked, setState, type ReorganisationRecord } from './store.ts';

export interface AskedDraft {
  readonly name: string;
  readonly plan: ReorganisationPlan;
  readonly moves: readonly Move[];
  readonly effectiveOn: string;
  readonly grounds: { readonly number: string; readonly date: string };
}

/** @throws {Refusal} `role.administrator-needed`, `directory.past`, `reorganisation.plan-twice` */
export async function createDraft(doors: ReorganisationDoors, caller: Caller, asked: AskedDraft): Promise<ReorganisationRecord> {
  const at = doors.clock();
  const fields = fieldsOf(asked, at);
  const id = randomUUID();
  return inTransaction(doors.db, async (tx) => {
    await insertDraft(tx, { ...fields, id, agencyId: caller.position.agencyId, createdAt: at, createdByName: caller.fullName });
    await note(tx, 'ReorganisationDrafted', caller, (await reorganisationById(tx, id))!, at);
    return (await reorganisationById(tx, id))!;
  });
}

function fieldsOf(asked: AskedDraft, at: Date) {
  if (asked.effectiveOn <= officeDay(at)) throw new Refusal('directory.past');
  const keys = stepsOf(asked.plan).opens.map((opened) => opened.key);
  const positions = asked.moves.map((move) => move.positionId);
  if (new Set(keys).size < keys.length || new Set(positions).size < positions.length)
    throw new Refusal('reorganisation.plan-twice');
  const { name, plan, effectiveOn, grounds } = asked;
  return { name, plan, moves: [...asked.moves], effectiveOn, groundsNumber: grounds.number, groundsDate: grounds.date };
}

export async function changeOf(
  doors: ReorganisationDoors,
  caller: Caller,
  id: string,
  asked: AskedDraft,
): Promise<ReorganisationRecord> {
  const at = doors.clock();
  return acting(doors, caller, id, 'change', async (tx) => changeDraft(tx, id, fieldsOf(asked, at)));
}

/** Lists what the plan affects and what stands against it; again as often as wanted. */
export async function checkOf(doors: ReorganisationDoors, caller: Caller, id: string): Promise<ReorganisationRecord> {
  return acting(doors, caller, id, 'check', async (tx, one) => {
    const effects = (await workOut(tx, doors, one)).effects as ReorganisationEffects;
    await setChecked(tx, id, effects, hashOf(effects));
  });
}

/** Of what is decided: who and what goes where. Drafts and numbers go on meanwhile, and decide nothing here. */
function hashOf({ agencies, positions, certificates, problems }: ReorganisationEffects): string {
  const decided = { agencies, positions, certificates, problems: problems.filter((problem) => problem.stops) };
  return createHash('sha256').update(canonicalJson(decided)).digest('hex');
}

/**
 * Decides what was looked at: if anything of it is different by now, it is to be looked at again.
 *
 * @throws {Refusal} `reorganisation.stopped`, `reorganisation.changed-since-check`, `directory.past`
 */
export async function scheduleOf(doors: ReorganisationDoors, caller: Caller, id: string): Promise<ReorganisationRecord> {
  return acting(doors, caller, id, 'schedule', async (tx, one) => {
    if (one.effectiveOn <= officeDay(doors.clock())) throw new Refusal('directory.past');
    const effects = (await workOut(tx, doors, one)).effects as ReorganisationEffects;
    if (hashOf(effects) !== one.effectsSha256) throw new Refusal('reorganisation.changed-since-check');
    if (effects.problems.some((problem) => problem.stops)) throw new Refusal('reorganisation.stopped');
    await setState(tx, id, 'scheduled', { decidedBy: caller.personId, decidedPosition: caller.position.id });
    const { effectiveOn: day } = one;
    // A cancelled one may be decided again: its job is another one.
    await enqueue(tx, { queue: EFFECT_QUEUE, key: `${id} ${randomUUID()}`, payload: { id, day }, runAt: beginOf(day) });
  });
}

export async function cancelOf(doors: ReorganisationDoors, caller: Caller, id: string): Promise<ReorganisationRecord> {
  return acting(doors, caller, id, 'cancel', (tx) => setState(tx, id, 'cancelled'));
}

const EVENTS: Readonly<Record<Act, string>> = {
  change: 'ReorganisationChanged',
  check: 'ReorganisationChecked',
  schedule: 'ReorganisationScheduled',
  cancel: 'ReorganisationCancelled',
  'take-effect': 'ReorganisationTookEffect',
};

async function acting(
  doors: ReorganisationDoors,
  caller: Caller,
  id: string,
  act: Act,
  work: (tx: Tx, one: ReorganisationRecord) => Promise<void>,
): Promise<ReorganisationRecord> {
  return inTransaction(doors.db, async (tx) => {
    const one = await mineOf(tx, caller, id, true);
    if (after(one.state, act) === undefined) throw new Refusal('reorganisation.wrong-state');
    await work(tx, one);
    await note(tx, EVENTS[act], caller, one, doors.clock());
    return (await reorganisationById(tx, id))!;
  });
}

/** One of the caller's agency or below; another's does not exist. @throws {Refusal} `reorganisation.unknown`, `role.administrator-needed` */
export async function mineOf(db: Db, caller: Caller, id: string, lock = false): Promise<ReorganisationRecord> {
  const reach = await reachOf(db, caller);
  const one = await reorganisationById(db, id, lock);
  const agency = one === undefined ? undefined : await placedAgency(db, one.agencyId);
  if (one === undefined || agency === undefined || !reaches(reach, agency)) throw new Refusal('reorganisation.unknown');
  return one;
}

async function note(tx: Tx, event: string, caller: Caller, one: ReorganisationRecord, at: Date): Promise<void> {
  const detail = { reorganisation: one.id, kind: one.plan.kind, effectiveOn: one.effectiveOn };
  await record(tx, { event, at, agencyId: one.agencyId, actor: actorOf(caller), detail });
}

export function present(one: ReorganisationRecord): z.input<typeof Reorganisation> {
  const { id, name, plan, moves, effectiveOn, state, effects, failure } = one;
  const failed = failure === null ? [] : [{ code: failure, about: '', stops: true }];
  return {
    ...{ id, name, plan, moves, effectiveOn, state },
    grounds: { number: one.groundsNumber, date: one.groundsDate },
    createdAt: one.createdAt.toISOString(),
    createdBy: one.createdByName,
    effectiveAt: one.effectiveAt?.toISOString() ?? null,
    ...(effects === null ? {} : { effects: { ...effects, problems: [...failed, ...effects.problems] } }),
    ...(one.requestId === null ? {} : { certificateRequestId: one.requestId }),
  };
}
