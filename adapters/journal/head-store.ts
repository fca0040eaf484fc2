import { sql } from 'kysely';
import type { Db } from '../db/transaction.ts';

/** The journal at one size, with its signature once it is sealed. */
export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
  readonly at: Date;
  /** C2SP text: what is signed. */
  readonly checkpoint: string;
  /** CMS (CAdES), detached. */
  readonly signature: Uint8Array | undefined;
}

interface Row {
  readonly size: number;
  readonly root: Uint8Array;
  readonly at: Date;
  readonly checkpoint: string;
  readonly signature: Uint8Array | null;
}

function headOf(row: Row): Head {
  const signature = row.signature === null ? undefined : new Uint8Array(row.signature);
  return { ...row, root: new Uint8Array(row.root), signature };
}

export async function putHead(db: Db, schema: string, head: Omit<Head, 'signature'>): Promise<void> {
  await sql`
    insert into ${sql.id(schema, 'journal_head')} (size, root, at, checkpoint)
    values (${head.size}, ${Buffer.from(head.root)}, ${head.at}, ${head.checkpoint}) on conflict do nothing`.execute(db);
}

/** The first signature stays. */
export async function keepSignature(db: Db, schema: string, size: number, signature: Uint8Array, at: Date): Promise<void> {
  await sql`
    update ${sql.id(schema, 'journal_head')} set signature = ${Buffer.from(signature)}, sealed_at = ${at}
    where size = ${size} and signature is null`.execute(db);
}

const columns = sql`size, root, at, checkpoint, signature`;

/** The newest head. */
export async function newestHead(db: Db, schema: string): Promise<Head | undefined> {
  const { rows } = await sql<Row>`
    select ${columns} from ${sql.id(schema, 'journal_head')} order by size desc limit 1`.execute(db);
  return rows[0] === undefined ? undefined : headOf(rows[0]);
}

/** The newest signed head; the smallest signed one of at least `size` entries when a size is given. */
export async function sealedHead(db: Db, schema: string, size?: number): Promise<Head | undefined> {
  const wanted = size === undefined ? sql`true order by size desc` : sql`size >= ${size} order by size`;
  const { rows } = await sql<Row>`
    select ${columns} from ${sql.id(schema, 'journal_head')} where signature is not null and ${wanted} limit 1`.execute(db);
  return rows[0] === undefined ? undefined : headOf(rows[0]);
}

/** When a head got its signature. */
export async function sealedAt(db: Db, schema: string, size: number): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date | null }>`
    select sealed_at as at from ${sql.id(schema, 'journal_head')} where size = ${size}`.execute(db);
  return rows[0]?.at ?? undefined;
}

/** Signed heads in order of size. */
export async function sealedHeadsAfter(db: Db, schema: string, size: number, limit: number): Promise<Head[]> {
  const { rows } = await sql<Row>`
    select ${columns} from ${sql.id(schema, 'journal_head')}
    where signature is not null and size > ${size} order by size limit ${limit}`.execute(db);
  return rows.map(headOf);
}
