import { randomUUID } from 'node:crypto';
import { officeDay } from '@antin/adapters/clock/days';
import type { JobHandler } from '@antin/adapters/db/worker';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { AgencyVersion, Grounds } from '@antin/protocol/office/directory-upkeep';
import {
  agenciesDue,
  agencyOfCode,
  bringIntoEffect,
  codeIsTaken,
  deleteAgency,
  deleteVersion,
  insertAgency,
  insertAlias,
  insertVersion,
  openChildren,
  placedAgency,
  refreshWords,
  setEnd,
  versionsOf,
  type AliasRecord,
  type NewAgency,
} from './agency-store.ts';
import { changeById, markUndone, mustUndo, noteChange, TAKE_EFFECT_QUEUE, type Maker } from './changes.ts';
import { codeForm, writtenCode } from './codes.ts';
import { undoPost } from './posts.ts';
import { agencyInReach, decides, reaches, type Reach } from './reach.ts';
import { existsOn } from './rules.ts';

type Fields = Omit<AgencyVersion, 'parentName' | 'validFrom'>;

export interface OpenAgency extends Omit<Fields, 'level'> {
  readonly level?: number | undefined;
  readonly aliases: readonly string[];
  readonly effectiveFrom: string;
  readonly grounds?: Grounds | undefined;
}

/**
 * Opens an agency. `reach` undefined: a worker that was allowed before.
 *
 * @throws {Refusal} `directory.not-yours`, `directory.agency-unknown`, `directory.code-form`, `directory.code-taken`,
 *   `directory.level-not-below`, `directory.parent-not-there`, `directory.past`
 */
export async function openAgency(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  asked: OpenAgency,
): Promise<{ id: string; changeId: string }> {
  if (reach !== undefined && asked.effectiveFrom < officeDay(maker.at)) throw new Refusal('directory.past');
  const parent = asked.parentId === null ? undefined : await placedAgency(tx, asked.parentId);
  if (asked.parentId !== null && parent === undefined) throw new Refusal('directory.agency-unknown');
  // A new top stands beside everybody's: only who is at the top opens one.
  if (reach !== undefined && (parent === undefined ? reach.agency.parentId !== null : !reaches(reach, parent)))
    throw new Refusal('directory.not-yours');
  if (parent !== undefined && !existsOn(parent, asked.effectiveFrom)) throw new Refusal('directory.parent-not-there');
  const level = asked.level ?? (parent?.level ?? 0) + 1;
  if (parent !== undefined && level <= parent.level) throw new Refusal('directory.level-not-below');
  const { aliases, effectiveFrom, grounds, ...fields } = asked;
  const id = randomUUID();
  const agency: NewAgency = { ...fields, id, level, code: await freeCode(tx, fields.code), validFrom: effectiveFrom };
  await insertAgency(tx, agency);
  for (const alias of aliases) await addAlias(tx, id, { code: alias, validFrom: effectiveFrom, validTo: null });
  const { id: _, validFrom: __, ...after } = agency;
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'agency-opened', subject: 'agency', subjectId: id, agencyId: id, effectiveFrom },
    ...{ after, grounds },
  });
  return { id, changeId };
}

async function freeCode(tx: Tx, text: string, exceptId?: string): Promise<string> {
  const code = writtenCode(text);
  if (codeForm(code) === undefined) throw new Refusal('directory.code-form');
  if (await codeIsTaken(tx, code, exceptId)) throw new Refusal('directory.code-taken');
  return code;
}

