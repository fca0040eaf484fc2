import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { sharedDevices, type Devices } from '@antin/adapters/devices/shared';
import { inTransaction } from '@antin/adapters/db/transaction';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { memorySource } from '@antin/formats/bytes/source';
import { utf8 } from '@antin/formats/bytes/bytes';
import type { ApprovalStatement } from '@antin/protocol/authority/registration';
import type { OfficerStatement } from '@antin/protocol/authority/statements';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { readFrame } from '@antin/signature/cades/frame';
import { readSignedCms } from '@antin/signature/cades/read-signed';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { selfSigned } from '@antin/testkit/self-signed';
import { migrations } from '../migrations.ts';
import type { Officer } from '../officers/caller.ts';
import { bindCertificate, insertOfficer, officerById } from '../officers/store.ts';
import { officersForDevices } from './officers-directory.ts';
import { orderStatements, statementAnswers, statementOrder, type StatementDoors } from './orders.ts';
import { forgetOrders } from './store.ts';
import { jobById } from '@antin/adapters/devices/job-store';

const held = selfSigned('Vũ Văn Duyệt', 'p-256');
const sha256 = Buffer.from(nodeSecrets.digest('SHA-256', held.certificate)).toString('hex');
const clock = () => new Date();

let database: TestDatabase;
let devices: Devices;
let doors: StatementDoors;
let officer: Officer;
let other: Officer;
let deviceId = '';

async function newOfficer(signInName: string): Promise<Officer> {
  const id = randomUUID();
  await inTransaction(database.db, (tx) =>
    insertOfficer(tx, { id, signInName, fullName: signInName, passwordHash: 'x', mustChangePassword: false, at: clock() }),
  );
  return { ...(await officerById(database.db, id))!, roles: ['approval'] };
}

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  const { db } = database;
  const platformKey = platformKeyOf(generateKeyPairSync('ed25519').privateKey);
  devices = sharedDevices({ db, clock, profile: 'practice', platformKey });
  devices.join(officersForDevices);
  devices.jobs.onAnswer('approve', statementAnswers(devices.jobs));
  doors = { db, session: db, clock, jobs: devices.jobs, chainOf: async () => [] };
  officer = await newOfficer('ca.duyet');
  other = await newOfficer('ca.khac');
  await inTransaction(db, (tx) => bindCertificate(tx, officer.id, held.certificate, sha256));
  officer = { ...officer, certificate: held.certificate, certificateSha256: sha256 };
  ({ agentId: deviceId } = await inTransaction(db, (tx) =>
    devices.jobs.registerAgent(tx, {
      publicKey: new Uint8Array(32).fill(7),
      ...{ name: 'Máy của Duyệt', holder: 'practice', personIds: [officer.id], certificates: [held.certificate] },
    }),
  ));
});
afterAll(async () => {
  await devices.stop();
  await database.close();
});

function statement(more: Partial<ApprovalStatement> = {}): ApprovalStatement {
  return {
    ...{ type: 'antin.approval', requestItemId: randomUUID(), shownSha256: 'ab'.repeat(32) as never, act: 'approve' },
    ...{ officerId: officer.id, at: clock().toISOString() },
    ...more,
  };
}

/** What the officer's agent answers when the key signs what it was asked. */
async function answer(orderId: string, change = (value: Uint8Array) => value): Promise<void> {
  const { rows } = await sql<{ job_id: string }>`
    select job_id from authority.statement_order where id = ${orderId}`.execute(database.db);
  const job = (await jobById(database.db, rows[0]!.job_id))!;
  const values = job.documents.map((document) => {
    const value = nodeSecrets.sign(held.pkcs8, { scheme: 'ecdsa', digest: 'SHA-256' }, fromBase64(document.signedAttributes));
    return Buffer.from(change(value)).toString('base64');
  });
  const body = utf8(JSON.stringify({ answer: 'signed', values }));
  await inTransaction(database.db, (tx) => devices.jobs.takeAnswer(tx, { jobId: job.id, deviceId, body, proof: 'p' }));
}

