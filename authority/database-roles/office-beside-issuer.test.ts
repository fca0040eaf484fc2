import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { connect } from '@antin/adapters/db/connect';
import type { AnyDatabase, DatabaseAddress } from '@antin/adapters/db/connect';
import { enqueue, hurry } from '@antin/adapters/db/outbox';
import { inTransaction } from '@antin/adapters/db/transaction';
import { startWorker } from '@antin/adapters/db/worker';
import { jobById } from '@antin/adapters/devices/job-store';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { sharedDevices } from '@antin/adapters/devices/shared';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';
import type { OfficerStatement } from '@antin/protocol/authority/statements';
import { selfSigned } from '@antin/testkit/self-signed';
import { ConsoleForTests } from '../console-for-tests.ts';
import { recordEvent } from '../journal/record.ts';
import { bindCertificate, officerById } from '../officers/store.ts';
import { officersForDevices } from '../statements/officers-directory.ts';
import { orderStatements, statementAnswers, statementOrder } from '../statements/orders.ts';
import { ensureDatabaseRoles } from './apply.ts';
import { checkOwnUsers } from './own-users.ts';
import { separateDoors } from './doors.ts';
import type { Doors } from './doors.ts';
import { DATABASE_ROLES } from './roles.ts';

/** An office and an issuer in one database: the office as a user of its own, as in production, and by `set role`. */
const user = `antin_office_${randomBytes(4).toString('hex')}`;
let t: ConsoleForTests;
let doors: Doors;
let own: AnyDatabase;
let offices: readonly (readonly [string, AnyDatabase])[];
beforeAll(async () => {
  t = await ConsoleForTests.open();
  await ensureDatabaseRoles(t.db, [], DATABASE_ROLES);
  await sql.raw(`create role ${user} login in role antin_office`).execute(t.db);
  const address: DatabaseAddress = { ...(t.database.address as Exclude<DatabaseAddress, string>), user };
  await checkOwnUsers(t.db, { antin_office: address });
  doors = separateDoors(t.db);
  own = connect(address, { maxConnections: 2 });
  offices = [
    ['a user of its own', own],
    ['the role', doors.as('antin_office')],
  ];
});
afterAll(async () => {
  await own.destroy();
  await doors.close();
  await sql.raw(`drop role ${user}`).execute(t.db);
  await t.close();
});

const DENIED = '42501';
/** `check_violation`, raised by the guards of the tables. */
const GUARDED = '23514';

const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (fault: { code: string }) => fault.code,
  );
const run = (db: AnyDatabase, statement: string) => code(sql.raw(statement).execute(db));
const jobsOf = async (queue: string) =>
  (await sql<{ key: string }>`select key, run_at, dead_at from job where queue = ${queue} order by id`.execute(t.db)).rows;

