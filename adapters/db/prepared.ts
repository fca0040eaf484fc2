import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** Statements that one connection keeps prepared: some 30 kB of the server's memory each. */
const MOST_ON_A_CONNECTION = 150;
/** Texts of which a pool remembers that they were met; a list with many filters has many. */
const MOST_MET = 2000;
const LONGEST_TEXT = 8000;

/**
 * A pool that prepares what it meets again: parsing and planning cost PostgreSQL more than the work of a short statement. From
 * the second time on a text with parameters goes under a name, once a connection; a connection that is full takes no more.
 *
 * A name is the digest of its text: whatever a proxy between does with names, one never stands for another text. Where a name
 * does not hold (a proxy that gives every transaction another session, `deallocate all`, a result that a migration gave another
 * shape), nothing was done yet: the statement is sent again as it is, and without a name from then on. In a transaction it fails
 * with the code of PostgreSQL, and `inTransaction` does it again (`isStaleName`).
 *
 * The types of parameters are those of the day of preparing: where a migration widened a column meanwhile, the name refuses what
 * the column takes. Whether that or the data is wrong is seen by sending once without the name; if that is taken, the name is
 * forgotten for good. In a transaction `inTransaction` does the whole once without names (`inDoubt`).
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const names = namesOf();
  return {
    options: pool.options,
    Client: (pool as { Client?: PostgresPool['Client'] }).Client as NonNullable<PostgresPool['Client']>,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      let door = known.get(client);
      if (door === undefined) known.set(client, (door = preparingClient(client, names)));
      return door;
    },
  };
}

type Names = ReturnType<typeof namesOf>;

/** Met once; kept without a name; or the name it goes under. */
type Standing = 'met' | 'unnamed' | { readonly name: string };

function namesOf() {
  const texts = new Map<string, Standing>();
  let off = false;
  return {
    of(text: string): string | undefined {
      if (off || text.length > LONGEST_TEXT) return undefined;
      const standing = texts.get(text);
      if (standing === undefined && texts.size < MOST_MET) texts.set(text, hasOpenResult(text) ? 'unnamed' : 'met');
      if (standing === undefined || standing === 'unnamed') return undefined;
      if (standing !== 'met') return standing.name;
      const name = `antin_${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
      texts.set(text, { name });
      return name;
    },
    /** This text never again. */
    without: (text: string) => void texts.set(text, 'unnamed'),
    /** No text any more: names do not hold behind this address. */
    turnOff: () => void (off = true),
  };
}

/** `select *`, `x.*`, `returning *`: another column in the table is another result, and PostgreSQL refuses the prepared one. */
function hasOpenResult(text: string): boolean {
  return /(?:\b(?:select|distinct|all|returning)|[,.])\s*\*/i.test(text);
}

function preparingClient(client: pg.PoolClient, names: Names): PostgresPoolClient {
  const held = new Set<string>();

  async function query(text: unknown, values?: readonly unknown[]): Promise<unknown> {
    const nameable = typeof text === 'string' && values !== undefined && values.length > 0 && plain.getStore() === undefined;
    const name = nameable ? names.of(text) : undefined;
    if (name === undefined || (!held.has(name) && held.size >= MOST_ON_A_CONNECTION)) {
      return client.query(text as string, values as unknown[]);
    }
    const preparedBefore = held.has(name);
    held.add(name);
    const forget = () => names.without(text as string);
    const isFree = () => (client as { getTransactionStatus?(): string | null }).getTransactionStatus?.() === 'I';
    try {
      return await client.query({ name, text: text as string, values: values as unknown[] });
    } catch (fault) {
      const stale = isStaleName(fault);
      const doubtful = stale === undefined && preparedBefore && mayBeOldTypes(fault);
      if (stale === undefined && !doubtful) throw fault;
      if (stale === 'result') forget();
      else if (stale === 'session') names.turnOff();
      else doubts.set(fault as object, forget);
      // In a transaction this one statement cannot be done again: the whole is thrown away already.
      if (!isFree()) throw fault;
      const result = await client.query(text as string, values as unknown[]);
      if (doubtful) forget();
      return result;
    }
  }

  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
    get processID() {
      return (client as { processID?: number }).processID as number;
    },
  };
}

/**
 * Whether a statement was refused for its name only, before it did anything: its result has another shape than when it was
 * prepared, or the session does not know the name, or knows it already.
 */
export function isStaleName(fault: unknown): 'result' | 'session' | undefined {
  const { code, routine } = fault as { code?: unknown; routine?: unknown };
  // The message ("cached plan must not change result type") comes in the server's language, the place in its source does not.
  if (code === FEATURE_NOT_SUPPORTED && routine === 'RevalidateCachedQuery') return 'result';
  return code === INVALID_STATEMENT_NAME || code === DUPLICATE_STATEMENT ? 'session' : undefined;
}

/** A fault that a name may be guilty of, for the types it fixed, and how to forget that name once it is proved. */
const doubts = new WeakMap<object, () => void>();
const plain = new AsyncLocalStorage<true>();

/** Of a fault in a transaction: whether the whole may pass without names; what to call if it did. */
export function inDoubt(fault: unknown): (() => void) | undefined {
  return typeof fault === 'object' && fault !== null ? doubts.get(fault) : undefined;
}

/** Nothing that `work` sends goes under a name. */
export function withoutNames<T>(work: () => Promise<T>): Promise<T> {
  return plain.run(true, work);
}

/** Class 22 (the value does not fit the type), or operators and assignments that the type does not have. */
function mayBeOldTypes(fault: unknown): boolean {
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' && (/^22[0-9A-Z]{3}$/.test(code) || code === DATATYPE_MISMATCH || code === UNDEFINED_FUNCTION);
}

const DATATYPE_MISMATCH = '42804';
const UNDEFINED_FUNCTION = '42883';
const FEATURE_NOT_SUPPORTED = '0A000';
const INVALID_STATEMENT_NAME = '26000';
const DUPLICATE_STATEMENT = '42P05';
