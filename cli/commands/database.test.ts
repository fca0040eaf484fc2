import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { checkOwnUsers } from '@antin/authority/database-roles/own-users';
import { DATABASE_ROLES } from '@antin/authority/database-roles/roles';
import { migrations } from '@antin/authority/migrations';
import { testDatabase } from '@antin/testkit/database';
import { run } from './database.ts';
import { databaseUrl, runForTests } from './run-for-tests.ts';

const antin = (argv: readonly string[], env?: Record<string, string>) => runForTests(run, argv, env);

test('without a database it says which roles an administrator makes, and for whom', async () => {
  const { code, out } = await antin(['roles', '--user', 'van_phong']);
  expect(code).toBe(0);
  for (const role of DATABASE_ROLES) {
    expect(out).toContain(`create role ${role} nologin;`);
    expect(out).toContain(`grant ${role} to "van_phong";`);
  }
});

test('it says which users production asks for: one a part, which is that part and nothing else', async () => {
  const { code, out } = await antin(['users', '--user', 'ca']);
  expect(code).toBe(0);
  await using t = await testDatabase(migrations, 'authority');
  expect(await antin(['roles', '--apply'], { DATABASE_URL: databaseUrl(t.address) })).toEqual({ code: 0, out: '', err: '' });
  const lines = out.trim().split('\n');
  expect(lines).toHaveLength(DATABASE_ROLES.length);
  const prefix = `u_${randomBytes(4).toString('hex')}`;
  for (const line of lines) await sql.raw(line.replace('"ca_', `"${prefix}_`)).execute(t.db);
  const urls = Object.fromEntries(
    DATABASE_ROLES.map((role) => [role, databaseUrl({ ...(t.address as object), user: `${prefix}_${role.slice(6)}` } as never)]),
  );
  await checkOwnUsers(t.db, urls);
  for (const role of DATABASE_ROLES) await sql.raw(`drop role "${prefix}_${role.slice(6)}"`).execute(t.db);
});

test('with one it says every privilege too, and gives them when told to', async () => {
  await using t = await testDatabase(migrations, 'authority');
  const env = { DATABASE_URL: databaseUrl(t.address) };
  expect((await antin(['roles'], env)).out).toMatch(/grant select, insert on authority\.request_act to antin_approval;/);
  expect(await antin(['roles', '--apply'], env)).toEqual({ code: 0, out: '', err: '' });
});

test('anything else is explained', async () => {
  for (const argv of [
    [],
    ['tables'],
    ['roles', 'x'],
    ['roles', '--apply'],
    ['roles', '--all'],
    ['users', 'x'],
    ['users', '--apply'],
  ]) {
    const { code, err } = await antin(argv);
    expect([argv, code]).toEqual([argv, 64]);
    expect(err).toContain('antin database --help');
  }
  expect((await antin(['--help'])).out).toContain('antin database roles');
});
