import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction } from '@antin/adapters/db/transaction';
import { receiveFile } from '@antin/adapters/http/body';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { mount } from '@antin/adapters/http/mount';
import { limitRate, rateLimit } from '@antin/adapters/http/rate-limit';
import { Refusal } from '@antin/adapters/http/refusal';
import { senderRoutes as routes } from '@antin/protocol/authority/submissions';
import type { RequestState } from '@antin/protocol/authority/registration';
import { activeSenderCodes, senderByToken } from '../officers/sender-store.ts';
import type { SenderRecord } from '../officers/sender-store.ts';
import { answer, recheck, withdrawAll } from './acts.ts';
import { dropUnnamed, lockAhead, lockFiles, roomAhead } from './ahead.ts';
import { nextBatch } from './answers.ts';
import { speaksFor } from './authenticate.ts';
import type { RegistrationDoors } from './doors.ts';
import { putAttachment } from './parts-store.ts';
import { receiptOf } from './present-submission.ts';
import { receive } from './receive.ts';
import { MAX_SUBMISSION } from './submission-routes.ts';
import { acceptedOf, quarantinedRequest, putSenderAttachment, senderAttachments, waitingFor } from './submission-store.ts';
import type { SubmissionRecord } from './submission-store.ts';
import { itemsOfSubmission } from './store.ts';

interface SenderEnv {
  /** `codes`: whose requests this token brings and fetches, its own first. */
  Variables: { sender: SenderRecord; codes: readonly string[] };
}

const MAX_ATTACHMENT = 50 << 20;
const TYPES = new Set(['application/vnd.etsi.asic-e+zip', 'application/pkcs7-mime', 'application/zip', 'application/json']);

