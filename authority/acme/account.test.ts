import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { AuthorityForTests } from '../authority-for-tests.ts';
import { ConsoleForTests } from '../console-for-tests.ts';
import { AcmeClient, ACME, acmeType, csrOf, ecKey, est, openedMachine, type Opened } from '../enrolment/machine-for-tests.ts';
import { NONCE_LIFE_MS, nonces } from './nonce.ts';

let t: ConsoleForTests;
let app: Hono;
let machine: Opened;

beforeAll(async () => {
  t = await ConsoleForTests.open();
  app = new Hono();
  app.route('/', t.authority.service.machines());
  // A certificate begins an hour back: the issuer is to be older.
  await t.later(1);
  machine = await openedMachine(t);
});
afterAll(() => t.close());

const registered = () => new AcmeClient(app).register(machine);
const kinds = async (accountId: string) => {
  const { rows } = await sql<{ kind: string }>`
    select kind from authority.journal_entry where detail->>'accountId' = ${accountId} order by id`.execute(t.db);
  return rows.map(({ kind }) => kind);
};
const gone = (detail: string) => ({ status: 401, json: { type: acmeType('unauthorized'), detail } });

describe('an account that ended', () => {
  test('by its own word takes nothing more from its key, which never comes back; other keys go on', async () => {
    const [one, two] = [await registered(), await registered()];
    const order = await one.order('a.gov.vn');
    expect((await one.post(one.account, { status: 'deactivated' })).json.status).toBe('deactivated');
    const over = gone('the account was deactivated');
    expect(await one.order('a.gov.vn')).toMatchObject(over);
    expect(await one.post(one.account, undefined)).toMatchObject(over);
    expect(await one.post(order.headers.get('location')!, undefined)).toMatchObject(over);
    expect(await one.finalize(order, csrOf(ecKey(), ['a.gov.vn']))).toMatchObject(over);
    one.account = '';
    expect(await one.post('new-account', { onlyReturnExisting: true })).toMatchObject(over);
    expect(await one.post('new-account', { externalAccountBinding: one.binding(machine) })).toMatchObject(over);
    expect((await two.order('a.gov.vn')).status).toBe(201);
    expect((await est(app, 'simpleenroll', machine, csrOf(ecKey(), ['a.gov.vn']))).status).toBe(200);
  });

  test('by an officer who closed the machine’s account ends all its keys and its EST; certificates stay', async () => {
    const own = await openedMachine(t);
    const [one, two] = [await new AcmeClient(app).register(own), await new AcmeClient(app).register(own)];
    const pem = await one.certificate(ecKey(), 'a.gov.vn');
    await t.post('issuer', `/machine-accounts/${own.account.id}`, undefined, 'DELETE');
    for (const client of [one, two]) expect(await client.order('a.gov.vn')).toMatchObject(gone('the account was revoked'));
    const third = new AcmeClient(app);
    const bound = await third.post('new-account', { externalAccountBinding: third.binding(own) });
    expect(bound.json.type).toBe(acmeType('unauthorized'));
    expect((await est(app, 'simpleenroll', own, csrOf(ecKey(), ['a.gov.vn']))).status).toBe(401);
    expect(await t.authority.statusOf(parseCertificates(Buffer.from(pem))[0]!)).toMatchObject({ kind: 'good' });
    expect(await kinds(own.account.id)).toEqual([
      'enrolment.account-opened',
      'enrolment.key-bound',
      'enrolment.key-bound',
      'enrolment.account-closed',
    ]);
  });

  test('by an officer who revoked one key leaves the others', async () => {
    const own = await openedMachine(t);
    const [one, two] = [await new AcmeClient(app).register(own), await new AcmeClient(app).register(own)];
    const { keys } = await t.get('auditor', `/machine-accounts/${own.account.id}`);
    const id = one.account.split('/').at(-1)!;
    expect(keys.map((key: { id: string; state: string }) => [key.id, key.state])).toContainEqual([id, 'valid']);
    await t.post('revoker', `/machine-accounts/${own.account.id}/keys/${id}`, undefined, 'DELETE');
    expect(await one.order('a.gov.vn')).toMatchObject(gone('the account was revoked'));
    expect((await two.order('a.gov.vn')).status).toBe(201);
    await expect(t.post('revoker', `/machine-accounts/${own.account.id}/keys/${id}`, undefined, 'DELETE')).rejects.toMatchObject({
      code: 'enrolment.no-such-key',
    });
  });

  test('with the machine that is not believed any more: account, keys and every valid certificate at once', async () => {
    const own = await openedMachine(t);
    const client = await new AcmeClient(app).register(own);
    const pems = [await client.certificate(ecKey(), 'a.gov.vn'), await client.certificate(ecKey(), 'b.gov.vn')];
    const path = `/machine-accounts/${own.account.id}/withdrawal`;
    await expect(t.post('issuer', path, { cause: 'key-compromised' })).rejects.toMatchObject({ code: 'officer.role-needed' });
    expect(await t.post('revoker', path, { cause: 'key-compromised' })).toEqual({ revoked: 2 });
    for (const pem of pems)
      expect(await t.authority.statusOf(parseCertificates(Buffer.from(pem))[0]!)).toMatchObject({ kind: 'revoked', reason: 1 });
    expect(await client.order('a.gov.vn')).toMatchObject(gone('the account was revoked'));
    expect(await t.post('revoker', path, { cause: 'key-compromised' })).toEqual({ revoked: 0 });
    expect((await t.get('auditor', `/machine-accounts/${own.account.id}`)).account).toMatchObject({
      state: 'closed',
      keys: 0,
      certificates: { total: 2, valid: 0 },
    });
  });
});

