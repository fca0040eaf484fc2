import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import { ensureDatabaseRoles, tablesOf } from './apply.ts';
import { separateDoors } from './doors.ts';
import type { Doors } from './doors.ts';
import { DATABASE_ROLES, GRANTS, OWNER_ONLY } from './roles.ts';
import type { DatabaseRole } from './roles.ts';
import { administratorStatements } from './statements.ts';

let t: ConsoleForTests;
let doors: Doors;
let id: string;
let shown: string;
beforeAll(async () => {
  t = await ConsoleForTests.open();
  await ensureDatabaseRoles(t.db, [], DATABASE_ROLES);
  doors = separateDoors(t.db);
  [id] = (await t.submitted([personItem()])) as [string];
  shown = await t.proposed(id);
});
afterAll(async () => {
  await doors.close();
  await t.close();
});

const DENIED = '42501';
/** `check_violation`, raised by the guards of the tables. */
const GUARDED = '23514';

async function codeOf(db: AnyDatabase, statement: string): Promise<string> {
  try {
    await sql.raw(statement).execute(db);
    return 'done';
  } catch (fault) {
    return (fault as { code: string }).code;
  }
}
const as = (role: DatabaseRole, statement: string) => codeOf(doors.as(role), statement);
const any = (role: DatabaseRole) => `select '${role}' where false`;

