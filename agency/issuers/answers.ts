import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { commonName, nameKey } from '@antin/pki/x509/name';
import type { ItemResult } from '@antin/protocol/certificates/result';
import { record } from '../journal/journal.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { requireSeal } from './archive-seal.ts';
import { ConnectorFault, type Collected } from './connector.ts';
import type { IssuerDeps } from './deps.ts';
import { answerQuestionRow, keepUnmatched, questionById, settleUnmatchedRow, unmatchedById } from './open-store.ts';
import { ANSWER_QUEUE, connectorOf } from './requests.ts';
import { sha256Of } from './digest.ts';
import { about, certificateColumns, closeWhenDone, takeItems, takeResult, type Applied } from './results.ts';
import { isEnd, sameName } from './rules.ts';
import { itemById, itemsByKey, lockRequest, requestById, takenBy, type ItemRecord, type RequestRecord } from './store.ts';

/**
 * Takes an archive that came back for a request. Results with the request's id go to their items; bare certificates go to
 * the item with their public key. Everything else is listed, nothing is guessed.
 *
 * @throws {Refusal} `issuer.archive-damaged`, `issuer.archive-unsealed`, `issuer.archive-seal-broken`, `issuer.request-not-now`
 */
export async function takeArchive(
  deps: IssuerDeps,
  caller: Caller,
  request: RequestRecord,
  archive: Uint8Array,
): Promise<Applied> {
  if (request.state === 'prepared' || request.state === 'withdrawn') throw new Refusal('issuer.request-not-now');
  const collected = await collect(deps, request, archive);
  const sum = { applied: 0, repeated: 0, unmatched: 0 };
  const add = (part: Applied): void => {
    sum.applied += part.applied;
    sum.repeated += part.repeated;
    sum.unmatched += part.unmatched;
  };
  await inTransaction(deps.db, async (tx) => {
    const actor = { at: deps.clock(), agencyId: request.agencyId, actor: actorOf(caller) };
    const detail = { requestId: request.id, sha256: sha256Of(archive) };
    await record(tx, { ...actor, event: 'IssuerResultsBrought', detail });
    for (const one of collected.unreadable) {
      const reason = one.code === 'result.not-a-certificate' ? 'not-a-certificate' : 'unknown-item';
      const more = { reason, contentSha256: one.sha256, fileName: one.fileName, detail: one.code } as const;
      await keepUnmatched(tx, { ...about(request, deps.clock()), ...more });
      sum.unmatched += 1;
    }
  });
  for (const { fileName, result } of collected.results) {
    if (result.requestId === request.id) add(await takeResult(deps, result));
    else {
      await inTransaction(deps.db, (tx) =>
        keepUnmatched(tx, {
          ...{ ...about(request, deps.clock()), reason: 'unknown-item', fileName, detail: `requestId ${result.requestId}` },
          contentSha256: sha256Of(Buffer.from(JSON.stringify(result))),
        }),
      );
      sum.unmatched += 1;
    }
  }
  add(await takeCertificates(deps, request, collected));
  return sum;
}

async function collect(deps: IssuerDeps, request: RequestRecord, archive: Uint8Array): Promise<Collected> {
  const connector = connectorOf(deps, request.connector);
  try {
    await requireSeal(archive, connector.capabilities, deps.judgeArchive, connector.sealers);
    return connector.collect(archive);
  } catch (fault) {
    if (!(fault instanceof ConnectorFault)) throw fault;
    const sealed = { 'connector.archive-unsealed': 'unsealed', 'connector.archive-seal-broken': 'seal-broken' } as const;
    const what = fault.code in sealed ? sealed[fault.code as keyof typeof sealed] : 'damaged';
    throw new Refusal(`issuer.archive-${what}`, { cause: fault });
  }
}

/** Certificates without a result: by the hash of their public key, or listed. */
async function takeCertificates(deps: IssuerDeps, request: RequestRecord, collected: Collected): Promise<Applied> {
  const sum = { applied: 0, repeated: 0, unmatched: 0 };
  const all = new Map<string, { certificate: Certificate; fileName: string }>();
  for (const { der, fileName } of collected.certificates) {
    const certificate = parseCertificate(der);
    all.set(sha256Of(der), { certificate, fileName });
  }
  const authorities = [...all.values()].map((one) => one.certificate).filter((one) => one.basicConstraints?.ca === true);
  const leaves = [...all].filter(([, one]) => one.certificate.basicConstraints?.ca !== true);
  for (const [sha256, { certificate, fileName }] of leaves) {
    const said = await inTransaction(deps.db, async (tx) => {
      // With a result beside it, the certificate was given to its item a moment ago.
      if ((await takenBy(tx, sha256)) !== undefined) return { applied: 0, repeated: 1, unmatched: 0 };
      const candidates = await itemsByKey(tx, request.id, [sha256Of(certificate.spki)]);
      const open = candidates.filter((item) => !isEnd(item.state));
      const chain = chainOf(certificate, authorities);
      const [only] = open;
      if (only === undefined || open.length > 1) {
        const reason = open.length > 1 || candidates.length > 0 ? 'duplicate' : 'unknown-key';
        const columns = certificateColumns({ certificate, chain, deviceSerial: undefined });
        await keepUnmatched(tx, { ...about(request, deps.clock()), reason, contentSha256: sha256, fileName, ...columns });
        return { applied: 0, repeated: 0, unmatched: 1 };
      }
      const result: ItemResult = {
        ...{ itemId: only.id, status: 'issued', at: deps.clock().toISOString() },
        certificate: toBase64(certificate.raw),
        chain: chain.map((one) => toBase64(one.raw)),
      };
      return takeItems(deps, tx, request, [result], only.sequence);
    });
    sum.applied += said.applied;
    sum.repeated += said.repeated;
    sum.unmatched += said.unmatched;
  }
  if (sum.applied > 0) {
    await inTransaction(deps.db, async (tx) => closeWhenDone(tx, (await lockRequest(tx, request.id))!, {}, deps.clock()));
  }
  return sum;
}

