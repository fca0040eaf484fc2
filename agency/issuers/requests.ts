import { createHash, randomUUID } from 'node:crypto';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { requestPaper } from '@antin/adapters/print/request-paper';
import { utf8 } from '@antin/formats/bytes/bytes';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { line, withoutUnseen } from '@antin/protocol/certificates/line';
import { ConsolidatedRequest, MAX_ITEMS, type RequestItem } from '@antin/protocol/certificates/request';
import { record } from '../journal/journal.ts';
import { putSealed, sealedBytes, sealedSizes } from '../sealed-files.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { contentOf, sealContent } from './at-rest.ts';
import type { IssuerConnector, SealedRequest } from './connector.ts';
import type { IssuerDeps } from './deps.ts';
import { MAX_PARTS } from '@antin/protocol/agent/jobs';
import { mediaTypeOf } from '@antin/protocol/certificates/media-type';
import { checksums, type TravelFile } from './seal.ts';
import {
  deleteItems,
  insertAttachments,
  insertRequest,
  lockRequest,
  moveRequest,
  requestById,
  sealRequestRow,
  type ItemRecord,
  type RequestRecord,
} from './store.ts';

export const SUBMIT_QUEUE = 'issuers.submit';
export const POLL_QUEUE = 'issuers.poll';
export const ANSWER_QUEUE = 'issuers.answer';
/** Papers of one container: it is made and sent in memory. */
const MAX_PAPERS = 128 << 20;
/** Beside the request, its print and its checksums: a device fetches no more files. */
const MAX_FILES = MAX_PARTS - 3;

/** One item with what this side keeps beside it. */
export interface PreparedItem {
  readonly item: RequestItem;
  /** As it will stand in the certificate. */
  readonly name: string;
  readonly form: ItemRecord['form'];
  readonly agencyId: string;
  readonly spkiSha256: string | null;
  readonly certificateId: string | null;
}

export interface NewRequest {
  readonly from: { readonly code: string; readonly name: string; readonly place: string };
  readonly agencyId: string;
  readonly connector?: string | undefined;
  readonly number?: string | undefined;
  readonly round?: { readonly id: string; readonly name: string } | undefined;
  readonly items: readonly PreparedItem[];
}

/**
 * Makes the consolidated requests of these items, several when there are more than one can hold. Their order is kept.
 *
 * @returns their ids
 * @throws {Refusal} `issuer.nothing-to-request`, `issuer.connector-unknown`, `issuer.act-not-offered`, `issuer.item-not-complete`
 */
export async function prepareRequests(deps: IssuerDeps, tx: Tx, caller: Caller, input: NewRequest): Promise<string[]> {
  if (input.items.length === 0) throw new Refusal('issuer.nothing-to-request');
  const connector = connectorOf(deps, input.connector ?? deps.defaultConnector);
  const offered: readonly string[] = connector.capabilities.acts;
  if (!input.items.every(({ item }) => offered.includes(item.act))) throw new Refusal('issuer.act-not-offered');
  const at = deps.clock();
  const ids: string[] = [];
  const sizes = await sealedSizes(tx, [...new Set(input.items.flatMap(({ item }) => item.attachments))]);
  const number = withoutUnseen(input.number ?? '');
  const round = roundAsSeen(input.round);
  let from = 0;
  for (const part of partsOf(input.items, sizes)) {
    const first = from + 1;
    from += part.length;
    const id = randomUUID() as string;
    const request = ConsolidatedRequest.safeParse({
      ...{ type: 'antin.certificate-request', version: 1, id, from: input.from, createdAt: at.toISOString() },
      ...(number === '' ? {} : { number }),
      ...(round === undefined ? {} : { round }),
      items: part.map(asSeen),
    });
    if (!request.success) {
      const fields = request.error.issues
        .slice(0, 20)
        .map((issue) => ({ path: issue.path.join('.'), code: 'issuer.item-not-complete' }));
      throw new Refusal('issuer.item-not-complete', { fields });
    }
    const content = canonicalJson(request.data);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await insertRequest(
      tx,
      {
        ...{ id, agencyId: input.agencyId, connector: connector.id, number: request.data.number ?? null },
        ...{ roundId: input.round?.id ?? null, contentSealed: sealContent(deps.vault, id, content), sha256 },
        ...{ createdAt: at, createdBy: caller.fullName },
      },
      part.map(({ item, ...more }, i) => ({
        ...more,
        id: item.id,
        ordinal: first + i,
        act: item.act,
        agencyName: item.managingAgency.name,
      })),
    );
    await insertAttachments(tx, id, [...new Set(part.flatMap(({ item }) => item.attachments))]);
    await record(tx, {
      ...{ event: 'IssuerRequestPrepared', at, agencyId: input.agencyId, actor: actorOf(caller) },
      detail: { requestId: id, items: String(part.length), sha256 },
    });
    ids.push(id);
  }
  return ids;
}