describe('an office that went wrong, beside an issuer', () => {
  test('writes nothing into the issuer’s journal, and reads nothing of it', async () => {
    const count = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from authority.journal_entry`.execute(t.db)).rows[0]!.n;
    const before = await count();
    for (const [who, db] of offices) {
      for (const kind of ['certificate.issued', 'officer.device-paired', 'request.approved'])
        expect([who, kind, await code(recordEvent(db, Date.now(), kind, undefined, { by: randomUUID() }))]).toEqual([
          ...[who, kind, DENIED],
        ]);
      for (const statement of [
        `insert into authority.journal_waiting (entry) values (1)`,
        `delete from authority.journal_waiting`,
        `select 1 from authority.journal_entry`,
      ])
        expect([who, statement, await run(db, statement)]).toEqual([who, statement, DENIED]);
    }
    expect(await count()).toBe(before);
  });

  test('takes away, puts off, forges and reads none of its jobs', async () => {
    const runAt = new Date(Date.now() + 3_600_000);
    const key = randomUUID();
    await enqueue(t.db, { queue: 'authority.crl', key, payload: { secret: 1 }, runAt });
    await enqueue(t.db, { queue: 'signing.stamp', key, payload: {}, runAt });
    const before = await jobsOf('authority.crl');
    const notices = await jobsOf('authority.notice');
    for (const [who, db] of offices) {
      for (const statement of [
        `delete from public.job where queue = 'authority.crl'`,
        `truncate public.job`,
        `update public.job set queue = 'signing.stamp' where queue = 'authority.crl'`,
        `update public.job set payload = '{}' where queue = 'authority.crl'`,
        `update public.job set done_at = now()`,
        `select payload from public.job`,
        `alter table public.job disable trigger all`,
      ])
        expect([who, statement, await run(db, statement)]).toEqual([who, statement, DENIED]);
      for (const statement of [
        `update public.job set run_at = now() + interval '9 years' where queue = 'authority.crl'`,
        `update public.job set dead_at = now() where queue = 'authority.crl'`,
        // Of everybody: that one of them is the issuer's is enough.
        `update public.job set dead_at = now()`,
        // A notice to officers of what never happened, and the key of a list that is yet to come.
        `insert into public.job (queue, key, payload) values ('authority.notice', '${randomUUID()}', '{}')`,
        `insert into public.job (queue, key, payload, done_at) values ('authority.crl', '${randomUUID()}', '{}', now())`,
        `set role antin_office; update public.job set run_at = now() where queue = 'authority.crl'`,
      ])
        expect([who, statement, await run(db, statement)]).toEqual([who, statement, GUARDED]);
      expect(await code(hurry(db, 'authority.crl', key))).toBe(GUARDED);
    }
    expect(await jobsOf('authority.crl')).toEqual(before);
    expect(await jobsOf('authority.notice')).toEqual(notices);
  });

  test('prepares nothing for officers to sign', async () => {
    for (const [who, db] of offices)
      for (const statement of [
        `update authority.statement_order set prepared = '[]'`,
        `update authority.statement_order set officer_id = officer_id`,
        `delete from authority.statement_order`,
        `insert into authority.statement_order select * from authority.statement_order limit 0`,
      ])
        expect([who, statement, await run(db, statement)]).toEqual([who, statement, DENIED]);
  });
});

describe('an honest office beside an issuer', () => {
  test('lays down its jobs, hurries them, and they are worked off together with the issuer’s', async () => {
    for (const [who, db] of offices) {
      const key = randomUUID();
      const later = new Date(Date.now() + 3_600_000);
      const job = { queue: 'signing.stamp', key, payload: { who }, runAt: later };
      expect(await inTransaction(db, (tx) => enqueue(tx, job))).toBe(true);
      expect(await enqueue(db, job)).toBe(false);
      expect(await hurry(db, job.queue, key)).toBe(true);
      expect(await enqueue(doors.as('antin_revocation'), { queue: 'authority.notice', key, payload: { who } })).toBe(true);
      const done: string[] = [];
      const handler = async (one: { queue: string; key: string; attempts: number }) => {
        if (one.key !== key) return;
        // Once more, as where another side is away: the outcome moves the row too.
        if (one.attempts === 1) throw new Error('away');
        done.push(one.queue);
      };
      const worker = startWorker(doors.as('antin_jobs'), {
        handlers: { 'signing.stamp': handler, 'authority.notice': handler },
        ...{ backOffMs: () => 0, pollMs: 10 },
      });
      await expect.poll(() => done.length, { timeout: 60_000 }).toBe(2);
      await worker.stop();
      expect(done.sort()).toEqual(['authority.notice', 'signing.stamp']);
    }
  });

  test('takes the answer of an officer’s token agent, as the only thing of an issuer that it writes', async () => {
    const held = selfSigned('Vũ Văn Duyệt', 'p-256');
    const sha256 = Buffer.from(nodeSecrets.digest('SHA-256', held.certificate)).toString('hex');
    const clock = () => new Date();
    const platformKey = platformKeyOf(generateKeyPairSync('ed25519').privateKey);
    const devices = sharedDevices({ db: own, clock, profile: 'practice', platformKey });
    devices.join(officersForDevices);
    devices.jobs.onAnswer('approve', statementAnswers(devices.jobs));
    const id = await t.officerId('approver');
    await inTransaction(t.db, (tx) => bindCertificate(tx, id, held.certificate, sha256));
    const officer = { ...(await officerById(t.db, id))!, roles: ['approval'] as const };
    const agents = doors.as('antin_agents');
    const asIssuer = { db: agents, session: doors.as('antin_session'), clock, jobs: devices.jobs, chainOf: async () => [] };
    const { agentId: deviceId } = await inTransaction(own, (tx) =>
      devices.jobs.registerAgent(tx, {
        publicKey: randomBytes(32),
        ...{ name: 'Máy của Duyệt', holder: 'practice', personIds: [id], certificates: [held.certificate] },
      }),
    );
    for (const [, db] of offices) {
      const certificate = { issuerSha256: 'cd'.repeat(32) as never, serialHex: '0badcafe' };
      const statements: OfficerStatement[] = [
        { type: 'antin.revocation', cause: 'device-lost', certificate, officerId: id, at: clock().toISOString(), reason: 'mất' },
      ];
      const order = await orderStatements(asIssuer, officer, { credentialId: sha256, statements });
      const { rows } = await sql<{ jobId: string }>`
        select job_id as "jobId" from authority.statement_order where id = ${order.id}`.execute(t.db);
      const job = (await jobById(db, rows[0]!.jobId))!;
      const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
      const values = job.documents.map((one) =>
        Buffer.from(nodeSecrets.sign(held.pkcs8, algorithm, fromBase64(one.signedAttributes))).toString('base64'),
      );
      const body = utf8(JSON.stringify({ answer: 'signed', values }));
      await inTransaction(db, (tx) => devices.jobs.takeAnswer(tx, { jobId: job.id, deviceId, body, proof: 'p' }));
      const answered = await statementOrder(asIssuer, officer, order.id);
      expect([answered.state, answered.signed?.map((one) => one.statement)]).toEqual(['done', statements]);
    }
    await devices.stop();
  });

  test('and every part of the issuer writes its journal and lays down its jobs as before', async () => {
    for (const role of ['antin_agents', 'antin_issuance', 'antin_revocation', 'antin_registration', 'antin_status'] as const)
      expect([role, await code(recordEvent(doors.as(role), Date.now(), 'officer.device-paired', undefined, {}))]).toEqual([
        ...[role, 'done'],
      ]);
    for (const role of ['antin_revocation', 'antin_registration', 'antin_status', 'antin_issuance', 'antin_approval'] as const)
      expect(await enqueue(doors.as(role), { queue: 'authority.crl', key: randomUUID(), payload: {} })).toBe(true);
    // The owner of the tables, whoever else it may act as, restores.
    await sql`update job set run_at = now() where queue = 'authority.crl'`.execute(t.db);
    await sql`delete from job where queue = 'authority.crl'`.execute(t.db);
  });

  test('what the guard knows the issuer’s jobs by is how all of them are named', async () => {
    const queues = Object.keys({ ...t.authority.service.status.jobs, ...t.desk.jobs });
    expect(queues.length).toBeGreaterThanOrEqual(3);
    expect(queues.filter((queue) => !queue.startsWith('authority.'))).toEqual([]);
  });
});
