import { sql, type RawBuilder } from 'kysely';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Db } from '@antin/adapters/db/transaction';
import type { Caller } from './session/caller.ts';

/** An agency and everything under it: one range of the index over `agency.agency.path`. */
export interface Scope {
  readonly agencyId: string;
  readonly path: string;
  /** Agencies inside, counted up to `FEW` + 1: few are looked up one by one, many are filtered along the order. */
  readonly few: readonly string[] | undefined;
}

/** So many agencies are joined one by one through the index of each; above it a walk in order meets enough of them. */
export const FEW = 40;

export async function scopeOf(db: Db, agencyId: string): Promise<Scope> {
  const { rows } = await sql<{ path: string }>`select path from agency.agency where id = ${agencyId}`.execute(db);
  const path = rows[0]?.path;
  if (path === undefined) throw new Refusal('certificate.agency-unknown');
  const inside = await sql<{ id: string }>`
    select id from agency.agency where path >= ${path} and path < ${`${path}z`} limit ${FEW + 1}`.execute(db);
  return { agencyId, path, few: inside.rows.length > FEW ? undefined : inside.rows.map((row) => row.id) };
}

/** Condition on a column that holds an agency's id. */
export function inScope(column: RawBuilder<unknown>, scope: Scope): RawBuilder<unknown> {
  if (scope.few !== undefined) return sql`${column} = any(${[...scope.few]}::uuid[])`;
  return sql`exists (select 1 from agency.agency s where s.id = ${column} and s.path >= ${scope.path} and s.path < ${`${scope.path}z`})`;
}

/**
 * The same for a walk along an index in order, page by page: asked of each line as it comes, so that the database has no
 * reason to gather the whole subtree and sort it for fifty lines.
 */
export function inScopeAlong(column: RawBuilder<unknown>, scope: Scope): RawBuilder<unknown> {
  if (scope.few !== undefined) return inScope(column, scope);
  return sql`(select s.path >= ${scope.path} and s.path < ${`${scope.path}z`} from agency.agency s where s.id = ${column})`;
}

/** Whether one agency stands at or under another. */
export async function isUnder(db: Db, agencyId: string, above: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select starts_with(a.path, b.path) as found from agency.agency a, agency.agency b
    where a.id = ${agencyId} and b.id = ${above}`.execute(db);
  return rows[0]?.found === true;
}

/** @throws {Refusal} `role.certificate-officer-needed` */
export function requireOfficer(caller: Caller): void {
  if (!caller.position.roles.includes('certificate-officer')) throw new Refusal('role.certificate-officer-needed');
}

/**
 * The scope an officer may look at: their own agency's, or that of one under it. What lies elsewhere does not exist.
 *
 * @throws {Refusal} `role.certificate-officer-needed`, `certificate.agency-unknown`
 */
export async function scopeFor(db: Db, caller: Caller, under?: string): Promise<Scope> {
  requireOfficer(caller);
  const own = caller.position.agencyId;
  if (under !== undefined && under !== own && !(await isUnder(db, under, own))) throw new Refusal('certificate.agency-unknown');
  return scopeOf(db, under ?? own);
}
