import { sql } from 'kysely';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { DATABASE_ROLES } from './roles.ts';
import { administratorStatements, createStatements, grantStatements } from './statements.ts';
import type { TableShape } from './statements.ts';

/** `missing`: the user of the connection may not make or take the roles; its administrator runs `statements` once. */
export type RolesReady =
  { readonly status: 'ready' } | { readonly status: 'missing'; readonly why: string; readonly statements: readonly string[] };

const LOCK = 'authority database roles';

/**
 * Makes the roles where the server lets us, and gives each exactly its privileges. To be called after every migration: a
 * table that came with it is nobody's before. Several processes may start at once.
 */
export async function ensureDatabaseRoles(db: Db): Promise<RolesReady> {
  const here = await standing(db);
  if (here.missing.length > 0 && here.mayCreate) {
    for (const statement of createStatements()) await sql.raw(statement).execute(db);
  }
  const now = await standing(db);
  const statements = administratorStatements(now.user);
  if (now.missing.length > 0) return { status: 'missing', why: `no role ${now.missing.join(', ')}`, statements };
  if (now.notMember.length > 0) {
    return { status: 'missing', why: `${now.user} may not act as ${now.notMember.join(', ')}`, statements };
  }
  await inTransaction(db, async (tx) => {
    // Grants on one table at once from two processes fail with "tuple concurrently updated".
    await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`.execute(tx);
    for (const statement of grantStatements(await tablesOf(tx))) await sql.raw(statement).execute(tx);
  });
  return { status: 'ready' };
}

/** Everything that `ensureDatabaseRoles` would run, for reading by an administrator. */
export async function databaseRoleStatements(db: Db): Promise<string[]> {
  const { user } = await standing(db);
  return [...administratorStatements(user), ...grantStatements(await tablesOf(db)).map((one) => `${one};`)];
}

export async function tablesOf(db: Db): Promise<TableShape[]> {
  const { rows } = await sql<TableShape>`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'authority'::regnamespace and c.relkind in ('r', 'p', 'v')
    group by c.relname order by c.relname`.execute(db);
  return rows;
}

async function standing(
  db: Db,
): Promise<{ user: string; mayCreate: boolean; missing: readonly string[]; notMember: readonly string[] }> {
  const { rows } = await sql<{ user: string; mayCreate: boolean }>`
    select session_user::text as "user", rolsuper or rolcreaterole as "mayCreate" from pg_catalog.pg_roles
    where rolname = session_user`.execute(db);
  const known = await sql<{ name: string; member: boolean }>`
    select rolname::text as name, pg_catalog.pg_has_role(session_user, oid, 'member') as member
    from pg_catalog.pg_roles where rolname = any(${[...DATABASE_ROLES]}::text[])`.execute(db);
  const names = new Map(known.rows.map((row) => [row.name, row.member]));
  return {
    user: rows[0]!.user,
    mayCreate: rows[0]!.mayCreate,
    missing: DATABASE_ROLES.filter((role) => !names.has(role)),
    notMember: DATABASE_ROLES.filter((role) => names.get(role) === false),
  };
}
