import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '@antin/adapters/http/app';
import { inTransaction } from '@antin/adapters/db/transaction';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { forgottenBy } from '@antin/adapters/journal/restore';
import { createLog } from '@antin/adapters/log/log';
import { hashPassword } from '@antin/adapters/password/argon2';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { AuthorityForTests } from '../../authority-for-tests.ts';
import { consoleProblems } from '../../console.ts';
import { ConsoleForTests, PASSWORD, WHO, type Who } from '../../console-for-tests.ts';
import { readmitOfficers } from '../../officers/readmit.ts';
import { authorityJournal } from '../kept.ts';
import { backupOf, type Backup } from './backup-for-tests.ts';
import { restoreAuthority, restoredAuthorityJournal, type Restored } from './restore.ts';

const pki = testPki();
const home = useFolder();
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
});
const OWN_NEW = 'mật khẩu mới của tôi';
const FIRST = 'mật khẩu đầu tiên mới';
const LEAKED = 'mật khẩu bị lộ trong đề nghị';

let t: ConsoleForTests;
/** Every test takes its own copy of the day of the backup. */
let kept: Backup;
const opened: { close(): Promise<void> }[] = [];
const proposals = { rejected: '', confirmed: '', open: '' };
let oldSession: string;
const keeperOf = (db: ConsoleForTests['db']) =>
  journalKeeper({
    ...{ ...authorityJournal, db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
    clock: () => t.authority.now,
    copyFolder: home.path,
  });
const id = (who: Who) => t.officerId(who);
const propose = async (change: object) => (await t.post('operator', '/officer-changes', change)).id as string;
const reset = async (who: Who, firstPassword: string) => ({ kind: 'reset-password', officerId: await id(who), firstPassword });

const ahead = (days: number) => new Date(t.authority.now + days * 86_400_000).toISOString().slice(0, 10);

/** A console on a database of its own, as a browser sees it. */
async function consoleOn(db: ConsoleForTests['db']) {
  const authority = new AuthorityForTests(db, t.authority.folder);
  authority.now = t.authority.now + 60_000;
  const journal = await keeperOf(db);
  const console = { profile: 'practice', signedActs: 'when-present', secureCookie: false, journal } as const;
  await authority.open({ console, closed: () => journal.closed() });
  const app = createApp({ log: createLog({ level: 'silent' }), problems: consoleProblems });
  app.route('/', authority.service.console!.app);
  async function call(
    method: string,
    path: string,
    body?: object,
    cookie = '',
  ): Promise<{ status: number; code?: string; cookie?: string; body: never }> {
    const answer = await app.request(`http://127.0.0.1:8080/authority/api${path}`, {
      method,
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value = (await answer.json()) as { code?: string };
    const own = answer.headers.get('set-cookie')?.split(';')[0];
    return { status: answer.status, body: value as never, ...(value.code === undefined ? {} : { code: value.code }), ...(own === undefined ? {} : { cookie: own }) }; // prettier-ignore
  }
  const signIn = (signInName: string, password: string) => call('POST', '/session', { signInName, password });
  const as = async (who: Who, method: string, path: string, body?: object) =>
    call(method, path, body, (await signIn(WHO[who], PASSWORD)).cookie);
  const change = async (body: object) => {
    const { id: changeId } = (await as('operator', 'POST', '/officer-changes', body)).body as { id: string };
    return as('operator2', 'POST', `/officer-changes/${changeId}/confirm`);
  };
  const here = { db, call, signIn, as, change, close: () => authority.service.stop() };
  opened.push(here);
  return here;
}

async function setBackDay() {
  const day = await backupOf(kept.address);
  opened.push({ close: async () => day[Symbol.asyncDispose]() });
  return day;
}

async function restoredDay(wish: { readonly allOfficers?: boolean } = {}): Promise<Backup & { readonly done: Restored }> {
  const day = await setBackDay();
  const journal = { ...restoredAuthorityJournal, origin: 'antin.test/authority' };
  const done = await inTransaction(day.db, async (tx) =>
    restoreAuthority(tx, journal, home.path, await forgottenBy(tx, journal, home.path), {
      at: new Date(t.authority.now),
      ...wish,
    }),
  );
  return Object.assign(day, { done });
}

beforeAll(async () => {
  t = await ConsoleForTests.open();
  const keeper = await keeperOf(t.db);
  oldSession = await t.cookie('auditor');
  proposals.rejected = await propose(await reset('revoker', LEAKED));
  proposals.confirmed = await propose(await reset('registrar', FIRST));
  proposals.open = await propose({ kind: 'disable', officerId: await id('revoker2') });
  await keeper.run();
  kept = await backupOf(t.database.address);

  t.authority.now += 60_000;
  await t.post('operator2', `/officer-changes/${proposals.rejected}/reject`, { reason: 'không phải người này' });
  await t.post('operator2', `/officer-changes/${proposals.confirmed}/confirm`);
  await t.post('issuer', '/session/password', { old: PASSWORD, new: OWN_NEW }, 'PUT');
  const to = new Date(t.authority.now + 7 * 3_600_000).toISOString().slice(0, 10);
  await t.change({ kind: 'end', officerId: await id('both'), role: 'registration', to });
  await t.change({ kind: 'limit', name: 'leader-signature', value: 2, from: ahead(7), source: 'Quyết định 12/QĐ-CA' });
  await t.post('operator', '/calendar/days', { day: ahead(9), kind: 'off', source: 'Thông báo 5/TB' });
  await keeper.run();
}, 180_000);
afterAll(async () => {
  for (const one of opened.reverse()) await one.close();
  await kept[Symbol.asyncDispose]();
  await t.close();
});

describe('officers of a restored issuer', () => {
  test('a password that was changed since opens nothing, neither the old one nor the new; one that was not opens as before', async () => {
    const { db, done } = await restoredDay();
    expect(done.officers.shutOut).toEqual([WHO.issuer, WHO.registrar].sort());
    expect(done.officers.operating).toEqual([WHO.operator, WHO.operator2].sort());
    const { signIn, as, change, call } = await consoleOn(db);
    for (const [name, password] of [
      [WHO.issuer, PASSWORD],
      [WHO.issuer, OWN_NEW],
      [WHO.registrar, PASSWORD],
      [WHO.registrar, FIRST],
      // Nobody learns from the answer who was shut out.
      ['nobody.here', PASSWORD],
      [WHO.approver, 'không phải mật khẩu'],
    ] as const)
      expect(await signIn(name, password), `${name} ${password}`).toMatchObject({
        status: 401,
        code: 'officer.credentials-after-restore',
      });
    expect((await as('approver', 'GET', '/session')).status).toBe(200);

    // Two officers of operation let them in again, as any other time.
    for (const who of ['issuer', 'registrar'] as const) expect((await change(await reset(who, FIRST))).status).toBe(200);
    const again = await signIn(WHO.issuer, FIRST);
    expect(await call('GET', '/requests', undefined, again.cookie)).toMatchObject({ code: 'officer.password-to-change' });
    expect((await call('PUT', '/session/password', { old: FIRST, new: OWN_NEW }, again.cookie)).status).toBe(200);
    expect((await call('GET', '/requests', undefined, again.cookie)).status).toBe(200);
    expect(await signIn(WHO.approver, 'không phải mật khẩu')).toMatchObject({ code: 'officer.wrong-credentials' });
  });

  test('a session of the day of the backup is none, and a role that was taken away is not held', async () => {
    const setBack = await setBackDay();
    const { rows } = await sql`select 1 from authority.officer_session`.execute(setBack.db);
    expect(rows.length).toBeGreaterThan(0);
    const { db } = await restoredDay();
    const { call, as } = await consoleOn(db);
    expect(await call('GET', '/session', undefined, oldSession)).toMatchObject({ status: 401, code: 'officer.session-needed' });
    expect((await as('both', 'GET', '/session')).body).toMatchObject({ roles: ['approval'] });
  });

  test('a proposal that was decided since is open no more: neither rejected nor confirmed ones work a second time', async () => {
    const { db } = await restoredDay();
    const { as, signIn } = await consoleOn(db);
    for (const one of [proposals.rejected, proposals.confirmed])
      expect(await as('operator2', 'POST', `/officer-changes/${one}/confirm`)).toMatchObject({ code: 'officer.change-decided' });
    expect((await signIn(WHO.revoker, LEAKED)).status).toBe(401);
    expect((await signIn(WHO.revoker, PASSWORD)).status).toBe(200);
    const secrets = await sql`select 1 from authority.officer_change where secret_hash is not null`.execute(db);
    expect(secrets.rows).toEqual([]);
    // What nobody had decided goes on.
    expect((await as('operator2', 'POST', `/officer-changes/${proposals.open}/confirm`)).status).toBe(200);
    expect((await signIn(WHO.revoker2, PASSWORD)).status).toBe(401);
  });

  test('while the database is set back nobody is made, changed or given a password; reading goes on', async () => {
    const { db } = await setBackDay();
    const { as, call, signIn } = await consoleOn(db);
    const own = await signIn(WHO.issuer, PASSWORD);
    const refused = { status: 503, code: 'journal.set-back' };
    expect(await call('PUT', '/session/password', { old: PASSWORD, new: OWN_NEW }, own.cookie)).toMatchObject(refused);
    expect(await as('operator', 'POST', '/officer-changes', await reset('revoker', FIRST))).toMatchObject(refused);
    expect(await as('operator2', 'POST', `/officer-changes/${proposals.rejected}/confirm`)).toMatchObject(refused);
    expect((await as('operator', 'GET', '/officers')).status).toBe(200);
    expect((await signIn(WHO.revoker, LEAKED)).status).toBe(401);
  });

  test('when nobody knows whether the copy reaches the disaster, nobody’s password is believed, and the owner lets two in again', async () => {
    const { db, done } = await restoredDay({ allOfficers: true });
    expect(done.officers).toEqual({ shutOut: Object.values(WHO).sort(), operating: [], any: true });
    const { signIn, call } = await consoleOn(db);
    for (const name of Object.values(WHO)) expect((await signIn(name, PASSWORD)).status).toBe(401);
    const at = new Date(t.authority.now);
    const passwordHash = await hashPassword(FIRST);
    const admit = (...names: string[]) => readmitOfficers(db, names.map((signInName) => ({ signInName, passwordHash })), at); // prettier-ignore
    // Only officers of operation, and only while two are missing.
    expect(await admit(WHO.issuer)).toEqual({ ok: false, code: 'officer.role-not-held' });
    expect(await admit(WHO.operator, 'nobody.here')).toEqual({ ok: false, code: 'officer.unknown' });
    expect((await signIn(WHO.operator, FIRST)).status).toBe(401);
    expect((await admit(WHO.operator, WHO.operator2)).ok).toBe(true);
    expect(await admit(WHO.operator)).toEqual({ ok: false, code: 'officer.two-can-act' });
    const cookies: string[] = [];
    for (const name of [WHO.operator, WHO.operator2]) {
      const { cookie } = await signIn(name, FIRST);
      expect((await call('PUT', '/session/password', { old: FIRST, new: OWN_NEW }, cookie)).status).toBe(200);
      cookies.push(cookie!);
    }
    const asked = await call('POST', '/officer-changes', await reset('issuer', FIRST), cookies[0]);
    const { id: changeId } = asked.body as { id: string };
    expect((await call('POST', `/officer-changes/${changeId}/confirm`, undefined, cookies[1])).status).toBe(200);
    expect((await signIn(WHO.issuer, FIRST)).status).toBe(200);
    const said = await sql<{ n: number }>`
      select count(*)::int as n from authority.journal_entry where kind = 'officer.readmitted'`.execute(db);
    expect(said.rows[0]!.n).toBe(2);
  });

  test('a password that was set in the set-back database itself is not believed either', async () => {
    const day = await setBackDay();
    await sql`
      insert into authority.journal_entry (at, kind, detail, canonical, leaf_hash)
      values (now(), 'officer.password-changed', ${JSON.stringify({ officerId: await id('approver') })}::jsonb, 'x', sha256('x'))`.execute(
      day.db,
    );
    await sql`insert into authority.journal_waiting select max(id) from authority.journal_entry`.execute(day.db);
    const journal = { ...restoredAuthorityJournal, origin: 'antin.test/authority' };
    const done = await inTransaction(day.db, async (tx) =>
      restoreAuthority(tx, journal, home.path, await forgottenBy(tx, journal, home.path), { at: new Date(t.authority.now) }),
    );
    expect(done.officers.shutOut).toContain(WHO.approver);
  });
});

test('limits and days that were decided since are in no table any more: they are listed, each with what it said', async () => {
  const { done } = await restoredDay();
  const listed = done.left.filter(({ reason }) => reason === 'setting-lost').map(({ about }) => about);
  expect(listed).toEqual([`leader-signature = 2, ${ahead(7)}, Quyết định 12/QĐ-CA`, `${ahead(9)} off, Thông báo 5/TB`]);
});
