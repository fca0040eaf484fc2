import { sql } from 'kysely';
import { ATTEMPT_WINDOW_MS } from '../http/sign-in-rules.ts';
import { only } from './transaction.ts';
import type { Db } from './transaction.ts';

export interface Attempt {
  readonly signInName: string;
  readonly address: string;
}

/** Tries to sign in, in a table of the room's own: `(id identity, sign_in_name, address, at)`, indexed by name and by address. */
export function signInAttempts(schema: string, name: string) {
  const table = sql.id(schema, name);
  return {
    /** Counts this try before the password is looked at: guesses sent at the same time see each other. */
    async count(
      db: Db,
      attempt: Attempt & { readonly at: Date },
    ): Promise<{ id: number; nameHere: number; nameAnywhere: number; here: number }> {
      const { signInName, address, at } = attempt;
      const since = new Date(at.getTime() - ATTEMPT_WINDOW_MS);
      const inserted = await sql<{ id: number }>`
        insert into ${table} (sign_in_name, address, at) values (${signInName}, ${address}, ${at}) returning id`.execute(db);
      const counted = await sql<{ nameHere: number; nameAnywhere: number; here: number }>`
        select count(*) filter (where sign_in_name = ${signInName} and address = ${address}) as "nameHere",
          count(*) filter (where sign_in_name = ${signInName}) as "nameAnywhere",
          count(*) filter (where address = ${address}) as here
        from ${table} where at > ${since} and (sign_in_name = ${signInName} or address = ${address})`.execute(db);
      return { id: only(inserted.rows, 'attempt').id, ...only(counted.rows, 'attempts') };
    },
    /** The password was right: neither this try nor the ones before it count any more for this name from this place. */
    async forget(db: Db, { signInName, address }: Attempt): Promise<void> {
      await sql`delete from ${table} where sign_in_name = ${signInName} and address = ${address}`.execute(db);
    },
    async prune(db: Db, now: Date): Promise<void> {
      await sql`delete from ${table} where at < ${new Date(now.getTime() - ATTEMPT_WINDOW_MS)}`.execute(db);
    },
  };
}
