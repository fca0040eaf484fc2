import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { submitted } from '../acts-for-tests.ts';
import { jobsToDrop, openJobs } from '@antin/adapters/devices/job-store';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let drafter: string, leader: string, clerk: string;
let device: string;
const world = { tsa: 'up' as 'up' | 'down' };

beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki, {
    timeStamp: async (hash) => {
      if (world.tsa === 'down') throw new Error('connection refused');
      return pki.timeStampToken({ digest: 'SHA-256', hash }, o.clock().getTime());
    },
  });
  await o.settle({ leader: { person: 'lanh.dao' }, leaderRsa: { person: 'pho.gd' }, seal: { agency: 'so' } });
  device = (await sql<{ id: string }>`select id from devices.device`.execute(database.db)).rows[0]!.id;
});
beforeEach(async () => {
  world.tsa = 'up';
  [drafter, leader, clerk] = await Promise.all([o.signIn('soan.thao'), o.signIn('lanh.dao'), o.signIn('van.thu')]);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const PLACE = { page: 2, rect: [330, 120, 170, 70] };
type Before = { id: string; version: number };
const wish = (all: readonly Before[], key = 'leader') => ({
  credentialId: o.credential(key),
  items: all.map(({ id, version }) => ({ documentId: id, version, place: PLACE })),
});
const begin = (all: readonly Before[], as = leader) => o.post(as, '/api/batches', wish(all));
const see = (id: string) => o.get(leader, `/api/batches/${id}`);
const view = (id: string) => o.get(clerk, `/api/documents/${id}`);
const jobOf = async (id: string) => (await view(id)).jobId as string;
const states = (batch: any) => batch.items.map((item: any) => item.state);
const several = async (n: number): Promise<Before[]> => {
  const all: Before[] = [];
  while (all.length < n) all.push(await submitted(o, drafter));
  return all;
};

test('what waits for a leader comes with all that is needed to read it and sign it', async () => {
  const [one] = await several(1);
  const { items, total } = await o.get(leader, '/api/to-sign');
  expect(total).toBe(items.length);
  expect(items.find((item: any) => item.documentId === one!.id)).toMatchObject({
    ...{ version: one!.version, typeCode: 'CV', drafterName: 'Lê Thị Soạn', annexes: 0 },
    main: { pages: 2 },
  });
  expect((await o.get(await o.signIn('pho.gd'), '/api/to-sign')).items).toEqual([]);
});

test('several documents are one question to the device, and each is signed by itself', async () => {
  const all = await several(3);
  const batch = await begin(all);
  expect(batch).toMatchObject({ stopped: false, comparisonCode: expect.stringMatching(/^[0-9]{4}$/) });
  expect(states(batch)).toEqual(['waiting', 'waiting', 'waiting']);
  const open = await openJobs(database.db, device, o.clock());
  const ours = open.filter((job) => job.batch_id === batch.id);
  expect(ours.map((job) => [job.batch_ordinal, job.comparison_code])).toEqual([0, 1, 2].map((n) => [n, batch.comparisonCode]));

  await o.answer(await jobOf(all[1]!.id), 'leader');
  await o.work();
  expect(states(await see(batch.id))).toEqual(['waiting', 'done', 'waiting']);
  for (const n of [0, 2]) await o.answer(await jobOf(all[n]!.id), 'leader');
  await o.work();
  expect(states(await see(batch.id))).toEqual(['done', 'done', 'done']);
  for (const { id } of all) {
    const signed = await view(id);
    expect(signed.state).toBe('signed');
    expect(signed.history.find((entry: any) => entry.event === 'SigningStarted').detail.batch).toBe(batch.id);
  }
});

test('what cannot be signed is left out with its reason, and never spoils the rest', async () => {
  const [good, changed, foreign, other] = await several(4);
  await sql`update agency.document set version = version + 1 where id = ${changed!.id}`.execute(database.db);
  await sql`update agency.document set signer_position_id = (
    select p.id from agency.position p join agency.person n on n.id = p.person_id where n.sign_in_name = 'pho.gd')
    where id = ${foreign!.id}`.execute(database.db);
  const missing = { id: '00000000-0000-4000-8000-000000000000', version: 1 };
  const outside = wish([good!, changed!, foreign!, missing, other!]);
  outside.items[4]!.place = { page: 2, rect: [5000, 120, 170, 70] };
  const batch = await o.post(leader, '/api/batches', outside);
  expect(batch.items.map((item: any) => [item.state, item.reason])).toEqual([
    ['waiting', undefined],
    ['not-sent', 'document.changed-meanwhile'],
    ['not-sent', 'sign.not-addressed-to-you'],
    ['not-sent', 'document.not-found'],
    ['not-sent', 'pades.placement'],
  ]);
  await o.answer(await jobOf(good!.id), 'leader');
  await o.work();
  expect((await view(good!.id)).state).toBe('signed');
  // What was seen is not what is there now: it is not sent again unread.
  const again = await o.post(leader, `/api/batches/${batch.id}/retry`, { credentialId: o.credential('leader') });
  expect(again.items.map((item: any) => item.documentId)).toEqual([other!.id]);
});

test('one value that is wrong, one that was refused: the others are signed, and only those two are tried again', async () => {
  const all = await several(3);
  const batch = await begin(all);
  await o.answer(await jobOf(all[0]!.id), 'leader');
  await o.answer(await jobOf(all[1]!.id), { values: async () => [new Uint8Array(64).fill(7)] });
  await o.answer(await jobOf(all[2]!.id), { answer: { answer: 'not-used', reason: 'mismatch' } });
  await o.work();
  expect((await see(batch.id)).items).toMatchObject([
    { state: 'done' },
    { state: 'failed', reason: 'signature.value-mismatch' },
    { state: 'refused', reason: 'device.mismatch' },
  ]);
  const again = await o.post(leader, `/api/batches/${batch.id}/retry`, { credentialId: o.credential('leader') });
  expect(again.items.map((item: any) => item.documentId)).toEqual([all[1]!.id, all[2]!.id]);
  for (const { documentId } of again.items) await o.answer(await jobOf(documentId), 'leader');
  await o.work();
  expect(states(await see(again.id))).toEqual(['done', 'done']);
  const nothing = o.post(leader, `/api/batches/${again.id}/retry`, { credentialId: o.credential('leader') });
  await expect(nothing).rejects.toMatchObject({ code: 'batch.nothing-left' });
});

test('stopped half-way: what was signed stays signed, the device is told to drop the rest, nothing else changes', async () => {
  const all = await several(3);
  const batch = await begin(all);
  await o.answer(await jobOf(all[0]!.id), 'leader');
  const stopped = await (await o.call(leader, 'DELETE', `/api/batches/${batch.id}`)).json();
  expect(stopped).toMatchObject({ stopped: true });
  const dropped = await jobsToDrop(database.db, device, o.clock());
  for (const n of [1, 2]) {
    const job = await jobOf(all[n]!.id);
    expect(dropped).toContain(job);
    await o.answer(job, { answer: { answer: 'not-used', reason: 'cancelled' } });
  }
  await o.work();
  expect(states(await see(batch.id))).toEqual(['done', 'cancelled', 'cancelled']);
  expect((await Promise.all(all.map(({ id }) => view(id)))).map((one) => one.state)).toEqual([
    'signed',
    'awaiting-signature',
    'awaiting-signature',
  ]);
});

test('a document signed alone meanwhile leaves the batch', async () => {
  const [one, two] = await several(2);
  const batch = await begin([one!, two!]);
  const alone = await o.post(leader, `/api/documents/${one!.id}/sign`, { ...wish([one!]), version: one!.version, place: PLACE });
  const before = (await o.jobs.jobsOfDocument(database.db, one!.id, 'sign'))[0]!;
  expect(await jobsToDrop(database.db, device, o.clock())).toContain(before.id);
  // The value of the older order is refused, whoever sends it.
  expect(await o.answer(before.id, 'leader')).toBe('already-closed');
  await o.answer(alone.id, 'leader');
  await o.answer(await jobOf(two!.id), 'leader');
  await o.work();
  expect((await view(one!.id)).state).toBe('signed');
  expect((await see(batch.id)).items[1]).toMatchObject({ state: 'done' });
});

test('signed while the time-stamp authority is away: all go on, and say what they wait for', async () => {
  const all = await several(2);
  const batch = await begin(all);
  world.tsa = 'down';
  for (const { id } of all) await o.answer(await jobOf(id), 'leader');
  await o.work(60_000);
  expect((await see(batch.id)).items).toMatchObject([
    { state: 'done', timeStampPending: true },
    { state: 'done', timeStampPending: true },
  ]);
});

test('a batch is its signer’s: nobody else sees or stops it, and without a usable key none begins', async () => {
  const all = await several(1);
  const batch = await begin(all);
  const deputy = await o.signIn('pho.gd');
  for (const [method, path] of [
    ['GET', `/api/batches/${batch.id}`],
    ['DELETE', `/api/batches/${batch.id}`],
  ] as const) {
    expect((await o.call(deputy, method, path)).status).toBe(404);
  }
  await expect(o.post(leader, '/api/batches', wish(all, 'leaderRsa'))).rejects.toMatchObject({
    code: 'sign.credential-not-usable',
  });
  const many = { ...wish(all), items: Array.from({ length: 101 }, () => wish(all).items[0]) };
  expect((await o.call(leader, 'POST', '/api/batches', many)).status).toBe(400);
  // Named twice, it is signed once.
  expect((await begin([all[0]!, all[0]!])).items).toHaveLength(1);
});

test('an hour later an order that nobody answered has ended, and everything can be signed again', async () => {
  const all = await several(2);
  const batch = await begin(all);
  o.clock.advance(6 * 60_000);
  leader = await o.signIn('lanh.dao');
  expect(states(await see(batch.id))).toEqual(['expired', 'expired']);
  expect((await openJobs(database.db, device, o.clock())).filter((job) => job.batch_id === batch.id)).toEqual([]);
  const again = await o.post(leader, `/api/batches/${batch.id}/retry`, { credentialId: o.credential('leader') });
  expect(states(again)).toEqual(['waiting', 'waiting']);
});
