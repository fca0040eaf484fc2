import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { AuthorityFault } from '../fault.ts';
import type { ListName } from './change.ts';
import { FULL_LIST } from './shards.ts';

export interface StoredCrl {
  readonly number: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly der: Uint8Array;
}

interface Row {
  number: number;
  this_update: Date;
  next_update: Date;
  der: Uint8Array;
}

function crlOf(row: Row): StoredCrl {
  return {
    number: Number(row.number),
    thisUpdate: row.this_update.getTime(),
    nextUpdate: row.next_update.getTime(),
    der: new Uint8Array(row.der),
  };
}

export async function newestCrl(db: Db, issuerSha256: string, shard = FULL_LIST): Promise<StoredCrl | undefined> {
  const found = await sql<Row>`
    select number, this_update, next_update, der from authority.crl
    where issuer_sha256 = ${issuerSha256} and shard = ${shard} order by number desc limit 1`.execute(db);
  return found.rows[0] === undefined ? undefined : crlOf(found.rows[0]);
}

/** The newest list that stood published at a moment: what a signature of that moment could have relied on. */
export async function crlAt(db: Db, issuerSha256: string, at: number, shard = FULL_LIST): Promise<StoredCrl | undefined> {
  const found = await sql<Row>`
    select number, this_update, next_update, der from authority.crl
    where issuer_sha256 = ${issuerSha256} and shard = ${shard} and this_update <= ${new Date(at)}
    order by this_update desc, number desc limit 1`.execute(db);
  return found.rows[0] === undefined ? undefined : crlOf(found.rows[0]);
}

/** A list as it is known between two builds; without `number` it was never built. */
export interface ListState extends ListName {
  readonly idp: string | undefined;
  readonly number: number | undefined;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly entries: number;
  readonly buildAt: number;
}

interface ListRow {
  issuer_sha256: string;
  shard: number;
  idp: string | null;
  number: number | null;
  this_update: Date | null;
  next_update: Date | null;
  entries: number | null;
  build_at: Date;
}

const listOf = (row: ListRow): ListState => ({
  issuerSha256: row.issuer_sha256,
  shard: row.shard,
  idp: row.idp ?? undefined,
  number: row.number === null ? undefined : Number(row.number),
  thisUpdate: row.this_update?.getTime() ?? 0,
  nextUpdate: row.next_update?.getTime() ?? 0,
  entries: row.entries ?? 0,
  buildAt: row.build_at.getTime(),
});

const LIST = sql.raw('issuer_sha256, shard, idp, number, this_update, next_update, entries, build_at');

/**
 * Takes a list for building until the end of the transaction.
 *
 * @param wait false: undefined at once when another builder has it
 */
export async function takeList(tx: Tx, { issuerSha256, shard }: ListName, wait: boolean): Promise<ListState | undefined> {
  const found = await sql<ListRow>`
    select ${LIST} from authority.crl_list where issuer_sha256 = ${issuerSha256} and shard = ${shard}
    for update ${wait ? sql.raw('') : sql.raw('skip locked')}`.execute(tx);
  return found.rows[0] === undefined ? undefined : listOf(found.rows[0]);
}

/** Lists whose time has come, or that a revocation waits for; the longest waiting first. */
export async function dueLists(db: Db, now: number, limit: number): Promise<ListName[]> {
  const found = await sql<{ issuer_sha256: string; shard: number }>`
    (select issuer_sha256, shard from authority.crl_list where build_at <= ${new Date(now)} order by build_at limit ${limit})
    union
    (select issuer_sha256, shard from authority.crl_due order by id limit ${limit})`.execute(db);
  return found.rows.map((row) => ({ issuerSha256: row.issuer_sha256, shard: row.shard }));
}

/** Lists whose alarm rings: less time is left than a schedule that works ever leaves, or they were never built. */
export async function lapsingLists(
  db: Db,
  now: number,
): Promise<(ListState & { readonly name: string; readonly failed: string | undefined })[]> {
  const found = await sql<ListRow & { name: string; failed: string | null }>`
    select ${LIST}, failed, (select name from authority.status_issuer i where i.issuer_sha256 = l.issuer_sha256) as name
    from authority.crl_list l where alarm_at <= ${new Date(now)} order by alarm_at limit 100`.execute(db);
  return found.rows.map((row) => ({ ...listOf(row), name: row.name, failed: row.failed ?? undefined }));
}

/** Lists of an issuer that are not the last of their address. */
export async function openLists(db: Db, issuerSha256: string, last: number): Promise<ListName[]> {
  const found = await sql<{ issuer_sha256: string; shard: number }>`
    select issuer_sha256, shard from authority.crl_list
    where issuer_sha256 = ${issuerSha256} and next_update is distinct from ${new Date(last)} order by shard`.execute(db);
  return found.rows.map((row) => ({ issuerSha256: row.issuer_sha256, shard: row.shard }));
}

/** Takes the marks of revocations away that this build will see; true when there were any. */
export async function takeDue(tx: Tx, { issuerSha256, shard }: ListName): Promise<boolean> {
  const done = await sql`delete from authority.crl_due where issuer_sha256 = ${issuerSha256} and shard = ${shard}`.execute(tx);
  return (done.numAffectedRows ?? 0n) > 0n;
}

/** Brings the next build of a list forward. */
export async function buildBy(tx: Tx, { issuerSha256, shard }: ListName, at: number): Promise<void> {
  await sql`
    update authority.crl_list set build_at = least(build_at, ${new Date(at)}::timestamptz)
    where issuer_sha256 = ${issuerSha256} and shard = ${shard}`.execute(tx);
}

