import { sql } from 'kysely';
import { encodePem } from '@antin/pki/pem';
import { call, signIn } from './as-person.ts';
import type { Demo } from './data.ts';
import type { SeedDoors } from './doors.ts';

/**
 * The register of certificates begins with those that the demo's people hold, taken over as a real office would: each
 * certificate officer imports them; what is not of their agencies stays out.
 */
export async function seedRegister(demo: Demo, doors: SeedDoors): Promise<void> {
  const { rows } = await sql<{ der: Uint8Array }>`
    select der from agency.bound_certificate where unbound_at is null order by not_before, sha256`.execute(doors.db);
  const issuers = doors.authority.chain().map((one) => one.raw);
  const bundle = [...rows.map((row) => new Uint8Array(row.der)), ...issuers].map((der) => encodePem('CERTIFICATE', der)).join('');
  const officers = demo.people.filter((person) =>
    person.positions.some((position) => position.validTo === undefined && position.roles.includes('certificate-officer')),
  );
  for (const { signInName } of officers) {
    const cookie = await signIn(doors, signInName);
    await call(doors, cookie, 'PUT', '/api/certificates/import', bundle, { 'content-type': 'application/octet-stream' });
  }
}
