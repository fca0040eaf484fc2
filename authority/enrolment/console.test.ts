import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MachineAccount, MachineAccountDetail } from '@antin/protocol/authority/enrolment';
import { enrolmentRoutes } from '@antin/protocol/authority/enrolment';
import { ConsoleForTests } from '../console-for-tests.ts';
import { AcmeClient, approvedDevice, csrOf, ecKey, est, openedMachine, reopened } from './machine-for-tests.ts';

let t: ConsoleForTests;
let app: Hono;

beforeAll(async () => {
  t = await ConsoleForTests.open();
  app = new Hono();
  app.route('/', t.authority.service.machines());
  // A certificate begins an hour back: the issuer is to be older.
  await t.later(1);
});
afterAll(() => t.close());

const list = async (query = ''): Promise<{ items: MachineAccount[]; next?: string }> => {
  const answer = await t.get('auditor', `/machine-accounts${query}`);
  return enrolmentRoutes.list.answer.parse(answer) as never;
};
const one = async (id: string, who: 'auditor' | 'issuer' | 'revoker' = 'auditor'): Promise<MachineAccountDetail> =>
  enrolmentRoutes.one.answer.parse(await t.get(who, `/machine-accounts/${id}`)) as never;

describe('officers see of machines', () => {
  test('who, for what, by whom, when last, how many certificates; never the secret', async () => {
    const machine = await openedMachine(t, ['x.gov.vn', 'y.gov.vn']);
    const before = (await one(machine.account.id)).account;
    expect(before).toMatchObject({
      ...{ state: 'open', use: 'tls-server', profile: 'device-tls-server', hostNames: ['x.gov.vn', 'y.gov.vn'], keys: 0 },
      ...{ subject: 'Máy chủ', agencyName: 'Sở Tài chính', certificates: { total: 0, valid: 0 } },
      openedBy: { id: await t.officerId('issuer') },
    });
    expect(before.lastUsed).toBeUndefined();
    await est(app, 'simpleenroll', machine, csrOf(ecKey(), ['x.gov.vn']));
    await t.later(1);
    const client = await new AcmeClient(app).register(machine);
    await client.certificate(ecKey(), 'y.gov.vn');
    const { account, certificates, keys } = await one(machine.account.id);
    const at = new Date(t.authority.now).toISOString();
    expect(account).toMatchObject({
      ...{ lastUsed: { at, over: 'acme' }, certificates: { total: 2, valid: 2, lastIssuedAt: at }, keys: 1 },
    });
    expect(certificates.map(({ hostNames, state, over }) => [hostNames, state, over])).toEqual([
      [['y.gov.vn'], 'valid', 'acme'],
      [['x.gov.vn'], 'valid', 'est'],
    ]);
    expect(keys).toMatchObject([{ state: 'valid', contact: [] }]);
    expect(JSON.stringify([account, await list()])).not.toContain(machine.secret);
    await t.authority.service.revoke(certificates[0]!.serialHex, 'superseded');
    await t.later(90);
    const later = await one(machine.account.id);
    expect(later.certificates.map(({ state }) => state)).toEqual(['revoked', 'expired']);
    expect(later.account.certificates).toMatchObject({ total: 2, valid: 0 });
  });

  test('the last use to the minute, so that asking is not writing', async () => {
    const machine = await openedMachine(t);
    const ask = () => est(app, 'simpleenroll', machine, csrOf(ecKey(), ['nobody.gov.vn']));
    const used = async () => (await one(machine.account.id)).account.lastUsed?.at;
    await ask();
    const first = await used();
    await t.later(30 / 86_400);
    await ask();
    expect(await used()).toBe(first);
    await t.later(40 / 86_400);
    await ask();
    expect(await used()).not.toBe(first);
    // A wrong secret is no use of the account.
    await t.later(1);
    const before = await used();
    await est(app, 'simpleenroll', { ...machine, secret: 'AAAA' }, csrOf(ecKey(), []));
    expect(await used()).toBe(before);
  });

  test('pages by place, newest first, each once, with filters and search without marks', async () => {
    const itemId = await approvedDevice(t, ['p.gov.vn']);
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      t.authority.now += 1000;
      ids.unshift((await reopened(t, itemId)).account.id);
    }
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = await list(`?item=${itemId}&limit=2${after}`);
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual(ids);
    const [{ kid }] = (await list(`?item=${itemId}&limit=1`)).items as [MachineAccount];
    expect((await list(`?q=${kid}`)).items.map(({ id }) => id)).toEqual([ids[0]]);
    expect((await list(`?item=${itemId}&q=${encodeURIComponent('may chu')}`)).items).toHaveLength(5);
    expect((await list(`?item=${itemId}&q=${encodeURIComponent('%')}`)).items).toHaveLength(0);
    await t.post('issuer', `/machine-accounts/${ids[0]}`, undefined, 'DELETE');
    const states = async (state: string) => (await list(`?item=${itemId}&state=${state}`)).items.map(({ id }) => id);
    expect(await states('closed')).toEqual([ids[0]]);
    expect(await states('open')).toEqual(ids.slice(1));
    await t.later(401);
    expect(await states('open')).toEqual([]);
    expect(await states('expired')).toEqual(ids.slice(1));
    for (const after of ['x', 'bnVsbA', Buffer.from('["2026","x"]').toString('base64url')])
      await expect(t.get('auditor', `/machine-accounts?after=${after}`)).rejects.toMatchObject({ code: 'http.invalid-query' });
    await expect(t.get('auditor', '/machine-accounts?state=sleeping')).rejects.toMatchObject({ code: 'http.invalid-query' });
  });

  test('an account that an officer’s revocation ended is withdrawn, and stays a filter of its own', async () => {
    const machine = await openedMachine(t, ['w.gov.vn']);
    const client = await new AcmeClient(app).register(machine);
    await client.certificate(ecKey(), 'w.gov.vn');
    const { certificates } = await one(machine.account.id);
    await t.authority.service.revoke(certificates[0]!.serialHex, 'cessationOfOperation');
    await sql`update authority.revocation set cause = 'device-stopped' where serial_hex = ${certificates[0]!.serialHex}`.execute(
      t.db,
    );
    const withdrawn = (await list(`?state=withdrawn&item=${machine.itemId}`)).items;
    expect(withdrawn.map(({ id }) => id)).toEqual([machine.account.id]);
    expect((await list(`?state=open&item=${machine.itemId}`)).items).toEqual([]);
    expect((await one(machine.account.id, 'revoker')).may).toEqual(['close', 'withdraw', 'close-key']);
  });

  test('what each of them may do', async () => {
    const machine = await openedMachine(t);
    expect((await one(machine.account.id)).may).toEqual([]);
    expect((await one(machine.account.id, 'issuer')).may).toEqual(['close']);
    expect((await one(machine.account.id, 'revoker')).may).toEqual(['close', 'withdraw']);
    await t.post('revoker', `/machine-accounts/${machine.account.id}`, undefined, 'DELETE');
    expect((await one(machine.account.id, 'revoker')).may).toEqual([]);
    await expect(t.get('auditor', '/machine-accounts/00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({
      code: 'http.not-found',
    });
  });
});

