import { addressOf, connect, type AnyDatabase } from '@antin/adapters/db/connect';
import type { Settings } from '@antin/adapters/config/settings';
import { oneDoor, type Doors } from '@antin/authority/database-roles/doors';
import { AUTHORITY_ROLES, OFFICE_ROLES, type DatabaseRole } from '@antin/authority/database-roles/roles';
import { separatedDoors } from '@antin/authority/database-roles/separated';
import { roleDatabases } from './role-databases.ts';

/** The connections that an installation serves with. */
export interface Parts {
  /** Of the office. Nothing may be asked before `begin`. */
  readonly office: AnyDatabase;
  /** Every part of the issuer; of an office alone in practice, all of them the owner's. */
  doors(): Doors;
  /** In whose name jobs are claimed. */
  queue(): AnyDatabase;
  /** After every migration: gives each role its privileges and looks at its user. @throws {AuthorityFault} `database.*` */
  begin(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Who connects as whom: in production every part as a role of its own, and nobody as the owner of the tables; in practice the
 * parts of the issuer, and the office when it is given a user (`ANTIN_DATABASE_OFFICE`).
 *
 * @param owner the connection that migrates
 */
export function partsOf(
  owner: AnyDatabase,
  { profile, services }: Pick<Settings, 'profile' | 'services'>,
  log: { error(facts: object, text: string): void },
  env: Readonly<Record<string, string | undefined>>,
): Parts {
  const databaseUrls = roleDatabases(env);
  const own = databaseUrls.antin_office;
  const officeApart = services.includes('agency') && (profile === 'production' || own !== undefined);
  const roles: DatabaseRole[] = [
    ...new Set([...(services.includes('authority') ? AUTHORITY_ROLES : []), ...(officeApart ? OFFICE_ROLES : [])]),
  ];
  const asOffice = () => (own === undefined ? connect(addressOf(owner), { role: 'antin_office' }) : connect(own));
  const office = officeApart ? asOffice() : owner;
  let doors: Doors | undefined;
  const begun = () => {
    if (doors === undefined) throw new TypeError('parts are asked before they have begun');
    return doors;
  };
  return {
    office,
    doors: begun,
    // One table for all jobs: in practice an office without a user of its own works them off as ever.
    queue: () => (profile === 'production' ? begun().as('antin_jobs') : owner),
    async begin() {
      doors = roles.length === 0 ? oneDoor(owner) : await separatedDoors(owner, { profile, databaseUrls, roles }, log);
    },
    async close() {
      await doors?.close();
      if (office !== owner) await office.destroy();
    },
  };
}
