import { sql } from 'kysely';
import { inTransaction, only } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { AUTHORITY_ROLES, DATABASE_ROLES, OFFICE_SCHEMAS } from './roles.ts';
import type { DatabaseRole } from './roles.ts';
import { administratorStatements, createStatements, grantStatements, takeStatements } from './statements.ts';
import type { TableShape } from './statements.ts';

/** `missing`: the user of the connection may not make or take the roles; its administrator runs `statements` once. */
export type RolesReady =
  { readonly status: 'ready' } | { readonly status: 'missing'; readonly why: string; readonly statements: readonly string[] };

const LOCK = 'authority database roles';

/**
 * Makes the roles where the server lets us, and gives each exactly its privileges. To be called after every migration: a
 * table that came with it is nobody's before. Several processes may start at once.
 *
 * @param roles parts that this installation serves
 * @param elsewhere parts with a user of their own: the user of this connection need not be able to act as them
 */
export async function ensureDatabaseRoles(
  db: Db,
  elsewhere: readonly DatabaseRole[] = [],
  roles: readonly DatabaseRole[] = AUTHORITY_ROLES,
): Promise<RolesReady> {
  const here = await standing(db, roles);
  if (here.missing.length > 0 && here.mayCreate) {
    for (const statement of [...createStatements(roles), ...takeStatements(roles)]) await sql.raw(statement).execute(db);
  }
  const now = await standing(db, roles);
  const statements = administratorStatements(now.user, roles);
  if (now.missing.length > 0) return { status: 'missing', why: `no role ${now.missing.join(', ')}`, statements };
  const lacking = now.notMember.filter((role) => !elsewhere.includes(role));
  if (lacking.length > 0) {
    return { status: 'missing', why: `${now.user} may not act as ${lacking.join(', ')}`, statements };
  }
  await inTransaction(db, async (tx) => {
    // Grants on one table at once from two processes fail with "tuple concurrently updated".
    await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`.execute(tx);
    for (const statement of grantStatements(await tablesOf(tx), roles)) await sql.raw(statement).execute(tx);
  });
  return { status: 'ready' };
}

/** Everything that `ensureDatabaseRoles` would run, for reading by an administrator. */
export async function databaseRoleStatements(db: Db): Promise<string[]> {
  const { user } = await standing(db, DATABASE_ROLES);
  const grants = grantStatements(await tablesOf(db), DATABASE_ROLES);
  return [...administratorStatements(user, DATABASE_ROLES), ...grants.map((one) => `${one};`)];
}

/** Tables that parts have to do with: those of the authority by their bare names, others with their schema. */
export async function tablesOf(db: Db): Promise<TableShape[]> {
  const { rows } = await sql<TableShape>`
    select case n.nspname when 'authority' then '' else n.nspname || '.' end || c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'v') and (
      n.nspname = 'authority' or n.nspname = any(${[...OFFICE_SCHEMAS]}::text[]) or n.nspname = 'public' and c.relname = 'job')
    group by n.nspname, c.relname order by n.nspname, c.relname`.execute(db);
  return rows;
}

async function standing(
  db: Db,
  roles: readonly DatabaseRole[],
): Promise<{ user: string; mayCreate: boolean; missing: readonly string[]; notMember: readonly DatabaseRole[] }> {
  const { rows } = await sql<{ user: string; mayCreate: boolean }>`
    select session_user::text as "user", rolsuper or rolcreaterole as "mayCreate" from pg_catalog.pg_roles
    where rolname = session_user`.execute(db);
  const known = await sql<{ name: string }>`
    select rolname::text as name from pg_catalog.pg_roles where rolname = any(${[...roles]}::text[])`.execute(db);
  const names = new Set(known.rows.map((row) => row.name));
  const notMember: DatabaseRole[] = [];
  for (const role of roles) if (names.has(role) && !(await mayAct(db, role))) notMember.push(role);
  return { ...only(rows, 'user'), missing: roles.filter((role) => !names.has(role)), notMember };
}

/** Tried, not asked: since PostgreSQL 16 a member may be one that must not `set role`. */
async function mayAct(db: Db, role: DatabaseRole): Promise<boolean> {
  try {
    await db.transaction().execute((tx) => sql.raw(`set local role ${role}`).execute(tx));
    return true;
  } catch (fault) {
    if ((fault as { code?: unknown }).code === '42501') return false;
    throw fault;
  }
}
