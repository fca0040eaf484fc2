import { DATABASE_ROLES, GRANTS, OFFICE_SCHEMAS, SECRET_COLUMNS } from './roles.ts';
import type { DatabaseRole, Grant, Grants } from './roles.ts';

/** A table of the schema as the server has it. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** One `create role` a role. What did not work, because it is there or another process was quicker, is seen afterwards. */
export function createStatements(roles: readonly DatabaseRole[]): string[] {
  return roles.map((role) => `do $$ begin create role ${role} nologin; exception when others then null; end $$`);
}

/** Since PostgreSQL 16 who makes a role may not act in it without this; where somebody else made it, it is theirs to give. */
export function takeStatements(roles: readonly DatabaseRole[]): string[] {
  return roles.map((role) => `do $$ begin grant ${role} to current_user; exception when others then null; end $$`);
}

/**
 * What makes the roles hold exactly their privileges on the tables that exist: everything is taken away, then given.
 *
 * @param tables those of the schema `authority` by their bare names, others as `schema.table`; grants on tables that are not
 *   there are left out
 */
export function grantStatements(tables: readonly TableShape[], roles: readonly DatabaseRole[]): string[] {
  const there = tables.map((one) => one.name);
  const schemas = new Set(there.map(schemaOf));
  const statements: string[] = [];
  for (const role of roles) {
    for (const schema of schemas) {
      const all = schema === 'public' ? 'public.job' : `all tables in schema ${schema}`;
      statements.push(`revoke all on ${all} from ${role}`);
    }
    const grants = Object.entries(grantsOf(role, tables)).filter(([table]) => there.includes(table));
    for (const schema of new Set(grants.map(([table]) => schemaOf(table))))
      // Everybody may use `public` already.
      if (schema !== 'public') statements.push(`grant usage on schema ${schema} to ${role}`);
    for (const [table, grant] of grants)
      statements.push(...grantsOn(role, table.includes('.') ? table : `authority.${table}`, grant));
  }
  return statements;
}

const schemaOf = (table: string): string => (table.includes('.') ? table.slice(0, table.indexOf('.')) : 'authority');

function grantsOf(role: DatabaseRole, tables: readonly TableShape[]): Grants {
  if (role === 'antin_audit') return auditGrants(tables.filter(({ name }) => !name.includes('.')));
  if (role !== 'antin_office') return GRANTS[role];
  const own = tables.filter(({ name }) => (OFFICE_SCHEMAS as readonly string[]).includes(schemaOf(name)));
  const rows = { select: true, insert: true, update: true, delete: true } as const;
  return { ...GRANTS[role], ...Object.fromEntries(own.map(({ name }) => [name, rows])) };
}

/** For a server whose user may not create roles: what its administrator runs once, with the name of that user. */
export function administratorStatements(user: string, roles: readonly DatabaseRole[] = DATABASE_ROLES): string[] {
  const quoted = `"${user.replaceAll('"', '""')}"`;
  return [...roles.map((role) => `create role ${role} nologin;`), ...roles.map((role) => `grant ${role} to ${quoted};`)];
}

/** Users of their own for parts: what production asks for. Their passwords are the administrator's to set. */
export function userStatements(prefix: string, roles: readonly DatabaseRole[] = DATABASE_ROLES): string[] {
  const name = (role: DatabaseRole) => `"${`${prefix}_${role.slice('antin_'.length)}`.replaceAll('"', '""')}"`;
  return roles.map((role) => `create role ${name(role)} login nosuperuser in role ${role};`);
}

function auditGrants(tables: readonly TableShape[]): Record<string, Grant> {
  const all: Record<string, Grant> = {};
  for (const { name, columns } of tables) {
    const secret = SECRET_COLUMNS[name];
    if (secret === 'whole table') continue;
    all[name] = { select: secret === undefined ? true : columns.filter((column) => !secret.includes(column)) };
  }
  return all;
}

function grantsOn(role: DatabaseRole, table: string, grant: Grant): string[] {
  const privileges: string[] = [];
  const columns = (verb: string, said: true | readonly string[] | undefined) => {
    if (said === undefined) return;
    privileges.push(said === true ? verb : `${verb} (${said.map((name) => `"${name}"`).join(', ')})`);
  };
  columns('select', grant.select);
  columns('insert', grant.insert);
  columns('update', grant.update);
  columns('delete', grant.delete);
  return privileges.length === 0 ? [] : [`grant ${privileges.join(', ')} on ${table} to ${role}`];
}