describe('an account that ends while its machine is served', () => {
  const valid = async (id: string) => (await t.get('auditor', `/machine-accounts/${id}`)).account.certificates.valid as number;

  test('gets no certificate that was being signed', async () => {
    const own = await openedMachine(t);
    await sql`
      create function authority.slowly() returns trigger language plpgsql as $$
      begin perform pg_sleep(0.5); return new; end $$`.execute(t.db);
    await sql`
      create trigger slowly before update on authority.certificate for each row when (new.state = 'good')
      execute function authority.slowly()`.execute(t.db);
    try {
      const asked = est(app, 'simpleenroll', own, csrOf(ecKey(), ['a.gov.vn']));
      const signing = async () => {
        const { rows } = await sql`
          select 1 from authority.certificate where state = 'signing' and request_id like ${`enrolment/${own.account.id}/%`}`.execute(
          t.db,
        );
        return rows.length > 0;
      };
      while (!(await signing())) await new Promise((resolve) => setImmediate(resolve));
      await t.post('revoker', `/machine-accounts/${own.account.id}/withdrawal`, { cause: 'key-compromised' });
      const answer = await asked;
      expect([answer.status, answer.text]).toEqual([400, expect.stringMatching(/^enrolment\.account-closed/)]);
    } finally {
      await sql`drop trigger slowly on authority.certificate`.execute(t.db);
      await sql`drop function authority.slowly()`.execute(t.db);
    }
    expect(await valid(own.account.id)).toBe(0);
    // What the CA may have signed is revoked by who tidies up.
    await t.later(1);
    const { rows } = await sql`
      select c.state, r.reason from authority.certificate c join authority.revocation r using (issuer_sha256, serial_hex)
      where c.request_id like ${`enrolment/${own.account.id}/%`}`.execute(t.db);
    expect(rows).toEqual([{ state: 'abandoned', reason: 5 }]);
  });

  test('is closed once, and whatever came before it is revoked with it, in whatever order they come', async () => {
    const own = await openedMachine(t);
    const path = `/machine-accounts/${own.account.id}/withdrawal`;
    const asks = Array.from({ length: 6 }, () => est(app, 'simpleenroll', own, csrOf(ecKey(), ['a.gov.vn'])));
    const [answers] = await Promise.all([Promise.all(asks), t.post('revoker', path, { cause: 'device-stopped' })]);
    for (const { status } of answers) expect([200, 400, 401]).toContain(status);
    expect(await valid(own.account.id)).toBe(0);
  });
});

