import { createHash, randomUUID } from 'node:crypto';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { FormatFault } from '@antin/formats/fault';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { PkiFault } from '@antin/pki/fault';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { commonName, nameText } from '@antin/pki/x509/name';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { ItemResult, RequestResult } from '@antin/protocol/certificates/result';
import type { Unmatched } from '@antin/protocol/office/issuers';
import { record } from '../journal/journal.ts';
import { sha256Of } from './digest.ts';
import type { IssuerDeps, ReadCertificate } from './deps.ts';
import { dropQuestions, keepQuestion, keepUnmatched, settleByCertificate, type NewUnmatched } from './open-store.ts';
import { contiguous, isEnd, requestStateAfter, sameName, stepOf } from './rules.ts';
import {
  batchNumbers,
  keepBatch,
  lockItems,
  lockRequest,
  moveItem,
  moveRequest,
  openItems,
  requestById,
  takenBy,
  type ItemRecord,
  type RequestRecord,
} from './store.ts';

export interface Applied {
  readonly applied: number;
  readonly repeated: number;
  readonly unmatched: number;
}

/** So many items are taken in one transaction: nobody waits long for the journal behind five thousand answers. */
const CHUNK = 200;

/**
 * Takes a batch of answers to a request. May come twice, late and out of order, and may break off in the middle: every item
 * makes each step once. What fits nothing is listed for a person.
 */
export async function takeResult(deps: IssuerDeps, result: RequestResult): Promise<Applied> {
  const content = canonicalJson(result);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const request = await requestById(deps.db, result.requestId);
  if (request === undefined) throw new TypeError(`no request ${result.requestId}`);
  const sum = { applied: 0, repeated: 0, unmatched: 0 };
  const already = await batchNumbers(deps.db, request.id);
  const at = deps.clock();
  if (already.has(result.sequence)) {
    const other = await inTransaction(deps.db, async (tx) => {
      const known = await keepBatch(tx, { requestId: request.id, sequence: result.sequence, sha256, content, at });
      if (known === sha256) return false;
      await keepUnmatched(tx, {
        ...about(request, at),
        reason: 'sequence-conflict',
        contentSha256: sha256,
        detail: `batch ${result.sequence} came with other content`,
      });
      return true;
    });
    return { ...sum, ...(other ? { unmatched: 1 } : { repeated: result.items.length }) };
  }
  for (let from = 0; from < result.items.length; from += CHUNK) {
    const part = await inTransaction(deps.db, (tx) =>
      takeItems(deps, tx, request, result.items.slice(from, from + CHUNK), result.sequence),
    );
    sum.applied += part.applied;
    sum.repeated += part.repeated;
    sum.unmatched += part.unmatched;
  }
  await inTransaction(deps.db, async (tx) => {
    const locked = (await lockRequest(tx, request.id))!;
    await keepBatch(tx, { requestId: request.id, sequence: result.sequence, sha256, content, at });
    const known = await batchNumbers(tx, request.id);
    await closeWhenDone(tx, locked, { lastSequence: contiguous(known, locked.lastSequence), lastError: null }, deps.clock());
  });
  return sum;
}

/** Answers without a sequence number (certificates in a file, a person's decision): the same rules, item by item. */
export async function takeItems(
  deps: IssuerDeps,
  tx: Tx,
  request: RequestRecord,
  results: readonly ItemResult[],
  sequence: number,
  options: { readonly byPerson?: boolean } = {},
): Promise<Applied> {
  const items = await lockItems(
    tx,
    request.id,
    results.map((one) => one.itemId),
  );
  const sum = { applied: 0, repeated: 0, unmatched: 0 };
  for (const result of results) {
    const said = await takeItem(deps, tx, request, items, result, sequence, options.byPerson === true);
    sum[said] += 1;
  }
  return sum;
}

export async function closeWhenDone(
  tx: Tx,
  request: RequestRecord,
  change: { lastSequence?: number; lastError?: string | null },
  at: Date,
): Promise<void> {
  const state = requestStateAfter(request.state, await openItems(tx, request.id));
  await moveRequest(tx, request.id, { ...change, state });
  if (state === 'finished' && request.state !== 'finished') {
    await record(tx, { event: 'IssuerRequestFinished', at, agencyId: request.agencyId, detail: { requestId: request.id } });
  }
}

