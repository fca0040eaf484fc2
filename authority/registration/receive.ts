import { randomUUID } from 'node:crypto';
import type { ByteSource } from '@antin/formats/bytes/source';
import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { senderByCode } from '../officers/sender-store.ts';
import type { SenderRecord } from '../officers/sender-store.ts';
import { checkNew } from './acts.ts';
import { authenticate } from './authenticate.ts';
import type { Authenticated } from './authenticate.ts';
import { ageAgainst } from './age.ts';
import { lockFiles } from './ahead.ts';
import { calendarOf } from './calendar.ts';
import { factsOf, itemSha256, sha256Hex } from './content.ts';
import type { RegistrationDoors } from './doors.ts';
import { putAttachment } from './parts-store.ts';
import { paperDiffers } from './paper.ts';
import { readRequest } from './read-request.ts';
import type { FoundRequest } from './read-request.ts';
import { limitsOn } from './register-facts.ts';
import { insertItems, uncheckedItems } from './store.ts';
import {
  acceptedSubmission,
  itemsAskedBefore,
  lockIntake,
  putSubmission,
  quarantinedFile,
  senderAttachments,
  submissionById,
} from './submission-store.ts';
import type { NewSubmission, SubmissionRecord } from './submission-store.ts';

/** A file that lies in the store already: whatever becomes of it, it is not lost. */
export interface Incoming {
  readonly fileSha256: string;
  readonly size: number;
  readonly mediaType: string;
  readonly from: { readonly officer: Officer } | { readonly sender: SenderRecord };
}

/** Why a request that is its sender's is not taken in all the same. */
interface Against {
  readonly code: string;
  readonly detail?: string;
}

/** Where no limit is configured. */
const AGE_DAYS = 10;
/** Items looked at before the receipt is given; the rest of a large round follows in a job. */
const AT_ONCE = 200;
export const CHECK_QUEUE = 'authority.check-requests';

/**
 * Takes in a request. The same request again is the same submission; what cannot be read, is not signed by its sender or
 * contradicts an earlier one stands apart with its reason, for an officer to look at.
 *
 * @param again the quarantined submission that is judged once more
 */
export async function receive(parts: RegistrationDoors, incoming: Incoming, again?: SubmissionRecord): Promise<SubmissionRecord> {
  const { doors, clock, files, judge } = parts;
  const db = doors.as('antin_registration');
  const now = clock();
  using file = files.source(incoming.fileSha256);
  const read = readRequest(file);
  // A stranger who brought it in time has not brought it for its sender: it comes when an officer takes it for the sender's.
  const receivedAt = again === undefined || again.code === 'submission.sender-other' ? now : again.receivedAt;
  const base = { id: again?.id ?? randomUUID(), receivedAt, ...originOf(incoming, again) };
  if (read.status === 'refused') return quarantine(parts, base, undefined, read.code, read.detail);
  const { found } = read;
  const sender = await senderByCode(db, found.request.from.code);
  const byToken = 'sender' in incoming.from ? incoming.from.sender : undefined;
  const limits = await limitsOn(db, officeDay(base.receivedAt));
  const rule = (limits.get('leader-signature') ?? 1) === 2 ? 'required' : 'optional';
  const who = await authenticate(judge, file, found, sender, byToken, now.getTime(), rule);
  if (who.status === 'refused') return quarantine(parts, base, found, who.code, who.detail);
  const before = await acceptedSubmission(db, found.request.from.code, found.request.id);
  // Brought again, however late, it is the one that was taken in.
  if (before?.requestSha256 === found.sha256) return before;
  if (who.status === 'signature') {
    const signedAt = who.signedAt ?? Date.parse(found.request.createdAt);
    const old = ageAgainst(signedAt, base.receivedAt, await calendarOf(db), limits.get('request-age-working-days') ?? AGE_DAYS);
    if (old !== undefined) return quarantine(parts, base, found, old.code, old.detail);
  }
  const differs = await paperDiffers(found);
  if (differs !== undefined) return quarantine(parts, base, found, 'submission.paper-differs', differs);

  const kept = await keepBeside(parts, found);
  const accepted = await inTransaction(db, async (tx): Promise<SubmissionRecord | Against> => {
    const { request } = found;
    // One after the other: two requests with the same items under two names must not both find nothing.
    await lockIntake(tx, 'items');
    const earlier = await acceptedSubmission(tx, request.from.code, request.id);
    if (earlier !== undefined) return earlier.requestSha256 === found.sha256 ? earlier : { code: 'submission.id-reused' };
    const other = await itemsAskedBefore(
      tx,
      request.items.map((item) => item.id),
    );
    if (other !== undefined) return { code: 'submission.items-asked-before', detail: other };
    await accept(tx, base, found, who, now);
    await lockFiles(tx, 'to name them');
    for (const { content, ...one } of kept) {
      // Somebody's old paper with the same octets was taken away meanwhile.
      if (!(await files.has(one.sha256))) await files.put(content.read(0, content.size));
      await putAttachment(tx, base.id, one, now);
    }
    const named = [...new Set(request.items.flatMap((item) => item.attachments as readonly string[]))];
    for (const one of await senderAttachments(tx, [request.from.code, ...(byToken === undefined ? [] : [byToken.code])], named)) {
      await putAttachment(tx, base.id, { ...one, name: null }, now);
    }
    await enqueue(tx, { queue: CHECK_QUEUE, key: base.id, payload: { submissionId: base.id } });
    return (await submissionById(tx, base.id))!;
  });
  if ('detail' in accepted || !('id' in accepted)) return quarantine(parts, base, found, accepted.code, accepted.detail);
  await checkNew(parts, await uncheckedItems(db, accepted.id, AT_ONCE));
  return accepted;
}

