import type { z } from 'zod';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Reorganisation, WaitingItem } from '@antin/protocol/office/reorganisation';
import { agencyOfCode } from '../directory/agency-store.ts';
import { personById, positionsOf } from '../directory/store.ts';
import { record } from '../journal/journal.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { issuerOf, makeItem, type ItemDoors } from './certificates.ts';
import type { ItemPlan } from './item-plan.ts';
import type { ReorganisationDoors } from './execute.ts';
import { mineOf, present } from './operations.ts';
import { boundDer, completeItem, itemsOf, type ReorganisationRecord, type StoredItem } from './store.ts';

/**
 * Makes an item again that lacked something on the day: with who keeps the device of a new agency, or only with what the
 * directory knows by now. Whole items wait for their request.
 *
 * @throws {Refusal} `reorganisation.wrong-state`, `reorganisation.item-unknown`, `reorganisation.item-complete`,
 *   `reorganisation.keeper-not-needed`, `reorganisation.keeper-elsewhere`
 */
export async function completeOf(
  doors: ReorganisationDoors,
  caller: Caller,
  { id, itemId }: { readonly id: string; readonly itemId: string },
  keeperId: string | undefined,
): Promise<void> {
  const day = officeDay(doors.clock());
  await inTransaction(doors.db, async (tx) => {
    const one = await mineOf(tx, caller, id, true);
    if (one.state !== 'effective') throw new Refusal('reorganisation.wrong-state');
    const stored = (await itemsOf(tx, id)).find((item) => item.itemId === itemId);
    if (stored === undefined || stored.plan === null) throw new Refusal('reorganisation.item-unknown');
    if (stored.itemSealed !== null || stored.requestId !== null) throw new Refusal('reorganisation.item-complete');
    const kept = keeperId === undefined ? stored.plan : await keptBy(tx, stored.plan, keeperId, day);
    const plan = await withIssuer(tx, doors, kept);
    const { sha256, holdingId, holder, form } = stored;
    const made = await makeItem(tx, { ...doors, day }, plan, { sha256, holdingId, holder, form }, itemId);
    const itemSealed = made.item === undefined ? null : doors.numbers.seal(JSON.stringify(made.item)).sealed;
    await completeItem(tx, itemId, { itemSealed, missing: made.missing, plan });
    await record(tx, {
      ...{ event: 'ReorganisationItemCompleted', at: doors.clock(), agencyId: one.agencyId, actor: actorOf(caller) },
      detail: { reorganisation: id, item: itemId, holder, missing: made.missing.join(' '), keeper: keeperId ?? '' },
    });
  });
}

/** Only somebody who holds a post in the agency keeps its device: nobody else can be made answer for it. */
async function keptBy(tx: Tx, plan: ItemPlan, keeperId: string, day: string): Promise<ItemPlan> {
  if (plan.next?.form !== '02') throw new Refusal('reorganisation.keeper-not-needed');
  const agency = await agencyOfCode(tx, plan.next.agency.code, day);
  const post = (await positionsOf(tx, keeperId, day)).find((held) => held.agencyId === agency?.id);
  if (post === undefined) throw new Refusal('reorganisation.keeper-elsewhere');
  return { ...plan, next: { ...plan.next, keeper: { personId: keeperId, title: post.title } } };
}

/** An authority that became known since. */
async function withIssuer(tx: Tx, doors: Pick<ItemDoors, 'chainOf'>, plan: ItemPlan): Promise<ItemPlan> {
  const { certificate } = plan;
  const der = certificate?.issuerSha256 === null ? await boundDer(tx, certificate.sha256) : undefined;
  if (certificate === undefined || der === undefined) return plan;
  return { ...plan, certificate: { ...certificate, issuerSha256: (await issuerOf(doors, { issuerSha256: null, der })) ?? null } };
}

/**
 * Asks the issuer for what was completed since the first request, in one further request.
 *
 * @throws {Refusal} `reorganisation.nothing-ready`, and those of `prepareRequests`
 */
export async function requestCompleted(doors: ReorganisationDoors, caller: Caller, id: string): Promise<void> {
  const one = await mineOf(doors.db, caller, id);
  if (one.state !== 'effective') throw new Refusal('reorganisation.wrong-state');
  const ready = (await itemsOf(doors.db, id)).some((item) => item.itemSealed !== null && item.requestId === null);
  if (!ready || doors.requestBatch === undefined) throw new Refusal('reorganisation.nothing-ready');
  await doors.requestBatch(id, caller);
}

/** One with what of it still waits for people, and every request that was made of it. */
export async function presentWhole(db: Db, one: ReorganisationRecord, day: string): Promise<z.input<typeof Reorganisation>> {
  if (one.state !== 'effective') return present(one);
  const items = await itemsOf(db, one.id);
  const waiting: z.input<typeof WaitingItem>[] = [];
  for (const item of items) if (item.requestId === null) waiting.push(await waitingItem(db, item, day));
  const requests = [...new Set(items.flatMap((item) => (item.requestId === null ? [] : [item.requestId])))];
  return { ...present(one), waiting, certificateRequestIds: requests };
}

async function waitingItem(db: Db, item: StoredItem, day: string): Promise<z.input<typeof WaitingItem>> {
  const { itemId, holder, form, missing, plan } = item;
  const next = plan?.next;
  const agency = next === undefined ? undefined : await agencyOfCode(db, next.agency.code, day);
  const personId = next?.form === '01' ? next.personId : next?.keeper?.personId;
  const person = personId === undefined ? undefined : await personById(db, personId);
  return {
    ...{ itemId, holder, form, missing: [...missing], act: item.act as 'new' | 'change' | 'revoke' },
    ready: item.itemSealed !== null,
    ...(agency === undefined ? {} : { agency: { id: agency.id, name: agency.name } }),
    ...(person === undefined || personId === undefined ? {} : { person: { id: personId, name: person.fullName } }),
  };
}
