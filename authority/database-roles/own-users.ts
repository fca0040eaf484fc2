import { sql } from 'kysely';
import { addressOf, connect } from '@antin/adapters/db/connect';
import type { AnyDatabase, DatabaseAddress } from '@antin/adapters/db/connect';
import { AuthorityFault } from '../fault.ts';
import { DATABASE_ROLES } from './roles.ts';
import type { DatabaseRole } from './roles.ts';

/** Whether the user of a connection is above all privileges. */
export async function isSuperuser(db: AnyDatabase): Promise<boolean> {
  const { rows } = await sql<{ above: boolean }>`
    select rolsuper as above from pg_catalog.pg_roles where rolname = session_user`.execute(db);
  return rows[0]?.above === true;
}

/** The server that came with the installation: nobody but its user reaches it. */
export function isEmbedded(db: AnyDatabase): boolean {
  return typeof addressOf(db) !== 'string';
}

/**
 * Looks at users that parts have of their own: each is in this very database, has its part's role and no other, is not the
 * owner and above nobody. A part with more than that would look separate and be none.
 *
 * @throws {AuthorityFault} `database.role-user` with the part and what is wrong, never the address
 */
export async function checkOwnUsers(db: AnyDatabase, urls: Partial<Record<DatabaseRole, DatabaseAddress>>): Promise<void> {
  const here = await placeOf(db);
  for (const [role, url] of Object.entries(urls) as [DatabaseRole, DatabaseAddress][]) {
    const wrong = (what: string, cause?: unknown) =>
      new AuthorityFault('database.role-user', `the user for ${role} ${what}`, cause === undefined ? undefined : { cause });
    const door = connect(url, { maxConnections: 1 });
    try {
      const there = await placeOf(door).catch((cause: unknown) => {
        throw wrong(`cannot connect: ${(cause as { code?: string }).code ?? 'no answer'}`, cause);
      });
      if (there.place !== here.place) throw wrong(`is in another database than the owner`);
      if (there.above) throw wrong('is a superuser, which no privilege binds');
      if (there.user === here.user) throw wrong('is the owner of the tables');
      const { rows } = await sql<{ role: string; has: boolean; acts: boolean }>`
        select r.rolname::text as role, pg_has_role(session_user, r.oid, 'member') as has,
          pg_has_role(session_user, r.oid, 'usage') as acts
        from pg_catalog.pg_roles r where r.rolname = any(${[...DATABASE_ROLES, here.user]}::text[])`.execute(door);
      if (rows.find((one) => one.role === role)?.acts !== true) throw wrong(`has not its role: grant ${role} to ${there.user}`);
      const more = rows.filter((one) => one.has && one.role !== role).map((one) => one.role);
      if (more.length > 0) throw wrong(`could also act as ${more.join(', ')}`);
    } finally {
      await door.destroy();
    }
  }
}

async function placeOf(db: AnyDatabase): Promise<{ user: string; place: string; above: boolean }> {
  const { rows } = await sql<{ user: string; place: string; above: boolean }>`
    select session_user::text as "user", d.oid || ' ' || d.datname || ' ' || coalesce(to_regnamespace('authority')::oid::text, '') as place,
      (select rolsuper from pg_catalog.pg_roles where rolname = session_user) as above
    from pg_catalog.pg_database d where d.datname = current_database()`.execute(db);
  return rows[0]!;
}