/** @throws {Refusal} `directory.code-form`, `directory.code-taken`, `directory.days-order` */
export async function addAlias(
  tx: Tx,
  agencyId: string,
  asked: { code: string; validFrom: string; validTo: string | null },
): Promise<AliasRecord> {
  const code = writtenCode(asked.code);
  const form = codeForm(code);
  if (form === undefined) throw new Refusal('directory.code-form');
  if (asked.validTo !== null && asked.validTo <= asked.validFrom) throw new Refusal('directory.days-order');
  const owner = await agencyOfCode(tx, code, asked.validFrom);
  if (owner !== undefined) throw new Refusal('directory.code-taken');
  const alias = { code, form, validFrom: asked.validFrom, validTo: asked.validTo };
  await insertAlias(tx, agencyId, alias);
  await refreshWords(tx, agencyId);
  return alias;
}

/** What its own administrator may change: everything else is said by those above. */
const OWN = new Set(['place', 'notation']);

/**
 * Changes what an agency is from a day on. Its versions before that day stay.
 *
 * @throws {Refusal} as `openAgency`, `directory.nothing-changed`, `directory.later-change-first`, `directory.own-name`,
 *   `directory.below-itself`, `directory.closed-then`
 */
export async function changeAgency(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  id: string,
  asked: { set: Partial<{ [K in keyof Fields]: Fields[K] | undefined }>; effectiveFrom: string; grounds?: Grounds | undefined },
): Promise<{ changeId: string }> {
  const { effectiveFrom, grounds } = asked;
  const agency = reach === undefined ? (await placedAgency(tx, id, true))! : await agencyInReach(tx, reach, id, true);
  const today = officeDay(maker.at);
  // A worker that comes late does what was decided for its day.
  if (reach !== undefined && effectiveFrom < today) throw new Refusal('directory.past');
  if (!existsOn(agency, effectiveFrom)) throw new Refusal('directory.closed-then');
  const versions = await versionsOf(tx, id);
  const last = versions.at(-1)!;
  // Days go forward: an earlier one would be hidden by what was decided for later.
  if (last.validFrom > effectiveFrom) throw new Refusal('directory.later-change-first');
  const { parentName: _, validFrom: __, ...before } = last;
  const after = { ...before };
  for (const [key, value] of Object.entries(asked.set)) if (value !== undefined) Object.assign(after, { [key]: value });
  const changed = (Object.keys(after) as (keyof Fields)[]).filter((key) => after[key] !== before[key]);
  if (changed.length === 0) throw new Refusal('directory.nothing-changed');
  if (reach !== undefined && !decides(reach, agency) && changed.some((key) => !OWN.has(key)))
    throw new Refusal('directory.own-name');
  if (changed.includes('code')) after.code = await freeCode(tx, after.code, id);
  if (after.parentId !== null) {
    const parent = await placedAgency(tx, after.parentId);
    if (parent === undefined) throw new Refusal('directory.agency-unknown');
    if (changed.includes('parentId')) {
      if (reach !== undefined && !reaches(reach, parent)) throw new Refusal('directory.not-yours');
      if (parent.path.startsWith(agency.path)) throw new Refusal('directory.below-itself');
      if (!existsOn(parent, effectiveFrom)) throw new Refusal('directory.parent-not-there');
      if (asked.set.level === undefined) after.level = parent.level + 1;
    }
    if (after.level <= parent.level) throw new Refusal('directory.level-not-below');
  }
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'agency-changed', subject: 'agency', subjectId: id, agencyId: id, effectiveFrom, grounds },
    // Undoing needs to know whether that day had a version before.
    ...{ before: { ...before, validFrom: last.validFrom }, after },
  });
  await insertVersion(tx, id, { ...after, validFrom: effectiveFrom }, changeId);
  if (effectiveFrom <= today) await bringIntoEffect(tx, id, today);
  else await refreshWords(tx, id);
  return { changeId };
}

/**
 * The first day on which an agency exists no more; its successors receive from then on.
 *
 * @throws {Refusal} `directory.not-yours`, `directory.closed-then`, `directory.has-children`, `directory.successor-unknown`,
 *   `directory.past`, `directory.later-change-first`
 */
