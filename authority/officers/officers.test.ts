import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { ConsoleForTests, PASSWORD, WHO } from '../console-for-tests.ts';
import type { Who } from '../console-for-tests.ts';
import { foundPracticeSender, PRACTICE_OFFICERS } from './seed.ts';
import { heldOn, mayHold } from './rules.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const TODAY = '2026-03-02';
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code: string }) => fault.code,
  );
const propose = async (who: Who, change: object): Promise<string> => (await t.post(who, '/officer-changes', change)).id;
const confirm = (who: Who, id: string) => codeOf(t.post(who, `/officer-changes/${id}/confirm`));

describe('signing in', () => {
  const attempt = (name: string, password: string) => t.send('', 'POST', '/session', { signInName: name, password });

  test('gives a cookie of its own that scripts, other sites and the office do not get', async () => {
    const response = await attempt(WHO.registrar, PASSWORD);
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^antin_authority_session=[A-Za-z0-9_-]{43}; Path=\/authority; HttpOnly; SameSite=Strict$/);
    expect(await response.json()).toMatchObject({ fullName: 'Đỗ Thị Tiếp', roles: ['registration'], today: TODAY });
    const { rows } = await sql<{ token_hash: string }>`select token_hash from authority.officer_session`.execute(t.db);
    for (const row of rows) expect(cookie).not.toContain(row.token_hash);
  });

  test('tells an unknown name and a wrong password alike, and stops guessing', async () => {
    const [unknown, wrong] = [await attempt('khong.co', 'x'), await attempt(WHO.revoker, 'x')];
    const [a, b] = [(await unknown.json()) as any, (await wrong.json()) as any];
    expect([a.code, a.status]).toEqual(['officer.wrong-credentials', 401]);
    expect([b.code, b.status]).toEqual([a.code, a.status]);
    for (let i = 0; i < 6; i += 1) await attempt(WHO.revoker, 'x');
    expect((await attempt(WHO.revoker, PASSWORD)).status).toBe(429);
    t.authority.now += 16 * 60_000;
    expect((await attempt(WHO.revoker, PASSWORD)).status).toBe(200);
  });

  test('a request that another site made a browser send does nothing', async () => {
    const cookie = await t.cookie('operator');
    const response = await t.send(cookie, 'POST', '/officer-changes', { kind: 'disable' }, { 'sec-fetch-site': 'cross-site' });
    expect([response.status, ((await response.json()) as any).code]).toEqual([403, 'http.cross-site']);
  });

  test('a changed password ends the other sessions', async () => {
    const [here, there] = [await t.signIn(WHO.auditor), await t.signIn(WHO.auditor)];
    const wish = (old: string, next: string) => t.send(here, 'PUT', '/session/password', { old, new: next });
    expect(((await (await wish('sai', 'một mật khẩu mới')).json()) as any).code).toBe('officer.wrong-credentials');
    expect(((await (await wish(PASSWORD, PASSWORD)).json()) as any).code).toBe('officer.password-unchanged');
    expect((await wish(PASSWORD, 'ngắn')).status).toBe(400);
    expect((await wish(PASSWORD, 'một mật khẩu mới')).status).toBe(200);
    expect((await t.send(here, 'GET', '/session')).status).toBe(200);
    expect((await t.send(there, 'GET', '/session')).status).toBe(401);
    expect((await t.send(here, 'PUT', '/session/password', { old: 'một mật khẩu mới', new: PASSWORD })).status).toBe(200);
    expect((await t.send(here, 'DELETE', '/session')).status).toBe(200);
    expect((await t.send(here, 'GET', '/session')).status).toBe(401);
  });

  test('names are told in practice only', async () => {
    const { officers } = await t.get('auditor', '/practice/officers');
    expect(officers).toHaveLength(PRACTICE_OFFICERS.length);
    expect(officers[0]).not.toHaveProperty('id');
  });
});