describe('a part that went wrong cannot do another’s work', () => {
  test('registration writes no certificate, gives no approval and takes no role', async () => {
    expect(await as('antin_registration', `insert into authority.certificate select * from authority.certificate limit 0`)).toBe(
      DENIED,
    );
    expect(await as('antin_registration', `update authority.certificate set state = 'good'`)).toBe(DENIED);
    expect(await as('antin_registration', `delete from authority.revocation`)).toBe(DENIED);
    const officer = await t.officerId('approver');
    const approve = `update authority.request_item set state = 'approved', approver = '${officer}', approved_sha256 = shown_sha256,
      approved_at = now() where id = '${id}'`;
    expect(await as('antin_registration', approve)).toBe(DENIED);
    expect(
      await as(
        'antin_registration',
        `insert into authority.officer_role (officer_id, role, valid_from)
      values ('${officer}', 'approval', '2020-01-01')`,
      ),
    ).toBe(DENIED);
    expect(await as('antin_registration', `select password_hash from authority.officer`)).toBe(DENIED);
    expect(await as('antin_registration', `select * from authority.officer_session`)).toBe(DENIED);
  });

  test('approval approves what was proposed, but edits nothing, and not under another hash', async () => {
    const officer = await t.officerId('approver');
    const approve = (hash: string, by: string) =>
      `update authority.request_item set state = 'approved', approver = '${by}', approved_sha256 = ${hash} where id = '${id}'`;
    expect(await as('antin_approval', `update authority.request_item set current = '{}' where id = '${id}'`)).toBe(DENIED);
    expect(await as('antin_approval', `update authority.request_item set shown_sha256 = 'x' where id = '${id}'`)).toBe(DENIED);
    expect(await as('antin_approval', approve(`'${'0'.repeat(64)}'`, officer))).toBe(GUARDED);
    // Past our program, too, who proposed does not approve.
    expect(await as('antin_approval', approve('shown_sha256', await t.officerId('registrar')))).toBe(GUARDED);
    expect(await as('antin_approval', `update authority.request_item set state = 'issuing' where id = '${id}'`)).toBe(GUARDED);
    expect(await as('antin_approval', `insert into authority.hand_over select * from authority.hand_over`)).toBe(DENIED);
  });

  test('issuance takes nothing that is not approved, and approves nothing itself', async () => {
    expect(await as('antin_issuance', `update authority.request_item set state = 'issuing' where id = '${id}'`)).toBe(GUARDED);
    expect(await as('antin_issuance', `update authority.request_item set approver = proposer where id = '${id}'`)).toBe(DENIED);
    expect(await as('antin_issuance', `update authority.request_item set state = 'approved' where id = '${id}'`)).not.toBe(
      'done',
    );
    expect(await as('antin_issuance', `delete from authority.certificate`)).toBe(DENIED);
    expect(await as('antin_issuance', `insert into authority.revocation select * from authority.revocation`)).toBe(DENIED);
  });

  test('a certificate for a request that nobody approved is refused by its own table', async () => {
    const insert = (request: string, profile = 'person') => `
      insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
        not_after, intended_at, request_id)
      values ('${'a'.repeat(64)}', '${randomUUID().replaceAll('-', '')}', 'signing', '${profile}', 'h', 'CN=x', '${'b'.repeat(64)}',
        now(), now() + interval '1 year', now(), ${request})`;
    expect(await as('antin_issuance', insert(`'${id}'`))).toBe(GUARDED);
    // Practice: its demo is certified without requests. Production: nobody is.
    expect(await as('antin_issuance', insert('null'))).toBe('done');
    expect(await as('antin_issuance', `update authority.issuance_setting set registered_only = false`)).toBe(DENIED);
    await sql`update authority.issuance_setting set registered_only = true`.execute(t.db);
    expect(await as('antin_issuance', insert('null'))).toBe(GUARDED);
    expect(await as('antin_issuance', insert(`'${randomUUID()}'`))).toBe(GUARDED);
    expect(await as('antin_issuance', insert('null', 'ocsp'))).toBe('done');
    await sql`update authority.issuance_setting set registered_only = false`.execute(t.db);
  });

  test('what is revoked stays revoked, also past our program', async () => {
    const held = await t.certified('Người bị thu hồi');
    t.authority.now += 1000;
    await t.authority.service.revoke(held.certificate.serialHex, 'superseded');
    const where = `where serial_hex = '${held.certificate.serialHex}'`;
    for (const role of ['antin_revocation', undefined] as const) {
      const run = (statement: string) => (role === undefined ? codeOf(t.db, statement) : as(role, statement));
      expect(await run(`delete from authority.revocation ${where}`)).toBe(GUARDED);
      expect(await run(`update authority.revocation set reason = 6 ${where}`)).toBe(GUARDED);
      expect(await run(`update authority.revocation set revoked_at = now() + interval '9 years' ${where}`)).toBe(GUARDED);
    }
  });

  test('OCSP only reads', async () => {
    expect(await as('antin_ocsp', `select count(*) from authority.certificate`)).toBe('done');
    for (const table of Object.keys(GRANTS.antin_ocsp)) {
      expect([table, await as('antin_ocsp', `delete from authority.${table} where false`)]).toEqual([table, DENIED]);
      expect([table, await as('antin_ocsp', `insert into authority.${table} select * from authority.${table} limit 0`)]).toEqual([
        table,
        DENIED,
      ]);
    }
    expect(await as('antin_ocsp', `select 1 from authority.request_item`)).toBe(DENIED);
  });

  test('stamps are added and stay; who stamps sees no certificate', async () => {
    const hash = createHash('sha256').update('công văn').digest();
    const request = buildTimeStampRequest({ digest: 'SHA-256', hash: new Uint8Array(hash), certReq: true });
    const before = await sql<{ count: number }>`select count(*)::int as count from authority.time_stamp`.execute(t.db);
    expect((await t.authority.service.timeStamp(request)).length).toBeGreaterThan(500);
    const after = await sql<{ count: number }>`select count(*)::int as count from authority.time_stamp`.execute(t.db);
    expect(after.rows[0]!.count).toBe(before.rows[0]!.count + 1);
    expect(await as('antin_time_stamp', `select count(*) from authority.time_stamp`)).toBe('done');
    expect(await as('antin_time_stamp', `delete from authority.time_stamp`)).toBe(DENIED);
    expect(await as('antin_time_stamp', `update authority.time_stamp set digest = 'x'`)).toBe(DENIED);
    expect(await as('antin_time_stamp', `select 1 from authority.certificate`)).toBe(DENIED);
  });

  test('audit reads everything but secrets, and changes nothing', async () => {
    for (const { name } of await tablesOf(t.db)) {
      if (name.includes('.')) {
        expect([name, await codeOf(doors.as('antin_audit'), `select 1 from ${name}`)]).toEqual([name, DENIED]);
        continue;
      }
      const denied = await as('antin_audit', `delete from authority.${name} where false`);
      expect([name, denied]).toEqual([name, DENIED]);
      if (name === 'officer_session') continue;
      if (name === 'acme_used_nonce') continue;
      const columns = ['officer', 'officer_change', 'sender', 'enrolment_account'].includes(name) ? 'count(1)' : 'count(*)';
      expect([name, await as('antin_audit', `select ${columns} from authority.${name}`)]).toEqual([name, 'done']);
    }
    expect(await as('antin_audit', `select password_hash from authority.officer`)).toBe(DENIED);
    expect(await as('antin_audit', `select token_hash from authority.officer_session`)).toBe(DENIED);
    expect(await as('antin_audit', `select token_sha256 from authority.sender`)).toBe(DENIED);
    expect(await as('antin_audit', `update authority.officer set active = true`)).toBe(DENIED);
  });

  test('nobody changes or removes what the journal holds, the owner of the tables included', async () => {
    for (const role of DATABASE_ROLES) {
      for (const statement of [
        `update authority.journal_entry set kind = 'x'`,
        `delete from authority.journal_entry`,
        `truncate authority.journal_entry cascade`,
      ]) {
        expect([role, statement, await as(role, statement)]).toEqual([role, statement, DENIED]);
      }
    }
    expect(await codeOf(t.db, `update authority.journal_entry set kind = 'x'`)).not.toBe('done');
    expect(await codeOf(t.db, `delete from authority.journal_entry`)).not.toBe('done');
    // What officers signed neither.
    expect(await codeOf(t.db, `update authority.request_act set note = 'x'`)).toBe(GUARDED);
    expect(await codeOf(t.db, `delete from authority.request_act`)).toBe(GUARDED);
  });

  test('the keeper of the journal gives places and signs heads, and writes or reads nothing else', async () => {
    for (const statement of [
      `select 1 from authority.certificate where state = 'good'`,
      `select 1 from authority.request_item`,
      `select 1 from authority.officer`,
      `insert into authority.certificate select * from authority.certificate limit 0`,
      `update authority.journal_head set root = root`,
      `update authority.journal_place set leaf_index = 0`,
      `update authority.journal_identity set journal = gen_random_uuid()`,
      `delete from authority.journal_head`,
      `delete from authority.journal_node`,
    ])
      expect([statement, await as('antin_journal', statement)]).toEqual([statement, DENIED]);
    expect(await as('antin_journal', `select der from authority.certificate limit 0`)).toBe('done');
    expect(await as('antin_journal', `update authority.journal_head set signature = null where false`)).toBe('done');
    // Others add entries, and give none a place.
    for (const role of DATABASE_ROLES.filter((one) => one !== 'antin_journal'))
      for (const statement of [
        `insert into authority.journal_place select * from authority.journal_place limit 0`,
        `insert into authority.journal_head select * from authority.journal_head limit 0`,
        `update authority.journal_head set signature = null where false`,
        `delete from authority.journal_waiting`,
      ])
        expect([role, statement, await as(role, statement)]).toEqual([role, statement, DENIED]);
  });

  test('records of CAs are one part’s: no other makes, activates or retires one, and that part certifies nobody without a request', async () => {
    for (const role of DATABASE_ROLES.filter((one) => one !== 'antin_ca'))
      for (const statement of [
        `insert into authority.ca select * from authority.ca limit 0`,
        `update authority.ca set state = 'active' where false`,
        `insert into authority.ca_link select * from authority.ca_link limit 0`,
        `update authority.ca_profile set series = 'x' where false`,
        `update authority.signer_ledger set next = 0 where false`,
      ])
        expect([role, statement, await as(role, statement)]).toEqual([role, statement, DENIED]);
    for (const statement of [
      `delete from authority.ca`,
      `update authority.ca_link set kind = kind`,
      `insert into authority.revocation select * from authority.revocation limit 0`,
      `update authority.request_item set state = 'approved'`,
      `select 1 from authority.request_item`,
      `update authority.issuance_setting set registered_only = false`,
      `delete from authority.crl`,
      `update authority.crl set der = der`,
    ])
      expect([statement, await as('antin_ca', statement)]).toEqual([statement, DENIED]);
    await sql`update authority.issuance_setting set registered_only = true`.execute(t.db);
    const insert = (profile: string) => `
      insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
        not_after, intended_at)
      values ('${'a'.repeat(64)}', '${randomUUID().replaceAll('-', '')}', 'signing', '${profile}', 'h', 'CN=x', '${'b'.repeat(64)}',
        now(), now() + interval '1 year', now())`;
    expect(await as('antin_ca', insert('person'))).toBe(GUARDED);
    expect(await as('antin_ca', insert('ocsp'))).toBe('done');
    await sql`update authority.issuance_setting set registered_only = false`.execute(t.db);
  });

  test('token agents and statements know officers, no password, and decide nothing', async () => {
    for (const statement of [
      `select password_hash from authority.officer`,
      `select * from authority.officer_session`,
      `update authority.officer set certificate = null`,
      `delete from authority.request_act`,
      `update authority.request_item set state = 'approved'`,
      `select current from authority.request_item`,
      `select der from authority.certificate`,
      `insert into authority.revocation select * from authority.revocation limit 0`,
    ])
      expect([statement, await as('antin_agents', statement)]).toEqual([statement, DENIED]);
    for (const statement of [
      `select 1 from authority.statement_order`,
      `select 1 from devices.signing_job`,
      `select certificate_sha256 from authority.officer`,
    ]) {
      expect([statement, await as('antin_agents', statement)]).toEqual([statement, 'done']);
      // The office of the same installation has token agents too.
      for (const role of DATABASE_ROLES.filter((one) => !['antin_agents', 'antin_office'].includes(one)))
        if (!statement.includes('officer'))
          expect([role, statement, await as(role, statement)]).toEqual([
            role,
            statement,
            role === 'antin_audit' && statement.includes('authority.') ? 'done' : DENIED,
          ]);
    }
  });

  test('public search reads what is public, jobs are handed out without being read by others, an office is no part of an issuer', async () => {
    expect(await as('antin_publication', `select * from authority.published`)).toBe('done');
    for (const statement of [
      `select subject from authority.certificate`,
      `select decided_by from authority.revocation`,
      `select 1 from authority.request_item`,
      `update authority.published set subject = subject`,
      `insert into authority.journal_entry default values`,
    ])
      expect([statement, await as('antin_publication', statement)]).toEqual([statement, DENIED]);
    expect(await as('antin_jobs', `update public.job set attempts = attempts where false`)).toBe('done');
    expect(await as('antin_jobs', `insert into public.job (queue, key, payload) values ('q', 'k', '{}')`)).toBe(DENIED);
    for (const { name } of (await tablesOf(t.db)).filter((one) => !one.name.includes('.')))
      expect([name, await as('antin_jobs', `select 1 from authority.${name}`)]).toEqual([name, DENIED]);
    for (const table of ['certificate', 'revocation', 'request_item', 'officer_session', 'ca', 'journal_place', 'sender'])
      expect([table, await as('antin_office', `select 1 from authority.${table}`)]).toEqual([table, DENIED]);
    expect(await as('antin_office', `select password_hash from authority.officer`)).toBe(DENIED);
    expect(await as('antin_office', `alter table devices.device add column x int`)).toBe(DENIED);
  });

  test('operation makes officers, and touches no request', async () => {
    expect(await as('antin_operation', `update authority.request_item set state = 'refused'`)).toBe(DENIED);
    expect(await as('antin_operation', `insert into authority.certificate select * from authority.certificate limit 0`)).toBe(
      DENIED,
    );
    expect(await as('antin_operation', `delete from authority.officer`)).toBe(DENIED);
  });

  test('operation adds limits of days to come, none of a day that requests were judged on', async () => {
    const limit = (from: string) =>
      `insert into authority.registration_limit values ('leader-signature', ${from}, 1, 'Nghị định 99/2026/NĐ-CP')`;
    const today = `(select (max(at) at time zone 'Asia/Ho_Chi_Minh')::date from authority.journal_entry)`;
    const [row] = (await sql.raw<{ day: string }>(`select ${today} as day`).execute(t.db)).rows;
    expect(await as('antin_operation', limit(`'2024-09-01'`))).toBe(GUARDED);
    expect(await as('antin_operation', limit(`'${row!.day}'`))).toBe(GUARDED);
    expect(await as('antin_operation', limit(`'${row!.day}'::date + 1`))).toBe('done');
  });

  test('a role is kept by the connection, also after a reset; two doors are two roles', async () => {
    for (const role of ['antin_audit', 'antin_registration'] as const) {
      const user = await doors
        .as(role)
        .connection()
        .execute(async (one) => {
          await sql`reset role`.execute(one);
          await sql`select 1`.execute(one);
          return (await sql<{ user: string }>`select current_user as "user"`.execute(one)).rows[0]?.user;
        });
      expect(user).toBe(role);
    }
    expect(await as('antin_audit', any('antin_audit'))).toBe('done');
  });
});

