import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { forgottenBy } from '@antin/adapters/journal/restore';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { ConsoleForTests, personItem } from '../../console-for-tests.ts';
import { insertIntents } from '../../issuance/store.ts';
import { compareLedger } from '../../keys/watch.ts';
import type { LedgerEntry } from '../../keys/signer-process/ledger.ts';
import { reconcile } from '../../revocation/revoke.ts';
import { authorityJournal } from '../kept.ts';
import { recordEvent } from '../record.ts';
import { backupOf, type Backup } from './backup-for-tests.ts';
import type { LeftReason } from './entry.ts';
import { restoreAuthority, restoredAuthorityJournal, type Restored } from './restore.ts';

const pki = testPki();
const home = useFolder();
const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
});

const ACCOUNT = '00000000-0000-4000-8000-000000000001';
const OTHER_ACCOUNT = '00000000-0000-4000-8000-000000000002';

let t: ConsoleForTests;
let restored: Backup;
let done: Restored;
const ids = { approved: '', received: '', both: '', asked: '', lost: '' };
/** Was being signed when its process died: whether the key was used nobody knows, and the signer's ledger may say so. */
const attempt = { serialHex: '5e'.repeat(16), tbs: new TextEncoder().encode('what the key was asked to sign'), key: '' };
let serials: { approved: string; both: string };

function csr(): string {
  const { spki, pkcs8 } = nodeSecrets.generateKeyPair('p-256');
  const info = buildCertificationRequestInfo({ subject: buildName([['CN', 'bất kỳ']]), spki });
  const value = nodeSecrets.sign(pkcs8, algorithm, info);
  return toBase64(buildCertificationRequest(info, signatureAlgorithmIdentifier(algorithm), value));
}

const submit = async () => (await t.submitted([personItem()]))[0]!;
async function act(who: 'issuer' | 'registrar', id: string, name: string, path: string, more: object) {
  const { shownSha256 } = await t.get('auditor', `/requests/${id}`);
  return t.post(who, `/requests/${id}/${path}`, { ...(await t.statement(who, id, shownSha256, name)), ...more });
}
async function issue(id: string): Promise<string> {
  const { issued } = await act('issuer', id, 'issue', 'issuance', { csr: csr(), deviceSerial: 'T-1' });
  return issued.serialHex as string;
}
const stateOf = async (id: string) =>
  (
    await sql<{ state: string; serial: string | null }>`
      select state, issued_serial_hex as serial from authority.request_item where id = ${id}`.execute(restored.db)
  ).rows[0];

