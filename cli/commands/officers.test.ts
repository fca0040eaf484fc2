import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { verifyPassword } from '@antin/adapters/password/argon2';
import { migrations } from '@antin/authority/migrations';
import { testDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { run } from './officers.ts';
import { databaseUrl, runForTests } from './run-for-tests.ts';

const home = useFolder();
const antin = (argv: readonly string[], env: Record<string, string>) => runForTests(run, argv, env);

function fileOf(value: unknown): string {
  const path = join(home.path, 'officers.json');
  writeFileSync(path, JSON.stringify(value));
  return path;
}
const two = [
  { signInName: 'lan', fullName: 'Nguyễn Thị Lan', roles: ['operation'] },
  { signInName: 'hung', fullName: 'Trần Văn Hùng', roles: ['operation', 'registration'] },
];

test('an empty issuer gets its first officers once, each with a password of their own that must be changed', async () => {
  await using t = await testDatabase(migrations, 'authority');
  const env = { DATABASE_URL: databaseUrl(t.address) };
  const { code, out } = await antin(['found', fileOf(two)], env);
  expect(code).toBe(0);
  const told = new Map(
    out
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/) as [string, string]),
  );
  const { rows } = await sql<{ name: string; hash: string; must: boolean; roles: string[] }>`
    select sign_in_name as name, password_hash as hash, must_change_password as must,
      array(select role from authority.officer_role r where r.officer_id = o.id order by role) as roles
    from authority.officer o order by sign_in_name`.execute(t.db);
  expect(rows.map(({ name, must, roles }) => [name, must, roles])).toEqual([
    ['hung', true, ['operation', 'registration']],
    ['lan', true, ['operation']],
  ]);
  for (const { name, hash } of rows) expect(await verifyPassword(hash, told.get(name)!)).toBe(true);
  expect(told.get('lan')).not.toBe(told.get('hung'));
  expect((await antin(['found', fileOf(two)], env)).code).toBe(1);
});

test('one officer of operation alone, a role that does not go with audit, or a name twice make nothing', async () => {
  await using t = await testDatabase(migrations, 'authority');
  const env = { DATABASE_URL: databaseUrl(t.address) };
  const both = { signInName: 'ca.hai', fullName: 'X', roles: ['audit', 'approval'] };
  for (const wrong of [two.slice(0, 1), [two[0], { ...two[1], roles: [] }], [...two, both], [...two, two[0]], 'x']) {
    expect((await antin(['found', fileOf(wrong)], env)).code).toBe(64);
  }
  expect((await sql`select 1 from authority.officer`.execute(t.db)).rows).toEqual([]);
  expect((await antin(['found', fileOf(two)], {})).code).toBe(64);
});

test('officers of operation whom a restore left without a password get one, and only while two are missing', async () => {
  await using t = await testDatabase(migrations, 'authority');
  const env = { DATABASE_URL: databaseUrl(t.address) };
  expect((await antin(['found', fileOf(two)], env)).code).toBe(0);
  expect(await antin(['readmit', 'lan'], env)).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('officer.two-can-act'),
  });
  await sql`update authority.officer set password_hash = null where sign_in_name = 'lan'`.execute(t.db);
  expect(await antin(['readmit', 'hung'], env)).toMatchObject({ code: 1, err: expect.stringContaining('officer.not-shut-out') });
  const { code, out } = await antin(['readmit', 'lan'], env);
  expect(code).toBe(0);
  const [, password] = out.trim().split(/\s+/) as [string, string];
  const { rows } = await sql<{ hash: string; must: boolean }>`
    select password_hash as hash, must_change_password as must from authority.officer where sign_in_name = 'lan'`.execute(t.db);
  expect([rows[0]!.must, await verifyPassword(rows[0]!.hash, password)]).toEqual([true, true]);
  expect((await antin(['readmit'], env)).code).toBe(64);
});