function chainOf(leaf: Certificate, authorities: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  for (let tip = leaf; chain.length < 5;) {
    const above = authorities.find((one) => nameKey(one.subject) === nameKey(tip.issuer) && !chain.includes(one));
    if (above === undefined || equalBytes(above.subject.raw, above.issuer.raw)) break;
    chain.push(above);
    tip = above;
  }
  return chain;
}

/** @throws {Refusal} `issuer.question-not-found`, `issuer.question-answered` */
export async function answerQuestion(deps: IssuerDeps, caller: Caller, id: string, text: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const question = await questionById(tx, id);
    if (question === undefined) throw new Refusal('issuer.question-not-found');
    const request = (await requestById(tx, question.requestId))!;
    const answered = await answerQuestionRow(tx, id, { text, by: caller.fullName, at: deps.clock() });
    if (!answered) throw new Refusal('issuer.question-answered');
    if (connectorOf(deps, request.connector).capabilities.transport === 'at-once') {
      await enqueue(tx, { queue: ANSWER_QUEUE, key: id, payload: { questionId: id } });
    }
    await record(tx, {
      ...{ event: 'IssuerQuestionAnswered', at: deps.clock(), agencyId: question.agencyId, actor: actorOf(caller) },
      detail: { requestId: question.requestId, itemId: question.itemId },
    });
  });
}

/**
 * A person says which item a listed certificate is for, or that it is for none. Key, issuer and state must still fit: only
 * the name is the person's to judge.
 *
 * @throws {Refusal} `issuer.unmatched-not-found`, `issuer.still-does-not-fit`, `issuer.name-differs`
 */
export async function settleUnmatched(
  deps: IssuerDeps,
  caller: Caller,
  id: string,
  decision: { itemId: string; confirmedName?: string | undefined } | { none: true; reason: string },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const found = await unmatchedById(tx, id);
    if (found === undefined || found.settledAt !== null) throw new Refusal('issuer.unmatched-not-found');
    const at = deps.clock();
    const as = 'itemId' in decision ? decision.itemId : `none: ${decision.reason}`;
    // First, and with the row's lock: what is given below is not taken for the issuer's own doing, nor by two people at once.
    if (!(await settleUnmatchedRow(tx, id, { as, by: caller.fullName, at }))) throw new Refusal('issuer.unmatched-not-found');
    let names: Record<string, string> = {};
    if ('itemId' in decision) {
      if (found.der === null) throw new Refusal('issuer.still-does-not-fit');
      names = confirmed(found.der, await itemById(tx, decision.itemId), decision.confirmedName);
      const request = (await requestById(tx, found.requestId))!;
      const result: ItemResult = {
        ...{ itemId: decision.itemId, status: 'issued', at: at.toISOString() },
        certificate: toBase64(found.der),
        chain: found.chain.map((one) => toBase64(one)),
        ...(found.deviceSerial === null ? {} : { deviceSerial: found.deviceSerial }),
      };
      const said = await takeItems(deps, tx, request, [result], 0, { byPerson: true });
      if (said.applied === 0) throw new Refusal('issuer.still-does-not-fit');
      await closeWhenDone(tx, (await lockRequest(tx, request.id))!, {}, at);
    }
    await record(tx, {
      ...{ event: 'IssuerAnswerSettled', at, agencyId: found.agencyId, actor: actorOf(caller) },
      detail: { requestId: found.requestId, unmatchedId: id, reason: found.reason, as, ...names },
    });
  });
}

/**
 * A name that differs is taken only from somebody who has said it again: one click in a long list gives nobody's certificate
 * to somebody else.
 *
 * @throws {Refusal} `issuer.name-differs`, `issuer.still-does-not-fit`
 */
function confirmed(der: Uint8Array, item: ItemRecord | undefined, said: string | undefined): Record<string, string> {
  if (item === undefined) throw new Refusal('issuer.still-does-not-fit');
  const name = commonName(parseCertificate(der).subject) ?? '';
  if (sameName(name, item.name)) return {};
  if (said?.normalize('NFC').trim() !== name.normalize('NFC').trim()) {
    const words = `“${name}” ≠ “${item.name}”`;
    throw new Refusal('issuer.name-differs', { detail: { vi: words, en: words } });
  }
  return { certificateName: name, itemName: item.name };
}