describe('who may do what is settled by two', () => {
  const person = (signInName: string, roles: string[]) => ({
    ...{ kind: 'create', signInName, fullName: 'Cán bộ mới', roles, from: TODAY, firstPassword: 'mật khẩu lần đầu' },
  });

  test('an officer is made by a second pair of eyes, and begins with a new password', async () => {
    const id = await propose('operator', person('ca.moi', ['registration']));
    expect(await codeOf(t.signIn('ca.moi', 'mật khẩu lần đầu'))).toBe('officer.wrong-credentials');
    expect(await confirm('operator', id)).toBe('officer.change-own');
    expect(await confirm('operator2', id)).toBe('done');
    expect(await confirm('operator2', id)).toBe('officer.change-decided');
    const cookie = await t.signIn('ca.moi', 'mật khẩu lần đầu');
    expect(((await (await t.send(cookie, 'GET', '/session')).json()) as any).mustChangePassword).toBe(true);
    expect(((await (await t.send(cookie, 'GET', '/requests')).json()) as any).code).toBe('officer.password-to-change');
    await t.send(cookie, 'PUT', '/session/password', { old: 'mật khẩu lần đầu', new: 'mật khẩu của riêng tôi' });
    expect((await t.send(cookie, 'GET', '/requests')).status).toBe(200);
    const kept = await sql<{ change: string; secret: string | null }>`
      select change::text, secret_hash as secret from authority.officer_change where id = ${id}`.execute(t.db);
    expect(kept.rows[0]!.change).not.toContain('mật khẩu');
    expect(kept.rows[0]!.secret).toBeNull();
    const taken = await propose('operator', person('ca.moi', []));
    expect(await confirm('operator2', taken)).toBe('officer.name-taken');
  });

  test('of two who confirm at once, one does', async () => {
    await t.change(person('ca.van.hanh', ['operation']));
    const third = await t.signIn('ca.van.hanh', 'mật khẩu lần đầu');
    await t.send(third, 'PUT', '/session/password', { old: 'mật khẩu lần đầu', new: 'mật khẩu của riêng tôi' });
    const id = await propose('operator', person('ca.mot.lan', []));
    const other = async () =>
      ((await (await t.send(third, 'POST', `/officer-changes/${id}/confirm`)).json()) as any).code ?? 'done';
    const outcomes = await Promise.all([confirm('operator2', id), other()]);
    expect(outcomes.toSorted()).toEqual(['done', 'officer.change-decided']);
  });

  test('nobody gives themselves a role, and audit goes with nothing else', async () => {
    const operator2 = await t.officerId('operator2');
    const own = await propose('operator', { kind: 'grant', officerId: operator2, role: 'approval', from: TODAY });
    expect(await confirm('operator2', own)).toBe('officer.change-about-self');
    const auditor = await t.officerId('auditor');
    for (const role of ['registration', 'approval', 'issuance', 'revocation', 'operation']) {
      const id = await propose('operator', { kind: 'grant', officerId: auditor, role, from: TODAY });
      expect([role, await confirm('operator2', id)]).toEqual([role, 'officer.roles-incompatible']);
      // Refused, it still stands as proposed: somebody must reject it.
      await t.post('operator2', `/officer-changes/${id}/reject`, { reason: 'kiểm soát độc lập' });
    }
  });

  test('a role that has ended is gone the same day, and comes back on its day', async () => {
    const officerId = await t.officerId('issuer');
    const end = await propose('operator', { kind: 'end', officerId, role: 'issuance', to: '2026-03-01' });
    expect(await confirm('operator2', end)).toBe('officer.end-in-past');
    await t.post('operator', `/officer-changes/${end}/reject`, { reason: 'sai ngày' });
    await t.change({ kind: 'end', officerId, role: 'issuance', to: TODAY });
    expect(await codeOf(t.signIn(WHO.issuer))).toBe('officer.no-role');
    const twice = await propose('operator', { kind: 'end', officerId, role: 'issuance', to: TODAY });
    expect(await confirm('operator2', twice)).toBe('officer.role-not-held');
    await t.change({ kind: 'grant', officerId, role: 'issuance', from: '2026-03-05' });
    expect(await codeOf(t.signIn(WHO.issuer))).toBe('officer.no-role');
    await t.later(3);
    expect(await codeOf(t.signIn(WHO.issuer))).toBe('done');
  });

  test('who is disabled is out at once', async () => {
    const cookie = await t.cookie('revoker');
    const officerId = await t.officerId('revoker');
    await t.change({ kind: 'disable', officerId });
    expect((await t.send(cookie, 'GET', '/session')).status).toBe(401);
    expect(await codeOf(t.signIn(WHO.revoker))).toBe('officer.wrong-credentials');
    await t.change({ kind: 'enable', officerId });
    expect(await codeOf(t.signIn(WHO.revoker))).toBe('done');
  });

  test('a certificate is bound to one officer only, and must be one', async () => {
    const held = await t.bind('registrar');
    const second = await propose('operator', {
      ...{ kind: 'bind-certificate', officerId: await t.officerId('approver') },
      certificate: toBase64(held.certificate.raw),
    });
    expect(await confirm('operator2', second)).toBe('officer.certificate-bound');
    const noise = { kind: 'bind-certificate', officerId: await t.officerId('approver'), certificate: 'AAAA' };
    expect(await codeOf(t.post('operator', '/officer-changes', noise))).toBe('officer.certificate-unreadable');
    expect((await t.get('registrar', '/session')).certificate.serialHex).toBe(held.certificate.serialHex);
  });

  test('whom a restore left without a password stands so in the list, for operation and audit; nobody else does', async () => {
    const id = await t.officerId('revoker2');
    const { rows } = await sql<{ hash: string }>`
      select password_hash as hash from authority.officer where id = ${id}`.execute(t.db);
    await sql`update authority.officer set password_hash = null where id = ${id}`.execute(t.db);
    for (const who of ['operator', 'auditor'] as const) {
      const answer = await t.get(who, '/officers?limit=200');
      const without = answer.officers.filter((one: any) => !one.hasPassword).map((one: any) => one.id);
      expect(without).toEqual([id]);
      expect(answer.officers.length).toBeGreaterThan(1);
      expect(JSON.stringify(answer)).not.toContain('argon2');
    }
    await sql`update authority.officer set password_hash = ${rows[0]!.hash} where id = ${id}`.execute(t.db);
    const { officers } = await t.get('operator', '/officers?limit=200');
    expect(officers.filter((one: any) => !one.hasPassword)).toEqual([]);
  });

  test('all of it stands in the journal', async () => {
    const { rows } = await sql<{ kind: string }>`
      select distinct kind from authority.journal_entry where kind like 'officer.%' order by kind`.execute(t.db);
    expect(rows.map((row) => row.kind)).toEqual([
      ...['officer.change-confirmed', 'officer.change-proposed', 'officer.change-rejected', 'officer.founded'],
      ...['officer.password-changed', 'officer.signed-in'],
    ]);
    const passwords = await sql`
      select 1 from authority.journal_entry where detail::text like '%mật khẩu%'`.execute(t.db);
    expect(passwords.rows).toEqual([]);
  });
});

