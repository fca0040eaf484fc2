import { randomUUID } from 'node:crypto';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { allowed, must, Refusal, refused, type Decision } from '@antin/adapters/http/refusal';
import type { RequestItem } from '@antin/protocol/certificates/request';
import type { AskAct } from '@antin/protocol/office/certificates';
import { addWorkingDays } from '@antin/adapters/clock/working-days';
import { officeDay } from '@antin/adapters/clock/days';
import { agenciesById } from '../directory/store.ts';
import { prepareRequests, type PreparedItem } from '../issuers/requests.ts';
import type { IssuerDeps } from '../issuers/deps.ts';
import type { RequestRecord } from '../issuers/store.ts';
import { record } from '../journal/journal.ts';
import { isUnder, scopeOf } from '../scope.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { actById, actsOfRequest, insertAct, moveAct, openActOf, takePrepared, type ActRecord } from './act-store.ts';
import { limitsNow, openSubject, sealSubject, shownOf, type CertificateDeps } from './deps.ts';
import type { Limits } from './limits.ts';
import { mayAsk } from './rules.ts';
import { changeHolding, holdingById, lockHolding, type HoldingRecord } from './store.ts';

/** A certificate in the caller's reach. @throws {Refusal} `certificate.not-found` */
export async function reachable(deps: CertificateDeps, tx: Tx, caller: Caller, id: string): Promise<HoldingRecord> {
  const holding = await lockHolding(tx, id);
  if (holding === undefined || !(await isUnder(tx, holding.agencyId, caller.position.agencyId))) {
    throw new Refusal('certificate.not-found');
  }
  return holding;
}

/** Writes down what is to be asked of the issuer. It leaves with the next consolidated request. */
export async function ask(
  deps: CertificateDeps,
  caller: Caller,
  id: string,
  input: { version: number; ask: AskAct },
): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    const holding = await reachable(deps, tx, caller, id);
    if (holding.version !== input.version) throw new Refusal('certificate.changed-meanwhile');
    return must(await askLocked(deps, tx, caller, holding, input.ask, await limitsNow(deps, tx)));
  });
}

/** The same for many: each is decided by itself, and what may be asked is asked in one transaction a hundred. */
export async function askMany(
  deps: CertificateDeps,
  caller: Caller,
  ids: readonly string[],
  asked: AskAct,
): Promise<{ asked: { certificateId: string; actId: string }[]; refused: { certificateId: string; code: string }[] }> {
  const answer = {
    asked: [] as { certificateId: string; actId: string }[],
    refused: [] as { certificateId: string; code: string }[],
  };
  // In one order for everybody: two officers with the same list do not wait for each other's rows in a circle.
  const wanted = [...new Set(ids)].sort();
  for (let from = 0; from < wanted.length; from += 100) {
    await inTransaction(deps.db, async (tx) => {
      const part = { asked: [] as typeof answer.asked, refused: [] as typeof answer.refused };
      const limits = await limitsNow(deps, tx);
      for (const certificateId of wanted.slice(from, from + 100)) {
        const holding = await reachable(deps, tx, caller, certificateId).catch((fault: unknown) => {
          if (fault instanceof Refusal) return undefined;
          throw fault;
        });
        const said =
          holding === undefined ? refused('certificate.not-found') : await askLocked(deps, tx, caller, holding, asked, limits);
        if (said.ok) part.asked.push({ certificateId, actId: said.value });
        else part.refused.push({ certificateId, code: said.code });
      }
      return part;
    }).then((part) => {
      answer.asked.push(...part.asked);
      answer.refused.push(...part.refused);
    });
  }
  return answer;
}

export async function askLocked(
  deps: CertificateDeps,
  tx: Tx,
  caller: Caller,
  holding: HoldingRecord,
  asked: AskAct,
  limits: Limits,
): Promise<Decision<string>> {
  const may = mayAsk(holding, asked, deps.clock(), limits);
  if (!may.ok) return may;
  if (asked.act === 'change' && asked.subject.form !== holding.form) return refused('certificate.subject-of-another-form');
  // Without its issuer's certificate nobody else could tell which certificate is meant.
  if (holding.issuerSha256 === null) return refused('certificate.issuer-unknown');
  const at = deps.clock();
  const open = await openActOf(tx, holding.id);
  if (open !== undefined) await moveAct(tx, open.id, { state: 'withdrawn', answer: 'revocation' });
  const id = randomUUID();
  await insertAct(tx, {
    ...{ id, holdingId: holding.id, agencyId: holding.agencyId, act: asked.act, askedAt: at, askedBy: caller.fullName },
    cause: asked.act === 'revoke' ? asked.cause : null,
    since: asked.act === 'revoke' ? (asked.since ?? null) : null,
    reason: 'reason' in asked ? (asked.reason ?? null) : null,
    subjectSealed: asked.act === 'change' ? sealSubject(deps, asked.subject) : null,
  });
  await changeHolding(tx, holding.id, { pending: asked.act });
  await record(tx, {
    ...{ event: EVENTS[asked.act], at, agencyId: holding.agencyId, actor: actorOf(caller), documentId: holding.id },
    detail: { actId: id, ...(asked.act === 'revoke' ? { cause: asked.cause } : {}) },
  });
  return allowed(id);
}