beforeAll(async () => {
  t = await ConsoleForTests.open();
  const keeper = await journalKeeper({
    ...{ ...authorityJournal, db: t.db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
    clock: () => t.authority.now,
    copyFolder: home.path,
  });
  ids.approved = await submit();
  expect(await t.approve('approver', ids.approved, await t.proposed(ids.approved))).toBe('approved');
  ids.received = await submit();
  ids.both = await submit();
  ids.asked = await submit();
  await keeper.run();
  // Two accounts of a machine as the table has them; what their entries say since is below.
  await sql`
    insert into authority.enrolment_account (id, kid, secret, item_id, opened_by, opened_at, expires_at)
    select id::uuid, id, '\\x00', ${ids.asked}, ${await t.officerId('issuer')}, now(), now() + interval '1 year'
    from unnest(${[ACCOUNT, OTHER_ACCOUNT]}::text[]) id`.execute(t.db);
  await sql`
    insert into authority.acme_account (id, thumbprint, jwk, contact, enrolment_id, created_at)
    select id::uuid, id, '{}', '[]', id::uuid, now() from unnest(${[ACCOUNT, OTHER_ACCOUNT]}::text[]) id`.execute(t.db);
  // On the day of the backup each of the two had a certificate; one is given another since.
  await sql`
    update authority.officer set certificate = '\\x00', certificate_sha256 = sign_in_name
    where id in (${await t.officerId('approver')}, ${await t.officerId('registrar')})`.execute(t.db);
  restored = await backupOf(t.database.address);

  t.authority.now += 60_000;
  serials = { approved: await issue(ids.approved), both: '' };
  expect(await t.approve('approver', ids.both, await t.proposed(ids.both))).toBe('approved');
  serials.both = await issue(ids.both);
  await act('registrar', ids.received, 'refuse', 'refusal', { code: 'not-eligible', text: 'không đủ điều kiện' });
  await t.post('registrar', `/requests/${ids.asked}/questions`, { text: 'Chức danh nào?' });
  ids.lost = await submit();
  await t.change({ kind: 'disable', officerId: await t.officerId('revoker2') });
  await t.change({ kind: 'reset-password', officerId: await t.officerId('issuer'), firstPassword: 'một mật khẩu khác' });
  const officerId = await t.officerId('issuer');
  const [sealed, other] = [pki.certificate('seal'), pki.certificate('sealRsa')].map((one) => toBase64(one.raw)) as [
    string,
    string,
  ];
  await t.change({ kind: 'bind-certificate', officerId: await t.officerId('approver'), certificate: sealed });
  await t.change({ kind: 'sender', code: 'H53', name: 'Sở', certificate: other, tokenSha256: 'f'.repeat(64) });
  const said = (kind: string, detail: object) => recordEvent(t.db, t.authority.now, `enrolment.${kind}`, undefined, detail);
  await said('account-closed', { accountId: ACCOUNT, officerId });
  await said('key-changed', { accountId: OTHER_ACCOUNT, acmeAccountId: OTHER_ACCOUNT, keyThumbprint: 'x' });
  await said('account-opened', { accountId: ids.lost, officerId });
  const { rows } = await sql<{ issuer: string; key: string }>`
    select issuer_sha256 as issuer, key_id as key from authority.ca where series = 'issuing'`.execute(t.db);
  attempt.key = rows[0]!.key;
  const intent = {
    ...{ issuerSha256: rows[0]!.issuer, serialHex: attempt.serialHex, profile: 'person', profileSha256: '', subjectText: 'CN=x' },
    ...{ spkiSha256: '', notBefore: t.authority.now, notAfter: t.authority.now + 1000, shard: undefined },
    ...{ lintCertificate: pki.certificate('leader').raw, tbs: attempt.tbs },
  };
  await inTransaction(t.db, (tx) => insertIntents(tx, [intent], t.authority.now - 1000));
  expect(await reconcile(t.db, t.authority.now, t.authority.now)).toBe(1);
  await keeper.run();

  const journal = { ...restoredAuthorityJournal, origin: 'antin.test/authority' };
  done = await inTransaction(restored.db, async (tx) =>
    restoreAuthority(tx, journal, home.path, await forgottenBy(tx, journal, home.path), { at: new Date(t.authority.now) }),
  );
}, 120_000);
afterAll(async () => {
  await restored[Symbol.asyncDispose]();
  await t.close();
});

const leftAs = (reason: LeftReason) => done.left.filter((one) => one.reason === reason);

describe('what a restored issuer knows of its requests', () => {
  test('a request that was answered is answered: it has its certificate, and no second one', async () => {
    expect(await stateOf(ids.approved)).toEqual({ state: 'issued', serial: serials.approved });
    const again = sql`
      insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
        not_after, intended_at, request_id)
      values ('x', 'ff', 'signing', 'person', 'x', 'x', 'x', now(), now(), now(), ${ids.approved})`.execute(restored.db);
    await expect(again).rejects.toThrow(/certificate_of_request|the request of this certificate is issued/);
  });

  test('proposed, approved and issued since: two officers stand in it as they did', async () => {
    expect(await stateOf(ids.both)).toEqual({ state: 'issued', serial: serials.both });
    const { rows } = await sql<{ proposer: string; approver: string }>`
      select proposer, approver from authority.request_item where id = ${ids.both}`.execute(restored.db);
    expect(rows[0]).toEqual({ proposer: await t.officerId('registrar'), approver: await t.officerId('approver') });
  });

  test('a refused one is refused, and the sender is told of the certificate again', async () => {
    expect((await stateOf(ids.received))?.state).toBe('refused');
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from authority.request_answer where body ->> 'status' = 'issued'`.execute(restored.db);
    expect(rows[0]!.n).toBe(2);
  });

  test('what lies in no journal is on the list: a question, a submission that came since', async () => {
    expect((await stateOf(ids.asked))?.state).toBe('received');
    expect(leftAs('request-work-lost').map((one) => [one.kind, one.about])).toContainEqual(['request.asked', ids.asked]);
    expect(await stateOf(ids.lost)).toBeUndefined();
    expect(leftAs('submission-lost')).toHaveLength(1);
    expect(leftAs('submission-lost')[0]!.about).toContain('H53 ');
  });

  test('who was disabled is disabled again, who was given something must be given it again; nobody is signed in', async () => {
    const { rows } = await sql<{ active: boolean }>`
      select active from authority.officer where id = ${await t.officerId('revoker2')}`.execute(restored.db);
    expect(rows[0]?.active).toBe(false);
    expect(done.officers.shutOut).toEqual(['ca.capphat']);
    expect((await sql`select 1 from authority.officer_session`.execute(restored.db)).rows).toEqual([]);
  });

  test('what was replaced since is not believed again: neither an officer’s certificate nor an agency’s certificate and token', async () => {
    const bound = await sql<{ name: string; bound: boolean }>`
      select sign_in_name as name, certificate is not null as bound from authority.officer
      where id in (${await t.officerId('approver')}, ${await t.officerId('registrar')}) order by 1`.execute(restored.db);
    expect(bound.rows.map((row) => row.bound)).toEqual([false, true]);
    const sender = await sql<object>`
      select active, token_sha256 as token, certificate, token_is_enough as "tokenIsEnough" from authority.sender
      where code = 'H53'`.execute(restored.db);
    expect(sender.rows[0]).toEqual({ active: true, token: null, certificate: null, tokenIsEnough: false });
    const listed = leftAs('officer-change-lost').map((one) => one.about);
    expect(listed).toEqual(expect.arrayContaining([`bind-certificate ${await t.officerId('approver')}`, 'sender H53']));
  });

  test('a machine whose account was closed stays outside, and a key that was given up opens nothing', async () => {
    const { rows } = await sql<{ closed: boolean; revoked: boolean }>`
      select a.closed_at is not null as closed, k.revoked_at is not null as revoked
      from authority.enrolment_account a join authority.acme_account k on k.enrolment_id = a.id order by a.id`.execute(
      restored.db,
    );
    expect(rows).toEqual([
      { closed: true, revoked: true },
      { closed: false, revoked: true },
    ]);
    expect(leftAs('account-lost').map((one) => one.about)).toEqual([OTHER_ACCOUNT, ids.lost]);
  });

  test('what may have been signed since has its record in the journal; other bytes under its number, or another key, are an alarm', async () => {
    const state = await sql<{ state: string; lint: Buffer | null }>`
      select state, lint_certificate as lint from authority.certificate where serial_hex = ${attempt.serialHex}`.execute(
      restored.db,
    );
    expect(state.rows).toEqual([{ state: 'abandoned', lint: null }]);
    const tbs = hash('sha256', attempt.tbs);
    const used = { at: t.authority.now, kind: 'certificate', key: attempt.key, serialHex: attempt.serialHex, tbs } as const;
    const entries: LedgerEntry[] = [
      used,
      { ...used, tbs: '0'.repeat(64) },
      { ...used, key: 'another key' },
      { ...used, serialHex: '5f'.repeat(16) },
    ];
    const ledger = {
      status: async () => ({ ledgerEnd: entries.length }),
      ledger: async (from: number) => ({ entries: entries.slice(from), next: entries.length }),
    } as unknown as Parameters<typeof compareLedger>[2];
    const alarms = await compareLedger(restored.db, 'a signer', ledger, t.authority.now);
    expect(alarms.map(({ key, tbs: what, serialHex }) => ({ key, tbs: what, serialHex }))).toEqual(
      entries.slice(1).map(({ key, tbs: what, serialHex }) => ({ key, tbs: what, serialHex })),
    );
  });

  test('the guards of the tables stand again, and the journal says that it was restored', async () => {
    const { rows } = await sql<{ enabled: string }>`
      select distinct tgenabled as enabled from pg_trigger
      where tgrelid in ('authority.certificate'::regclass, 'authority.request_item'::regclass) and not tgisinternal`.execute(
      restored.db,
    );
    expect(rows).toEqual([{ enabled: 'O' }]);
    const said = await sql<{ detail: object }>`
      select detail from authority.journal_entry where kind = 'journal.restored'`.execute(restored.db);
    expect(said.rows).toHaveLength(1);
    expect(said.rows[0]!.detail).toMatchObject({ left: done.left.length });
  });
});
