import { sql } from 'kysely';
import { AuthorityFault } from '../fault.ts';
import type { Database } from '../issuance/store.ts';

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

export async function newestCrl(db: Database, issuerSha256: string): Promise<StoredCrl | undefined> {
  const found = await sql<Row>`
    select number, this_update, next_update, der from authority.crl
    where issuer_sha256 = ${issuerSha256} order by number desc limit 1`.execute(db);
  return found.rows[0] === undefined ? undefined : crlOf(found.rows[0]);
}

/** The newest list that stood published at a moment: what a signature of that moment could have relied on. */
export async function crlAt(db: Database, issuerSha256: string, at: number): Promise<StoredCrl | undefined> {
  const found = await sql<Row>`
    select number, this_update, next_update, der from authority.crl
    where issuer_sha256 = ${issuerSha256} and this_update <= ${new Date(at)} order by number desc limit 1`.execute(db);
  return found.rows[0] === undefined ? undefined : crlOf(found.rows[0]);
}

/** Holds until the end of the transaction: one list of an issuer is built at a time. */
export async function lockCrls(tx: Database, issuerSha256: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`crl ${issuerSha256}`}, 0))`.execute(tx);
}

/**
 * @throws {AuthorityFault} `crl.number-not-greater`: after a restore or with two builders an older list must not replace a
 *   newer one; readers that saw the newer would refuse everything that follows
 */
export async function putCrl(tx: Database, issuerSha256: string, crl: StoredCrl & { readonly entries: number }): Promise<void> {
  const done = await sql`
    insert into authority.crl (issuer_sha256, number, this_update, next_update, entries, der)
    select ${issuerSha256}, ${crl.number}::bigint, ${new Date(crl.thisUpdate)}::timestamptz, ${new Date(crl.nextUpdate)}::timestamptz,
      ${crl.entries}::integer, ${Buffer.from(crl.der)}::bytea
    where not exists (select 1 from authority.crl where issuer_sha256 = ${issuerSha256} and number >= ${crl.number}::bigint)`.execute(
    tx,
  );
  if (done.numAffectedRows !== 1n) {
    throw new AuthorityFault('crl.number-not-greater', `CRL number ${crl.number} is not greater than the last`);
  }
}
