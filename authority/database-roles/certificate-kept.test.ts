import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleForTests } from '../console-for-tests.ts';
import { ensureDatabaseRoles } from './apply.ts';
import { separateDoors } from './doors.ts';
import type { Doors } from './doors.ts';
import { DATABASE_ROLES } from './roles.ts';
import type { DatabaseRole } from './roles.ts';

let t: ConsoleForTests;
let doors: Doors;
/** A certificate as a literal of SQL. */
let der: string;
beforeAll(async () => {
  t = await ConsoleForTests.open();
  await ensureDatabaseRoles(t.db, [], DATABASE_ROLES);
  doors = separateDoors(t.db);
  const { certificate } = await t.certified('Người có thật');
  const { rows } = await sql<{ der: Buffer }>`
    select der from authority.certificate where serial_hex = ${certificate.serialHex}`.execute(t.db);
  der = `'\\x${rows[0]!.der.toString('hex')}'`;
  await sql`update authority.issuance_setting set registered_only = true`.execute(t.db);
});
afterAll(async () => {
  await doors.close();
  await t.close();
});

/** `check_violation`, raised by the guards of the tables. */
const GUARDED = '23514';

async function as(role: DatabaseRole, statement: string): Promise<string> {
  try {
    await sql.raw(statement).execute(doors.as(role));
    return 'done';
  } catch (fault) {
    return (fault as { code: string }).code;
  }
}

const ISSUER = 'a'.repeat(64);
const insert = (serial: string, profile: string, state: string) => `
  insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after,
    intended_at)
  values ('${ISSUER}', '${serial}', '${state}', '${profile}', 'h', 'CN=x', '${'b'.repeat(64)}', now(), now() + interval '1 year', now())`;
const serialHex = () => randomUUID().replaceAll('-', '');

/** Who writes certificates: of subscribers with a request, of the authority's own services without one. */
const WRITERS = ['antin_issuance', 'antin_ca'] as const;

describe.each(WRITERS)('what %s wrote of a certificate before it was signed', (role) => {
  test('stays: one of a service, which needs no request, does not become one of a person', async () => {
    const serial = serialHex();
    const where = `where serial_hex = '${serial}'`;
    expect(await as(role, insert(serial, 'person', 'signing'))).toBe(GUARDED);
    expect(await as(role, insert(serial, 'ocsp', 'signing'))).toBe('done');
    for (const change of [
      `profile = 'person'`,
      `profile_hash = 'other'`,
      `subject = 'CN=other'`,
      `spki_sha256 = '${'c'.repeat(64)}'`,
      `request_id = '${randomUUID()}'`,
      `serial_hex = '${serialHex()}'`,
      `issuer_sha256 = '${'d'.repeat(64)}'`,
      `not_after = not_after + interval '9 years'`,
      `intended_at = now() - interval '9 years'`,
      `profile = 'person', state = 'good', der = ${der}`,
      `state = 'intended'`,
    ])
      expect([change, await as(role, `update authority.certificate set ${change} ${where}`)]).toEqual([change, GUARDED]);
    // Its honest way.
    const good = `update authority.certificate set state = 'good', der = ${der}, issued_at = now() ${where}`;
    expect(await as(role, good)).toBe('done');
    for (const change of [`der = '\\x3002'`, `state = 'abandoned', der = null`, `state = 'signing', der = null`])
      expect([change, await as(role, `update authority.certificate set ${change} ${where}`)]).toEqual([change, GUARDED]);
    // Looked at once more, and made searchable.
    expect(await as('antin_status', `update authority.certificate set linted_by = 'x', unpublished = false ${where}`)).toBe(
      'done',
    );
  });

  test('stays given up: what the linter stopped, with no request, is not issued later', async () => {
    const serial = serialHex();
    const where = `where serial_hex = '${serial}'`;
    expect(await as(role, insert(serial, 'person', 'abandoned'))).toBe('done');
    expect(await as(role, `update authority.certificate set state = 'good', der = ${der} ${where}`)).toBe(GUARDED);
    expect(await as(role, `update authority.certificate set state = 'signing' ${where}`)).toBe(GUARDED);
    expect(await as('antin_revocation', `update authority.certificate set state = 'signing' ${where}`)).toBe(GUARDED);
  });
});

test('an attempt may end either way', async () => {
  const serial = serialHex();
  expect(await as('antin_issuance', insert(serial, 'tsa', 'signing'))).toBe('done');
  expect(
    await as('antin_revocation', `update authority.certificate set state = 'abandoned' where serial_hex = '${serial}'`),
  ).toBe('done');
});