test('an installation is founded once, with two officers of operation at least', async () => {
  expect(await t.desk.foundOfficers(PRACTICE_OFFICERS, 'another one', false)).toBe(false);
  await expect(t.desk.foundOfficers(PRACTICE_OFFICERS.slice(0, 8), 'x', true)).rejects.toThrow(TypeError);
});

test('a practice sender is known by its token alone, and is made once', async () => {
  const one = { code: 'H99', name: 'Tỉnh thực hành', token: 'x'.repeat(43), at: new Date(t.authority.now) };
  expect(await foundPracticeSender(t.db, one)).toBe(true);
  expect(await foundPracticeSender(t.db, { ...one, token: 'y'.repeat(43) })).toBe(false);
  await expect(
    t.asSender('GET', '/submissions/00000000-0000-4000-8000-000000000000', undefined, undefined, one.token),
  ).rejects.toMatchObject({
    code: 'http.not-found',
  });
  const { senders } = await t.get('auditor', '/senders');
  const founded = { code: 'H99', name: 'Tỉnh thực hành', active: true, tokenIsEnough: true, hasToken: true };
  expect(senders).toContainEqual({ ...founded, tokenForUnder: false });
});

test('terms of roles: held from a day to before another, never two that do not go together', () => {
  const terms = [{ role: 'registration' as const, from: '2026-01-01', to: '2026-03-01' }];
  expect(heldOn(terms, '2025-12-31')).toEqual([]);
  expect(heldOn(terms, '2026-02-28')).toEqual(['registration']);
  expect(heldOn(terms, '2026-03-01')).toEqual([]);
  const pairs = [['audit', 'registration']] as const;
  const wanted = (from: string, to?: string) => mayHold(terms, { role: 'audit', from, to }, pairs);
  expect(wanted('2026-02-01')).toMatchObject({ ok: false, code: 'officer.roles-incompatible' });
  expect(wanted('2025-06-01', '2026-01-01')).toMatchObject({ ok: true });
  expect(wanted('2026-03-01')).toMatchObject({ ok: true });
  expect(wanted('2026-05-01', '2026-05-01')).toMatchObject({ ok: false, code: 'officer.term-empty' });
});
