import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { preparing } from './prepared.ts';

/**
 * Where a database answers: a `postgresql://` URL, or a unix socket (its folder) of the embedded server. A URL with
 * `?prepared_statements=false` says that something between gives every transaction another session, as a PgBouncer does that
 * keeps no prepared statements.
 */
export type DatabaseAddress =
  string | { readonly socketDir: string; readonly port: number; readonly user: string; readonly database: string };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rooms narrow it with `withTables<T>()`-style casts
export type AnyDatabase = Kysely<any>;

interface Behind {
  readonly address: DatabaseAddress;
  readonly pool: pg.Pool;
}
const behind = new WeakMap<object, Behind>();

// bigint (int8) arrives as text by default because it may leave the safe range. Ours are counters and milliseconds:
// numbers while they are safe, text beyond, so that nothing is silently rounded.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
});
// A date is a day of the calendar, not an instant: 'YYYY-MM-DD', or the server's time zone would move it.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface ConnectOptions {
  readonly maxConnections?: number;
  /**
   * Every session of the pool acts in this role from its first statement on (`set role` among the start-up options, so that
   * `reset role` comes back to it). The user of the address must be a member. A separate user is stronger: `set role none`
   * leaves a role, never a user.
   */
  readonly role?: string;
}

/** Opens a pool. Nothing is sent before the first query. Close it with `db.destroy()`. */
export function connect(address: DatabaseAddress, options: ConnectOptions = {}): AnyDatabase {
  const { role, maxConnections = 10 } = options;
  // The name is put among options of the server: nothing but a plain name.
  if (role !== undefined && !/^[a-z_][a-z0-9_]*$/.test(role)) throw new TypeError(`name of a database role: ${role}`);
  const acting = role === undefined ? {} : { options: `-c role=${role}` };
  const pool = new pg.Pool({ ...clientConfig(address), ...acting, max: maxConnections, idleTimeoutMillis: 30_000 });
  // An idle connection that breaks (server restarted) is replaced by the pool; without a listener Node would exit.
  pool.on('error', () => {});
  // The same for one that breaks between two statements of a transaction: the next statement is refused, which is enough.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db: AnyDatabase = new Kysely({ dialect: new PostgresDialect({ pool: mayPrepare(address) ? preparing(pool) : pool }) });
  behind.set(db, { address, pool });
  return db;
}

/** A connection of its own, outside the pool: for LISTEN and for creating databases. */
export function singleClient(address: DatabaseAddress): pg.Client {
  return new pg.Client(clientConfig(address));
}

/** The address a database was opened with. */
export function addressOf(db: AnyDatabase): DatabaseAddress {
  const known = behind.get(db);
  if (known === undefined) throw new TypeError('this Kysely was not opened by connect()');
  return known.address;
}

function mayPrepare(address: DatabaseAddress): boolean {
  return typeof address !== 'string' || !/[?&]prepared_statements=false(?:&|$)/.test(address);
}

function clientConfig(address: DatabaseAddress): pg.ClientConfig {
  const base = { connectionTimeoutMillis: 10_000, application_name: 'antin' };
  if (typeof address === 'string') return { ...base, connectionString: address };
  return { ...base, host: address.socketDir, port: address.port, user: address.user, database: address.database };
}
