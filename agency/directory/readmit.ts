import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { unreachedOf } from '../journal/restored-people.ts';
import { noteChange } from './changes.ts';
import { setPassword } from './people-store.ts';

export type Readmission = 'done' | 'not-restored' | 'unknown' | 'not-administrator' | 'not-shut-out' | 'another-administers';

/**
 * A restore takes away every password that may be known to others; of administrators above whom nobody with a password stands nobody
 * could draw a new one. Then, and only then, the owner of the database lets them in again, and the journal says so.
 *
 * @param people each with the argon2id of a first password of their own; of several all or none
 */
export async function readmitAdministrators(
  db: Db,
  people: readonly { readonly signInName: string; readonly passwordHash: string }[],
  at: Date,
): Promise<Readmission> {
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('agency readmit', 0))`.execute(tx);
    // Before a restore an entry would be one that the copy does not know: the journal would be forked by it.
    const restored = await sql`select 1 from agency.journal where event = 'JournalRestored' limit 1`.execute(tx);
    if (restored.rows.length === 0) return 'not-restored';
    const today = officeDay(at);
    const given: { id: string; agencyId: string; passwordHash: string }[] = [];
    for (const { signInName, passwordHash } of people) {
      const { rows } = await sql<{ id: string; shut: boolean; agencyId: string | null }>`
        select n.id, n.password_hash is null as shut, (
          select p.agency_id from agency.position p where p.person_id = n.id and 'administrator' = any(p.roles)
            and p.valid_from <= ${today}::date and (p.valid_to is null or p.valid_to > ${today}::date) limit 1) as "agencyId"
        from agency.person n where n.sign_in_name = ${signInName} for update of n`.execute(tx);
      const [person] = rows;
      if (person === undefined) return 'unknown';
      if (person.agencyId === null) return 'not-administrator';
      if (!person.shut) return 'not-shut-out';
      if ((await unreachedOf(tx, [person.id], today)).length === 0) return 'another-administers';
      given.push({ id: person.id, agencyId: person.agencyId, passwordHash });
    }
    for (const { id, agencyId, passwordHash } of given) {
      await setPassword(tx, id, passwordHash);
      await noteChange(
        tx,
        { at, name: 'antin journal readmit' },
        {
          ...{ kind: 'person-changed', subject: 'person', subjectId: id, agencyId, effectiveFrom: today },
          ...{ after: { changed: ['password'] }, credentials: 'changed' },
        },
      );
    }
    return 'done';
  });
}
