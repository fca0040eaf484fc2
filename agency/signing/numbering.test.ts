import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { sealing, signed } from '../acts-for-tests.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let drafter: string, leader: string, clerk: string;

beforeEach(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki);
  await o.settle({ leader: { person: 'lanh.dao' }, seal: { agency: 'so' } });
  [drafter, leader, clerk] = await Promise.all([o.signIn('soan.thao'), o.signIn('lanh.dao'), o.signIn('van.thu')]);
  return async () => {
    await o.close();
    await database.close();
  };
});

async function book(): Promise<{ number: number; state: string; documentId: string | null }[]> {
  const { rows } = await sql<{ number: number; state: string; documentId: string | null }>`
    select number, state, document_id as "documentId" from agency.register_entry
    where state <> 'released' order by number`.execute(database.db);
  return rows;
}

test('twenty clerks who take numbers of one series at the same moment leave no gap and no number twice', async () => {
  const documents = [];
  for (let n = 0; n < 20; n += 1) documents.push(await signed(o, drafter, leader));
  const jobs = await Promise.all(documents.map((document) => sealing(o, clerk, document)));
  expect((await book()).map((entry) => entry.number)).toEqual(Array.from({ length: 20 }, (_, at) => 8 + at));
  await Promise.all(jobs.map(({ jobId }) => o.answer(jobId, 'seal')));
  // Two workers at once, as two processes would have.
  await Promise.all([o.work(), o.work()]);
  const entries = await book();
  expect(entries.every((entry) => entry.state === 'issued')).toBe(true);
  expect(new Set(entries.map((entry) => entry.documentId)).size).toBe(20);
  const views = await Promise.all(documents.map(({ id }) => o.get(clerk, `/api/documents/${id}`)));
  expect(views.map((view) => view.reservation.number).sort((a, b) => a - b)).toEqual(entries.map((entry) => entry.number));
}, 90_000);

test('two clerks who issue one document at once: one takes a number, the other is told', async () => {
  const document = await signed(o, drafter, leader);
  const outcomes = await Promise.allSettled([sealing(o, clerk, document), sealing(o, clerk, document)]);
  const refused = outcomes.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
  expect(refused).toEqual(['document.wrong-state']);
  expect((await book()).map((entry) => entry.number)).toEqual([8]);
});

test('a number whose device proves that its key was not used returns to the series and is given to the next document', async () => {
  const first = await signed(o, drafter, leader);
  const { jobId } = await sealing(o, clerk, first);
  const release = (mode = 'release') =>
    o.post(clerk, `/api/documents/${first.id}/issue/cancel`, { mode, reason: 'Nhầm ngày văn bản' });
  await expect(release()).rejects.toMatchObject({ code: 'seal.device-has-not-denied' });
  await o.answer(jobId, { answer: { answer: 'not-used', reason: 'refused' } });
  const view = await release();
  expect(view).toMatchObject({ state: 'signed' });
  expect(view.reservation).toBeUndefined();
  expect(await book()).toEqual([]);
  const second = await signed(o, drafter, leader);
  await sealing(o, clerk, second);
  expect(await book()).toMatchObject([{ number: 8, state: 'reserved', documentId: second.id }]);
});

test('a number does not return once a higher one was given, nor on the next day; it is voided with its reason and stays visible', async () => {
  const [first, second] = [await signed(o, drafter, leader), await signed(o, drafter, leader)];
  const low = await sealing(o, clerk, first);
  const high = await sealing(o, clerk, second);
  await o.answer(low.jobId, { answer: { answer: 'not-used', reason: 'device-error' } });
  const cancel = (id: string, mode: string) =>
    o.post(clerk, `/api/documents/${id}/issue/cancel`, { mode, reason: 'Hỏng thiết bị' });
  await expect(cancel(first.id, 'release')).rejects.toMatchObject({ code: 'seal.higher-number-given' });
  await o.answer(high.jobId, { answer: { answer: 'not-used', reason: 'device-error' } });
  o.clock.advance(24 * 3_600_000 - 60_000);
  const again = await o.signIn('van.thu');
  await expect(
    o.post(again, `/api/documents/${second.id}/issue/cancel`, { mode: 'release', reason: 'abc' }),
  ).rejects.toMatchObject({
    code: 'seal.not-same-day',
  });
  const voided = await o.post(again, `/api/documents/${first.id}/issue/cancel`, { mode: 'void', reason: 'Hỏng thiết bị' });
  expect(voided.state).toBe('signed');
  const { registers } = await o.get(again, '/api/registers');
  const outgoing = registers.find((one: { direction: string }) => one.direction === 'outgoing');
  const { items } = await o.get(again, `/api/registers/${outgoing.id}/entries`);
  expect(items.map((entry: any) => [entry.number, entry.state, entry.voidReason])).toEqual([
    [9, 'reserved', undefined],
    [8, 'voided', 'Hỏng thiết bị'],
  ]);
  // The voided number is never used again: its document takes the next one.
  await sealing(o, again, voided);
  expect((await book()).map((entry) => entry.number)).toEqual([8, 9, 10]);
});

