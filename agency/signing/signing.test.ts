import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { waitingJobs } from '@antin/adapters/db/outbox';
import { SigningJob } from '@antin/protocol/office/signing';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { bindCertificate } from '../directory/load.ts';
import { draftFields, onePdf, sealing, signed, submitted } from '../acts-for-tests.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let drafter: string, leader: string, clerk: string;
/** What the world outside says, changed by each test. */
const world = { status: 'good' as 'good' | 'revoked' | 'unknown' | 'down', tsa: 'up' as 'up' | 'down' | 'lies' };

beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki, {
    statusOf: async () => {
      if (world.status === 'down') throw new Error('no route to host');
      return world.status;
    },
    timeStamp: async (imprint) => {
      if (world.tsa === 'down') throw new Error('connection refused');
      const hash = world.tsa === 'lies' ? new Uint8Array(32).fill(7) : imprint;
      return pki.timeStampToken({ digest: 'SHA-256', hash }, o.clock().getTime());
    },
  });
  await o.settle({
    leader: { person: 'lanh.dao' },
    leaderRsa: { person: 'pho.gd' },
    seal: { agency: 'so' },
    sealRsa: { agency: 'ubnd' },
    expired: { person: 'soan.tinh' },
  });
});
beforeEach(async () => {
  world.status = 'good';
  world.tsa = 'up';
  [drafter, leader, clerk] = await Promise.all([o.signIn('soan.thao'), o.signIn('lanh.dao'), o.signIn('van.thu')]);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const PLACE = { page: 2, rect: [330, 120, 170, 70] };
const sign = (as: string, document: { id: string; version: number }, key = 'leader') =>
  o.post(as, `/api/documents/${document.id}/sign`, { version: document.version, credentialId: o.credential(key), place: PLACE });
const view = (id: string) => o.get(clerk, `/api/documents/${id}`);
const lastOf = async (id: string, event: string) => (await view(id)).history.findLast((entry: any) => entry.event === event);

test('a revoked certificate cannot sign; one whose state could not be checked can, and that is written down', async () => {
  const document = await submitted(o, drafter);
  world.status = 'revoked';
  await expect(sign(leader, document)).rejects.toMatchObject({ code: 'sign.certificate-revoked' });
  expect((await view(document.id)).history.some((entry: any) => entry.event === 'SigningStarted')).toBe(false);
  for (const status of ['unknown', 'down'] as const) {
    world.status = status;
    await sign(leader, document);
    expect((await lastOf(document.id, 'SigningStarted')).detail.revocation).toBe('not-checked');
  }
});

test('a key signs only for whom the directory says: not the deputy’s for the leader, not another agency’s seal', async () => {
  const document = await submitted(o, drafter);
  await expect(sign(leader, document, 'leaderRsa')).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
  const ready = await signed(o, drafter, leader);
  const issue = (key: string) =>
    o.post(clerk, `/api/documents/${ready.id}/issue`, {
      version: ready.version,
      credentialId: o.credential(key),
      date: '2026-03-02',
    });
  await expect(issue('sealRsa')).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
  await expect(issue('leader')).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
  expect((await view(ready.id)).state).toBe('signed');
});

test('a binding taken back ends a key that a device still announces', async () => {
  const document = await submitted(o, drafter);
  const sha256 = o.credential('leader');
  await sql`update agency.bound_certificate set unbound_at = now() where sha256 = ${sha256}`.execute(database.db);
  await expect(sign(leader, document)).rejects.toMatchObject({ code: expect.stringMatching(/^sign\.credential-not-/) });
  await sql`update agency.bound_certificate set unbound_at = null where sha256 = ${sha256}`.execute(database.db);
  expect(SigningJob.parse(await sign(leader, document)).state).toBe('waiting');
});

test('an expired certificate is not offered and not taken', async () => {
  const stranger = await o.signIn('soan.tinh');
  expect((await o.get(stranger, '/api/credentials?kind=person')).credentials).toEqual([]);
});

test('the leader’s device refuses: the document waits as before and can be sent again', async () => {
  const document = await submitted(o, drafter);
  const job = await sign(leader, document);
  await o.answer(job.id, { answer: { answer: 'not-used', reason: 'wrong-pin' } });
  expect(await o.get(leader, `/api/jobs/${job.id}`)).toMatchObject({ state: 'refused', reason: 'device.wrong-pin' });
  expect(await view(document.id)).toMatchObject({ state: 'awaiting-signature', version: document.version });
  const again = await sign(leader, document);
  await o.answer(again.id, 'leader');
  await o.work();
  expect((await view(document.id)).state).toBe('signed');
});

test('an answer that is repeated counts once', async () => {
  const document = await submitted(o, drafter);
  const job = await sign(leader, document);
  const values = await Promise.all(
    (await o.jobs.jobRecord(database.db, job.id))!.documents.map((one) => pki.signingKey('leader').sign(one.signedAttributes)),
  );
  expect(await o.answer(job.id, { values: async () => values })).toBe('accepted');
  expect(await o.answer(job.id, { values: async () => values })).toBe('accepted');
  await o.work();
  const { history } = await view(document.id);
  expect(history.filter((entry: any) => entry.event === 'DocumentSigned')).toHaveLength(1);
  expect(history.filter((entry: any) => entry.event === 'SignatureValueReceived')).toHaveLength(1);
});

test('while a seal waits for its time-stamp nobody can pull the document away; it is issued when the authority is back', async () => {
  const ready = await signed(o, drafter, leader);
  const { jobId } = await sealing(o, clerk, ready);
  world.tsa = 'down';
  await o.answer(jobId, 'seal');
  const worker = o.startWorker();
  await expect.poll(async () => (await o.get(clerk, `/api/jobs/${jobId}`)).reason).toBe('time-stamp.waiting');
  expect(await view(ready.id)).toMatchObject({ state: 'awaiting-seal', jobId });
  const cancel = o.post(clerk, `/api/documents/${ready.id}/issue/cancel`, { mode: 'void', reason: 'đổi ý' });
  await expect(cancel).rejects.toMatchObject({ code: 'signing.under-way' });
  const again = o.post(clerk, `/api/documents/${ready.id}/issue/retry`, { credentialId: o.credential('seal') });
  await expect(again).rejects.toMatchObject({ code: 'signing.under-way' });
  world.tsa = 'up';
  await worker.idle();
  await worker.stop();
  expect((await view(ready.id)).state).toBe('issued');
});

test('a time-stamp over something else is not taken', async () => {
  const ready = await signed(o, drafter, leader);
  const { jobId } = await sealing(o, clerk, ready);
  world.tsa = 'lies';
  await o.answer(jobId, 'seal');
  const worker = o.startWorker();
  await expect
    .poll(async () => (await waitingJobs(database.db, 'signing.complete')).map((one) => one.last_error))
    .toContain('the token is about something else');
  expect((await view(ready.id)).state).toBe('awaiting-seal');
  world.tsa = 'up';
  await worker.idle();
  await worker.stop();
  expect((await view(ready.id)).state).toBe('issued');
});

test('one wrong value among several spoils the whole act: no file of the document is sealed', async () => {
  const annex = await o.upload(drafter, 'Phụ lục.pdf', onePdf());
  const ready = await signed(o, drafter, leader, { annexes: [{ sha256: annex.sha256, name: annex.name }] });
  const before = await view(ready.id);
  const { jobId } = await sealing(o, clerk, ready);
  await o.answer(jobId, {
    values: async (job) => [
      await pki.signingKey('seal').sign(job.documents[0]!.signedAttributes),
      // The value of the first file again: right key, other document.
      await pki.signingKey('seal').sign(job.documents[0]!.signedAttributes),
    ],
  });
  await o.work();
  const after = await view(ready.id);
  expect(after).toMatchObject({ state: 'awaiting-seal', files: before.files });
  expect(await o.get(clerk, `/api/jobs/${jobId}`)).toMatchObject({ state: 'failed', reason: 'signature.value-mismatch' });
});

test('a finished file that the engine judges invalid is never shown as signed', async () => {
  const suspicious = await testOffice(database.db, pki, {
    folder: o.folder,
    deps: { judgeSignatures: async () => [{ status: 'invalid', level: null }] },
  });
  const document = await submitted(suspicious, drafter);
  const job = await suspicious.post(leader, `/api/documents/${document.id}/sign`, {
    version: document.version,
    credentialId: o.credential('leader'),
    place: PLACE,
  });
  await suspicious.answer(job.id, 'leader');
  await suspicious.work();
  expect(await view(document.id)).toMatchObject({ state: 'awaiting-signature' });
  expect((await lastOf(document.id, 'SigningFailed')).detail).toEqual({ reason: 'signature.check-failed' });
  await suspicious.close(true);
});

test('only who sent an order takes it back; a colleague of another agency does not even see it', async () => {
  const document = await submitted(o, drafter);
  const job = await sign(leader, document);
  const stranger = await o.signIn('soan.tinh');
  expect((await o.call(stranger, 'GET', `/api/jobs/${job.id}`)).status).toBe(404);
  expect(await (await o.call(clerk, 'DELETE', `/api/jobs/${job.id}`)).json()).toMatchObject({ code: 'sign.not-your-job' });
  expect(await (await o.call(leader, 'DELETE', `/api/jobs/${job.id}`)).json()).toMatchObject({ state: 'cancel-requested' });
});

test('a deputy with an RSA key signs for the head, and the title says so', async () => {
  const deputy = await o.signIn('pho.gd');
  const { signers } = await o.get(drafter, '/api/signers');
  const who = signers.find((one: any) => one.fullName === 'Trần Văn Phó');
  expect(who.capacity).toBe('KT.');
  const fields = await draftFields(o, drafter, { signerPositionId: who.positionId });
  const draft = await o.post(drafter, '/api/documents', fields);
  const before = await o.post(drafter, `/api/documents/${draft.id}/submit`, { version: draft.version });
  const job = await sign(deputy, before, 'leaderRsa');
  await o.answer(job.id, 'leaderRsa');
  await o.work();
  expect(await view(before.id)).toMatchObject({
    state: 'signed',
    signatures: [{ name: 'Trần Văn Phó', title: 'KT. Phó Giám đốc' }],
  });
});

test('two certificates of one issuer and number cannot both be bound', async () => {
  const der = pki.certificate('wrongEku').raw;
  const { rows } = await sql<{ id: string }>`select id from agency.person limit 1`.execute(database.db);
  const owner = { personId: rows[0]!.id };
  await database.db.transaction().execute((tx) => bindCertificate(tx, { der, owner }, o.clock()));
  const forged = der.slice();
  forged[forged.length - 1]! ^= 1;
  await expect(database.db.transaction().execute((tx) => bindCertificate(tx, { der: forged, owner }, o.clock()))).rejects.toThrow(
    'bound_certificate_name',
  );
});