describe('statements of officers', () => {
  test('about certificates themselves are signed too: a revocation without a request, a suspension', async () => {
    const certificate = { issuerSha256: 'cd'.repeat(32) as never, serialHex: '0badcafe' };
    const said = { certificate, officerId: officer.id, at: clock().toISOString(), reason: 'Báo mất qua điện thoại' };
    const statements: OfficerStatement[] = [
      { type: 'antin.revocation', cause: 'device-lost', ...said },
      { type: 'antin.suspension', act: 'lift', ...said },
    ];
    const order = await orderStatements(doors, officer, { credentialId: sha256, statements });
    await answer(order.id);
    const { signed = [] } = await statementOrder(doors, officer, order.id);
    expect(signed.map((one) => one.statement)).toEqual(statements);
    const { rows } = await sql<{ job_id: string }>`
      select job_id from authority.statement_order where id = ${order.id}`.execute(database.db);
    const titles = (await jobById(database.db, rows[0]!.job_id))!.documents.map((document) => document.title);
    expect(titles).toEqual(['Thu hồi: 0badcafe', 'Hủy tạm dừng: 0badcafe']);
  });

  test('about a request that is not any more what was shown are refused as that, before a device is asked', async () => {
    const [submission, id, item] = [randomUUID(), randomUUID(), randomUUID()];
    const hash = (n: number) => String(n).repeat(64).slice(0, 64);
    await sql`insert into authority.submission (id, status, from_code, from_name, from_place, request_id, channel, authenticated_by,
        file_sha256, file_size, request_sha256, media_type, received_at, item_count)
      values (${submission}, 'accepted', 'H53', 'x', 'x', ${randomUUID()}, 'api', 'signature', ${hash(1)}, 1, ${hash(1)}, 'x', now(), 1)`.execute(
      database.db,
    );
    await sql`insert into authority.request_item (id, submission_id, item_id, act, agency_code, agency_name, agency_place, subject, folded,
        state, original, original_sha256, current, shown, shown_sha256, received_at)
      values (${id}, ${submission}, ${item}, 'new', 'H53', 'x', 'x', 'Nguyễn Văn An', 'x', 'received', '{}', ${hash(1)}, '{}', '{}',
        ${hash(2)}, now())`.execute(database.db);
    const jobs = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from devices.signing_job`.execute(database.db)).rows[0]!.n;
    const before = await jobs();
    const order = (shownSha256: string) =>
      orderStatements(doors, officer, {
        credentialId: sha256,
        statements: [statement(), statement({ requestItemId: id as never, shownSha256: shownSha256 as never })],
      });
    await expect(order(hash(3))).rejects.toMatchObject({ code: 'request.shown-changed', detail: { vi: 'Nguyễn Văn An' } });
    expect(await jobs()).toBe(before);
    await order(hash(2));
    expect(await jobs()).toBe(before + 1);
  });

  test('come back signed, each over its own canonical text, by the officer’s own key', async () => {
    const statements = [statement(), statement({ act: 'refuse' })];
    const order = await orderStatements(doors, officer, { credentialId: sha256, statements });
    expect(order.comparisonCode).toMatch(/^\d{4}$/);
    expect((await statementOrder(doors, officer, order.id)).signed).toBeUndefined();
    await answer(order.id);
    const done = await statementOrder(doors, officer, order.id);
    expect(done).toMatchObject({ state: 'done', signed: statements.map((one) => ({ statement: one })) });
    for (const [n, { cms }] of done.signed!.entries()) {
      const signed = readSignedCms(
        readFrame(memorySource(fromBase64(cms))),
        memorySource(utf8(canonicalJson(statements[n]))),
        nodeCrypto,
      );
      expect(signed.signers).toHaveLength(1);
    }
  });

  test('a value that does not fit signs nothing', async () => {
    const order = await orderStatements(doors, officer, { credentialId: sha256, statements: [statement()] });
    await answer(order.id, (value) => value.map((byte, n) => (n === value.length - 1 ? byte ^ 1 : byte)));
    const after = await statementOrder(doors, officer, order.id);
    expect(after.state).toBe('failed');
    expect(after.signed).toBeUndefined();
  });

  test('nobody orders in another’s name, with another’s key, or reads another’s order', async () => {
    const foreign = { credentialId: sha256, statements: [statement({ officerId: other.id })] };
    await expect(orderStatements(doors, officer, foreign)).rejects.toMatchObject({ code: 'statement.not-yours' });
    const own = { credentialId: sha256, statements: [statement({ officerId: other.id })] };
    await expect(orderStatements(doors, other, own)).rejects.toMatchObject({ code: 'statement.credential-not-usable' });
    const order = await orderStatements(doors, officer, { credentialId: sha256, statements: [statement()] });
    await expect(statementOrder(doors, other, order.id)).rejects.toMatchObject({ code: 'http.not-found' });
  });

  test('what the device is to sign lies beside the order until it has answered, and then nowhere', async () => {
    const order = await orderStatements(doors, officer, { credentialId: sha256, statements: [statement(), statement()] });
    const kept = async () =>
      (
        await sql<{ n: number }>`select count(*)::int as n from devices.signing_job_content c
          join authority.statement_order o on o.job_id = c.job_id where o.id = ${order.id}`.execute(database.db)
      ).rows[0]!.n;
    expect(await kept()).toBe(2);
    await answer(order.id);
    expect(await kept()).toBe(0);
    expect((await statementOrder(doors, officer, order.id)).state).toBe('done');
    const unanswered = await orderStatements(doors, officer, { credentialId: sha256, statements: [statement()] });
    await forgetOrders(database.db, new Date(Date.now() + 1000));
    const { rows } = await sql`select 1 from devices.signing_job_content`.execute(database.db);
    expect(rows).toEqual([]);
    await expect(statementOrder(doors, officer, unanswered.id)).rejects.toMatchObject({ code: 'http.not-found' });
  });

  test('what is older than a day is forgotten, the rest stays', async () => {
    const order = await orderStatements(doors, officer, { credentialId: sha256, statements: [statement()] });
    const { rows } = await sql<{ at: Date }>`
      select created_at as at from authority.statement_order where id = ${order.id}`.execute(database.db);
    await forgetOrders(database.db, rows[0]!.at);
    expect((await statementOrder(doors, officer, order.id)).id).toBe(order.id);
    await forgetOrders(database.db, new Date(rows[0]!.at.getTime() + 1));
    await expect(statementOrder(doors, officer, order.id)).rejects.toMatchObject({ code: 'http.not-found' });
  });
});
