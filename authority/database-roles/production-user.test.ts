import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '@antin/adapters/db/connect';
import type { AnyDatabase, DatabaseAddress } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { databaseRoleStatements, ensureDatabaseRoles } from './apply.ts';
import { separateDoors } from './doors.ts';
import { checkOwnUsers } from './own-users.ts';
import { AUTHORITY_ROLES, DATABASE_ROLES } from './roles.ts';
import type { DatabaseRole } from './roles.ts';
import { separatedDoors } from './separated.ts';

/** As in production: a user that owns the database and is nobody special on the server. */
const user = `antin_app_${randomBytes(4).toString('hex')}`;
const database = `${user}_db`;
let admin: TestDatabase;
let db: AnyDatabase;
beforeAll(async () => {
  admin = await testDatabase();
  // Somebody else's installation on this server has made the roles, or the administrator has.
  for (const role of DATABASE_ROLES) {
    await sql
      .raw(`do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`)
      .execute(admin.db);
  }
  await sql.raw(`create role ${user} login nosuperuser nocreatedb nocreaterole`).execute(admin.db);
  await sql.raw(`create database ${database} owner ${user}`).execute(admin.db);
  const address: DatabaseAddress = { ...(admin.address as Exclude<DatabaseAddress, string>), user, database };
  db = connect(address);
  await migrate(db, migrations, 'authority');
}, 60_000);
afterAll(async () => {
  await db.destroy();
  await sql.raw(`drop database ${database} with (force)`).execute(admin.db);
  await sql.raw(`drop role ${user}`).execute(admin.db);
  await admin.close();
});

test('a user that may not take the roles is told what an administrator runs; after that it goes by itself', async () => {
  const before = await ensureDatabaseRoles(db);
  expect(before).toMatchObject({ status: 'missing', why: expect.stringContaining(user) as string });
  const statements = before.status === 'missing' ? before.statements : [];
  for (const statement of statements.filter((one) => one.startsWith('grant '))) await sql.raw(statement).execute(admin.db);
  expect(await ensureDatabaseRoles(db)).toEqual({ status: 'ready' });
  const doors = separateDoors(db);
  const as = async (role: (typeof DATABASE_ROLES)[number], statement: string) => {
    try {
      await sql.raw(statement).execute(doors.as(role));
      return 'done';
    } catch (fault) {
      return (fault as { code: string }).code;
    }
  };
  expect(await as('antin_registration', 'select count(*) from authority.request_item')).toBe('done');
  expect(await as('antin_registration', 'delete from authority.certificate')).toBe('42501');
  expect(await as('antin_audit', 'select password_hash from authority.officer')).toBe('42501');
  await doors.close();
});

test('a part may have a user of its own, which no statement turns into another', async () => {
  const own = `${user}_audit`;
  await sql.raw(`create role ${own} login in role antin_audit`).execute(admin.db);
  const address: DatabaseAddress = { ...(admin.address as Exclude<DatabaseAddress, string>), user: own, database };
  const doors = separateDoors(db, { antin_audit: address });
  const audit = doors.as('antin_audit');
  expect((await sql<{ me: string }>`select session_user as me`.execute(audit)).rows).toEqual([{ me: own }]);
  expect((await sql`select count(*) from authority.request_item`.execute(audit)).rows).toHaveLength(1);
  for (const statement of [
    'set role none; delete from authority.request_act',
    `set role ${user}`,
    'set role antin_registration',
  ]) {
    await expect(sql.raw(statement).execute(audit)).rejects.toMatchObject({ code: '42501' });
  }
  await doors.close();
  await sql.raw(`drop role ${own}`).execute(admin.db);
});

test('a user with more than its one part is refused before it is used, and the refusal names no address', async () => {
  const socket = admin.address as Exclude<DatabaseAddress, string>;
  const made: string[] = [];
  const userOf = async (name: string, ...roles: string[]) => {
    made.push(`${user}_${name}`);
    await sql
      .raw(`create role ${user}_${name} login ${roles.length === 0 ? '' : `in role ${roles.join(', ')}`}`)
      .execute(admin.db);
    return { ...socket, user: `${user}_${name}`, database };
  };
  const refusal = (urls: Parameters<typeof checkOwnUsers>[1]) =>
    checkOwnUsers(db, urls).then(
      () => 'good',
      (fault: { code: string; message: string }) => `${fault.code}: ${fault.message}`,
    );
  expect(await refusal({ antin_approval: await userOf('one', 'antin_approval') })).toBe('good');
  expect(await refusal({ antin_approval: await userOf('none') })).toContain('has not its role');
  expect(await refusal({ antin_approval: await userOf('two', 'antin_approval', 'antin_registration') })).toContain(
    'could also act as antin_registration',
  );
  expect(await refusal({ antin_approval: await userOf('owners', 'antin_approval', user) })).toContain(`could also act as`);
  expect(await refusal({ antin_approval: { ...socket, user, database } })).toContain('is the owner of the tables');
  expect(await refusal({ antin_approval: { ...socket, database } })).toContain('is a superuser');
  expect(await refusal({ antin_approval: { ...socket, user: `${user}_one`, database: 'postgres' } })).toMatch(
    /is in another database|cannot connect/,
  );
  const secret = await refusal({ antin_approval: `postgresql://nobody:geheim@localhost:1/${database}` });
  expect(secret).toContain('database.role-user: the user for antin_approval cannot connect');
  expect(secret).not.toContain('geheim');
  for (const one of made) await sql.raw(`drop role ${one}`).execute(admin.db);
});

