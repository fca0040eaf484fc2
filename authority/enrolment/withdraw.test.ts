import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleForTests, personItem, requestOf, ASICE } from '../console-for-tests.ts';
import { AcmeClient, ecKey, openedMachine, type Opened } from './machine-for-tests.ts';

/** What is taken back is taken back whole: killed in the middle, nothing of it happened. */
let t: ConsoleForTests;
let app: Hono;
beforeAll(async () => {
  t = await ConsoleForTests.open();
  app = new Hono();
  app.route('/', t.authority.service.machines());
  await t.later(1);
});
afterAll(() => t.close());

/**
 * Holds the row that an act comes to last, waits until the act stands there, and kills its session as the death of its process
 * would: the server takes back what was not committed.
 */
async function killedAt(hold: ReturnType<typeof sql>, act: () => Promise<unknown>): Promise<unknown> {
  let outcome: Promise<unknown> | undefined;
  await t.db.transaction().execute(async (tx) => {
    await hold.execute(tx);
    const { rows } = await sql<{ me: number }>`select pg_backend_pid() as me`.execute(tx);
    outcome = act().then(
      (done) => ({ done }),
      (fault: unknown) => fault,
    );
    const blocked = async () =>
      (await sql<{ pid: number }>`
        select pid from pg_stat_activity where ${rows[0]!.me} = any(pg_blocking_pids(pid))`.execute(t.db)).rows[0]?.pid; // prettier-ignore
    await expect.poll(blocked, { timeout: 60_000 }).toBeGreaterThan(0);
    await sql`select pg_terminate_backend(${await blocked()})`.execute(t.db);
    await outcome;
  });
  return outcome;
}

describe('a machine that is not believed any more', () => {
  let own: Opened;
  let client: AcmeClient;
  const valid = async () => (await t.get('auditor', `/machine-accounts/${own.account.id}`)).account;
  const path = () => `/machine-accounts/${own.account.id}/withdrawal`;

  test('killed while the last of its certificates is revoked, it is as it was; done again, all of it is', async () => {
    own = await openedMachine(t);
    client = await new AcmeClient(app).register(own);
    for (let n = 0; n < 3; n++) await client.certificate(ecKey(), n === 0 ? 'a.gov.vn' : 'b.gov.vn');
    const { rows } = await sql<{ serial: string }>`
      select serial_hex as serial from authority.certificate where request_id like ${`enrolment/${own.account.id}/%`}
      order by serial_hex desc limit 1`.execute(t.db);
    const last = sql`select 1 from authority.certificate where serial_hex = ${rows[0]!.serial} for update`;
    const outcome = await killedAt(last, () => t.post('revoker', path(), { cause: 'key-compromised' }));
    expect(outcome).toMatchObject({ code: 'http.fault' });
    expect(await valid()).toMatchObject({ state: 'open', keys: 1, certificates: { total: 3, valid: 3 } });
    const traces = await sql`
      select 1 from authority.journal_entry where kind in ('certificate.revoked', 'enrolment.account-withdrawn')
        and detail->>'accountId' = ${own.account.id}`.execute(t.db);
    expect(traces.rows).toEqual([]);
    expect((await client.order('a.gov.vn')).status).toBe(201);

    expect(await t.post('revoker', path(), { cause: 'key-compromised' })).toEqual({ revoked: 3 });
    expect(await valid()).toMatchObject({ state: 'closed', keys: 0, certificates: { total: 3, valid: 0 } });
    expect((await client.order('a.gov.vn')).status).toBe(401);
  });

  test('by two officers at once is withdrawn once, and none waits for ever', async () => {
    own = await openedMachine(t);
    client = await new AcmeClient(app).register(own);
    for (let n = 0; n < 3; n++) await client.certificate(ecKey(), 'a.gov.vn');
    const answers = await Promise.all(
      (['revoker', 'revoker2'] as const).map((who) => t.post(who, path(), { cause: 'key-compromised' })),
    );
    expect(answers.map(({ revoked }) => revoked as number).sort()).toEqual([0, 3]);
    expect(await valid()).toMatchObject({ state: 'closed', certificates: { valid: 0 } });
  });
});

describe('a request that its sender takes back', () => {
  test('killed at the last of its items, none is taken back; again, all are', async () => {
    const items = [personItem(), personItem(), personItem()];
    const request = requestOf(items, new Date(t.authority.now), { id: randomUUID() });
    await t.asSender('POST', '/submissions', await t.packed(request, [new TextEncoder().encode('%PDF-1.7 văn bản xác nhận của cơ quan quản lý trực tiếp')]), ASICE); // prettier-ignore
    const states = async () =>
      (await sql<{ state: string }>`
        select distinct i.state from authority.request_item i join authority.submission s on s.id = i.submission_id
        where s.request_id = ${request.id}`.execute(t.db)).rows.map((row) => row.state); // prettier-ignore
    expect(await states()).toEqual(['received']);
    const last = sql`
      select 1 from authority.request_item where id = (
        select i.id from authority.request_item i join authority.submission s on s.id = i.submission_id
        where s.request_id = ${request.id} order by i.id desc limit 1) for update`;
    const act = () =>
      t.asSender(
        'POST',
        `/submissions/${request.id}/withdrawal`,
        { itemIds: items.map((one) => one.id), reason: 'làm lại' },
        'application/json',
      );
    expect(await killedAt(last, act)).toMatchObject({ code: 'http.fault' });
    expect(await states()).toEqual(['received']);
    expect((await act()).withdrawn).toEqual(items.map((one) => one.id));
    expect(await states()).toEqual(['withdrawn']);
    const again = await act();
    expect([again.withdrawn, again.kept.length]).toEqual([[], 3]);
  });
});
