import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { claim, enqueue, hurry, releaseLeases, renewLease, settle, waitingJobs } from './outbox.ts';
import { backOff, startWorker } from './worker.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

test('a job exists exactly if its transaction commits', async () => {
  await expect(
    t.db.transaction().execute(async (tx) => {
      await enqueue(tx, { queue: 'tx', key: 'rolled-back', payload: {} });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await t.db.transaction().execute((tx) => enqueue(tx, { queue: 'tx', key: 'kept', payload: { n: 1 } }));
  expect((await waitingJobs(t.db, 'tx')).map((job) => job.key)).toEqual(['kept']);
});

test('the same key in the same queue is one job', async () => {
  expect(await enqueue(t.db, { queue: 'twice', key: 'a', payload: 1 })).toBe(true);
  expect(await enqueue(t.db, { queue: 'twice', key: 'a', payload: 2 })).toBe(false);
  expect((await waitingJobs(t.db, 'twice')).map((job) => job.payload)).toEqual([1]);
});

test('a hundred jobs are done once each by three workers at once', async () => {
  const done: string[] = [];
  const workers = [1, 2, 3].map(() =>
    startWorker(t.db, { handlers: { many: async (job) => void done.push(job.key) }, pollMs: 60_000 }),
  );
  await t.db.transaction().execute(async (tx) => {
    for (let i = 0; i < 100; i += 1) await enqueue(tx, { queue: 'many', key: String(i), payload: i });
  });
  await expect.poll(() => done.length, { timeout: 10_000 }).toBe(100);
  await Promise.all(workers.map((worker) => worker.idle()));
  await Promise.all(workers.map((worker) => worker.stop()));
  expect(new Set(done).size).toBe(100);
  expect(await waitingJobs(t.db, 'many')).toEqual([]);
});

test('a job that fails is tried again until it succeeds, and its reason is kept meanwhile', async () => {
  let attempts = 0;
  const worker = startWorker(t.db, {
    handlers: {
      flaky: async () => {
        attempts += 1;
        if (attempts < 4) throw new Error(`attempt ${attempts} failed`);
      },
    },
    backOffMs: () => 0,
    pollMs: 10,
  });
  await enqueue(t.db, { queue: 'flaky', key: 'x', payload: null });
  await expect.poll(() => waitingJobs(t.db, 'flaky'), { timeout: 10_000 }).toEqual([]);
  await worker.stop();
  expect(attempts).toBe(4);
});

test('what a dead worker held is given back at once where nobody else can be alive, and its late result is not written', async () => {
  await enqueue(t.db, { queue: 'released', key: 'x', payload: null });
  const dead = (await claim(t.db, ['released'], 60_000))!;
  await releaseLeases(t.db);
  const second = (await claim(t.db, ['released'], 60_000))!;
  expect(second.id).toBe(dead.id);
  expect(await renewLease(t.db, dead, 60_000)).toBe(false);
  expect(await renewLease(t.db, second, 60_000)).toBe(true);
});

test('a worker that died gives its job back when the lease ends, and its late result is not written', async () => {
  await enqueue(t.db, { queue: 'lease', key: 'x', payload: null });
  const dead = (await claim(t.db, ['lease'], 60_000))!;
  expect(await claim(t.db, ['lease'], 60_000)).toBeUndefined();
  await sql`update job set lease_until = now() - interval '1 second' where id = ${dead.id}`.execute(t.db);
  const second = (await claim(t.db, ['lease'], 60_000))!;
  expect(second.attempts).toBe(2);
  expect(await renewLease(t.db, dead, 60_000)).toBe(false);
  expect(await settle(t.db, dead, { status: 'done' })).toBe(false);
  expect(await settle(t.db, second, { status: 'done' })).toBe(true);
});

test('a dead job stays dead until a person hurries it', async () => {
  await enqueue(t.db, { queue: 'dead', key: 'x', payload: null });
  await settle(t.db, (await claim(t.db, ['dead'], 1000))!, { status: 'dead', reason: 'the receiver refused' });
  expect(await claim(t.db, ['dead'], 1000)).toBeUndefined();
  expect((await waitingJobs(t.db, 'dead'))[0]?.last_error).toBe('the receiver refused');
  expect(await hurry(t.db, 'dead', 'x')).toBe(true);
  expect((await claim(t.db, ['dead'], 1000))?.attempts).toBe(2);
});

test('the back-off grows to a quarter of an hour and never ends', () => {
  expect(backOff(1)).toBeLessThan(1300);
  expect(backOff(5)).toBeGreaterThan(10_000);
  for (const attempts of [20, 1000, 1_000_000]) expect(backOff(attempts)).toBeLessThanOrEqual(15 * 60_000 * 1.2);
});

test('a handler that says retry with its own time is asked again then', async () => {
  await enqueue(t.db, { queue: 'later', key: 'x', payload: null });
  const worker = startWorker(t.db, {
    handlers: { later: async () => ({ status: 'retry', afterMs: 3_600_000, reason: 'busy' }) },
  });
  await expect.poll(async () => (await waitingJobs(t.db, 'later'))[0]?.last_error).toBe('busy');
  await worker.stop();
  const [job] = await waitingJobs(t.db, 'later');
  expect(job!.run_at.getTime() - job!.created_at.getTime()).toBeGreaterThan(3_500_000);
});