/** Goes on with checking what came; also after a crash in the middle. @returns how many were left to do */
export async function checkRest(parts: RegistrationDoors, submissionId?: string): Promise<number> {
  let done = 0;
  for (;;) {
    const ids = await uncheckedItems(parts.doors.as('antin_registration'), submissionId, AT_ONCE);
    const checked = await checkNew(parts, ids);
    done += checked;
    if (ids.length < AT_ONCE || checked === 0) return done;
  }
}

/** Once more: its sender was registered meanwhile, or a list came. @throws {Refusal} `submission.not-quarantined` */
export async function retry(parts: RegistrationDoors, officer: Officer, id: string): Promise<SubmissionRecord> {
  const earlier = await submissionById(parts.doors.as('antin_registration'), id);
  if (earlier === undefined) throw new Refusal('http.not-found');
  if (earlier.status !== 'quarantined') throw new Refusal('submission.not-quarantined');
  const { fileSha256, fileSize: size, mediaType } = earlier;
  return receive(parts, { fileSha256, size, mediaType, from: { officer } }, earlier);
}

type Base = Pick<NewSubmission, 'id' | 'receivedAt' | 'channel' | 'fileSha256' | 'fileSize' | 'mediaType' | 'receivedBy'>;

function originOf(
  { from, fileSha256, size, mediaType }: Incoming,
  again: SubmissionRecord | undefined,
): Omit<Base, 'id' | 'receivedAt'> {
  const channel = again?.channel ?? ('officer' in from ? 'file' : 'api');
  // Who judged it again took it in: they are not the one to approve it either.
  return { channel, fileSha256, fileSize: size, mediaType, receivedBy: 'officer' in from ? from.officer.id : null };
}

function described(found: FoundRequest | undefined) {
  const request = found?.request;
  return {
    fromCode: request?.from.code ?? null,
    fromName: request?.from.name ?? null,
    fromPlace: request?.from.place ?? null,
    requestId: request?.id ?? null,
    number: request?.number ?? null,
    roundName: request?.round?.name ?? null,
    createdAt: request === undefined ? null : new Date(request.createdAt),
    requestSha256: found?.sha256 ?? null,
    itemCount: request?.items.length ?? 0,
  };
}

async function accept(
  tx: Tx,
  base: Base,
  found: FoundRequest,
  who: Exclude<Authenticated, { status: 'refused' }>,
  now: Date,
): Promise<void> {
  const signer = who.status === 'signature' ? who.signer : null;
  const leader = who.status === 'signature' ? (who.leader ?? null) : null;
  const authenticated = { authenticatedBy: who.status, signer, leader };
  await putSubmission(tx, { ...base, ...described(found), status: 'accepted', code: null, ...authenticated });
  const items = found.request.items.map((item, i) => ({
    id: randomUUID(),
    item,
    original: found.originals[i],
    originalSha256: itemSha256(found.originals[i]),
    facts: factsOf(item),
  }));
  await insertItems(tx, base.id, items, base.receivedBy ?? undefined, now);
  const detail = {
    ...{ submissionId: base.id, from: found.request.from.code, requestId: found.request.id, requestSha256: found.sha256 },
    ...{ items: items.length, channel: base.channel, authenticatedBy: who.status, fileSha256: base.fileSha256 },
    ...(signer === null ? {} : { certificateSha256: signer.sha256 }),
    ...(leader === null ? {} : { leaderCertificateSha256: leader.sha256 }),
  };
  await recordEvent(tx, now.getTime(), 'submission.accepted', undefined, detail);
}

async function quarantine(
  { doors, clock }: RegistrationDoors,
  base: Base,
  found: FoundRequest | undefined,
  code: string,
  detail?: string,
): Promise<SubmissionRecord> {
  const now = clock();
  return inTransaction(doors.as('antin_registration'), async (tx) => {
    await lockIntake(tx, base.fileSha256);
    const same = await quarantinedFile(tx, base.fileSha256, code, base.channel);
    if (same !== undefined) return same;
    await putSubmission(tx, {
      ...base,
      ...described(found),
      status: 'quarantined',
      code,
      authenticatedBy: 'nobody',
      ...{ signer: null, leader: null },
    });
    const said = { submissionId: base.id, code, fileSha256: base.fileSha256, ...(detail === undefined ? {} : { detail }) };
    await recordEvent(tx, now.getTime(), 'submission.quarantined', undefined, said);
    return (await submissionById(tx, base.id))!;
  });
}

/** Attachments that came in the container, into the store by their hash; only those that an item names. */
async function keepBeside({ files }: RegistrationDoors, found: FoundRequest) {
  const named = new Set(found.request.items.flatMap((item) => item.attachments as readonly string[]));
  const kept: { sha256: string; name: string; mediaType: null; size: number; content: ByteSource }[] = [];
  for (const { name, content } of found.beside) {
    const bytes = content.read(0, content.size);
    const sha256 = sha256Hex(bytes);
    if (!named.has(sha256)) continue;
    await files.put(bytes);
    kept.push({ sha256, name: name.slice(0, 200), mediaType: null, size: content.size, content });
  }
  return kept;
}
