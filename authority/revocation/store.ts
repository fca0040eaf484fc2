import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { CertificateState, Database } from '../issuance/store.ts';
import type { RevocationRow } from './rules.ts';

export async function findRevocation(db: Db, issuerSha256: string, serialHex: string): Promise<RevocationRow | undefined> {
  const found = await sql<{ revoked_at: Date; reason: number; invalid_since: Date | null; decided_by: string | null }>`
    select revoked_at, reason, invalid_since, decided_by from authority.revocation
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    revokedAt: row.revoked_at.getTime(),
    reason: row.reason,
    ...(row.invalid_since === null ? {} : { invalidSince: row.invalid_since.getTime() }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
  };
}

export interface Unfinished {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly state: CertificateState;
}

/** Attempts for one request that are neither done nor given up; by the unique index of certificates of requests. */
export async function unfinishedOf(db: Db, requestId: string): Promise<Unfinished[]> {
  const { rows } = await sql<Unfinished>`
    select issuer_sha256 as "issuerSha256", serial_hex as "serialHex", state from authority.certificate
    where request_id = ${requestId} and state = 'signing'`.execute(db);
  return rows;
}

/** Locks the certificate's row, so that two officers revoking at once are decided one after the other. */
export async function lockCertificate(tx: Database, issuerSha256: string, serialHex: string): Promise<void> {
  await sql`
    select 1 from authority.certificate where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} for update`.execute(
    tx,
  );
}

/** Writes the row with what lists need of the certificate beside it: its shard and its end. */
export async function putRevocation(
  tx: Tx,
  row: RevocationRow & {
    readonly issuerSha256: string;
    readonly serialHex: string;
    readonly cause?: string;
    /** The request it was asked in. */
    readonly requestId?: string;
    /** Finished CRL entry. */
    readonly entry: Uint8Array;
    readonly recordedAt: number;
  },
): Promise<void> {
  const since = row.invalidSince === undefined ? null : new Date(row.invalidSince);
  await sql`
    insert into authority.revocation
      (issuer_sha256, serial_hex, revoked_at, reason, entry, recorded_at, invalid_since, cause, decided_by, request_id, crl_shard,
        expires_at)
    select issuer_sha256, serial_hex, ${new Date(row.revokedAt)}::timestamptz, ${row.reason}::smallint, ${Buffer.from(row.entry)}::bytea,
      ${new Date(row.recordedAt)}::timestamptz, ${since}::timestamptz, ${row.cause ?? null}::text, ${row.decidedBy ?? null}::text,
      ${row.requestId ?? null}::text, crl_shard, not_after
    from authority.certificate where issuer_sha256 = ${row.issuerSha256} and serial_hex = ${row.serialHex}
    on conflict (issuer_sha256, serial_hex) do update
      set revoked_at = excluded.revoked_at, reason = excluded.reason, entry = excluded.entry, recorded_at = excluded.recorded_at,
        invalid_since = excluded.invalid_since, cause = coalesce(excluded.cause, revocation.cause),
        decided_by = coalesce(excluded.decided_by, revocation.decided_by), request_id = excluded.request_id`.execute(tx);
}

/** Ends a suspension: full lists simply leave the certificate out again (RFC 5280 §5.3.1). */
export async function deleteHold(tx: Tx, issuerSha256: string, serialHex: string): Promise<void> {
  await sql`
    delete from authority.revocation
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and reason = 6`.execute(tx);
}
