import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { forgetDoneJobs } from './forget-done.ts';
import { claim, enqueue, settle, waitingJobs } from './outbox.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());
beforeEach(() => sql`delete from job`.execute(t.db));

/** Jobs of one state, as they stand after so many days. */
async function aged(state: 'done' | 'dead' | 'waiting' | 'claimed', days: number, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await enqueue(t.db, { queue: state, key, payload: null });
    if (state === 'waiting') continue;
    const job = (await claim(t.db, [state], 60_000))!;
    if (state === 'done') await settle(t.db, job, { status: 'done' });
    if (state === 'dead') await settle(t.db, job, { status: 'dead', reason: 'no' });
  }
  const before = sql`now() - ${days} * interval '1 day'`;
  await sql`update job set created_at = ${before}, done_at = case when done_at is not null then ${before} end,
    dead_at = case when dead_at is not null then ${before} end where queue = ${state} and key = any(${keys}::text[])`.execute(
    t.db,
  );
}
const left = async (): Promise<string[]> =>
  (await sql<{ key: string }>`select key from job order by key`.execute(t.db)).rows.map((row) => row.key);

test('what was done long ago goes; what is young, waits, is being worked on or was given up stays', async () => {
  await aged('done', 31, 'old 1', 'old 2', 'old 3');
  await aged('done', 29, 'young');
  await aged('dead', 400, 'given up');
  await aged('waiting', 400, 'waits');
  await aged('claimed', 400, 'in work');
  expect(await forgetDoneJobs(t.db, { olderThanDays: 30, batch: 2 })).toBe(3);
  expect(await left()).toEqual(['given up', 'in work', 'waits', 'young']);
  expect(await forgetDoneJobs(t.db, { olderThanDays: 30 })).toBe(0);
});

test('a call has an end, and two processes at once do not wait for each other', async () => {
  await aged('done', 40, ...Array.from({ length: 25 }, (_, i) => `n${i}`));
  expect(await forgetDoneJobs(t.db, { olderThanDays: 30, batch: 5, rounds: 2 })).toBe(10);
  const both = await Promise.all([1, 2].map(() => forgetDoneJobs(t.db, { olderThanDays: 30, batch: 4 })));
  // What one has locked the other passes over, and the first removes it.
  expect(both[0]! + both[1]!).toBe(15);
  expect(await left()).toEqual([]);
});

test('inside its days a key is one job; afterwards it would be one again, so handlers look at their own rows', async () => {
  await aged('done', 29, 'fact');
  await forgetDoneJobs(t.db, { olderThanDays: 30 });
  expect(await enqueue(t.db, { queue: 'done', key: 'fact', payload: null })).toBe(false);
  await sql`update job set done_at = now() - interval '31 days'`.execute(t.db);
  await forgetDoneJobs(t.db, { olderThanDays: 30 });
  expect(await enqueue(t.db, { queue: 'done', key: 'fact', payload: null })).toBe(true);
  expect((await waitingJobs(t.db, 'done')).map((job) => job.key)).toEqual(['fact']);
});
