import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { waitingJobs } from '@antin/adapters/db/outbox';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { onePdf, sealing, signed, submitted } from '../acts-for-tests.ts';
import { openJobs } from '@antin/adapters/devices/job-store';
import { firstBreak } from '../journal/journal.ts';
import { readEntries } from '../journal/store.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';
import type { SigningStep } from './doors.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let tsa: Server;
let drafter: string, leader: string, clerk: string;

beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki);
  await o.settle({ leader: { person: 'lanh.dao' }, seal: { agency: 'so' } });
  [drafter, leader, clerk] = await Promise.all([o.signIn('soan.thao'), o.signIn('lanh.dao'), o.signIn('van.thu')]);
  tsa = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () =>
      response.end(pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(Buffer.concat(pieces)) }, pki.now)),
    );
  });
  await new Promise<void>((ready) => tsa.listen(0, '127.0.0.1', ready));
});
afterAll(async () => {
  tsa?.close();
  await o?.close();
  await database?.close();
});

/** Runs an act in a process that kills itself at a step. @returns how it ended */
async function dieAt(step: SigningStep, act: object): Promise<string> {
  const task = {
    ...{ address: database.address, folder: o.folder, now: pki.now, dieAt: step, act },
    tsa: `http://127.0.0.1:${(tsa.address() as AddressInfo).port}/`,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL('crash-for-tests.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify(task)}\n`);
  let said = '';
  child.stdout.on('data', (piece) => (said += String(piece)));
  return new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal ?? said.trim())));
}

const stateOf = async (id: string) => o.get(clerk, `/api/documents/${id}`);
const numbers = async (): Promise<number[]> =>
  (
    await sql<{ number: number }>`select number from agency.register_entry where state <> 'released' order by number`.execute(
      database.db,
    )
  ).rows.map((row) => row.number);

/** A document with a PDF annex, so that "all or none" has something to be half of. */
async function fresh() {
  const annex = await o.upload(drafter, 'Phụ lục.pdf', onePdf());
  return signed(o, drafter, leader, { annexes: [{ sha256: annex.sha256, name: annex.name }] });
}

async function valuesFor(jobId: string) {
  const job = (await o.jobs.jobRecord(database.db, jobId))!;
  const values = await Promise.all(job.documents.map((one) => pki.signingKey('seal').sign(one.signedAttributes)));
  return { deviceId: job.agentId, answer: { answer: 'signed', values: values.map(toBase64) } };
}

/** The lease of the killed worker ends, another one goes on. */
async function restartAndWork(): Promise<void> {
  const left = [...(await waitingJobs(database.db, 'signing.complete')), ...(await waitingJobs(database.db, 'signing.stamp'))];
  const longest = Math.max(0, ...left.map((job) => (job.lease_until?.getTime() ?? 0) - Date.now()));
  await new Promise((resolve) => setTimeout(resolve, longest + 20));
  await o.work();
}

async function finish(document: { id: string }, jobId: string) {
  await o.answer(jobId, 'seal');
  await o.work();
  return stateOf(document.id);
}

test.each(['issue.number-reserved', 'issue.prepared'] as const)(
  'killed at %s: the document has no number and the series no gap',
  async (step) => {
    const before = await numbers();
    const document = await fresh();
    const body = { version: document.version, credentialId: o.credential('seal'), date: '2026-03-02' };
    expect(await dieAt(step, { kind: 'issue', documentId: document.id, body })).toBe('SIGKILL');
    expect(await stateOf(document.id)).toMatchObject({ state: 'signed', version: document.version });
    expect(await numbers()).toEqual(before);
    const { jobId } = await sealing(o, clerk, document);
    expect(await finish(document, jobId)).toMatchObject({ state: 'issued', reservation: { number: 8 + before.length } });
  },
);

test('killed after the number was committed: it waits for its seal with the same number', async () => {
  const before = await numbers();
  const document = await fresh();
  const body = { version: document.version, credentialId: o.credential('seal'), date: '2026-03-02' };
  expect(await dieAt('issue.committed', { kind: 'issue', documentId: document.id, body })).toBe('SIGKILL');
  const view = await stateOf(document.id);
  expect(view).toMatchObject({ state: 'awaiting-seal', reservation: { number: 8 + before.length } });
  expect(await finish(document, view.jobId)).toMatchObject({ state: 'issued', reservation: { number: 8 + before.length } });
});

test('killed while the answer was being stored: the device sends it again and it counts once', async () => {
  const before = await numbers();
  const document = await fresh();
  const { jobId } = await sealing(o, clerk, document);
  const { deviceId, answer } = await valuesFor(jobId);
  expect(await dieAt('answer.values-stored', { kind: 'answer', jobId, deviceId, answer })).toBe('SIGKILL');
  expect(await stateOf(document.id)).toMatchObject({ state: 'awaiting-seal', reservation: { number: 8 + before.length } });
  expect(await o.answer(jobId, 'seal')).toBe('accepted');
  await o.work();
  expect((await stateOf(document.id)).state).toBe('issued');
});