describe('a certificate that is revoked', () => {
  const revokeFor = async (pem: string, cause: string) => {
    const serialHex = parseCertificates(Buffer.from(pem))[0]!.serialHex;
    const { rows } = await sql<{ issuerSha256: string }>`
      select issuer_sha256 as "issuerSha256" from authority.certificate where serial_hex = ${serialHex}`.execute(t.db);
    const at = new Date(t.authority.now);
    // As an officer's act leaves it: with the legal cause.
    await t.authority.service.revoke(serialHex, 'cessationOfOperation');
    await sql`
      update authority.revocation set cause = ${cause}, recorded_at = ${at}
      where issuer_sha256 = ${rows[0]!.issuerSha256} and serial_hex = ${serialHex}`.execute(t.db);
  };

  test.each([
    ['the device was stopped', 'withdrawn', 'device-stopped'],
    ['its key is in other hands', 'withdrawn', 'key-compromised'],
    ['the agency asked for it', 'withdrawn', 'requested-by-agency'],
    ['a new certificate took its place', 'open', 'superseded'],
    ['the device broke and is mended', 'open', 'device-broken'],
  ])('by an officer because %s leaves the account %s', async (_, state, cause) => {
    const own = await openedMachine(t);
    const client = await new AcmeClient(app).register(own);
    const order = await client.order('a.gov.vn', 'b.gov.vn');
    await revokeFor(await client.certificate(ecKey(), 'a.gov.vn'), cause);
    expect((await t.get('auditor', `/machine-accounts/${own.account.id}`)).account.state).toBe(state);
    const open = state === 'open';
    expect((await client.order('a.gov.vn')).status).toBe(open ? 201 : 401);
    expect((await client.finalize(order, csrOf(ecKey(), ['a.gov.vn', 'b.gov.vn']))).status).toBe(open ? 200 : 401);
    expect((await est(app, 'simpleenroll', own, csrOf(ecKey(), ['b.gov.vn']))).status).toBe(open ? 200 : 401);
  });

  test('by its machine leaves the account open: a new key, and on it goes', async () => {
    const client = await registered();
    const pem = await client.certificate(ecKey(), 'a.gov.vn');
    const certificate = Buffer.from(parseCertificates(Buffer.from(pem))[0]!.raw).toString('base64url');
    expect((await client.post('revoke-cert', { certificate, reason: 1 })).status).toBe(200);
    expect((await client.post('revoke-cert', { certificate, reason: 1 })).json.type).toBe(acmeType('alreadyRevoked'));
    expect(await client.certificate(ecKey(), 'a.gov.vn')).not.toBe(pem);
  });

  test('by its own key needs no account; by another key or account, or for an officers’ reason, it is refused', async () => {
    const client = await registered();
    const key = ecKey();
    const pem = await client.certificate(key, 'a.gov.vn');
    const parsed = parseCertificates(Buffer.from(pem))[0]!;
    const certificate = Buffer.from(parsed.raw).toString('base64url');
    const wish = { certificate, reason: 1 };
    expect((await new AcmeClient(app).post('revoke-cert', wish)).status).toBe(403);
    const stranger = await new AcmeClient(app).register(await openedMachine(t));
    expect((await stranger.post('revoke-cert', wish)).status).toBe(403);
    expect((await client.post('revoke-cert', { certificate, reason: 9 })).json.type).toBe(acmeType('badRevocationReason'));
    expect(await t.authority.statusOf(parsed)).toMatchObject({ kind: 'good' });
    expect((await new AcmeClient(app, key).post('revoke-cert', wish)).status).toBe(200);
    expect(await t.authority.statusOf(parsed)).toMatchObject({ kind: 'revoked', reason: 1 });
  });

  test('is a machine’s: a person’s is not revoked here, also not by who has its key', async () => {
    const { person } = await import('../authority-for-tests.ts');
    const key = ecKey();
    const { pkcs8: _, spki: __, ...rest } = person('Phạm Văn Ký');
    const { spkiOfKey } = await import('../enrolment/machine-for-tests.ts');
    const issued = await t.authority.issued({ ...rest, spki: new Uint8Array(spkiOfKey(key)) });
    const certificate = Buffer.from(issued.certificate.raw).toString('base64url');
    expect((await new AcmeClient(app, key).post('revoke-cert', { certificate, reason: 1 })).status).toBe(403);
    expect(await t.authority.statusOf(issued.certificate)).toMatchObject({ kind: 'good' });
  });
});

