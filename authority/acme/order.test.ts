import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { basicConstraints, keyUsage } from '@antin/pki/x509/build';
import { ConsoleForTests } from '../console-for-tests.ts';
import { ENROLMENT_LIMITS, waitFor } from '../enrolment/limits.ts';
import {
  AcmeClient,
  acmeType,
  certificatesOf,
  csrOf,
  ecKey,
  est,
  openedMachine,
  reopened,
  spkiOfKey,
  type Opened,
} from '../enrolment/machine-for-tests.ts';

const DAY = 86_400_000;
let t: ConsoleForTests;
let app: Hono;
let machine: Opened;
let client: AcmeClient;

beforeAll(async () => {
  t = await ConsoleForTests.open();
  app = new Hono();
  app.route('/', t.authority.service.machines());
  // A certificate begins an hour back: the issuer is to be older.
  await t.later(1);
  machine = await openedMachine(t);
  client = await new AcmeClient(app).register(machine);
});
afterAll(() => t.close());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const read = (pem: string) => parseCertificates(Buffer.from(pem))[0]!;

describe('one order', () => {
  test('finalized at once with many keys gives exactly one certificate', async () => {
    const own = await openedMachine(t);
    const two = await new AcmeClient(app).register(own);
    const order = await two.order('a.gov.vn');
    const keys = Array.from({ length: 6 }, () => ecKey());
    const answers = await Promise.all(keys.map((key) => two.finalize(order, csrOf(key, ['a.gov.vn']))));
    const won = answers.flatMap((one, i) => (one.json.status === 'valid' ? [i] : []));
    expect(won).toHaveLength(1);
    for (const [i, one] of answers.entries())
      if (i !== won[0]) expect(one).toMatchObject({ status: 403, json: { type: acmeType('orderNotReady') } });
    expect(await certificatesOf(t, own.account.id)).toBe(1);
    const pem = (await two.post(answers[won[0]!]!.json.certificate as string, undefined)).json as string;
    expect(sha256(read(pem).spki)).toBe(sha256(spkiOfKey(keys[won[0]!]!)));
  });

  test('finalized at once and again with the same key gives the same certificate each time', async () => {
    const own = await openedMachine(t);
    const two = await new AcmeClient(app).register(own);
    const order = await two.order('a.gov.vn');
    const key = ecKey();
    const finalize = () => two.finalize(order, csrOf(key, ['a.gov.vn']));
    const answers = await Promise.all([finalize(), finalize(), finalize()]);
    for (const one of answers) expect(['valid', 'processing']).toContain(one.json.status);
    for (const one of answers) expect(one.headers.get('retry-after') === null).toBe(one.json.status === 'valid');
    const again = await finalize();
    expect(again).toMatchObject({ status: 200, json: { status: 'valid' } });
    expect(await certificatesOf(t, own.account.id)).toBe(1);
    // With another key it is over.
    expect(await two.finalize(order, csrOf(ecKey(), ['a.gov.vn']))).toMatchObject({
      status: 403,
      json: { type: acmeType('orderNotReady') },
    });
    expect(await certificatesOf(t, own.account.id)).toBe(1);
  });

  test('stays open after a request that was refused, also for another key', async () => {
    const order = await client.order('a.gov.vn');
    const refused = await client.finalize(order, csrOf(ecKey(), ['b.gov.vn']));
    expect(refused).toMatchObject({ status: 400, json: { type: acmeType('badCSR') } });
    expect(refused.json.detail).toContain('enrolment.names-differ');
    expect((await client.post(order.headers.get('location')!, undefined)).json.status).toBe('ready');
    expect((await client.finalize(order, csrOf(ecKey(), ['a.gov.vn']))).json.status).toBe('valid');
  });

  test('whose work broke off is invalid after a while, and says so', async () => {
    const order = await client.order('b.gov.vn');
    const id = order.headers.get('location')!.split('/').at(-1)!;
    const taken = new Date(t.authority.now);
    await sql`update authority.acme_order set spki_sha256 = ${'0'.repeat(64)}, claimed_at = ${taken} where id = ${id}`.execute(
      t.db,
    );
    const look = () => client.post(order.headers.get('location')!, undefined);
    const soon = await look();
    expect([soon.json.status, soon.headers.get('retry-after')]).toEqual(['processing', '3']);
    await t.later(11 / 24 / 60);
    expect((await look()).json).toMatchObject({ status: 'invalid', error: { type: acmeType('serverInternal') } });
    expect((await client.finalize(order, csrOf(ecKey(), ['b.gov.vn']))).json.type).toBe(acmeType('orderNotReady'));
  });

  test('is listed with its account while it is worth something', async () => {
    const order = await client.order('a.gov.vn', 'b.gov.vn');
    const { json } = await client.post(`${client.account}/orders`, undefined);
    expect(json.orders).toContain(order.headers.get('location'));
    const other = await new AcmeClient(app).register(machine);
    expect((await other.post(`${client.account}/orders`, undefined)).status).toBe(403);
  });
});

