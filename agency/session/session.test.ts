import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { hashPassword, verifyPassword } from '@antin/adapters/password/argon2';
import { Problem } from '@antin/protocol/problem';
import { Session } from '@antin/protocol/office/session';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { officeMigrations } from '../office.ts';
import { PASSWORD, testOffice, type TestOffice } from '../office-for-tests.ts';

let database: TestDatabase;
let o: TestOffice;
beforeEach(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, testPki());
  await o.settle({});
  return async () => {
    await o.close();
    await database.close();
  };
});

const tryPassword = (name: string, password: string) => o.call('', 'POST', '/api/session', { signInName: name, password });

test('signing in gives a cookie that scripts and other sites cannot use, and whose value the database does not hold', async () => {
  const response = await tryPassword('Soan.Thao ', PASSWORD);
  const cookie = response.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^antin_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const session = Session.parse(await response.json());
  expect(session).toMatchObject({ fullName: 'Lê Thị Soạn', profile: 'practice', counts: { drafts: 0 } });
  const { rows } = await sql<{ tokenHash: string }>`select token_hash as "tokenHash" from agency.session`.execute(database.db);
  expect(rows).toHaveLength(1);
  expect(cookie).not.toContain(rows[0]!.tokenHash);
});

test('an unknown name and a wrong password get the same answer', async () => {
  const [unknown, wrong] = [await tryPassword('khong.co', 'x'), await tryPassword('soan.thao', 'x')];
  const [a, b] = [Problem.parse(await unknown.json()), Problem.parse(await wrong.json())];
  expect([a.code, a.status, a.title]).toEqual([b.code, b.status, b.title]);
  expect(a.code).toBe('session.wrong-credentials');
});

test('after five wrong passwords even the right one waits, guesses sent at once included; time lets it in again', async () => {
  const guesses = await Promise.all(Array.from({ length: 12 }, () => tryPassword('soan.thao', 'x')));
  expect(guesses.filter((one) => one.status === 401).length).toBeLessThanOrEqual(5);
  expect((await tryPassword('soan.thao', PASSWORD)).status).toBe(429);
  // Another person at the same machine is not locked out by it.
  expect((await tryPassword('lanh.dao', PASSWORD)).status).toBe(200);
  o.clock.advance(16 * 60_000);
  expect((await tryPassword('soan.thao', PASSWORD)).status).toBe(200);
});

test('a session ends when it is signed out, idle for eight hours, or a day old; a made-up cookie is none', async () => {
  const cookie = await o.signIn('soan.thao');
  const stale = async () => (await o.call(cookie, 'GET', '/api/session')).status;
  o.clock.advance(7.9 * 3_600_000);
  expect(await stale()).toBe(200);
  o.clock.advance(7.9 * 3_600_000);
  expect(await stale()).toBe(200);
  o.clock.advance(8.1 * 3_600_000);
  expect(await stale()).toBe(401);
  const second = await o.signIn('soan.thao');
  expect((await o.call(second, 'DELETE', '/api/session')).status).toBe(200);
  expect((await o.call(second, 'GET', '/api/session')).status).toBe(401);
  expect((await o.call('antin_session=AAAA', 'GET', '/api/session')).status).toBe(401);
});

test('a person switches to another position they hold, never to somebody else’s, and loses one that ends', async () => {
  const own = await sql<{ id: string; personId: string; agencyId: string }>`
    select p.id, p.person_id as "personId", p.agency_id as "agencyId" from agency.position p join agency.person n on n.id = p.person_id
    where n.sign_in_name = 'soan.thao'`.execute(database.db);
  const { personId, agencyId } = own.rows[0]!;
  const second = '99999999-9999-4999-8999-999999999999';
  await sql`insert into agency.position (id, person_id, agency_id, title, roles, valid_from, valid_to)
    values (${second}, ${personId}, ${agencyId}, 'Văn thư kiêm nhiệm', '{clerk}', '2026-01-01', '2026-03-04')`.execute(
    database.db,
  );
  const cookie = await o.signIn('soan.thao');
  expect((await o.put(cookie, '/api/session/position', { positionId: second })).positionId).toBe(second);
  const leader = await sql<{ id: string }>`
    select p.id from agency.position p join agency.person n on n.id = p.person_id where n.sign_in_name = 'lanh.dao'`.execute(
    database.db,
  );
  await expect(o.put(cookie, '/api/session/position', { positionId: leader.rows[0]!.id })).rejects.toMatchObject({
    code: 'session.not-your-position',
  });
  o.clock.set('2026-03-03T18:00:00Z'); // 4 March in the office
  const later = await o.signIn('soan.thao');
  expect((await o.get(later, '/api/session')).positions.map((one: any) => one.title)).toEqual(['Chuyên viên']);
});

test('names of demo people are told in practice only', async () => {
  expect((await o.get('', '/api/practice/people')).people).toContainEqual({
    ...{ signInName: 'van.thu', fullName: 'Phạm Thị Thư', title: 'Văn thư', agencyName: 'Sở Tài chính', roles: ['clerk'] },
  });
  const strict = await testOffice(database.db, testPki(), { deps: { profile: 'production' } });
  expect((await strict.call('', 'GET', '/api/practice/people')).status).toBe(404);
  await strict.close();
});

test('a password typed in another Unicode form is the same password; a wrong hash lets nobody in', async () => {
  const hash = await hashPassword('mật khẩu'.normalize('NFD'));
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(hash, 'mật khẩu'.normalize('NFC'))).toBe(true);
  expect(await verifyPassword(hash, 'mat khau')).toBe(false);
  expect(await verifyPassword('', 'x')).toBe(false);
});
