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
    const name = typeof text === 'string' && values !== undefined && values.length > 0 ? names.of(text) : undefined;
    if (name === undefined || (!held.has(name) && held.size >= MOST_ON_A_CONNECTION)) {
      return client.query(text as string, values as unknown[]);
    }
    held.add(name);
    try {
      return await client.query({ name, text: text as string, values: values as unknown[] });
    } catch (fault) {
      const stale = isStaleName(fault);
      if (stale === undefined) throw fault;
      if (stale === 'result') names.without(text as string);
      else names.turnOff();
      // In a transaction this one statement cannot be done again: the whole is thrown away already.
      if ((client as { getTransactionStatus?(): string | null }).getTransactionStatus?.() !== 'I') throw fault;
      return client.query(text as string, values as unknown[]);
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

const FEATURE_NOT_SUPPORTED = '0A000';
const INVALID_STATEMENT_NAME = '26000';
const DUPLICATE_STATEMENT = '42P05';