describe('dates', () => {
  const order = (dates: object) => client.post('new-order', { identifiers: [{ type: 'dns', value: 'a.gov.vn' }], ...dates });
  const iso = (at: number) => new Date(at).toISOString();

  test('that fit are given to the second', async () => {
    const now = Math.floor(t.authority.now / 1000) * 1000 + 1000;
    const made = await order({ notBefore: iso(now), notAfter: iso(now + 10 * DAY) });
    expect(made.json).toMatchObject({ notBefore: iso(now), notAfter: iso(now + 10 * DAY) });
    const done = await client.finalize(made, csrOf(ecKey(), ['a.gov.vn']));
    const certificate = read((await client.post(done.json.certificate as string, undefined)).json as string);
    expect([certificate.notBefore, certificate.notAfter]).toEqual([now, now + 10 * DAY]);
  });

  test.each([
    ['longer than a machine’s certificate lives', (now: number) => ({ notAfter: iso(now + 91 * DAY) })],
    ['beyond the issuer', (now: number) => ({ notAfter: iso(now + 40 * 365 * DAY) })],
    ['in the past', (now: number) => ({ notBefore: iso(now - 2 * DAY) })],
    ['far ahead', (now: number) => ({ notBefore: iso(now + 3 * DAY) })],
    ['that end before they begin', (now: number) => ({ notBefore: iso(now), notAfter: iso(now - 1000) })],
  ])('%s are refused by a stable code', async (_, dates) => {
    const { status, json } = await order(dates(t.authority.now));
    expect([status, json.type]).toEqual([400, acmeType('malformed')]);
    expect(json.detail).toMatch(/^enrolment\.dates-not-allowed/);
  });

  test('that are no dates are malformed', async () => {
    for (const notAfter of ['tomorrow', '2026-12-01', '2026-12-01T00:00:00', 5, '2026-13-01T00:00:00Z'])
      expect((await order({ notAfter })).json.type).toBe(acmeType('malformed'));
  });

  test('nobody asked for end with the account and with the issuer', async () => {
    const brief = await openedMachine(t, ['a.gov.vn'], 10);
    const short = read(await (await new AcmeClient(app).register(brief)).certificate(ecKey(), 'a.gov.vn'));
    const { rows } = await sql<{ at: Date }>`
      select expires_at as at from authority.enrolment_account where id = ${brief.account.id}`.execute(t.db);
    expect(short.notAfter).toBe(rows[0]!.at.getTime());
    expect(short.notAfter).toBeLessThanOrEqual(t.authority.issuer.notAfter);
  });
});