/** Where an item names only a certificate, whose it is stands beside it: people read names, and the issuer holds one against the other. */
function asSeen({ item, name }: PreparedItem): RequestItem {
  if (item.act === 'new' || item.act === 'change') return item;
  // A name in a certificate is whatever its issuer let stand there: the certificate can be revoked all the same, without it.
  const { holder: _, ...rest } = item;
  const holder = line(200).safeParse(withoutUnseen(name).slice(0, 200)).data;
  const named = (holder === undefined ? rest : { ...rest, holder }) as RequestItem;
  return named.act === 'recover-device' ? { ...named, reason: withoutUnseen(named.reason, 'lines') } : named;
}

/** Rounds were named before names were held to what is seen: one that cannot be named is not. */
function roundAsSeen(round: NewRequest['round']): NewRequest['round'] {
  const name = line(200).safeParse(withoutUnseen(round?.name ?? '')).data;
  return round === undefined || name === undefined ? undefined : { id: round.id, name };
}

/** Judged on the day it was made and under seal since: rules that came later do not make it unreadable. */
const kept = (canonical: string) => JSON.parse(canonical) as ConsolidatedRequest;

/** Not more than one container can carry: so many items, papers and octets of papers (a paper that many items name counts once). */
export function* partsOf(
  items: readonly PreparedItem[],
  sizes: ReadonlyMap<string, number>,
  most: { items: number; bytes: number; files: number } = { items: MAX_ITEMS, bytes: MAX_PAPERS, files: MAX_FILES },
): Generator<PreparedItem[]> {
  let part: PreparedItem[] = [];
  let named = new Set<string>();
  let bytes = 0;
  for (const one of items) {
    const fresh = new Set(one.item.attachments.filter((sha256) => !named.has(sha256)));
    const more = [...fresh].reduce((sum, sha256) => sum + (sizes.get(sha256) ?? 0), 0);
    const full = named.size + fresh.size > most.files || (more > 0 && bytes + more > most.bytes);
    if (part.length === most.items || (part.length > 0 && full)) {
      yield part;
      [part, named, bytes] = [[], new Set(), 0];
    }
    part.push(one);
    for (const sha256 of one.item.attachments) {
      if (!named.has(sha256)) bytes += sizes.get(sha256) ?? 0;
      named.add(sha256);
    }
  }
  if (part.length > 0) yield part;
}

export function connectorOf(deps: Pick<IssuerDeps, 'connectors'>, id: string): IssuerConnector {
  const found = deps.connectors.get(id);
  if (found === undefined) throw new Refusal('issuer.connector-unknown');
  return found;
}

/** The request on paper, from what is signed and nothing beside it: whoever has the file can make the print again. */
export async function printRequest(deps: IssuerDeps, request: RequestRecord): Promise<Uint8Array> {
  return requestPaper(kept(await contentOf(deps.vault, deps.db, request.id)), request.sha256);
}

/**
 * What travels, made and signed once: the same request always goes out as the same bytes.
 *
 * @throws {Refusal} `issuer.request-not-found`, `issuer.not-signed`, `issuer.request-shredded`
 */
export async function sealedRequest(deps: IssuerDeps, id: string): Promise<{ request: RequestRecord; sealed: SealedRequest }> {
  const request = await requestById(deps.db, id);
  if (request === undefined) throw new Refusal('issuer.request-not-found');
  if (request.shreddedAt !== null) throw new Refusal('issuer.request-shredded');
  if (request.containerSha256 === null) throw new Refusal('issuer.not-signed');
  const canonical = await contentOf(deps.vault, deps.db, id);
  const sealed = {
    ...{ requestId: id, canonical, sha256: request.sha256, attachments: attachmentsOf(deps, canonical) },
    container: await sealedBytes(deps, request.containerSha256),
    mediaType: request.mediaType!,
  };
  return { request, sealed };
}

function attachmentsOf(deps: IssuerDeps, canonical: string): SealedRequest['attachments'] {
  const hashes = [...new Set(kept(canonical).items.flatMap((item) => item.attachments as readonly string[]))];
  return hashes.map((sha256) => ({ sha256, bytes: () => sealedBytes(deps, sha256) }));
}

/** The files of a request, its checksums last. @param paper its print, made once because it is signed */
export async function travelFiles(deps: IssuerDeps, id: string, paper: Uint8Array): Promise<TravelFile[]> {
  const canonical = await contentOf(deps.vault, deps.db, id);
  const files: TravelFile[] = [
    { name: 'request.json', bytes: utf8(canonical), mimeType: 'application/json' },
    { name: 'request.pdf', bytes: paper, mimeType: 'application/pdf' },
  ];
  for (const one of attachmentsOf(deps, canonical)) {
    const bytes = await one.bytes();
    files.push({ name: `attachments/${one.sha256}`, bytes, mimeType: mediaTypeOf(bytes) });
  }
  return [...files, checksums(files)];
}