/** The API of agencies' systems: a bearer token says who, the signature on the request says that they mean it. */
export function sendersApp(parts: RegistrationDoors & { readonly addressOf: (c: Context) => string }): Hono<SenderEnv> {
  const { doors, clock, files } = parts;
  const db = doors.as('antin_registration');
  const app = new Hono<SenderEnv>();
  const guards = [tooMany(clock, parts.addressOf), requireSender()];

  mount(app, routes.submit, guards, async ({ c }) => {
    const mediaType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    if (!TYPES.has(mediaType)) throw new HttpRefusal('http.unsupported-type');
    const { sha256, size } = await receiveFile(c as unknown as Context, files, { maxBytes: MAX_SUBMISSION });
    const incoming = { fileSha256: sha256, size, mediaType, from: { sender: c.var.sender } };
    return receiptOf(db, await receive(parts, incoming));
  });
  mount(app, routes.receipt, guards, async ({ params, c }) => {
    const { codes } = c.var;
    const found = await acceptedOf(db, codes, params.requestId);
    const apart = found ?? (await quarantinedRequest(db, codes, params.requestId));
    if (apart === undefined) throw new Refusal('http.not-found');
    return receiptOf(db, apart);
  });
  mount(app, routes.attach, guards, async ({ params, c }) => {
    const { codes } = c.var;
    const { code } = c.var.sender;
    const { sha256 } = params;
    // What a request waits for, or what lies here already, fills nothing ahead.
    const expected =
      (await senderAttachments(db, [code], [sha256])).length > 0 || (await waitingFor(db, codes, sha256)).length > 0;
    const room = expected ? undefined : await roomAhead(db, code, clock());
    const said = Number(c.req.header('content-length') ?? 0);
    if (room !== undefined && (room.files < 1 || room.bytes < Math.max(1, said)))
      throw new Refusal('sender.attachments-too-many');
    const stored = await receiveFile(c as unknown as Context, files, { maxBytes: MAX_ATTACHMENT });
    const mediaType = c.req.header('content-type')?.slice(0, 100) ?? null;
    const done = await inTransaction(db, async (tx) => {
      if (stored.sha256 !== sha256) return 'sender.attachment-other';
      await lockAhead(tx, code);
      const waiting = await waitingFor(tx, codes, sha256);
      if (room !== undefined && waiting.length === 0) {
        const left = await roomAhead(tx, code, clock());
        if (left.files < 1 || left.bytes < stored.size) return 'sender.attachments-too-many';
      }
      // Taken away between its coming and now: as if it had not come.
      await lockFiles(tx, 'to name them');
      if (!(await files.has(sha256))) return 'sender.attachment-again';
      const one = { ...stored, mediaType };
      await putSenderAttachment(tx, code, one, clock());
      for (const submissionId of new Set(waiting.map((item) => item.submissionId))) {
        await putAttachment(tx, submissionId, { ...one, name: null }, clock());
      }
      return waiting;
    });
    if (typeof done === 'string') {
      await inTransaction(db, (tx) => dropUnnamed(tx, files, stored.sha256));
      throw new Refusal(done);
    }
    for (const { id } of done) await recheck(parts, id, undefined);
    return stored;
  });
  mount(app, routes.results, guards, async ({ params, query, c }) => {
    const { id } = await own(c.var.codes, params.requestId);
    const result = await nextBatch(db, { id, requestId: params.requestId }, query.after, clock());
    return result === undefined ? {} : { result };
  });
  mount(app, routes.answer, guards, async ({ params, body, c }) => {
    const { id, fromCode } = await own(c.var.codes, params.requestId);
    let answered = 0;
    for (const one of body.answers) {
      // Papers sent ahead belong to the answer from now on; what never came is not named.
      const papers = await senderAttachments(db, c.var.codes, one.attachments);
      await inTransaction(db, async (tx) => {
        for (const paper of papers) await putAttachment(tx, id, { ...paper, name: null }, clock());
      });
      const text = [one.text, ...papers.map((paper) => `[sha256 ${paper.sha256}]`)].join('\n');
      await answer(parts, { sender: fromCode!, submissionId: id }, one.questionId, text);
      answered += 1;
    }
    return { answered };
  });
  mount(app, routes.withdraw, guards, async ({ params, body, c }) => {
    const { id, fromCode } = await own(c.var.codes, params.requestId);
    const withdrawn: string[] = [];
    const kept: { itemId: string; state: RequestState | 'unknown' }[] = [];
    const items = await itemsOfSubmission(db, id, body.itemIds);
    const known = body.itemIds.flatMap((itemId) => items.get(itemId)?.id ?? []);
    const done = await withdrawAll(parts, fromCode!, known, body.reason);
    for (const itemId of body.itemIds) {
      const item = items.get(itemId);
      if (item !== undefined && done.has(item.id)) withdrawn.push(itemId);
      else kept.push({ itemId, state: item?.state ?? 'unknown' });
    }
    return { withdrawn, kept };
  });
  return app;

  /** A sender sees its own requests; another's do not exist for it. */
  async function own(codes: readonly string[], requestId: string): Promise<SubmissionRecord> {
    const found = await acceptedOf(db, codes, requestId);
    if (found === undefined) throw new Refusal('http.not-found');
    return found;
  }

  function requireSender(): MiddlewareHandler<SenderEnv> {
    return async (c, next) => {
      const token = /^Bearer ([A-Za-z0-9._~+/-]{20,200}=*)$/.exec(c.req.header('authorization') ?? '')?.[1];
      const tokenSha256 = token === undefined ? undefined : createHash('sha256').update(token).digest('hex');
      const sender = tokenSha256 === undefined ? undefined : await senderByToken(db, tokenSha256);
      if (sender === undefined) throw new Refusal('sender.token-needed');
      c.set('sender', sender);
      const others = sender.tokenForUnder ? await activeSenderCodes(db) : [];
      c.set('codes', [sender.code, ...others.filter((code) => code !== sender.code && speaksFor(sender, code))]);
      await next();
    };
  }
}

/** Before any token is looked at: guessing them is slow from one place. */
function tooMany(clock: Clock, addressOf: (c: Context) => string): MiddlewareHandler<SenderEnv> {
  const limit = rateLimit({ burst: 600, perMinute: 600, clock });
  return limitRate(limit, (c) => addressOf(c)) as MiddlewareHandler<SenderEnv>;
}
