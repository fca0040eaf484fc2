import { addressOf, connect } from '@antin/adapters/db/connect';
import type { AnyDatabase, DatabaseAddress } from '@antin/adapters/db/connect';
import type { DatabaseRole } from './roles.ts';

/** A connection for each part of the authority, acting in that part's role. */
export interface Doors {
  as(role: DatabaseRole): AnyDatabase;
  close(): Promise<void>;
}

/**
 * Pools in the roles, opened when first asked for.
 *
 * @param urls users of their own for some roles (`antin_approval` → `postgresql://…`): stronger than `set role`
 */
export function separateDoors(db: AnyDatabase, urls: Partial<Record<DatabaseRole, DatabaseAddress>> = {}): Doors {
  const open = new Map<DatabaseRole, AnyDatabase>();
  return {
    as(role) {
      let door = open.get(role);
      if (door === undefined) {
        const own = urls[role];
        door = own === undefined ? connect(addressOf(db), { role, maxConnections: 4 }) : connect(own, { maxConnections: 4 });
        open.set(role, door);
      }
      return door;
    },
    async close() {
      for (const door of open.values()) await door.destroy();
      open.clear();
    },
  };
}

/** Where the server has no such roles: every part uses the one connection, and says so in the log. */
export function oneDoor(db: AnyDatabase): Doors {
  return { as: () => db, close: async () => {} };
}