describe('whoever reaches the table of requests', () => {
  test('keeps what came as it came, and the order of states', async () => {
    const owner = (statement: string) => codeOf(t.db, statement);
    expect(await owner(`delete from authority.request_item where id = '${id}'`)).toBe(GUARDED);
    expect(await owner(`update authority.request_item set original = '{}' where id = '${id}'`)).toBe(GUARDED);
    expect(await owner(`update authority.request_item set state = 'issued', issued_serial_hex = '00' where id = '${id}'`)).toBe(
      GUARDED,
    );
    expect(await owner(`update authority.request_item set current = '{}' where id = '${id}'`)).toBe(GUARDED);
    expect(await owner(`update authority.request_item set editors = '{}' where id = '${id}' and cardinality(editors) > 0`)).toBe(
      'done',
    );
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('making the roles', () => {
  test('again changes nothing, and by several processes at once neither', async () => {
    const all = await Promise.all([1, 2, 3].map(() => ensureDatabaseRoles(t.db)));
    expect(all.map((one) => one.status)).toEqual(['ready', 'ready', 'ready']);
  });

  test('a server that does not let us says which statements its administrator must run', () => {
    const statements = administratorStatements('antin "app"');
    expect(statements).toContain('create role antin_registration nologin;');
    expect(statements).toContain('grant antin_audit to "antin ""app""";');
    expect(statements).toHaveLength(2 * DATABASE_ROLES.length);
  });

  test('every table is given to a part, or is the owner’s with a reason; what is named is there', async () => {
    const { rows } = await sql<{ name: string }>`
      select case n.nspname when 'authority' then c.relname else n.nspname || '.' || c.relname end as name
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%' and c.relkind in ('r', 'p', 'v', 'm')
        and c.relname not like '%migration%'`.execute(t.db);
    const there = rows.map((row) => row.name);
    const given = new Set(Object.values(GRANTS).flatMap((grants) => Object.keys(grants)));
    expect(there.length).toBeGreaterThan(50);
    expect(there.filter((table) => !given.has(table) && !(table in OWNER_ONLY))).toEqual([]);
    // An office's tables are there where an office is.
    expect(
      [...given, ...Object.keys(OWNER_ONLY)].filter((table) => !table.startsWith('agency.') && !there.includes(table)),
    ).toEqual([]);
    // One decision a table.
    expect([...given].filter((table) => table in OWNER_ONLY)).toEqual([]);
  });

  test('a table that nobody decided about is noticed, and no part reaches it', async () => {
    await sql`create table authority.surprise (id int)`.execute(t.db);
    await ensureDatabaseRoles(t.db, [], DATABASE_ROLES);
    for (const role of DATABASE_ROLES.filter((one) => one !== 'antin_audit'))
      expect([role, await as(role, 'select 1 from authority.surprise')]).toEqual([role, DENIED]);
    await sql`drop table authority.surprise`.execute(t.db);
  });
});
