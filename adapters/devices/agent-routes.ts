import { randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import { agentRoutes } from '@antin/protocol/agent/jobs';
import { inTransaction } from '../db/transaction.ts';
import { Refusal } from '../http/refusal.ts';
import { contentOf } from './contents.ts';
import { batchById, jobById, jobsOfBatch, jobsToDrop, markFetched, openJobs, type JobRow, type StoredPart } from './job-store.ts';
import { batchToken, jobToken } from './job-token.ts';
import type { AgentDeps } from './doors.ts';
import { proveRequest, type ProvenRequest } from './request-proof.ts';
import { deviceById, dropStalePairings, insertDevice, markSeen, peopleOf, pendingPairings } from './store.ts';
import { newUserCode } from './user-code.ts';

const PAIRING_SECONDS = 600;
const MAX_PENDING_PAIRINGS = 200;
/** Fifty RSA-8192 values in base64 and then some. */
const MAX_BODY = 256 * 1024;

/** What token agents call. Every route but `pair` is proven by the agent's own key. */
export function agentApp(deps: AgentDeps): Hono {
  const { db, clock, jobs } = deps;
  const app = new Hono();

  async function proven(c: Context, options: { unpaired?: boolean } = {}): Promise<ProvenRequest> {
    const url = new URL(c.req.url);
    const request = await proveRequest(db, clock, {
      authorization: c.req.header('authorization'),
      method: c.req.method,
      pathAndQuery: url.pathname + url.search,
      body: await smallBody(c),
    });
    if (request.device.paired_at === null && options.unpaired !== true) throw new Refusal('device.not-paired');
    await markSeen(db, request.device.id, clock());
    return request;
  }

  /** One order for each open job; those of a batch come as one. */
  async function ordersFor(open: readonly JobRow[]): Promise<string[]> {
    const platform = { key: deps.platformKey, origin: deps.origin() };
    const batches = new Set(open.flatMap((row) => row.batch_id ?? []));
    const together = await Promise.all(
      [...batches].map(async (id) => batchToken((await batchById(db, id))!, await jobsOfBatch(db, id), platform)),
    );
    return [...open.filter((row) => row.batch_id === null).map((row) => jobToken(row, platform)), ...together];
  }

  app.post(agentRoutes.pair.path, async (c) => {
    const body = parse(agentRoutes.pair.body, await smallBody(c));
    const publicKey = Buffer.from(body.publicKey, 'base64');
    if (publicKey.length !== 32) throw new Refusal('device.key-malformed');
    if (body.holder === 'practice' && deps.profile === 'production') throw new Refusal('device.practice-refused');
    const now = clock();
    // Anybody may call this: unconfirmed pairings are few and short-lived.
    await dropStalePairings(db, now);
    if ((await pendingPairings(db)) >= MAX_PENDING_PAIRINGS) throw new Refusal('device.too-many-pairings');
    const agentId = randomUUID();
    const userCode = newUserCode();
    const codeExpiresAt = new Date(now.getTime() + PAIRING_SECONDS * 1000);
    const added = await insertDevice(db, {
      id: agentId,
      publicKey,
      name: body.name,
      holder: body.holder,
      now,
      userCode,
      codeExpiresAt,
    });
    if (!added) throw new Refusal('device.key-known');
    return c.json({ agentId, userCode, expiresInSeconds: PAIRING_SECONDS, intervalSeconds: 2 });
  });

  app.get(agentRoutes.pairing.path, async (c) => {
    const { device } = await proven(c, { unpaired: true });
    if (device.paired_at === null) return c.json({ state: 'pending' });
    const people = await peopleOf(db, device.id);
    const names = await Promise.all(people.slice(0, 3).map((id) => deps.directory.personName(db, id)));
    return c.json({
      state: 'paired',
      person: names.join(', ') + (people.length > names.length ? ', …' : ''),
      origin: deps.origin(),
      platformKey: Buffer.from(deps.platformKey.publicKey).toString('base64'),
    });
  });

  app.put(agentRoutes.announce.path, async (c) => {
    const { device, body } = await proven(c);
    const { certificates } = parse(agentRoutes.announce.body, body);
    const accepted = await inTransaction(db, (tx) =>
      jobs.announce(
        tx,
        device.id,
        certificates.map((certificate) => new Uint8Array(Buffer.from(certificate, 'base64'))),
      ),
    );
    return c.json({ accepted });
  });

  app.get(agentRoutes.jobs.path, async (c) => {
    const { device } = await proven(c);
    const query = agentRoutes.jobs.query?.safeParse(c.req.query());
    const waitMs = (query?.success === true ? query.data.wait : 0) * 1000;
    // Real time, not the business clock: this is how long a socket is held, and tests turn the other one.
    const end = performance.now() + waitMs;
    for (;;) {
      const open = await openJobs(db, device.id, clock());
      const drop = await jobsToDrop(db, device.id, clock());
      const left = end - performance.now();
      const news = open.some((row) => row.state === 'waiting') || drop.length > 0;
      if (news || left <= 0) {
        await markFetched(
          db,
          open.map((row) => row.id),
          clock(),
        );
        return c.json({ jobs: await ordersFor(open), cancel: drop });
      }
      await deps.wake.wait(device.id, left, c.req.raw.signal);
      if (c.req.raw.signal.aborted || deps.wake.stopped) return c.json({ jobs: [], cancel: [] });
      // An agent removed while it waits must not get the next job.
      if ((await deviceById(db, device.id)) === undefined) throw new Refusal('device.proof-invalid');
    }
  });

  app.get(agentRoutes.document.path, async (c) => {
    const params = agentRoutes.document.params?.safeParse(c.req.param());
    if (params?.success !== true) throw new Refusal('device.job-not-found');
    return content(c, params.data.id, params.data.index);
  });

  app.get(agentRoutes.part.path, async (c) => {
    const params = agentRoutes.part.params?.safeParse(c.req.param());
    if (params?.success !== true || params.data.part < 0) throw new Refusal('device.job-not-found');
    return content(c, params.data.id, params.data.index, params.data.part);
  });

  async function content(c: Context, id: string, index: number, n?: number): Promise<Response> {
    const { device } = await proven(c);
    const row = await jobById(db, id);
    // Parts are others' papers: only as long as somebody is asked to sign them.
    const mayHave = row?.device_id === device.id && (n === undefined || (row.answered_at === null && row.closed_at === null));
    const found = mayHave ? await contentOf(db, row, index, n) : undefined;
    if (found === undefined) throw new Refusal('device.job-not-found');
    const headers = { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' };
    const bytes = found.bytes ?? (await readPart(row!, found.part));
    if (bytes !== undefined) {
      return new Response(new Uint8Array(bytes), { headers: { ...headers, 'content-length': String(bytes.length) } });
    }
    const { size, body } = await deps.files.stream(found.sha256);
    return new Response(body, { headers: { ...headers, 'content-length': String(size) } });
  }

  const readPart = async (row: JobRow, part: StoredPart | undefined) =>
    part === undefined ? undefined : jobs.readPart(row.act, { documentId: row.document_id }, part);

  app.post(agentRoutes.answer.path, async (c) => {
    const { device, body, evidence } = await proven(c);
    const params = agentRoutes.answer.params?.safeParse(c.req.param());
    if (params?.success !== true) throw new Refusal('device.job-not-found');
    parse(agentRoutes.answer.body, body);
    const state = await inTransaction(db, (tx) =>
      jobs.takeAnswer(tx, { jobId: params.data.id, deviceId: device.id, body, proof: evidence }),
    );
    return c.json({ state });
  });

  return app;
}

async function smallBody(c: Context): Promise<Uint8Array> {
  if (c.req.raw.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of c.req.raw.body as unknown as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > MAX_BODY) throw new Refusal('device.answer-malformed');
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function parse<T extends z.ZodType>(schema: T | undefined, body: Uint8Array): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Refusal('device.answer-malformed');
  }
  const parsed = schema?.safeParse(value);
  if (parsed?.success !== true) throw new Refusal('device.answer-malformed');
  return parsed.data as z.infer<T>;
}
