import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';

/** A limit of the law as it holds from a day on. */
export interface DatedLimit {
  readonly name: string;
  /** `yyyy-MM-dd`, office time. */
  readonly from: string;
  readonly value: number;
  /** Where it stands: number and article. */
  readonly source: string;
}

/** A limit of working days that nobody could keep, or that never ends, is a slip of the finger. */
const WORKING_DAYS = { least: 1, most: 250 } as const;
/** 1 optional, 2 required. */
const LEADER = { least: 1, most: 2 } as const;
const OTHERS = { least: 0, most: 36_500 } as const;

/**
 * Whether a limit may be given this value from that day on. Days that have begun keep what they had: requests of today were
 * judged by it already.
 *
 * @throws {Refusal} `limit.unknown`, `limit.value-out-of-range`, `limit.day-past`, `limit.day-taken`
 */
export async function requireLimitFree(db: Db, one: DatedLimit, today: string): Promise<void> {
  const { rows } = await sql<{ from: string }>`
    select effective_from as "from" from authority.registration_limit where name = ${one.name}`.execute(db);
  // A name that no program reads would look like a limit and be none.
  if (rows.length === 0) throw new Refusal('limit.unknown');
  const working = one.name.endsWith('-working-days') ? WORKING_DAYS : OTHERS;
  const { least, most } = one.name === 'leader-signature' ? LEADER : working;
  if (one.value < least || one.value > most) throw new Refusal('limit.value-out-of-range');
  if (one.from <= today) throw new Refusal('limit.day-past');
  if (rows.some(({ from }) => from === one.from)) throw new Refusal('limit.day-taken');
}

/** @throws {Refusal} as `requireLimitFree` */
export async function addLimit(tx: Tx, one: DatedLimit, today: string): Promise<void> {
  await requireLimitFree(tx, one, today);
  const done = await sql`
    insert into authority.registration_limit (name, effective_from, value, source)
    values (${one.name}, ${one.from}::date, ${one.value}, ${one.source}) on conflict do nothing`.execute(tx);
  if (done.numAffectedRows !== 1n) throw new Refusal('limit.day-taken');
}

/**
 * Takes back a value that does not hold yet: the law was put off, or a number was mistyped.
 *
 * @throws {Refusal} `limit.day-past`, `limit.not-there`
 */
export async function withdrawLimit(tx: Tx, name: string, from: string, today: string): Promise<void> {
  await requireLimitAhead(tx, name, from, today);
  await sql`delete from authority.registration_limit where name = ${name} and effective_from = ${from}::date`.execute(tx);
}

/** @throws {Refusal} `limit.day-past`, `limit.not-there` */
export async function requireLimitAhead(db: Db, name: string, from: string, today: string): Promise<void> {
  if (from <= today) throw new Refusal('limit.day-past');
  const { rows } = await sql`
    select 1 from authority.registration_limit where name = ${name} and effective_from = ${from}::date`.execute(db);
  if (rows.length === 0) throw new Refusal('limit.not-there');
}