export async function closeAgency(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  id: string,
  asked: { effectiveFrom: string; successorIds: readonly string[]; grounds?: Grounds | undefined },
): Promise<{ changeId: string }> {
  const { effectiveFrom, successorIds, grounds } = asked;
  const agency = reach === undefined ? (await placedAgency(tx, id, true))! : await agencyInReach(tx, reach, id, true);
  if (reach !== undefined && !decides(reach, agency)) throw new Refusal('directory.own-name');
  if (reach !== undefined && effectiveFrom < officeDay(maker.at)) throw new Refusal('directory.past');
  if (agency.validTo !== null || effectiveFrom <= agency.validFrom) throw new Refusal('directory.closed-then');
  const last = (await versionsOf(tx, id)).at(-1)!;
  if (last.validFrom >= effectiveFrom) throw new Refusal('directory.later-change-first');
  if ((await openChildren(tx, id, effectiveFrom)) > 0) throw new Refusal('directory.has-children');
  for (const successorId of successorIds) {
    const successor = successorId === id ? undefined : await placedAgency(tx, successorId);
    if (successor === undefined || !existsOn(successor, effectiveFrom)) throw new Refusal('directory.successor-unknown');
  }
  await setEnd(tx, id, effectiveFrom, successorIds);
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'agency-closed', subject: 'agency', subjectId: id, agencyId: id, effectiveFrom, grounds },
    ...{ before: { validTo: null }, after: { validTo: effectiveFrom, successorIds: [...successorIds] } },
  });
  return { changeId };
}

/**
 * Takes a change back that is not in effect yet.
 *
 * @throws {Refusal} of `mustUndo`, `directory.change-unknown`, `directory.not-yours`, `directory.in-use`
 */
export async function undoChange(tx: Tx, maker: Maker, reach: Reach, changeId: string): Promise<void> {
  const change = await changeById(tx, changeId);
  if (change === undefined) throw new Refusal('directory.change-unknown');
  if (change.agencyId !== null) await agencyInReach(tx, reach, change.agencyId, true);
  mustUndo(change, officeDay(maker.at));
  const { kind, subjectId, effectiveFrom } = change;
  if (kind === 'agency-opened') {
    await markUndone(tx, maker, change);
    await deleteAgency(tx, subjectId).catch((fault: { code?: unknown }) => {
      throw fault.code === FOREIGN_KEY ? new Refusal('directory.in-use', { cause: fault }) : fault;
    });
    return;
  }
  if (kind === 'agency-changed') {
    const { validFrom, ...fields } = change.before as unknown as Fields & { validFrom: string };
    if (validFrom === effectiveFrom) await insertVersion(tx, subjectId, { ...fields, validFrom }, changeId);
    else await deleteVersion(tx, subjectId, effectiveFrom);
    await refreshWords(tx, subjectId);
  } else if (kind === 'agency-closed') {
    await setEnd(tx, subjectId, null, []);
  } else {
    await undoPost(tx, change);
  }
  await markUndone(tx, maker, change);
}

const FOREIGN_KEY = '23503';

/** Makes rows what their versions of today say. @returns how many agencies were brought into effect */
export async function takeEffect(db: Db, day: string): Promise<number> {
  let done = 0;
  for (;;) {
    const ids = await agenciesDue(db, day, 200);
    if (ids.length === 0) return done;
    await inTransaction(db, async (tx) => {
      for (const id of ids) await bringIntoEffect(tx, id, day);
    });
    done += ids.length;
  }
}

export function upkeepJobs(doors: { db: Db; clock: Clock }): Readonly<Record<string, JobHandler>> {
  return {
    async [TAKE_EFFECT_QUEUE](job) {
      const today = officeDay(doors.clock());
      const { day } = job.payload as { day: string };
      // The database's clock and ours may differ by a little: never before the day.
      if (day > today) return { status: 'retry', afterMs: 60_000, reason: 'the day has not come' };
      await takeEffect(doors.db, today);
      return { status: 'done' };
    },
  };
}
