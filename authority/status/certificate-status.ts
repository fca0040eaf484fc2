import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import type { CertStatus } from '@antin/pki/ocsp/response';

/** What is known of a certificate now, and when it ends. */
export interface KnownStatus {
  readonly status: CertStatus;
  /** undefined for a number that was never issued. */
  readonly notAfter: number | undefined;
}

export const NEVER_ISSUED: KnownStatus = { status: { kind: 'unknown' }, notAfter: undefined };

/** Only what is proven issued is good; an intent, a crash or a guessed number is unknown. */
export async function statusesOf(
  db: Db,
  issuerSha256: string,
  serialsHex: readonly string[],
): Promise<ReadonlyMap<string, KnownStatus>> {
  const found = await sql<{
    serial_hex: string;
    state: string;
    not_after: Date;
    revoked_at: Date | null;
    reason: number | null;
  }>`
    select c.serial_hex, c.state, c.not_after, r.revoked_at, r.reason
    from authority.certificate c left join authority.revocation r on r.issuer_sha256 = c.issuer_sha256 and r.serial_hex = c.serial_hex
    where c.issuer_sha256 = ${issuerSha256} and c.serial_hex = any(${[...serialsHex]}::text[])`.execute(db);
  return new Map(
    found.rows.map((row) => {
      const notAfter = row.not_after.getTime();
      if (row.revoked_at === null) {
        return [row.serial_hex, { status: { kind: row.state === 'good' ? 'good' : 'unknown' }, notAfter } as KnownStatus];
      }
      const reason = row.reason === null || row.reason === 0 ? {} : { reason: row.reason };
      return [row.serial_hex, { status: { kind: 'revoked', at: row.revoked_at.getTime(), ...reason }, notAfter }];
    }),
  );
}

export function sameStatus(a: CertStatus, b: CertStatus): boolean {
  if (a.kind !== 'revoked' || b.kind !== 'revoked') return a.kind === b.kind;
  return a.at === b.at && a.reason === b.reason;
}
