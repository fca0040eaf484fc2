import { sql } from 'kysely';
import { enqueue } from '@antin/adapters/db/outbox';
import type { Tx } from '@antin/adapters/db/transaction';
import { FULL_LIST } from './shards.ts';

/** Jobs that build one list each. */
export const CRL_QUEUE = 'authority.crl';

/** Heard by every responder at commit: `issuerSha256 serialHex`. */
export const STATUS_CHANNEL = 'antin_status';

export interface ListName {
  readonly issuerSha256: string;
  /** Number of the shard, or FULL_LIST. */
  readonly shard: number;
}

/**
 * Inside the transaction that changed a certificate's status: its lists are due, builders are woken and responders drop
 * what they had signed before. Only rows are added here: nothing waits for a list that is just being built.
 */
export async function announceChange(
  tx: Tx,
  { issuerSha256, serialHex }: { readonly issuerSha256: string; readonly serialHex: string },
  now: number,
): Promise<void> {
  const found = await sql<{ crl_shard: number | null }>`
    select crl_shard from authority.certificate
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(tx);
  const crlShard = found.rows[0]?.crl_shard ?? FULL_LIST;
  for (const shard of crlShard === FULL_LIST ? [FULL_LIST] : [crlShard, FULL_LIST]) {
    await sql`
      insert into authority.crl_due (issuer_sha256, shard, since)
      values (${issuerSha256}, ${shard}, ${new Date(now)})`.execute(tx);
    const payload: ListName = { issuerSha256, shard };
    await enqueue(tx, { queue: CRL_QUEUE, key: `${issuerSha256.slice(0, 16)} ${shard} ${serialHex} ${now}`, payload });
  }
  await sql`delete from authority.ocsp_answer where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(tx);
  await sql`select pg_notify(${STATUS_CHANNEL}, ${`${issuerSha256} ${serialHex}`})`.execute(tx);
}