describe('a new key of an account', () => {
  const change = (
    client: AcmeClient,
    next: AcmeClient,
    wrong: { payload?: object; header?: object; signer?: AcmeClient } = {},
  ) => {
    const url = `${ACME}/key-change`;
    const header = { alg: 'ES256', jwk: next.jwk, url, ...wrong.header };
    const inner = (wrong.signer ?? next).sign(header, { account: client.account, oldKey: client.jwk, ...wrong.payload });
    return client.post('key-change', inner);
  };

  test('takes its place: the new one orders, the old one is nobody’s', async () => {
    const [client, next] = [await registered(), new AcmeClient(app)];
    const done = await change(client, next);
    expect([done.status, done.headers.get('location')]).toEqual([200, client.account]);
    expect((await client.order('a.gov.vn')).json).toMatchObject({ type: acmeType('unauthorized') });
    next.account = client.account;
    expect((await next.order('a.gov.vn')).status).toBe(201);
    expect(await kinds(machine.account.id)).toContain('enrolment.key-changed');
  });

  test.each([
    ['signed by the old key', (client: AcmeClient) => ({ signer: client })],
    ['for another account', () => ({ payload: { account: `${ACME}/account/x` } })],
    ['naming another old key', () => ({ payload: { oldKey: new AcmeClient(app).jwk } })],
    ['for another address', () => ({ header: { url: `${ACME}/new-order` } })],
    ['with a nonce inside', () => ({ header: { nonce: 'AAAA' } })],
    ['with kid inside', () => ({ header: { jwk: undefined, kid: `${ACME}/account/x` } })],
  ])('is refused %s, and the old one goes on', async (_, wrong) => {
    const [client, next] = [await registered(), new AcmeClient(app)];
    expect((await change(client, next, wrong(client))).json.type).toBe(acmeType('malformed'));
    expect((await client.order('a.gov.vn')).status).toBe(201);
  });

  test('that has an account already is refused with its address; of two at once one wins', async () => {
    const [client, other] = [await registered(), await registered()];
    const held = await change(client, other);
    expect([held.status, held.headers.get('location')]).toEqual([409, other.account]);
    const next = new AcmeClient(app);
    const both = await Promise.all([change(client, next), change(other, next)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  test('that stands in a certificate, or is weak, is refused', async () => {
    const client = await registered();
    const key = ecKey();
    await client.certificate(key, 'a.gov.vn');
    expect((await change(client, new AcmeClient(app, key))).json.type).toBe(acmeType('badPublicKey'));
    expect((await change(client, new AcmeClient(app, ecKey('secp256k1')))).json.type).toBe(acmeType('badPublicKey'));
  });
});

describe('nonces', () => {
  test('of one process are good in another one of the same installation, once in all of them', async () => {
    const second = await new AuthorityForTests(t.db, t.authority.folder).open({
      clock: () => t.authority.now,
      console: { profile: 'practice', signedActs: 'when-present', secureCookie: false },
    });
    const there = new Hono();
    there.route('/', second.service.machines());
    const client = await registered();
    const nonce = await client.nonce();
    const elsewhere = new AcmeClient(there, client.key);
    elsewhere.account = client.account;
    const payload = { identifiers: [{ type: 'dns', value: 'a.gov.vn' }] };
    expect((await elsewhere.post('new-order', payload, { header: { nonce } })).status).toBe(201);
    expect((await client.post('new-order', payload, { header: { nonce } })).json.type).toBe(acmeType('badNonce'));
    const again = await elsewhere.nonce();
    const answers = await Promise.all(
      [client, elsewhere, client, elsewhere].map((one) => one.post('new-order', payload, { header: { nonce: again } })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400, 400, 400]);
    await second.service.stop();
  });

  test('of another installation, of long ago, of tomorrow, or with one bit changed are not', () => {
    const [ours, theirs] = [nonces(new Uint8Array(32).fill(1)), nonces(new Uint8Array(32).fill(2))];
    const now = 1_800_000_000_000;
    const nonce = ours.draw(now);
    expect(ours.goodUntil(nonce, now)).toBe(now + NONCE_LIFE_MS);
    expect(theirs.goodUntil(nonce, now)).toBeUndefined();
    expect(ours.goodUntil(nonce, now + NONCE_LIFE_MS)).toBeUndefined();
    expect(ours.goodUntil(ours.draw(now + 120_000), now)).toBeUndefined();
    const bytes = Buffer.from(nonce, 'base64url');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      expect(ours.goodUntil(changed.toString('base64url'), now)).toBeUndefined();
    }
    expect(ours.goodUntil(`${nonce}=`, now)).toBeUndefined();
  });

  test('are remembered for machines that were believed, not for strangers, and not for ever', async () => {
    const count = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from authority.acme_used_nonce`.execute(t.db)).rows[0]!.n;
    const before = await count();
    const stranger = new AcmeClient(app);
    await stranger.post('new-account', { onlyReturnExisting: true });
    await stranger.post('new-account', { externalAccountBinding: stranger.binding({ ...machine, secret: 'AAAA' }) });
    await stranger.post('revoke-cert', { certificate: 'AAAA' });
    expect(await count()).toBe(before);
    await registered();
    expect(await count()).toBe(before + 1);
    await t.later(0.1);
    expect(await count()).toBe(0);
  });
});
