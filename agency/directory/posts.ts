import { randomUUID } from 'node:crypto';
import { officeDay } from '@antin/adapters/clock/days';
import type { Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Grounds } from '@antin/protocol/office/directory-upkeep';
import { placedAgency } from './agency-store.ts';
import { whyNotGive } from './authority.ts';
import { noteChange, type ChangeRecord, type Maker } from './changes.ts';
import {
  authoritiesOf,
  authorityById,
  deleteAuthority,
  deletePost,
  insertAuthority,
  insertPost,
  postById,
  setAuthorityEnd,
  setPostEnd,
  type NewPost,
  type PostRecord,
} from './people-store.ts';
import { agencyInReach, type Reach } from './reach.ts';
import type { Capacity } from './types.ts';

/**
 * A position for a person from a day on; people may hold several.
 *
 * @throws {Refusal} `directory.not-yours`, `directory.agency-unknown`, `directory.closed-then`, `directory.days-order`
 */
export async function addPost(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  asked: Omit<NewPost, 'id'>,
): Promise<{ id: string; changeId: string }> {
  const agency = reach === undefined ? await placedAgency(tx, asked.agencyId) : await agencyInReach(tx, reach, asked.agencyId);
  if (agency === undefined) throw new Refusal('directory.agency-unknown');
  if (asked.validTo !== null && asked.validTo <= asked.validFrom) throw new Refusal('directory.days-order');
  if (agency.validTo !== null && asked.validFrom >= agency.validTo) throw new Refusal('directory.closed-then');
  const id = randomUUID();
  await insertPost(tx, { ...asked, id });
  const { personId, title, unit, capacity, roles, validFrom, validTo } = asked;
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'position-added', subject: 'position', subjectId: id, agencyId: agency.id, effectiveFrom: validFrom },
    ...{ after: { personId, title, unit, capacity, roles, validTo }, grounds: asked.grounds },
  });
  return { id, changeId };
}

/** @throws {Refusal} `directory.position-unknown`, `directory.not-yours`, `directory.past`, `directory.days-order`, `directory.ended-already` */
export async function endPost(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  id: string,
  asked: { validTo: string; grounds?: Grounds | undefined },
): Promise<{ changeId: string }> {
  const post = await postInReach(tx, reach, id);
  if (reach !== undefined && asked.validTo < officeDay(maker.at)) throw new Refusal('directory.past');
  if (asked.validTo <= post.validFrom) throw new Refusal('directory.days-order');
  if (post.validTo !== null && post.validTo <= asked.validTo) throw new Refusal('directory.ended-already');
  await setPostEnd(tx, id, asked.validTo, asked.grounds);
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'position-ended', subject: 'position', subjectId: id, agencyId: post.agencyId, effectiveFrom: asked.validTo },
    ...{ before: { validTo: post.validTo, title: post.title }, after: { validTo: asked.validTo, title: post.title } },
    grounds: asked.grounds,
  });
  return { changeId };
}

export interface AskedAuthority {
  readonly capacity: Capacity;
  readonly onBehalfOf: string | null;
  readonly typeCodes: string[] | null;
  readonly scope: string | null;
  readonly delegatedBy: string | null;
  readonly grounds: Grounds;
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** @throws {Refusal} `directory.position-unknown`, `directory.not-yours`, and of `whyNotGive` */
export async function addAuthority(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  positionId: string,
  asked: AskedAuthority,
): Promise<{ id: string; changeId: string }> {
  const post = await postInReach(tx, reach, positionId);
  const giver = asked.delegatedBy === null ? undefined : await postById(tx, asked.delegatedBy);
  if (asked.delegatedBy !== null && (giver === undefined || giver.id === post.id))
    throw new Refusal('directory.position-unknown');
  // Within one agency, or from the level above it to its head (Decree 30/2020 Art. 13).
  if (giver !== undefined && !(await mayGiveTo(tx, giver, post))) throw new Refusal('directory.authority-stranger');
  const given = giver === undefined ? undefined : { post: giver, authorities: await authoritiesOf(tx, [giver.id]) };
  const why = whyNotGive(asked, post, given);
  if (why !== undefined) throw new Refusal(why);
  const id = randomUUID();
  const { grounds, ...rest } = asked;
  await insertAuthority(tx, { ...rest, id, positionId, groundsNumber: grounds.number, groundsDate: grounds.date });
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'authority-added', subject: 'authority', subjectId: id, agencyId: post.agencyId, effectiveFrom: asked.validFrom },
    ...{ after: { ...rest, positionId }, grounds },
  });
  return { id, changeId };
}

async function mayGiveTo(tx: Tx, giver: PostRecord, post: PostRecord): Promise<boolean> {
  if (giver.agencyId === post.agencyId) return true;
  return (await placedAgency(tx, post.agencyId))?.parentId === giver.agencyId;
}

/** @throws {Refusal} `directory.authority-unknown`, `directory.not-yours`, `directory.past`, `directory.days-order`, `directory.ended-already` */
export async function endAuthority(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  id: string,
  asked: { validTo: string; grounds?: Grounds | undefined },
): Promise<{ changeId: string }> {
  const authority = await authorityById(tx, id);
  if (authority === undefined) throw new Refusal('directory.authority-unknown');
  const post = await postInReach(tx, reach, authority.positionId);
  if (asked.validTo < officeDay(maker.at)) throw new Refusal('directory.past');
  if (asked.validTo <= authority.validFrom) throw new Refusal('directory.days-order');
  if (authority.validTo !== null && authority.validTo <= asked.validTo) throw new Refusal('directory.ended-already');
  await setAuthorityEnd(tx, id, asked.validTo);
  const changeId = await noteChange(tx, maker, {
    ...{ kind: 'authority-ended', subject: 'authority', subjectId: id, agencyId: post.agencyId, effectiveFrom: asked.validTo },
    ...{ before: { validTo: authority.validTo }, after: { validTo: asked.validTo }, grounds: asked.grounds },
  });
  return { changeId };
}

async function postInReach(tx: Tx, reach: Reach | undefined, id: string): Promise<PostRecord> {
  const post = await postById(tx, id, true);
  if (post === undefined) throw new Refusal('directory.position-unknown');
  if (reach !== undefined) await agencyInReach(tx, reach, post.agencyId);
  return post;
}

/** Takes back what was said about a position or an authority for a later day. @throws {Refusal} `directory.in-use` */
export async function undoPost(tx: Tx, change: ChangeRecord): Promise<void> {
  const { kind, subjectId } = change;
  const before = (change.before as { validTo: string | null } | null)?.validTo ?? null;
  if (kind === 'position-ended') return setPostEnd(tx, subjectId, before);
  if (kind === 'authority-ended') return setAuthorityEnd(tx, subjectId, before);
  const work = kind === 'position-added' ? deletePost(tx, subjectId) : deleteAuthority(tx, subjectId);
  await work.catch((fault: { code?: unknown }) => {
    throw fault.code === '23503' ? new Refusal('directory.in-use', { cause: fault }) : fault;
  });
}
