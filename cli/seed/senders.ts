import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import { putSender } from '@antin/authority/officers/sender-store';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Demo } from './data.ts';
import { agencyOf } from './directory.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Agencies that may ask the practice authority for certificates: those with a certificate officer, each by the certificate of
 * its own seal. So a request that an agency's device has signed is taken in as it comes.
 */
export async function seedSenders(demo: Demo, db: AnyDatabase): Promise<void> {
  const codes = new Set(
    demo.people
      .flatMap((person) => person.positions)
      .filter((position) => position.validTo === undefined && position.roles.includes('certificate-officer'))
      .map((position) => agencyOf(demo, position.agency).code),
  );
  const { rows } = await sql<{ code: string; name: string; der: Uint8Array }>`
    select a.code, a.name, b.der from agency.agency a join agency.bound_certificate b on b.agency_id = a.id
    where b.unbound_at is null and a.code = any(${[...codes]}::text[]) order by a.code`.execute(db);
  await inTransaction(db, async (tx) => {
    for (const { code, name, der } of rows) {
      const { raw, issuer, serialHex } = parseCertificate(new Uint8Array(der));
      const bound = { der: raw, sha256: sha256(raw), issuerNameSha256: sha256(issuer.raw), serialHex };
      await putSender(tx, { code, name, active: true, tokenIsEnough: false, tokenSha256: undefined, bound });
    }
  });
}