/** Rows a statement brings at once: a long list is never in memory twice. */
const BLOCK = 20_000;

/**
 * Finished entries of a list, in blocks of many entries each: the database puts them together, nothing is read row by row.
 *
 * @param leftBefore certificates that had expired when the last list before this moment was made have been on a list since,
 *   and leave; undefined = none leaves
 */
export async function* entryBlocks(
  tx: Tx,
  { issuerSha256, shard }: ListName,
  leftBefore: number | undefined,
): AsyncGenerator<{ readonly entries: Uint8Array; readonly count: number }> {
  const left =
    leftBefore === undefined ? sql`true` : sql`(expires_at >= ${new Date(leftBefore)} or recorded_at >= ${new Date(leftBefore)})`;
  const own = shard === FULL_LIST ? sql`true` : sql`crl_shard = ${shard}`;
  for (let after = ''; ;) {
    const found = await sql<{ entries: Buffer | null; count: number; last: string | null; seen: number }>`
      select string_agg(entry, ''::bytea) filter (where stays) as entries, (count(*) filter (where stays))::integer as count,
        max(serial_hex) as last, count(*)::integer as seen
      from (
        select entry, serial_hex, ${left} as stays from authority.revocation
        where issuer_sha256 = ${issuerSha256} and ${own} and serial_hex > ${after}
        order by serial_hex limit ${BLOCK}
      ) block`.execute(tx);
    const row = found.rows[0];
    if (row === undefined || row.last === null) return;
    if (row.entries !== null) yield { entries: row.entries, count: row.count };
    if (row.seen < BLOCK) return;
    after = row.last;
  }
}

/**
 * Publishes a list: the row of the list moves on and the bytes are kept.
 *
 * @throws {AuthorityFault} `crl.number-not-greater`: after a restore or with two builders an older list must not replace a
 *   newer one, readers that saw the newer would refuse everything that follows; `crl.distribution-point-changed`: a list
 *   under another address speaks of other certificates, and readers of the old address would miss their revocations
 */
export async function putCrl(
  tx: Tx,
  list: ListName,
  crl: StoredCrl & {
    readonly entries: number;
    readonly idp: string | undefined;
    readonly buildAt: number;
    readonly alarmAt: number;
  },
): Promise<void> {
  const { issuerSha256, shard } = list;
  const [thisUpdate, nextUpdate] = [new Date(crl.thisUpdate), new Date(crl.nextUpdate)];
  const moved = await sql`
    update authority.crl_list
    set number = ${crl.number}, this_update = ${thisUpdate}, next_update = ${nextUpdate}, entries = ${crl.entries},
      build_at = ${new Date(crl.buildAt)}, alarm_at = ${new Date(crl.alarmAt)}, failed = null
    where issuer_sha256 = ${issuerSha256} and shard = ${shard} and idp is not distinct from ${crl.idp ?? null}::text
      and coalesce(number, -1) < ${crl.number}
      and not exists (
        select 1 from authority.crl where issuer_sha256 = ${issuerSha256} and shard = ${shard}
          and number >= ${crl.number})`.execute(tx);
  if (moved.numAffectedRows !== 1n) {
    const state = await takeList(tx, list, true);
    if (state !== undefined && state.idp !== crl.idp) {
      throw new AuthorityFault(
        'crl.distribution-point-changed',
        `the list is ${state.idp ?? 'without'}, not ${crl.idp ?? 'without'} address`,
      );
    }
    throw new AuthorityFault('crl.number-not-greater', `CRL number ${crl.number} is not greater than the last`);
  }
  await sql`
    insert into authority.crl (issuer_sha256, shard, number, this_update, next_update, entries, der, idp)
    values (${issuerSha256}, ${shard}, ${crl.number}, ${thisUpdate}, ${nextUpdate}, ${crl.entries}, ${Buffer.from(crl.der)},
      ${crl.idp ?? null})`.execute(tx);
}

/** Notes why a list could not be built and when it is tried again; its transaction is gone. */
export async function noteFailure(db: Db, { issuerSha256, shard }: ListName, reason: string, again: number): Promise<void> {
  await sql`
    update authority.crl_list set failed = ${reason.slice(0, 500)}, build_at = ${new Date(again)}
    where issuer_sha256 = ${issuerSha256} and shard = ${shard}`.execute(db);
}

const DAY = 86_400_000;

/**
 * Throws away lists of a week ago and older that a later one of the same day stands for: a busy CA publishes its full list
 * hundreds of times a day, and megabytes each time. What stood published on a day can still be shown twenty years later.
 */
export async function pruneLists(tx: Tx, { issuerSha256, shard }: ListName, now: number): Promise<void> {
  await sql`
    delete from authority.crl old
    where issuer_sha256 = ${issuerSha256} and shard = ${shard}
      and this_update >= ${new Date(now - 37 * DAY)} and this_update < ${new Date(now - 7 * DAY)}
      and exists (
        select 1 from authority.crl later
        where later.issuer_sha256 = old.issuer_sha256 and later.shard = old.shard and later.number > old.number
          and later.this_update >= old.this_update
          and later.this_update < date_trunc('day', old.this_update at time zone 'UTC') at time zone 'UTC' + interval '1 day')`.execute(
    tx,
  );
}

/** The number of the list that is published now: enough to know whether one that is remembered is still it. */
export async function publishedNumber(db: Db, issuerSha256: string, shard: number): Promise<number | undefined> {
  const found = await sql<{ number: number | null }>`
    select number from authority.crl_list where issuer_sha256 = ${issuerSha256} and shard = ${shard}`.execute(db);
  const number = found.rows[0]?.number;
  return number === null || number === undefined ? undefined : Number(number);
}