test.each(['complete.begun', 'complete.time-stamped', 'complete.embedded', 'complete.switching', 'complete.done'] as const)(
  'killed at %s: nothing half done is visible, and the next process goes on to the end',
  async (step) => {
    const before = await numbers();
    const document = await fresh();
    const filesBefore = (await stateOf(document.id)).files;
    const { jobId } = await sealing(o, clerk, document);
    await o.answer(jobId, 'seal');
    expect(await dieAt(step, { kind: 'complete' })).toBe('SIGKILL');
    const between = await stateOf(document.id);
    if (step === 'complete.done') expect(between.state).toBe('issued');
    else expect(between).toMatchObject({ state: 'awaiting-seal', files: filesBefore });
    expect(between.reservation.number).toBe(8 + before.length);
    await restartAndWork();
    const after = await stateOf(document.id);
    expect(after).toMatchObject({ state: 'issued', reservation: { number: 8 + before.length } });
    expect(after.history.filter((entry: any) => entry.event === 'DocumentIssued')).toHaveLength(1);
    for (const [at, file] of after.files.entries()) expect(file.sha256).not.toBe(filesBefore[at].sha256);
    // Delivery goes on: exactly one dispatch for this document is in the outbox.
    const dispatches = await waitingJobs(database.db, 'exchange.dispatch');
    expect(dispatches.filter((job) => job.key === document.id)).toHaveLength(1);
  },
);

test.each(['batch.opened', 'batch.prepared-one', 'batch.released'] as const)(
  'killed at %s: the device is asked about all or none, and everything can be signed again',
  async (step) => {
    const all = [await submitted(o, drafter), await submitted(o, drafter)];
    const place = { page: 2, rect: [330, 120, 170, 70] };
    const items = all.map(({ id, version }) => ({ documentId: id, version, place }));
    const body = { credentialId: o.credential('leader'), items };
    expect(await dieAt(step, { kind: 'batch', body })).toBe('SIGKILL');
    const { rows } = await sql<{ device: string; released: boolean }>`
      select b.device_id as device, b.released_at is not null as released
      from devices.signing_job_batch b join agency.signing_batch_item i on i.batch_id = b.id
      where i.document_id = ${all[0]!.id}`.execute(database.db);
    expect(rows[0]!.released).toBe(step === 'batch.released');
    const open = await openJobs(database.db, rows[0]!.device, o.clock());
    expect(open.filter((job) => all.some(({ id }) => id === job.document_id))).toHaveLength(step === 'batch.released' ? 2 : 0);
    for (const { id, version } of all) expect(await stateOf(id)).toMatchObject({ state: 'awaiting-signature', version });
    const again = await o.post(leader, '/api/batches', body);
    for (const { documentId } of again.items) await o.answer((await stateOf(documentId)).jobId, 'leader');
    await o.work();
    for (const { id } of all) {
      const after = await stateOf(id);
      expect(after.state).toBe('signed');
      expect(after.history.filter((entry: any) => entry.event === 'DocumentSigned')).toHaveLength(1);
    }
  },
);

test.each(['stamp.begun', 'stamp.stored', 'stamp.done'] as const)(
  'killed at %s: a time-stamp that comes later comes once, and nothing is lost',
  async (step) => {
    const silent = await testOffice(database.db, pki, {
      folder: o.folder,
      timeStamp: async () => {
        throw new Error('connection refused');
      },
    });
    const document = await submitted(silent, drafter);
    const job = await silent.post(leader, `/api/documents/${document.id}/sign`, {
      version: document.version,
      credentialId: o.credential('leader'),
      place: { page: 2, rect: [330, 120, 170, 70] },
    });
    await silent.answer(job.id, 'leader');
    await silent.work(60_000);
    await silent.close(true);
    const before = await stateOf(document.id);
    expect(before).toMatchObject({ state: 'signed', timeStampPending: true });
    await database.db
      .updateTable('job')
      .set({ run_at: new Date(0) })
      .where('queue', '=', 'signing.stamp')
      .execute();

    expect(await dieAt(step, { kind: 'complete' })).toBe('SIGKILL');
    const between = await stateOf(document.id);
    if (step === 'stamp.done') expect(between.timeStampPending).toBeUndefined();
    else expect(between).toMatchObject({ timeStampPending: true, files: before.files });
    await restartAndWork();
    const after = await stateOf(document.id);
    expect(after.timeStampPending).toBeUndefined();
    expect(after.history.filter((entry: any) => entry.event === 'TimeStampAdded')).toHaveLength(1);
    expect(after.files[0].sha256).not.toBe(before.files[0].sha256);
  },
);

test('after all of this the series has no gap and the journal is whole', async () => {
  const all = await numbers();
  expect(all).toEqual(all.map((_, at) => 8 + at));
  expect(firstBreak(await readEntries(database.db, 0, 10_000))).toBeUndefined();
});