test('with users of their own for all parts, the owner need not be able to act as any', async () => {
  const plain = `${user}_plain`;
  await sql.raw(`create role ${plain} login nosuperuser`).execute(admin.db);
  await sql.raw(`create database ${plain}_db owner ${plain}`).execute(admin.db);
  const address = { ...(admin.address as Exclude<DatabaseAddress, string>), user: plain, database: `${plain}_db` };
  const other = connect(address);
  await migrate(other, migrations, 'authority');
  expect(await ensureDatabaseRoles(other)).toMatchObject({ status: 'missing' });
  expect(await ensureDatabaseRoles(other, DATABASE_ROLES)).toEqual({ status: 'ready' });
  await other.destroy();
  await sql.raw(`drop database ${plain}_db with (force)`).execute(admin.db);
  await sql.raw(`drop role ${plain}`).execute(admin.db);
});

test('production refuses a superuser of a server of one’s own, and roles that are missing; practice says so and goes on', async () => {
  const { user: superuser, socketDir, port } = admin.address as Exclude<DatabaseAddress, string>;
  const said: string[] = [];
  const log = { info: () => {}, error: (_: object, text: string) => void said.push(text) };
  const url = (who: string) => `postgresql://${who}@/${database}?host=${encodeURIComponent(socketDir)}&port=${port}`;
  const open = async (who: string, profile: 'practice' | 'production', databaseUrls = {}) => {
    const one = connect(url(who));
    try {
      await (await separatedDoors(one, { profile, databaseUrls }, log)).close();
      return 'open';
    } catch (fault) {
      return (fault as { code: string }).code;
    } finally {
      await one.destroy();
    }
  };
  expect(await open(superuser, 'production')).toBe('database.superuser');
  expect(await open(superuser, 'practice')).toBe('open');
  // The user of this file has been given the roles above: `set role` is enough in practice, and for nobody in production.
  expect(await open(user, 'practice')).toBe('open');
  expect(await open(user, 'production')).toBe('database.role-user-missing');
  const own: Partial<Record<DatabaseRole, string>> = {};
  for (const role of AUTHORITY_ROLES) {
    await sql.raw(`create role ${user}_${role.slice(6)} login in role ${role}`).execute(admin.db);
    own[role] = url(`${user}_${role.slice(6)}`);
  }
  expect(await open(user, 'production', own)).toBe('open');
  const { antin_journal: _, ...butOne } = own;
  expect(await open(user, 'production', butOne)).toBe('database.role-user-missing');
  // An owner under another name is still the owner.
  expect(await open(user, 'production', { ...own, antin_journal: url(user) })).toBe('database.role-user');
  expect(await open(user, 'production', { ...own, antin_journal: own.antin_ca! })).toBe('database.role-user');
  for (const role of AUTHORITY_ROLES) await sql.raw(`drop role ${user}_${role.slice(6)}`).execute(admin.db);
  expect(said).toEqual([]);
  await sql.raw(`revoke antin_audit from ${user}`).execute(admin.db);
  expect(await open(user, 'production')).toBe('database.role-user-missing');
  expect(await open(user, 'practice')).toBe('open');
  expect(said).toEqual([expect.stringContaining('no separate database roles')]);
  await sql.raw(`grant antin_audit to ${user}`).execute(admin.db);
});

test('what is printed is what is run', async () => {
  const statements = await databaseRoleStatements(db);
  expect(statements[0]).toBe('create role antin_session nologin;');
  expect(statements).toContain(`grant antin_audit to "${user}";`);
  const grants = statements.filter((one) => / on authority\./.test(one));
  expect(grants.length).toBeGreaterThan(80);
  for (const one of grants) await sql.raw(one).execute(db);
});
