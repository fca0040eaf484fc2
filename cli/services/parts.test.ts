import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@antin/adapters/config/settings';
import { connect, type AnyDatabase, type DatabaseAddress } from '@antin/adapters/db/connect';
import { DATABASE_ROLES } from '@antin/authority/database-roles/roles';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { databaseUrl } from '../commands/run-for-tests.ts';
import { runServices, type Installation } from './run.ts';
import { serviceTable } from './table.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** An office in production on a server of its own: nobody special owns the tables, and nobody serves as that owner. */
const owner = `office_${randomBytes(4).toString('hex')}`;
const [office, jobs] = [`${owner}_office`, `${owner}_jobs`];
const folder = useFolder();
let admin: TestDatabase;
let installation: Installation | undefined;
const urlOf = (user: string) => databaseUrl({ ...(admin.address as Exclude<DatabaseAddress, string>), user, database: owner });

beforeAll(async () => {
  const pki = testPki(DEFAULT_PKI);
  mkdirSync(join(folder.path, 'trust'));
  writeFileSync(join(folder.path, 'trust', 'root.crt'), pki.certificate('root').raw);
  const anchors = [{ file: 'root.crt', purposes: ['signer', 'time-stamp'] }];
  writeFileSync(join(folder.path, 'trust', 'trust.json'), JSON.stringify({ format: 'antin-trust-store-1', anchors }));
  admin = await testDatabase();
  const run = (statement: string) => sql.raw(statement).execute(admin.db);
  for (const role of DATABASE_ROLES)
    await run(`do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`);
  await run(`create role ${owner} login nosuperuser nocreatedb nocreaterole`);
  await run(`create database ${owner} owner ${owner}`);
  await run(`create role ${office} login in role antin_office`);
  await run(`create role ${jobs} login in role antin_jobs`);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await installation?.stop();
  await sql.raw(`drop database if exists ${owner} with (force)`).execute(admin.db);
  for (const user of [office, jobs, owner]) await sql.raw(`drop role if exists ${user}`).execute(admin.db);
  await admin.close();
});

async function start(env: Record<string, string>): Promise<Installation> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const argv = [
    '--data',
    join(folder.path, 'data'),
    '--port',
    '0',
    '--log-level',
    'silent',
    '--services',
    'agency',
    '--profile',
    'production',
  ];
  const services = serviceTable();
  vi.stubEnv('ANTIN_TRUST', join(folder.path, 'trust'));
  const all = { DATABASE_URL: urlOf(owner), ...env };
  const settings = readSettings([...argv, '--public-url', 'https://office.example'], all, { dataDir: '', services: Object.keys(services) }); // prettier-ignore
  return runServices(settings, services);
}

test('an office in production needs users of its own, and each only its part', async () => {
  const users = { ANTIN_DATABASE_OFFICE: urlOf(office), ANTIN_DATABASE_JOBS: urlOf(jobs) };
  await expect(start({})).rejects.toMatchObject({ code: 'database.role-user-missing' });
  await expect(start({ ...users, ANTIN_DATABASE_JOBS: '' })).rejects.toMatchObject({ code: 'database.role-user-missing' });
  await expect(start({ ...users, ANTIN_DATABASE_OFFICE: urlOf(owner) })).rejects.toMatchObject({ code: 'database.role-user' });
  await expect(start({ ...users, ANTIN_DATABASE_OFFICE: urlOf(jobs) })).rejects.toMatchObject({ code: 'database.role-user' });
});

test('it then serves as those users, and never as the owner', async () => {
  installation = await start({
    ...{ ANTIN_DATABASE_OFFICE: urlOf(office), ANTIN_DATABASE_JOBS: urlOf(jobs) },
    ANTIN_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.5',
  });
  const at = installation.listening;
  expect((await fetch(`${at}/healthz`)).status).toBe(200);
  // A sign-in that fails has asked the tables and written the attempt down.
  const answer = await fetch(`${at}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ signInName: 'nobody', password: 'x' }),
  });
  expect(answer.status).toBe(401);
  const { rows } = await sql<{ who: string }>`
    select distinct usename::text as who from pg_stat_activity where datname = ${owner}`.execute(admin.db);
  expect(rows.map(({ who }) => who).sort()).toEqual([jobs, office].sort());
});

test('it counts wrong passwords where its proxies say that they come from, and nowhere else', async () => {
  const wrong = async (forwarded: string) => {
    const answer = await fetch(`${installation!.listening}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'x-forwarded-for': forwarded },
      body: JSON.stringify({ signInName: 'van.thu', password: 'x' }),
    });
    return answer.status;
  };
  const guesses: number[] = [];
  // Through two proxies, under another pretended origin each time.
  for (let n = 0; n < 7; n++) guesses.push(await wrong(`1.2.3.${n}, 203.0.113.66, 10.0.0.5`));
  expect(guesses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
  expect(guesses.slice(5)).toEqual([429, 429]);
  // Whoever signs in under that name from elsewhere is not locked out by it.
  expect(await wrong('203.0.113.67, 10.0.0.5')).toBe(401);
});

test('what goes wrong in it does not take its guards away', async () => {
  const code = async (db: AnyDatabase, statement: string) =>
    sql.raw(statement).execute(db).then(() => 'done', (fault: { code: string }) => fault.code); // prettier-ignore
  const [own, queue] = [connect(urlOf(office), { maxConnections: 1 }), connect(urlOf(jobs), { maxConnections: 1 })];
  try {
    expect(await code(own, 'select count(*) from agency.person')).toBe('done');
    const { rows } = await sql<{ table: string; trigger: string }>`
      select c.oid::regclass::text as table, t.tgname::text as trigger
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('agency', 'agency_journal') and not t.tgisinternal`.execute(own);
    expect(rows.length).toBeGreaterThan(5);
    for (const { table, trigger } of rows) {
      for (const statement of [
        `alter table ${table} disable trigger ${trigger}`,
        `truncate ${table} cascade`,
        `drop table ${table} cascade`,
      ])
        expect([statement, await code(own, statement)]).toEqual([statement, '42501']);
    }
    for (const statement of [`set role ${owner}`, `set session_replication_role = replica`, `create table agency.mine (id int)`])
      expect([statement, await code(own, statement)]).toEqual([statement, '42501']);
    expect(await code(queue, 'select count(*) from public.job')).toBe('done');
    expect(await code(queue, 'select count(*) from agency.person')).toBe('42501');
  } finally {
    await own.destroy();
    await queue.destroy();
  }
});
