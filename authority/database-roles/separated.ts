import type { AnyDatabase, DatabaseAddress } from '@antin/adapters/db/connect';
import { AuthorityFault } from '../fault.ts';
import { ensureDatabaseRoles } from './apply.ts';
import { oneDoor, separateDoors } from './doors.ts';
import type { Doors } from './doors.ts';
import { checkOwnUsers, isEmbedded, isSuperuser } from './own-users.ts';
import { AUTHORITY_ROLES } from './roles.ts';
import type { DatabaseRole } from './roles.ts';

export interface Separation {
  readonly profile: 'practice' | 'production';
  /** Users of their own for some parts; in practice the others take their role by `set role`. */
  readonly databaseUrls?: Partial<Record<DatabaseRole, DatabaseAddress>> | undefined;
  /** Parts that are served here; those of an issuer when left out. */
  readonly roles?: readonly DatabaseRole[] | undefined;
}

/**
 * Connections for each part in its own database role, where the server has the roles; to be called after every migration.
 *
 * In production nothing is served with the connection of the owner of the tables: on a server of one's own each part has its own
 * user, because `set role none` leaves a role and never a user.
 *
 * @param db the owner's
 * @throws {AuthorityFault} `database.superuser`, `database.roles-missing`, `database.role-user-missing` in production;
 *   `database.role-user`
 */
export async function separatedDoors(
  db: AnyDatabase,
  { databaseUrls = {}, profile, roles = AUTHORITY_ROLES }: Separation,
  log: { error(facts: object, text: string): void },
): Promise<Doors> {
  const production = profile === 'production';
  const urls = Object.fromEntries(Object.entries(databaseUrls).filter(([role]) => roles.includes(role as DatabaseRole)));
  if (production && (await isSuperuser(db))) {
    if (!isEmbedded(db)) {
      throw new AuthorityFault(
        'database.superuser',
        'the user of DATABASE_URL is a superuser: give the database to a user of its own, `antin database roles --user NAME`',
      );
    }
    log.error({}, 'the database that came with the install is run by its superuser: parts are kept apart by this program alone');
  }
  const without = roles.filter((role) => urls[role] === undefined);
  if (production && without.length > 0 && !isEmbedded(db)) {
    throw new AuthorityFault(
      'database.role-user-missing',
      `no user of its own for ${without.join(', ')}: in production nothing is served as the owner of the tables; name them in ` +
        'ANTIN_DATABASES, `antin database roles` prints what an administrator runs once',
    );
  }
  const ready = await ensureDatabaseRoles(db, Object.keys(urls) as DatabaseRole[], roles);
  if (ready.status === 'ready') {
    await checkOwnUsers(db, urls);
    return separateDoors(db, urls);
  }
  if (production) {
    throw new AuthorityFault(
      'database.roles-missing',
      `${ready.why}; in production each part acts in its own role: \`antin database roles\` prints what an administrator runs once`,
    );
  }
  log.error({ why: ready.why }, 'no separate database roles; `antin database roles` prints what an administrator runs once');
  return oneDoor(db);
}
