import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import type { Tx } from '@antin/adapters/db/transaction';

/** What a restore took away from people of the office, because it had been taken away since the backup. */
export interface PeopleAfter {
  /** Sign-in names of those whose password is believed no more; an administrator above them gives a new one. */
  readonly shutOut: readonly string[];
  /** Of these, whom no administrator with a password reaches. */
  readonly unreached: readonly string[];
  /** Positions and authorities that were ended again. */
  readonly ended: number;
  /** Sign-in names of administrators whose ended position stays, because nobody else would keep its agency. */
  readonly keptAdministrators: readonly string[];
}

/** What the entry says; of a person in their position (`position`) or of a worker. */
export interface DirectoryAct {
  readonly event: string;
  readonly position?: string;
  readonly detail?: Readonly<Record<string, string>>;
}

interface Ended {
  readonly kind: 'position' | 'authority';
  readonly subject: string;
  readonly day: string;
}

/**
 * A backup holds the passwords and positions of its day. A password that was renewed since may have been renewed because somebody
 * else knew it, and of the new one the journal has nothing: the person has none until an administrator draws one. A position or an
 * authority to sign that somebody ended is ended again. What an import or a reorganisation ended is not: half of it would be done,
 * and doing it once more would find nobody to move.
 */
export class RestoredPeople {
  private readonly renewed = new Set<string>();
  private readonly ended = new Map<string, Ended>();

  note({ event, position, detail = {} }: DirectoryAct): void {
    const { change, subject, effectiveFrom: day, credentials } = detail;
    if (subject === undefined || change === undefined || day === undefined) return;
    if (event === 'DirectoryPersonChanged' && credentials === 'changed') this.renewed.add(subject);
    if (event === 'DirectoryChangeUndone') this.ended.delete(change);
    const kind = event === 'DirectoryPositionEnded' ? 'position' : event === 'DirectoryAuthorityEnded' ? 'authority' : undefined;
    if (kind !== undefined && position !== undefined) this.ended.set(change, { kind, subject, day });
  }

  /** @returns undefined in a database without a directory */
  async finish(tx: Tx, at: Date): Promise<PeopleAfter | undefined> {
    const there = await sql<{ name: string | null }>`select to_regclass('agency.position')::text as name`.execute(tx);
    if (there.rows[0]?.name == null) return undefined;
    const today = officeDay(at);
    const shut = await sql<{ id: string; name: string }>`
      update agency.person set password_hash = null where id::text = any(${[...this.renewed]}::text[])
      returning id, sign_in_name as name`.execute(tx);
    const keptAdministrators = new Set<string>();
    let ended = 0;
    const gone = [...this.ended.values()].filter((one) => one.kind === 'position' && one.day <= today).map((one) => one.subject);
    for (const { kind, subject, day } of this.ended.values()) {
      if (kind === 'position' && day <= today) {
        const last = await lastAdministrator(tx, subject, gone, today);
        if (last !== undefined) {
          keptAdministrators.add(last);
          continue;
        }
      }
      const table = kind === 'position' ? sql`agency.position` : sql`agency.signing_authority`;
      const done = await sql`
        update ${table} set valid_to = ${day}::date where id::text = ${subject} and valid_from < ${day}::date
          and (valid_to is null or valid_to > ${day}::date)`.execute(tx);
      ended += Number(done.numAffectedRows ?? 0n);
    }
    const unreached = await unreachedOf(
      tx,
      shut.rows.map((row) => row.id),
      today,
    );
    return {
      shutOut: shut.rows.map((row) => row.name).sort(),
      unreached,
      ended,
      keptAdministrators: [...keptAdministrators].sort(),
    };
  }
}

/**
 * Sign-in names of those among `ids` whom no administrator with a password could give a new one. Who holds no position signs in no
 * more anyway.
 */
export async function unreachedOf(tx: Tx, ids: readonly string[], today: string): Promise<string[]> {
  const posts = sql`
    agency.position p join agency.agency o on o.id = p.agency_id
    where p.person_id = n.id and (p.valid_to is null or p.valid_to > ${today}::date)`;
  const { rows } = await sql<{ name: string }>`
    select n.sign_in_name as name from agency.person n
    where n.id = any(${[...ids]}::uuid[]) and exists (select 1 from ${posts})
      and not exists (${administrators(today)} and ad.person_id <> n.id
        and not exists (select 1 from ${posts} and not starts_with(o.path, aa.path)))
    order by 1`.execute(tx);
  return rows.map((row) => row.name);
}

/** Positions `ad` of administrators of the day who can sign in, with their agency `aa`. */
const administrators = (today: string) => sql`
  select 1 from agency.position ad join agency.agency aa on aa.id = ad.agency_id join agency.person an on an.id = ad.person_id
  where 'administrator' = any(ad.roles) and an.password_hash is not null and ad.valid_from <= ${today}::date
    and (ad.valid_to is null or ad.valid_to > ${today}::date)`;

/** The administrator in this position, when no other one who stays keeps its agency: ending it would lock everybody out for good. */
async function lastAdministrator(tx: Tx, id: string, gone: readonly string[], today: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select n.sign_in_name as name from agency.position p join agency.person n on n.id = p.person_id
      join agency.agency o on o.id = p.agency_id
    where p.id::text = ${id} and 'administrator' = any(p.roles) and n.password_hash is not null and not exists (${administrators(today)}
      and ad.id::text <> all(${[...gone]}::text[]) and starts_with(o.path, aa.path))`.execute(tx);
  return rows[0]?.name;
}
