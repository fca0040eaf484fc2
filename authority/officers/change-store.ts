import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';

export interface ChangeRecord {
  readonly id: string;
  readonly state: 'proposed' | 'confirmed' | 'rejected';
  readonly change: Readonly<Record<string, unknown>>;
  readonly proposedBy: string;
  readonly proposedByName: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  /** The officer it is about, where it is about one. */
  readonly aboutId: string | null;
  readonly aboutName: string | null;
  readonly aboutSignInName: string | null;
}

export const CHANGE_COLUMNS = sql`c.id, c.state, c.change, c.proposed_by as "proposedBy", p.full_name as "proposedByName",
  c.proposed_at as "proposedAt", c.decided_by as "decidedBy", d.full_name as "decidedByName", c.decided_at as "decidedAt", c.reason,
  a.id as "aboutId", a.full_name as "aboutName", a.sign_in_name as "aboutSignInName"`;
export const CHANGE_TABLES = sql`authority.officer_change c join authority.officer p on p.id = c.proposed_by
  left join authority.officer d on d.id = c.decided_by
  left join authority.officer a on a.id = (c.change ->> 'officerId')::uuid`;

export async function insertChange(
  tx: Tx,
  one: {
    readonly id: string;
    readonly kind: string;
    readonly change: object;
    readonly secretHash: string | undefined;
    readonly by: string;
    readonly at: Date;
  },
): Promise<void> {
  await sql`
    insert into authority.officer_change (id, state, kind, change, secret_hash, proposed_by, proposed_at)
    values (${one.id}, 'proposed', ${one.kind}, ${JSON.stringify(one.change)}::jsonb, ${one.secretHash ?? null}, ${one.by},
      ${one.at})`.execute(tx);
}

export async function lockChange(
  tx: Tx,
  id: string,
): Promise<(ChangeRecord & { readonly secretHash: string | null }) | undefined> {
  const { rows } = await sql<ChangeRecord & { secretHash: string | null }>`
    select ${CHANGE_COLUMNS}, c.secret_hash as "secretHash" from ${CHANGE_TABLES} where c.id = ${id} for update of c`.execute(tx);
  return rows[0];
}

/** The deciding update says the state itself: two who confirm at once are one. */
export async function decideChange(
  tx: Tx,
  id: string,
  decision: { readonly state: 'confirmed' | 'rejected'; readonly by: string; readonly at: Date; readonly reason?: string },
): Promise<boolean> {
  const done = await sql`
    update authority.officer_change set state = ${decision.state}, decided_by = ${decision.by}, decided_at = ${decision.at},
      reason = ${decision.reason ?? null}, secret_hash = null
    where id = ${id} and state = 'proposed'`.execute(tx);
  return done.numAffectedRows === 1n;
}

export async function changeById(db: Db, id: string): Promise<ChangeRecord | undefined> {
  const { rows } = await sql<ChangeRecord>`select ${CHANGE_COLUMNS} from ${CHANGE_TABLES} where c.id = ${id}`.execute(db);
  return rows[0];
}

export async function openChanges(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from authority.officer_change where state = 'proposed'`.execute(db);
  return rows[0]?.count ?? 0;
}
