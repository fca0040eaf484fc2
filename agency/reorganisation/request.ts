import { randomUUID } from 'node:crypto';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { insertAct, moveAct, openActOf } from '../certificates/act-store.ts';
import { sealSubject, shownOf, type CertificateDeps } from '../certificates/deps.ts';
import { changeHolding, insertRequested, lockHolding, type NewHolding } from '../certificates/store.ts';
import { personByCitizenHash } from '../directory/people-store.ts';
import { agencyOfCode } from '../directory/agency-store.ts';
import { agencyById, positionById } from '../directory/store.ts';
import type { IssuerDeps } from '../issuers/deps.ts';
import { prepareRequests, type PreparedItem } from '../issuers/requests.ts';
import { record } from '../journal/journal.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { itemsOf, reorganisationById, setRequest, type ReorganisationRecord } from './store.ts';

export interface BatchDeps {
  readonly certificates: CertificateDeps;
  readonly issuers: IssuerDeps;
}

/**
 * Makes the consolidated request of a reorganisation that has taken effect: ends, changes and new certificates in one batch,
 * in the name of who decided it. Items that lack something wait for people. Done once, however often it is called; what was
 * completed later goes in a further request when somebody asks for it.
 *
 * @param asker who asks for a further one
 * @throws {Refusal} of `prepareRequests`; nothing is written then, and the items stay as they were prepared
 */
export async function requestBatch(deps: BatchDeps, id: string, asker?: Caller): Promise<void> {
  await inTransaction(deps.certificates.db, async (tx) => {
    const one = await reorganisationById(tx, id, true);
    if (one?.state !== 'effective' || (asker === undefined && one.requestId !== null)) return;
    const caller = asker ?? (await decider(tx, one));
    const stored = (await itemsOf(tx, id)).filter((item) => item.itemSealed !== null && item.requestId === null);
    if (caller === undefined || stored.length === 0) return;
    const from = (await agencyById(tx, one.agencyId))!;
    const prepared: PreparedItem[] = [];
    const acts: string[] = [];
    for (const { itemSealed, holder, holdingId, form } of stored) {
      const item = JSON.parse(deps.certificates.vault.open(itemSealed!)) as RequestItem;
      const owner = await agencyOfCode(tx, item.managingAgency.code, one.effectiveOn);
      const agencyId = owner?.id ?? from.id;
      const common = { item, name: holder, form, agencyId, spkiSha256: null };
      if (item.act === 'new') {
        const holding = await newHolding(deps, tx, item, agencyId);
        prepared.push({ ...common, certificateId: holding });
      } else {
        if (holdingId !== null && (await takeAct(deps, tx, caller, item, holdingId))) acts.push(item.id);
        prepared.push({ ...common, certificateId: holdingId });
      }
    }
    const [requestId] = await prepareRequests(deps.issuers, tx, caller, {
      ...{ agencyId: from.id, from: { code: from.code, name: from.name, place: from.place }, items: prepared },
      number: one.groundsNumber,
    });
    for (const act of acts) await moveAct(tx, act, { state: 'sent', requestId: requestId! });
    await setRequest(
      tx,
      id,
      stored.map((item) => item.itemId),
      requestId!,
    );
    await record(tx, {
      ...{ event: 'ReorganisationRequested', at: deps.certificates.clock(), agencyId: one.agencyId, actor: actorOf(caller) },
      detail: { reorganisation: id, requestId: requestId!, items: String(prepared.length) },
    });
  });
}

/** A line of the register for the certificate that is asked for. */
async function newHolding(deps: BatchDeps, tx: Tx, item: RequestItem & { act: 'new' }, agencyId: string): Promise<string> {
  const { vault, clock } = deps.certificates;
  const { subject } = item;
  const day = officeDay(clock());
  const person = subject.form === '01' ? await personByCitizenHash(tx, vault.hash(subject.citizenNumber), day) : undefined;
  const holding: NewHolding = {
    ...{ id: randomUUID(), agencyId, form: subject.form, personId: person?.id ?? null, itemId: item.id, ...shownOf(subject) },
    ...{ subjectSealed: sealSubject(deps.certificates, subject), deviceKind: item.device, spkiSha256: null },
  };
  await insertRequested(tx, [holding], clock());
  return holding.id;
}

/** What the register knows as asked: an act of the item's id, in place of one that waited. */
async function takeAct(deps: BatchDeps, tx: Tx, caller: Caller, item: RequestItem, holdingId: string): Promise<boolean> {
  const holding = await lockHolding(tx, holdingId);
  if (holding === undefined || (item.act !== 'revoke' && item.act !== 'change')) return false;
  const open = await openActOf(tx, holding.id);
  if (open !== undefined) await moveAct(tx, open.id, { state: 'withdrawn', answer: 'reorganisation' });
  await insertAct(tx, {
    ...{ id: item.id, holdingId, agencyId: holding.agencyId, act: item.act, askedAt: deps.certificates.clock() },
    ...{ askedBy: caller.fullName, since: null, reason: null, cause: item.act === 'revoke' ? item.cause : null },
    subjectSealed: item.act === 'change' ? sealSubject(deps.certificates, item.subject) : null,
  });
  await changeHolding(tx, holding.id, { pending: item.act });
  return true;
}

/** Who decided it: the request goes out in their name, as it would have from their screen. */
async function decider(tx: Tx, one: ReorganisationRecord): Promise<Caller | undefined> {
  const position = one.decidedPosition === null ? undefined : await positionById(tx, one.decidedPosition);
  if (position === undefined) return undefined;
  const { id, agencyId, agencyName, title, capacity, roles, personId, fullName, signInName, unitName } = position;
  return {
    personId,
    fullName,
    signInName,
    position: { id, agencyId, agencyName, unitName: unitName ?? undefined, title, capacity, roles },
  };
}

/** A refusal is an answer: the items wait in the reorganisation, where people see them. */
export async function requestOrWait(deps: BatchDeps, id: string): Promise<void> {
  try {
    await requestBatch(deps, id);
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    await inTransaction(deps.certificates.db, async (tx) => {
      const one = await reorganisationById(tx, id);
      if (one === undefined) return;
      const detail = { reorganisation: id, code: fault.code };
      await record(tx, { event: 'ReorganisationRequestRefused', at: deps.certificates.clock(), agencyId: one.agencyId, detail });
    });
  }
}
