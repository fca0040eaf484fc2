import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import type { HeldKey } from '../console-for-tests.ts';

let t: ConsoleForTests;
let registrar: HeldKey;
let approver: HeldKey;
beforeAll(async () => {
  t = await ConsoleForTests.open({ signedActs: 'required' });
  registrar = await t.bind('registrar');
  approver = await t.bind('approver');
});
afterAll(() => t.close());

async function proposed(): Promise<{ id: string; shown: string }> {
  const [id] = (await t.submitted([personItem()])) as [string];
  return { id, shown: await t.proposed(id, 'registrar', registrar.key) };
}

async function approveWith(body: object): Promise<string> {
  const { outcomes } = await t.post('approver', '/requests/approvals', { approvals: [body] });
  return outcomes[0].code ?? outcomes[0].status;
}

test('an act is done with the officer’s own signature, which is kept with the text that was signed', async () => {
  const { id, shown } = await proposed();
  expect(await t.approve('approver', id, shown, approver.key)).toBe('approved');
  const { rows } = await sql<{ act: string; statement: string; cms: Uint8Array; certificate: string; signature: string }>`
    select act, statement, cms, certificate_sha256 as certificate, signature from authority.request_act
    where request_item_id = ${id} order by id`.execute(t.db);
  expect(rows.map((row) => [row.act, row.signature])).toEqual([
    ['propose', 'signed'],
    ['approve', 'signed'],
  ]);
  expect(JSON.parse(rows[1]!.statement)).toMatchObject({ type: 'antin.approval', act: 'approve', shownSha256: shown });
  const events = await sql<{ detail: { signature: string; certificateSha256: string } }>`
    select detail from authority.journal_entry where kind = 'request.approved'`.execute(t.db);
  expect(events.rows.at(-1)?.detail).toMatchObject({ signature: 'signed', certificateSha256: rows[1]!.certificate });
});

test('without a signature nothing is done', async () => {
  const { id, shown } = await proposed();
  expect(await t.approve('approver', id, shown)).toBe('request.statement-unsigned');
});

test('another’s key, another’s statement, and a signature over something else are refused', async () => {
  const { id, shown } = await proposed();
  const good = (await t.statement('approver', id, shown, 'approve', approver.key)) as { statement: any; cms: string };
  // Signed with a key of this very authority, bound to somebody else.
  expect(await t.approve('approver', id, shown, registrar.key)).toBe('request.signer-not-bound');
  const asRegistrar = await t.statement('registrar', id, shown, 'approve', registrar.key);
  expect(await approveWith(asRegistrar)).toBe('request.statement-other');
  const another = { ...good.statement, shownSha256: 'f'.repeat(64) };
  expect(await approveWith({ statement: another, cms: good.cms })).toBe('request.signature-not-valid');
  const refusal = { statement: { ...good.statement, act: 'refuse' }, cms: good.cms };
  expect(await approveWith(refusal)).toBe('request.statement-other');
  const bytes = fromBase64(good.cms);
  bytes[bytes.length - 5]! ^= 1;
  expect(await approveWith({ ...good, cms: toBase64(bytes) })).toBe('request.signature-not-valid');
  expect(await approveWith({ ...good, cms: 'AAAA' })).toBe('request.signature-not-valid');
  expect(await approveWith(good)).toBe('approved');
});

test('a signature of an hour ago is none of now', async () => {
  const { id, shown } = await proposed();
  const old = await t.statement('approver', id, shown, 'approve', approver.key);
  t.authority.now += 3_600_000;
  expect(await approveWith(old)).toBe('request.statement-stale');
  expect(await t.approve('approver', id, shown, approver.key)).toBe('approved');
});

test('the signature of an act elsewhere is not carried over', async () => {
  const first = await proposed();
  const second = await proposed();
  const statement = await t.statement('approver', first.id, first.shown, 'approve', approver.key);
  const moved = { ...statement, statement: { ...statement.statement, requestItemId: second.id } };
  expect(await approveWith(moved)).toBe('request.signature-not-valid');
  expect(canonicalJson(statement.statement)).toContain(first.id);
});

test('an officer without a bound certificate, or with a revoked one, signs nothing', async () => {
  const { id, shown } = await proposed();
  expect(await t.approve('both', id, shown, registrar.key)).toBe('officer.no-certificate');
  const both = await t.bind('both');
  expect(await t.approve('both', id, shown, both.key)).toBe('approved');
  const next = await proposed();
  t.authority.now += 1000;
  await t.authority.service.revoke(both.certificate.serialHex, 'keyCompromise');
  t.authority.now += 60_000;
  expect(await t.approve('both', next.id, next.shown, both.key)).toBe('request.signature-not-valid');
});

test('production does not begin where acts need no signature', async () => {
  const { authorityConsole } = await import('../console.ts');
  const settings = { profile: 'production', signedActs: 'when-present', secureCookie: true } as const;
  await expect(authorityConsole({ settings } as never)).rejects.toThrow(TypeError);
});
