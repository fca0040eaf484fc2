import { expect, test } from 'vitest';
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

test('with one it says every privilege too, and gives them when told to', async () => {
  await using t = await testDatabase(migrations, 'authority');
  const env = { DATABASE_URL: databaseUrl(t.address) };
  expect((await antin(['roles'], env)).out).toMatch(/grant select, insert on authority\.request_act to antin_approval;/);
  expect(await antin(['roles', '--apply'], env)).toEqual({ code: 0, out: '', err: '' });
});

test('anything else is explained', async () => {
  for (const argv of [[], ['tables'], ['roles', 'x'], ['roles', '--apply'], ['roles', '--all']]) {
    const { code, err } = await antin(argv);
    expect([argv, code]).toEqual([argv, 64]);
    expect(err).toContain('antin database --help');
  }
  expect((await antin(['--help'])).out).toContain('antin database roles');
});