/**
 * Keeps what travels, and says who signed it. Two at once: the first seal stands.
 *
 * @returns false when there was one already, or the request is no longer being prepared
 */
export async function keepSealed(
  deps: IssuerDeps,
  tx: Tx,
  id: string,
  seal: {
    readonly by: 'organisation' | 'installation';
    readonly containerSha256: string;
    readonly mediaType: SealedRequest['mediaType'];
    readonly detail: Readonly<Record<string, string>>;
    readonly who?: string;
  },
): Promise<boolean> {
  const locked = await lockRequest(tx, id);
  if (locked?.state !== 'prepared' || locked.containerSha256 !== null) return false;
  const { by: sealedBy, containerSha256, mediaType } = seal;
  await sealRequestRow(tx, id, { sealedBy, containerSha256, mediaType });
  await record(tx, {
    ...{ event: 'IssuerRequestSealed', at: deps.clock(), agencyId: locked.agencyId },
    ...(seal.who === undefined ? {} : { who: seal.who }),
    detail: { requestId: id, sealedBy, sha256: containerSha256, ...seal.detail },
  });
  return true;
}

/** The installation's own key in place of the organisation's: practice, and only when somebody said so. */
async function sealByInstallation(deps: IssuerDeps, request: RequestRecord): Promise<void> {
  const files = await travelFiles(deps, request.id, await printRequest(deps, request));
  const { container, mediaType } = await deps.sealer.seal(files.slice(0, -1), deps.clock());
  const containerSha256 = await putSealed(deps, container);
  const detail = { checksums: createHash('sha256').update(files.at(-1)!.bytes).digest('hex') };
  await inTransaction(deps.db, (tx) =>
    keepSealed(deps, tx, request.id, { by: deps.sealer.sealedBy, containerSha256, mediaType, detail }),
  );
}

/**
 * Sends, or lets a person carry and then say that it was handed over. What nobody's organisation signed does not leave, unless
 * this installation lets its own key stand for it and the caller says so.
 *
 * @throws {Refusal} `issuer.request-not-now`, `issuer.not-signed`
 */
export async function sendRequest(
  deps: IssuerDeps,
  caller: Caller,
  id: string,
  said: { readonly byInstallation?: boolean | undefined } = {},
): Promise<void> {
  const before = await requestById(deps.db, id);
  if (before === undefined) throw new Refusal('issuer.request-not-found');
  if (before.containerSha256 === null && before.state === 'prepared') {
    if (said.byInstallation !== true || deps.unsealed !== 'when-said') throw new Refusal('issuer.not-signed');
    await sealByInstallation(deps, before);
  }
  const { request } = await sealedRequest(deps, id);
  const connector = connectorOf(deps, request.connector);
  await inTransaction(deps.db, async (tx) => {
    const locked = await lockRequest(tx, id);
    const event = { at: deps.clock(), agencyId: request.agencyId, actor: actorOf(caller), detail: { requestId: id } };
    if (locked?.state === 'prepared' && connector.capabilities.transport === 'at-once') {
      await moveRequest(tx, id, { state: 'sending', lastError: null });
      await enqueue(tx, { queue: SUBMIT_QUEUE, key: id, payload: { requestId: id } });
      await record(tx, { ...event, event: 'IssuerRequestOrdered' });
    } else if (locked?.state === 'prepared') {
      await moveRequest(tx, id, { state: 'to-carry' });
      await record(tx, { ...event, event: 'IssuerRequestToCarry' });
    } else if (locked?.state === 'to-carry') {
      await moveRequest(tx, id, { state: 'sent', sentAt: deps.clock() });
      await record(tx, { ...event, event: 'IssuerRequestSent' });
    } else throw new Refusal('issuer.request-not-now');
  });
}

/** Takes a request apart that nobody outside has seen. @param undo gives its items back to whom they came from */
export async function withdrawRequest(
  deps: IssuerDeps,
  caller: Caller,
  id: string,
  undo: (tx: Tx, request: RequestRecord) => Promise<void>,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const locked = await lockRequest(tx, id);
    if (locked === undefined) throw new Refusal('issuer.request-not-found');
    if (locked.state !== 'prepared' && locked.state !== 'to-carry') throw new Refusal('issuer.request-not-now');
    await moveRequest(tx, id, { state: 'withdrawn', withdrawnAt: deps.clock() });
    await undo(tx, locked);
    // What it asked keeps its ids and may be asked again in another request.
    await deleteItems(tx, id);
    await record(tx, {
      ...{ event: 'IssuerRequestWithdrawn', at: deps.clock(), agencyId: locked.agencyId, actor: actorOf(caller) },
      detail: { requestId: id },
    });
  });
}