test('values that come after the number was voided are refused, and nothing is issued with them', async () => {
  const document = await signed(o, drafter, leader);
  const { jobId } = await sealing(o, clerk, document);
  await o.post(clerk, `/api/documents/${document.id}/issue/cancel`, { mode: 'void', reason: 'Máy văn thư hỏng' });
  expect(await o.answer(jobId, 'seal')).toBe('already-closed');
  await o.work();
  expect((await o.get(clerk, `/api/documents/${document.id}`)).state).toBe('signed');
});

test('sealing again keeps the number; the answer to the older order is refused, that to the newer one counts', async () => {
  const document = await signed(o, drafter, leader);
  const older = await sealing(o, clerk, document);
  const newer = await o.post(clerk, `/api/documents/${document.id}/issue/retry`, { credentialId: o.credential('seal') });
  expect(await o.answer(older.jobId, 'seal')).toBe('already-closed');
  // The device used its key for the older order: from now on the number can only be issued or voided.
  await expect(
    o.post(clerk, `/api/documents/${document.id}/issue/cancel`, { mode: 'release', reason: 'thử trả số' }),
  ).rejects.toMatchObject({ code: 'seal.device-has-not-denied' });
  expect(await o.answer(newer.id, 'seal')).toBe('accepted');
  await o.work();
  expect(await o.get(clerk, `/api/documents/${document.id}`)).toMatchObject({ state: 'issued', reservation: { number: 8 } });
});

test('an order that expired unanswered leaves the number reserved, and its late values are still taken', async () => {
  const document = await signed(o, drafter, leader);
  const { jobId } = await sealing(o, clerk, document);
  o.clock.advance(30 * 60_000);
  expect((await o.get(clerk, `/api/jobs/${jobId}`)).state).toBe('expired');
  expect((await o.get(clerk, `/api/documents/${document.id}`)).state).toBe('awaiting-seal');
  expect(await o.answer(jobId, 'seal')).toBe('accepted');
  await o.work();
  expect((await o.get(clerk, `/api/documents/${document.id}`)).state).toBe('issued');
});

test('a value made by another key is never embedded; the number stays with its document', async () => {
  const document = await signed(o, drafter, leader);
  const { jobId } = await sealing(o, clerk, document);
  expect(await o.answer(jobId, 'leader')).toBe('accepted');
  await o.work();
  expect(await o.get(clerk, `/api/jobs/${jobId}`)).toMatchObject({ state: 'failed', reason: 'signature.value-mismatch' });
  const view = await o.get(clerk, `/api/documents/${document.id}`);
  expect(view).toMatchObject({ state: 'awaiting-seal', reservation: { number: 8 } });
  expect(view.acts.find((act: any) => act.act === 'retry-seal')).toMatchObject({ allowed: true });
});

test('the date is not in the future, not before the signature, and not before that of the number before', async () => {
  const [first, second] = [await signed(o, drafter, leader), await signed(o, drafter, leader)];
  o.clock.advance(2 * 24 * 3_600_000);
  const late = await o.signIn('van.thu');
  const issue = (document: { id: string; version: number }, date: string) =>
    o.post(late, `/api/documents/${document.id}/issue`, { version: document.version, credentialId: o.credential('seal'), date });
  await expect(issue(first, '2026-03-05')).rejects.toMatchObject({ code: 'issue.date-in-future' });
  await expect(issue(first, '2026-03-01')).rejects.toMatchObject({ code: 'issue.date-before-signature' });
  await issue(first, '2026-03-04');
  await expect(issue(second, '2026-03-03')).rejects.toMatchObject({ code: 'issue.date-out-of-order' });
  expect((await book()).map((entry) => entry.number)).toEqual([8]);
});

test('the books of a new year open by themselves, numbers begin again at 01', async () => {
  const document = await signed(o, drafter, leader);
  o.clock.set('2027-01-04T02:00:00Z');
  const clerkOf2027 = await o.signIn('van.thu');
  expect(await o.get(clerkOf2027, `/api/documents/${document.id}/issue`)).toMatchObject({
    number: 1,
    numberAndNotation: '01/STC-NS',
    registerName: 'Sổ đăng ký văn bản đi năm 2027',
  });
});

test('decisions have a series of their own', async () => {
  const letter = await signed(o, drafter, leader);
  const decision = await signed(o, drafter, leader, { typeCode: 'QĐ', notation: 'QĐ-STC' });
  await sealing(o, clerk, letter);
  await sealing(o, clerk, decision);
  expect((await o.get(clerk, `/api/documents/${decision.id}`)).numberAndNotation).toBe('01/QĐ-STC');
  expect((await o.get(clerk, `/api/documents/${letter.id}`)).numberAndNotation).toBe('08/STC-NS');
});