const EVENTS = {
  renew: 'CertificateRenewalAsked',
  change: 'CertificateChangeAsked',
  revoke: 'CertificateRevocationAsked',
  'recover-device': 'DeviceRecoveryAsked',
} as const;

/** @throws {Refusal} `certificate.act-not-found`, `certificate.act-sent` */
export async function withdrawAct(deps: CertificateDeps, caller: Caller, actId: string): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    const before = await actById(tx, actId);
    if (before === undefined) throw new Refusal('certificate.act-not-found');
    const holding = await reachable(deps, tx, caller, before.holdingId);
    const act = (await actById(tx, actId))!;
    if (act.state !== 'prepared') throw new Refusal('certificate.act-sent');
    await moveAct(tx, actId, { state: 'withdrawn' });
    await changeHolding(tx, holding.id, { pending: null });
    await record(tx, {
      ...{ event: 'CertificateActWithdrawn', at: deps.clock(), agencyId: holding.agencyId, actor: actorOf(caller) },
      ...{ documentId: holding.id, detail: { actId, act: act.act } },
    });
    return holding.id;
  });
}

/** Puts prepared acts of the caller's reach into consolidated requests. */
export async function requestActs(
  deps: CertificateDeps,
  issuers: IssuerDeps,
  caller: Caller,
  input: { connector?: string | undefined; number?: string | undefined; actIds?: readonly string[] | undefined },
): Promise<string[]> {
  return inTransaction(deps.db, async (tx) => {
    const scope = await scopeOf(tx, caller.position.agencyId);
    const acts = await takePrepared(tx, scope, input.actIds, 5000);
    if (acts.length === 0) throw new Refusal('issuer.nothing-to-request');
    const agencyIds = [...new Set([...acts.map((act) => act.agencyId), caller.position.agencyId])];
    const agencies = new Map((await agenciesById(tx, agencyIds)).map((agency) => [agency.id, agency]));
    const today = officeDay(deps.clock());
    const limits = await limitsNow(deps, tx);
    const dueOn = addWorkingDays(deps.calendar(), today, limits['issuer-working-days']);
    const items: PreparedItem[] = [];
    for (const act of acts) items.push(itemOf(deps, act, (await holdingById(tx, act.holdingId))!, agencies.get(act.agencyId)!));
    const from = agencies.get(caller.position.agencyId)!;
    const ids = await prepareRequests(issuers, tx, caller, {
      ...{ agencyId: from.id, connector: input.connector, number: input.number, items },
      from: { code: from.code, name: from.name, place: from.place },
    });
    for (const act of acts) await moveAct(tx, act.id, { state: 'sent', requestId: ids[0]!, dueOn });
    return ids;
  });
}

export function itemOf(
  deps: CertificateDeps,
  act: ActRecord,
  holding: HoldingRecord,
  agency: { code: string; name: string; place: string },
): PreparedItem {
  const managingAgency = { code: agency.code, name: agency.name, place: agency.place };
  const certificate = { issuerSha256: holding.issuerSha256 as never, serialHex: holding.serialHex! };
  const common = { id: act.id, managingAgency, certificate, attachments: [] };
  const subject = openSubject(deps, act.subjectSealed);
  const item = ((): RequestItem => {
    if (act.act === 'renew') return { act: 'renew', ...common };
    if (act.act === 'recover-device') return { act: 'recover-device', reason: act.reason ?? '', ...common };
    if (act.act === 'change') return { act: 'change', subject: subject!, device: holding.deviceKind, ...common };
    return { act: 'revoke', cause: act.cause!, ...(act.since === null ? {} : { since: act.since }), ...common };
  })();
  return {
    item,
    name: subject === undefined ? holding.name : shownOf(subject).name,
    ...{ form: holding.form, agencyId: act.agencyId, certificateId: holding.id },
    // The same key is certified again: an answer without a result finds its item by it.
    spkiSha256: act.act === 'renew' ? holding.spkiSha256 : null,
  };
}

/** A request was taken apart before it left: its acts are prepared again. */
export async function actsGivenBack(tx: Tx, request: RequestRecord): Promise<void> {
  for (const act of await actsOfRequest(tx, request.id)) {
    if (act.state === 'sent') await moveAct(tx, act.id, { state: 'prepared', requestId: null });
  }
}
