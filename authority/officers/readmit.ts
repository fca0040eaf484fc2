import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';
import { recordEvent } from '../journal/record.ts';
import { heldOn } from './rules.ts';
import { lockOfficer, officerBySignInName, passwordHashOf, setPassword, termsOf } from './store.ts';

/** An officer of operation with the argon2id of a first password of their own. */
export interface Readmitted {
  readonly signInName: string;
  readonly passwordHash: string;
}

/**
 * A restore takes away every password that may be known to others; when fewer than two officers of operation keep theirs, nobody can
 * give anybody a new one. Then, and only then, the owner of the database lets officers of operation in again. They change the
 * password at once, and the journal says that no second officer looked.
 *
 * @returns refused with `officer.two-can-act`, `officer.unknown`, `officer.role-not-held`, `officer.not-shut-out`
 */
export async function readmitOfficers(db: Db, officers: readonly Readmitted[], at: Date): Promise<Decision<undefined>> {
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('authority first officers', 0))`.execute(tx);
    const today = officeDay(at);
    const { rows } = await sql<{ n: number }>`
      select count(distinct o.id)::int as n from authority.officer o
      join authority.officer_role r on r.officer_id = o.id and r.role = 'operation' and r.valid_from <= ${today}::date
        and (r.valid_to is null or r.valid_to > ${today}::date)
      where o.active and o.password_hash is not null`.execute(tx);
    if ((rows[0]?.n ?? 0) >= 2) return refused('officer.two-can-act');
    const ids: string[] = [];
    for (const { signInName } of officers) {
      const found = await officerBySignInName(tx, signInName);
      if (found === undefined || !found.active) return refused('officer.unknown');
      await lockOfficer(tx, found.id);
      const held = heldOn((await termsOf(tx, [found.id])).get(found.id) ?? [], today);
      if (!held.includes('operation')) return refused('officer.role-not-held');
      if ((await passwordHashOf(tx, found.id)) !== null) return refused('officer.not-shut-out');
      ids.push(found.id);
    }
    for (const [n, { passwordHash }] of officers.entries()) {
      await setPassword(tx, ids[n]!, passwordHash, true);
      await recordEvent(tx, at.getTime(), 'officer.readmitted', undefined, { officerId: ids[n] });
    }
    return allowed(undefined);
  });
}