describe('a key', () => {
  test('of another subscriber, or of another machine, is refused; of its own request it is not', async () => {
    const { pkcs8: _, ...person } = await import('../authority-for-tests.ts').then(({ person: of }) => of('Trần Thị Khác'));
    const key = ecKey();
    await t.authority.issued({ ...person, spki: new Uint8Array(spkiOfKey(key)) });
    const refused = await client.finalize(await client.order('a.gov.vn'), csrOf(key, ['a.gov.vn']));
    expect(refused).toMatchObject({ status: 400, json: { type: acmeType('badCSR') } });
    expect(refused.json.detail).toMatch(/^enrolment\.key-of-another/);

    const mine = ecKey();
    await client.certificate(mine, 'a.gov.vn');
    const stranger = await openedMachine(t);
    const theirs = await new AcmeClient(app).register(stranger);
    const copied = await theirs.finalize(await theirs.order('a.gov.vn'), csrOf(mine, ['a.gov.vn']));
    expect(copied.json.detail).toMatch(/^enrolment\.key-of-another/);
    expect(await certificatesOf(t, stranger.account.id)).toBe(0);
    expect((await est(app, 'simpleenroll', stranger, csrOf(mine, ['a.gov.vn']))).text).toMatch(/^enrolment\.key-of-another/);
  });

  test('goes on in a new account of the same request once the old one is closed, not before', async () => {
    const old = await openedMachine(t);
    const key = ecKey();
    expect((await est(app, 'simpleenroll', old, csrOf(key, ['a.gov.vn']))).status).toBe(200);
    const next = await reopened(t, old.itemId);
    expect((await est(app, 'simpleenroll', next, csrOf(key, ['a.gov.vn']))).text).toMatch(/^enrolment\.key-of-another/);
    await t.post('issuer', `/machine-accounts/${old.account.id}`, undefined, 'DELETE');
    expect((await est(app, 'simpleenroll', next, csrOf(key, ['a.gov.vn']))).status).toBe(200);
  });

  test('wanted by two machines at once is one machine’s', async () => {
    const [one, two] = [await openedMachine(t), await openedMachine(t)];
    const csr = csrOf(ecKey(), ['a.gov.vn']);
    const answers = await Promise.all([est(app, 'simpleenroll', one, csr), est(app, 'simpleenroll', two, csr)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });

  test('that speaks for an account is in no certificate, and one in a certificate speaks for no account', async () => {
    const own = await client.finalize(await client.order('a.gov.vn'), csrOf(client.key, ['a.gov.vn']));
    expect(own.json).toMatchObject({ type: acmeType('badCSR'), detail: expect.stringMatching(/^enrolment\.key-of-account/) });
    const key = ecKey();
    await client.certificate(key, 'b.gov.vn');
    const certified = new AcmeClient(app, key);
    const answer = await certified.post('new-account', { externalAccountBinding: certified.binding(machine) });
    expect(answer.json.type).toBe(acmeType('badPublicKey'));
  });
});

describe('a request for a certificate', () => {
  const finalized = async (csr: Buffer) => client.finalize(await client.order('a.gov.vn'), csr);

  test.each([
    ['another signature than its key’s', () => csrOf(ecKey(), ['a.gov.vn'], { by: ecKey() }), 'issuance.proof-of-possession'],
    ['a SHA-1 signature', () => csrOf(ecKey(), ['a.gov.vn'], { digest: 'SHA-1' }), 'issuance.proof-of-possession'],
    ['one name more', () => csrOf(ecKey(), ['a.gov.vn', 'b.gov.vn']), 'enrolment.names-differ'],
    ['a name nobody approved', () => csrOf(ecKey(), ['a.gov.vn', 'c.gov.vn']), 'enrolment.names-differ'],
    ['a common name beside the order', () => csrOf(ecKey(), ['a.gov.vn'], { commonName: 'b.gov.vn' }), 'enrolment.names-differ'],
    ['a wild card', () => csrOf(ecKey(), ['*.gov.vn']), 'enrolment.names-differ'],
    ['no name', () => csrOf(ecKey(), []), 'enrolment.names-differ'],
    ['a curve nobody knows', () => csrOf(ecKey('secp256k1'), ['a.gov.vn']), 'issuance.key-'],
    ['a tail', () => Buffer.concat([csrOf(ecKey(), ['a.gov.vn']), Buffer.from('x')]), 'issuance.key-damaged'],
    [
      'two equal extensions',
      () => csrOf(ecKey(), ['a.gov.vn'], { extensions: [keyUsage('keyCertSign'), keyUsage('cRLSign')] }),
      'issuance.key-damaged',
    ],
  ])('with %s is refused', async (_, csr, code) => {
    const { status, json } = await finalized(csr());
    expect([status, json.type]).toEqual([400, acmeType('badCSR')]);
    expect(json.detail).toContain(code);
  });

  test('gets nothing of the extensions that it brings', async () => {
    const csr = csrOf(ecKey(), ['a.gov.vn'], { extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')] });
    const done = await finalized(csr);
    const certificate = read((await client.post(done.json.certificate as string, undefined)).json as string);
    expect(certificate.basicConstraints?.ca ?? false).toBe(false);
    expect([...certificate.keyUsage!]).toEqual(['digitalSignature']);
  });
});

describe('so many certificates', () => {
  const at = (...hours: number[]) => hours.map((hour) => new Date(hour * 3_600_000));
  const limits = [
    { from: '1970-01-01', perAccount: 3, perName: 2 },
    { from: '1970-01-03', perAccount: 1, perName: 1 },
  ];

  test('may be had a day, by the line of the day; the window slides', () => {
    const now = 20 * 3_600_000;
    const of = (own: Date[], names: Record<string, Date[]>) =>
      waitFor({ ofAccount: own, ofNames: new Map(Object.entries(names)) }, now, limits);
    expect(of(at(1, 2), { a: at(1) })).toBe(0);
    expect(of(at(1, 2, 3), {})).toBe(5 * 3600);
    expect(of(at(1), { a: at(1, 9), b: at(1) })).toBe(5 * 3600);
    expect(of(at(1, 2, 3, 4), {})).toBe(6 * 3600);
    const later = 50 * 3_600_000;
    expect(waitFor({ ofAccount: at(49), ofNames: new Map() }, later, limits)).toBe(23 * 3600);
    expect(ENROLMENT_LIMITS.length).toBeGreaterThan(0);
  });

  test('and then an order and a request over EST hear when to come again, at once and together', async () => {
    const own = await openedMachine(t, ['m.gov.vn', 'n.gov.vn']);
    const two = await new AcmeClient(app).register(own);
    const { perName } = ENROLMENT_LIMITS[0]!;
    const order = await two.order('m.gov.vn');
    const past = new Date(t.authority.now - 3_600_000);
    await sql`
      insert into authority.enrolment_issue (request_id, account_id, over, names, at)
      select 'test/' || n, ${own.account.id}, 'est', '{m.gov.vn}', ${past} from generate_series(1, ${perName + 5}) n`.execute(
      t.db,
    );
    // What came of them: two less than may be had, and some that broke off, which count against nobody.
    await sql`
      insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
        not_after, intended_at, request_id)
      select ${'e'.repeat(64)}, lpad(to_hex(n), 32, '0'), case when n <= ${perName - 2} then 'signing' else 'abandoned' end,
        'device-tls-server', 'h', 'CN=m', ${'f'.repeat(64)}, ${past}, ${past}, ${new Date(t.authority.now)}, 'test/' || n
      from generate_series(1, ${perName + 5}) n`.execute(t.db);
    const asked = await Promise.all(Array.from({ length: 5 }, () => est(app, 'simpleenroll', own, csrOf(ecKey(), ['m.gov.vn']))));
    expect(asked.map(({ status }) => status).toSorted()).toEqual([200, 200, 429, 429, 429]);
    const refused = asked.find(({ status }) => status === 429)!;
    expect(refused.text).toMatch(/^enrolment\.limit-reached/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(22 * 3600);
    const finalized = await two.finalize(order, csrOf(ecKey(), ['m.gov.vn']));
    expect(finalized).toMatchObject({ status: 429, json: { type: acmeType('rateLimited') } });
    expect(Number(finalized.headers.get('retry-after'))).toBeGreaterThan(22 * 3600);
    expect(await two.order('m.gov.vn')).toMatchObject({ status: 429, json: { type: acmeType('rateLimited') } });
    // Another name of the same machine is not the loop’s.
    expect((await two.order('n.gov.vn')).status).toBe(201);
    await t.later(23.5 / 24);
    expect((await two.finalize(order, csrOf(ecKey(), ['m.gov.vn']))).json.status).toBe('valid');
  });
});

describe('renewal information', () => {
  const nameOf = (pem: string) => {
    const certificate = read(pem);
    const key = Buffer.from(certificate.authorityKeyIdentifier!.keyIdentifier!).toString('base64url');
    return `${key}.${Buffer.from(certificate.serialNumber).toString('base64url')}`;
  };
  const ask = async (name: string) => {
    const directory = (await (await app.request('http://127.0.0.1:8080/authority/acme/directory')).json()) as Record<
      string,
      string
    >;
    const response = await app.request(`${directory['renewalInfo']}/${name}`);
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return { status: response.status, headers: response.headers, json: (await response.json()) as any };
  };

  test('lies between two thirds and five sixths of a life, and from then on the same key gets a new certificate', async () => {
    const own = await openedMachine(t);
    const two = await new AcmeClient(app).register(own);
    const key = ecKey();
    const pem = await two.certificate(key, 'a.gov.vn');
    const { notBefore, notAfter } = read(pem);
    const { json, headers } = await ask(nameOf(pem));
    const [start, end] = [Date.parse(json.suggestedWindow.start as string), Date.parse(json.suggestedWindow.end as string)];
    const share = (at: number) => (at - notBefore) / (notAfter - notBefore);
    expect(share(start)).toBeCloseTo(2 / 3, 5);
    expect(share(end)).toBeCloseTo(5 / 6, 5);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(60);
    await t.later((start - 1000 - t.authority.now) / DAY);
    expect(read(await two.certificate(key, 'a.gov.vn')).serialHex).toBe(read(pem).serialHex);
    await t.later(2000 / DAY);
    expect(read(await two.certificate(key, 'a.gov.vn')).serialHex).not.toBe(read(pem).serialHex);
  });

  test('of a revoked certificate is over: renew now', async () => {
    const pem = await client.certificate(ecKey(), 'a.gov.vn');
    const certificate = Buffer.from(read(pem).raw).toString('base64url');
    expect((await client.post('revoke-cert', { certificate, reason: 4 })).status).toBe(200);
    const { json } = await ask(nameOf(pem));
    expect(Date.parse(json.suggestedWindow.end as string)).toBeLessThan(t.authority.now);
    expect(Date.parse(json.suggestedWindow.start as string)).toBeLessThan(Date.parse(json.suggestedWindow.end as string));
  });

  test('is given of machines’ certificates only, by their exact name', async () => {
    const person = (await t.certified('Lê Thị Riêng')).certificate;
    const key = Buffer.from(person.authorityKeyIdentifier!.keyIdentifier!).toString('base64url');
    expect((await ask(`${key}.${Buffer.from(person.serialNumber).toString('base64url')}`)).status).toBe(404);
    for (const name of ['x', 'a.b', `${key}.`, `${key}.%00`]) expect((await ask(name)).status).toBe(404);
  });

  test('names what an order replaces: once, by the same machine, with a name in common', async () => {
    const pem = await client.certificate(ecKey(), 'a.gov.vn');
    const replaces = nameOf(pem);
    const order = (who: AcmeClient, value: string, of = replaces) =>
      who.post('new-order', { identifiers: [{ type: 'dns', value }], replaces: of });
    const made = await order(client, 'a.gov.vn');
    expect(made.json).toMatchObject({ status: 'ready', replaces });
    expect((await order(client, 'b.gov.vn')).json.type).toBe(acmeType('malformed'));
    const stranger = await new AcmeClient(app).register(await openedMachine(t));
    expect((await order(stranger, 'a.gov.vn')).json.type).toBe(acmeType('malformed'));
    expect((await order(client, 'a.gov.vn', `${replaces.split('.')[0]}.AQAB`)).json.type).toBe(acmeType('malformed'));
    expect((await client.finalize(made, csrOf(ecKey(), ['a.gov.vn']))).json.status).toBe('valid');
    expect(await order(client, 'a.gov.vn')).toMatchObject({ status: 409, json: { type: acmeType('alreadyReplaced') } });
  });
});
