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
import { DATABASE_ROLES } from './roles.ts';

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

test('what is printed is what is run', async () => {
  const statements = await databaseRoleStatements(db);
  expect(statements[0]).toBe('create role antin_session nologin;');
  expect(statements).toContain(`grant antin_audit to "${user}";`);
  const grants = statements.filter((one) => / on authority\./.test(one));
  expect(grants.length).toBeGreaterThan(80);
  for (const one of grants) await sql.raw(one).execute(db);
});
