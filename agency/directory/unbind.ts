import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';

/** The certificate is nobody's key any more: it cannot be used from now on. What it signed keeps its signer. */
export async function unbindCertificate(tx: Tx, sha256: string, at: Date): Promise<void> {
  await sql`update agency.bound_certificate set unbound_at = ${at} where sha256 = ${sha256} and unbound_at is null`.execute(tx);
}

/** A binding that was taken back holds again. @returns false when there was none */
export async function bindAgain(tx: Tx, sha256: string): Promise<boolean> {
  const { rows } =
    await sql`update agency.bound_certificate set unbound_at = null where sha256 = ${sha256} returning sha256`.execute(tx);
  return rows.length > 0;
}

/** From now on somebody else's: whoever it was bound to by mistake cannot use it any more. */
export async function rebindCertificate(
  tx: Tx,
  sha256: string,
  owner: { readonly personId: string } | { readonly agencyId: string },
  at: Date,
): Promise<void> {
  await sql`update agency.bound_certificate set person_id = ${'personId' in owner ? owner.personId : null},
    agency_id = ${'agencyId' in owner ? owner.agencyId : null}, bound_at = ${at}, unbound_at = null
    where sha256 = ${sha256}`.execute(tx);
}
