import { sql } from 'kysely';
import type { Database } from '../issuance/store.ts';
import type { RevocationRow } from './rules.ts';

export async function findRevocation(db: Database, issuerSha256: string, serialHex: string): Promise<RevocationRow | undefined> {
  const found = await sql<{ revoked_at: Date; reason: number }>`
    select revoked_at, reason from authority.revocation
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
  const row = found.rows[0];
  return row === undefined ? undefined : { revokedAt: row.revoked_at.getTime(), reason: row.reason };
}

/** Locks the certificate's row, so that two officers revoking at once are decided one after the other. */
export async function lockCertificate(tx: Database, issuerSha256: string, serialHex: string): Promise<void> {
  await sql`
    select 1 from authority.certificate where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} for update`.execute(
    tx,
  );
}

export async function putRevocation(
  tx: Database,
  row: RevocationRow & {
    readonly issuerSha256: string;
    readonly serialHex: string;
    readonly entry: Uint8Array;
    readonly recordedAt: number;
  },
): Promise<void> {
  await sql`
    insert into authority.revocation (issuer_sha256, serial_hex, revoked_at, reason, entry, recorded_at)
    values (${row.issuerSha256}, ${row.serialHex}, ${new Date(row.revokedAt)}, ${row.reason}, ${Buffer.from(row.entry)}, ${new Date(row.recordedAt)})
    on conflict (issuer_sha256, serial_hex) do update
      set revoked_at = excluded.revoked_at, reason = excluded.reason, entry = excluded.entry, recorded_at = excluded.recorded_at`.execute(
    tx,
  );
}

/** Finished CRL entries of one issuer, in the order of serials; certificates stay on the list after they expire. */
export async function revokedEntries(db: Database, issuerSha256: string): Promise<Uint8Array[]> {
  const found = await sql<{ entry: Uint8Array }>`
    select entry from authority.revocation where issuer_sha256 = ${issuerSha256} order by serial_hex`.execute(db);
  return found.rows.map((row) => new Uint8Array(row.entry));
}

/** When something was last recorded about this issuer's certificates; 0 = never. */
export async function lastRecorded(db: Database, issuerSha256: string): Promise<number> {
  const found = await sql<{ at: Date | null }>`
    select max(recorded_at) as at from authority.revocation where issuer_sha256 = ${issuerSha256}`.execute(db);
  return found.rows[0]?.at?.getTime() ?? 0;
}
