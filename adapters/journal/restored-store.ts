import { sql } from 'kysely';
import type { Db, Tx } from '../db/transaction.ts';

/** Keeps what a restore answered, in its own transaction. @param answer JSON */
export async function keepAnswer(tx: Tx, schema: string, at: Date, answer: string): Promise<void> {
  await sql`insert into ${sql.id(schema, 'journal_restored')} (at, answer) values (${at}, ${answer})`.execute(tx);
}

/** What the newest restore answered; undefined when there was none. */
export async function keptAnswer(db: Db, schema: string): Promise<string | undefined> {
  const { rows } = await sql<{ answer: string }>`
    select answer from ${sql.id(schema, 'journal_restored')} order by id desc limit 1`.execute(db);
  return rows[0]?.answer;
}