async function takeItem(
  deps: IssuerDeps,
  tx: Tx,
  request: RequestRecord,
  items: Map<string, ItemRecord>,
  result: ItemResult,
  sequence: number,
  byPerson: boolean,
): Promise<keyof Applied> {
  const at = deps.clock();
  const item = items.get(result.itemId);
  const list = async (reason: Unmatched['reason'], more: Partial<NewUnmatched> = {}): Promise<'unmatched'> => {
    const contentSha256 = createHash('sha256').update(canonicalJson(result)).digest('hex');
    await keepUnmatched(tx, {
      ...about(request, at),
      ...(item === undefined ? {} : { itemId: item.id }),
      reason,
      contentSha256,
      ...more,
    });
    return 'unmatched';
  };
  const read = result.status === 'issued' ? readIssued(result) : undefined;
  if (read === 'damaged') return list('not-a-certificate');
  const shown = read === undefined ? {} : { ...certificateColumns(read) };
  if (item === undefined) return list('unknown-item', shown);
  const certificateSha256 = read === undefined ? null : sha256Of(read.certificate.raw);
  const step = stepOf(item, result, sequence, certificateSha256);
  if (step.step === 'nothing') return 'repeated';
  if (step.step === 'contradiction') return list('duplicate', { ...shown, detail: `${item.state} → ${result.status}` });
  if (read !== undefined) {
    const wrong = await misfit(deps, tx, item, read, byPerson);
    if (wrong !== undefined) return list(wrong, shown);
  }
  // Listed as a riddle before its result came: solved now.
  if (certificateSha256 !== null) await settleByCertificate(tx, request.id, certificateSha256, item.id, at);
  const text = 'text' in result ? result.text : undefined;
  await moveItem(tx, item.id, { state: step.state, sequence, at, text, certificateSha256 });
  // A later answer in the same batch meets the item as this one left it.
  items.set(item.id, { ...item, state: step.state, sequence, certificateSha256: certificateSha256 ?? item.certificateSha256 });
  if (result.status === 'question') {
    const { questionId, text: asked } = result;
    await keepQuestion(tx, {
      ...{ id: questionId, requestId: request.id, itemId: item.id, agencyId: item.agencyId, text: asked },
      askedAt: new Date(result.at),
    });
  } else if (isEnd(step.state)) await dropQuestions(tx, item.id, at);
  await deps.onItem(tx, item, result, read);
  return 'applied';
}

/** Why a certificate cannot be this item's. Names are never what finds an item, but one that differs stops the machine. */
async function misfit(
  deps: IssuerDeps,
  tx: Tx,
  item: ItemRecord,
  read: ReadCertificate,
  byPerson: boolean,
): Promise<Unmatched['reason'] | undefined> {
  const { certificate, chain } = read;
  if (item.spkiSha256 !== null && sha256Of(certificate.spki) !== item.spkiSha256) return 'key-mismatch';
  if (!deps.trusted(certificate, chain)) return 'foreign-issuer';
  if ((await takenBy(tx, sha256Of(certificate.raw))) !== undefined) return 'duplicate';
  if (!byPerson && !sameName(commonName(certificate.subject) ?? '', item.name)) return 'name-mismatch';
  return undefined;
}

function readIssued(result: Extract<ItemResult, { status: 'issued' }>): ReadCertificate | 'damaged' {
  try {
    return {
      certificate: parseCertificate(fromBase64(result.certificate)),
      chain: result.chain.map((one) => parseCertificate(fromBase64(one))),
      deviceSerial: result.deviceSerial,
    };
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof PkiFault) return 'damaged';
    throw fault;
  }
}

export function certificateColumns(read: ReadCertificate): Partial<NewUnmatched> {
  return {
    der: read.certificate.raw,
    chain: read.chain.map((one: Certificate) => one.raw),
    deviceSerial: read.deviceSerial,
    subject: nameText(read.certificate.subject),
    serialHex: read.certificate.serialHex,
  };
}

export function about(request: RequestRecord, at: Date) {
  return { id: randomUUID() as string, requestId: request.id, agencyId: request.agencyId, at };
}
