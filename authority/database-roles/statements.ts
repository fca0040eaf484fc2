import { DATABASE_ROLES, GRANTS, SECRET_COLUMNS } from './roles.ts';
import type { DatabaseRole, Grant } from './roles.ts';

/** A table of the schema as the server has it. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** One `create role` a role. What did not work, because it is there or another process was quicker, is seen afterwards. */
export function createStatements(): string[] {
  return DATABASE_ROLES.map((role) => `do $$ begin create role ${role} nologin; exception when others then null; end $$`);
}

/** Since PostgreSQL 16 who makes a role may not act in it without this; where somebody else made it, it is theirs to give. */
export function takeStatements(): string[] {
  return DATABASE_ROLES.map((role) => `do $$ begin grant ${role} to current_user; exception when others then null; end $$`);
}

/**
 * What makes the roles hold exactly their privileges on the tables that exist: everything is taken away, then given.
 *
 * @param tables of the schema `authority`; grants on tables that are not there yet are left out
 */
export function grantStatements(tables: readonly TableShape[]): string[] {
  const there = new Set(tables.map((one) => one.name));
  const statements: string[] = [];
  for (const role of DATABASE_ROLES) {
    statements.push(`grant usage on schema authority to ${role}`, `revoke all on all tables in schema authority from ${role}`);
    const grants = role === 'antin_audit' ? auditGrants(tables) : GRANTS[role];
    for (const [table, grant] of Object.entries(grants)) {
      const known = table.includes('.') || there.has(table);
      if (known) statements.push(...grantsOn(role, table.includes('.') ? table : `authority.${table}`, grant));
    }
  }
  return statements;
}

/** For a server whose user may not create roles: what its administrator runs once, with the name of that user. */
export function administratorStatements(user: string): string[] {
  const quoted = `"${user.replaceAll('"', '""')}"`;
  return [
    ...DATABASE_ROLES.map((role) => `create role ${role} nologin;`),
    ...DATABASE_ROLES.map((role) => `grant ${role} to ${quoted};`),
  ];
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