describe('officers of issuance are shown', () => {
  const candidates = async () =>
    enrolmentRoutes.candidates.answer.parse(await t.get('issuer', '/machine-accounts/candidates')).items;

  test('approved devices without an open account, and no others', async () => {
    const itemId = await approvedDevice(t, ['c.gov.vn']);
    expect((await candidates()).find((item) => item.itemId === itemId)).toMatchObject({
      ...{ subject: 'Máy chủ', use: 'tls-server', hostNames: ['c.gov.vn'], mayOpen: true },
    });
    const opened = await reopened(t, itemId);
    expect((await candidates()).some((item) => item.itemId === itemId)).toBe(false);
    await t.post('issuer', `/machine-accounts/${opened.account.id}`, undefined, 'DELETE');
    expect((await candidates()).some((item) => item.itemId === itemId)).toBe(true);
  });

  test('the secret once, in an answer that nobody keeps', async () => {
    const itemId = await approvedDevice(t, ['s.gov.vn']);
    const until = new Date(t.authority.now + 30 * 86_400_000).toISOString().slice(0, 10);
    const response = await t.send(await t.cookie('issuer'), 'POST', '/machine-accounts', { itemId, until });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { secret, est: address, acme } = (await response.json()) as Record<string, string>;
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect([address, acme]).toEqual(['http://127.0.0.1:8080/.well-known/est', 'http://127.0.0.1:8080/authority/acme/directory']);
    const { rows } = await sql<{ text: string }>`
      select string_agg(detail::text, ' ') as text from authority.journal_entry`.execute(t.db);
    expect(rows[0]!.text).not.toContain(secret);
  });
});
