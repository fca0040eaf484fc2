import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConsoleForTests } from '../console-for-tests.ts';
import {
  ACME,
  AcmeClient,
  acmeType,
  b64,
  csrOf,
  ecKey,
  est,
  openedMachine,
  type Opened,
  type Wrong,
} from '../enrolment/machine-for-tests.ts';

let t: ConsoleForTests;
let app: Hono;
let machine: Opened;
/** Bound once; tests that end an account make their own. */
let client: AcmeClient;
const faults: unknown[] = [];

beforeAll(async () => {
  t = await ConsoleForTests.open();
  app = new Hono();
  app.onError((fault, c) => {
    faults.push(fault);
    return c.text('fault', 500);
  });
  app.route('/', t.authority.service.machines());
  await t.later(1);
  machine = await openedMachine(t);
  client = await new AcmeClient(app).register(machine);
});
// A minute goes by: nobody here asks too often.
beforeEach(() => {
  t.authority.now += 60_000;
});
afterAll(async () => {
  expect(faults).toEqual([]);
  await t.close();
});

const ORDER = { identifiers: [{ type: 'dns', value: 'a.gov.vn' }] };
const order = (wrong: Wrong) => client.post('new-order', ORDER, wrong);

describe('a signed request', () => {
  test('of the honest one gives an order that is ready, and the same account for the same key', async () => {
    const made = await client.order('a.gov.vn', 'B.gov.vn', 'b.gov.vn');
    expect(made.json).toMatchObject({
      status: 'ready',
      identifiers: [
        { type: 'dns', value: 'a.gov.vn' },
        { type: 'dns', value: 'b.gov.vn' },
      ],
    });
    const again = await client.post('new-account', { onlyReturnExisting: true }, { header: { jwk: client.jwk, kid: undefined } });
    expect([again.status, again.headers.get('location')]).toEqual([200, client.account]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['for another address', 'unauthorized', { url: `${ACME}/new-nonce` }],
    ['for another host', 'unauthorized', { url: 'http://evil.example/authority/acme/new-order' }],
    ['for the address with a question', 'unauthorized', { url: `${ACME}/new-order?x=1` }],
    ['without an address', 'malformed', { url: undefined }],
    ['with a nonce of its own', 'badNonce', { nonce: 'AAAA' }],
    ['with no nonce', 'malformed', { nonce: undefined }],
    ['with a nonce that is a number', 'malformed', { nonce: 5 }],
    ['by another algorithm than its key has', 'unauthorized', { alg: 'RS256' }],
    ['by a larger hash than its key has', 'unauthorized', { alg: 'ES384' }],
    ['by no algorithm', 'badSignatureAlgorithm', { alg: 'none' }],
    ['by a symmetric algorithm', 'badSignatureAlgorithm', { alg: 'HS256' }],
    ['by PSS', 'badSignatureAlgorithm', { alg: 'PS256' }],
    ['by an algorithm in small letters', 'badSignatureAlgorithm', { alg: 'es256' }],
    ['with an extension that must be understood', 'malformed', { crit: ['b64'], b64: false }],
    ['with an unencoded payload', 'malformed', { b64: false }],
    ['for somebody else’s account', 'unauthorized', { kid: 'other' }],
    ['for an account that is not there', 'accountDoesNotExist', { kid: `${ACME}/account/${randomUUID()}` }],
    ['for an account of another server', 'accountDoesNotExist', { kid: 'https://evil/authority/acme/account/x' }],
    ['for an account with a way around', 'accountDoesNotExist', { kid: `${ACME}/account/../account/x` }],
    ['by a key where an account belongs', 'malformed', { kid: undefined, jwk: 'own' }],
    ['by both account and key', 'malformed', { jwk: 'own' }],
    ['by nobody', 'malformed', { kid: undefined }],
  ])('%s is refused', async (_, error, header) => {
    const other = header['kid'] === 'other' ? { kid: (await new AcmeClient(app).register(machine)).account } : {};
    const own = header['jwk'] === 'own' ? { jwk: client.jwk } : {};
    const { json, headers } = await order({ header: { ...header, ...other, ...own } });
    expect(json.type).toBe(acmeType(error));
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('replay-nonce')).not.toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
    if (error === 'badSignatureAlgorithm') expect(json.algorithms).toEqual(['ES256', 'ES384', 'RS256', 'EdDSA']);
  });

  test('with the public key as a secret, or with another form of signature, is refused', async () => {
    const header = { alg: 'ES256', nonce: await client.nonce(), url: `${ACME}/new-order`, kid: client.account };
    const signed = `${b64(header)}.${b64(ORDER)}`;
    const spki = createPublicKey(client.key).export({ format: 'der', type: 'spki' });
    const attempts = [
      createHmac('sha256', spki).update(signed).digest(),
      sign('sha256', Buffer.from(signed), client.key),
      Buffer.alloc(64),
      Buffer.alloc(0),
    ];
    const [head, payload] = signed.split('.');
    for (const signature of attempts) {
      const body = JSON.stringify({ protected: head, payload, signature: signature.toString('base64url') });
      expect((await order({ body })).json.type).toBe(acmeType('unauthorized'));
    }
  });

  test('is used once, also by two at once', async () => {
    const nonce = await client.nonce();
    const both = await Promise.all([order({ header: { nonce } }), order({ header: { nonce } })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 400]);
    expect((await order({ header: { nonce } })).json.type).toBe(acmeType('badNonce'));
  });

  test('of another form is malformed: general, with an unprotected header, changed on its way, no JSON, too much', async () => {
    const header = { alg: 'ES256', nonce: await client.nonce(), url: `${ACME}/new-order`, kid: client.account };
    const jws = client.sign(header, ORDER);
    const { signature, ...rest } = jws;
    const bodies: [unknown, string][] = [
      [{ ...rest, signatures: [{ protected: jws.protected, signature }] }, 'malformed'],
      [{ ...jws, header: { kid: client.account } }, 'malformed'],
      [{ ...rest }, 'malformed'],
      [{ ...jws, signature: `${signature}=` }, 'malformed'],
      [{ ...jws, protected: `${jws.protected}\n` }, 'malformed'],
      [{ ...jws, payload: `${jws.payload}+/` }, 'malformed'],
      [{ ...jws, payload: b64({ identifiers: [{ type: 'dns', value: 'b.gov.vn' }] }) }, 'unauthorized'],
      [{ ...jws, protected: b64({ ...header, kid: undefined }) }, 'malformed'],
      [[jws], 'malformed'],
      ['', 'malformed'],
      [null, 'malformed'],
    ];
    for (const [body, error] of bodies) expect((await order({ body: JSON.stringify(body) })).json.type).toBe(acmeType(error));
    for (const body of ['{', '', '['.repeat(90_000), '\0', '{"__proto__":{"payload":""}}'])
      expect((await order({ body })).json.type).toBe(acmeType('malformed'));
    expect((await order({ body: `"${'x'.repeat(200_000)}"` })).status).toBe(413);
    for (const type of ['application/json', 'application/jose', 'application/jose+jsonx', 'text/plain; application/jose+json'])
      expect((await order({ type })).json.type).toBe(acmeType('malformed'));
    // None of it used the nonce up.
    expect((await order({ body: JSON.stringify(jws), type: 'application/jose+json; charset=utf-8' })).status).toBe(201);
  });

  test('only looks with nothing to say, and a GET finds out nothing', async () => {
    const made = await client.order('a.gov.vn');
    const location = made.headers.get('location')!;
    expect((await client.post(location, undefined)).status).toBe(200);
    expect((await client.post(location, {})).json.type).toBe(acmeType('malformed'));
    const authorization = made.json.authorizations[0] as string;
    expect((await client.post(authorization, undefined)).json).toMatchObject({ status: 'valid', challenges: [] });
    expect((await client.post(authorization, { status: 'deactivated' })).json.type).toBe(acmeType('malformed'));
    for (const url of [location, authorization, client.account, `${ACME}/new-order`, `${ACME}/nothing`]) {
      const response = await app.request(url);
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});

describe('a key', () => {
  const register = async (jwk: unknown, who = new AcmeClient(app)) =>
    who.post('new-account', { externalAccountBinding: who.binding(machine, undefined, jwk) }, { header: { jwk } });
  const rsa = (modulusLength: number, publicExponent = 65_537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });

  test.each([
    ['that is too short', () => rsa(1024)],
    ['with a small exponent', () => rsa(2048, 3)],
    ['on another curve', () => createPublicKey(ecKey('secp256k1')).export({ format: 'jwk' })],
    ['off its curve', () => ({ ...new AcmeClient(app).jwk, y: b64('x'.repeat(32)) })],
    ['that is a secret', () => ({ kty: 'oct', k: 'AAAA' })],
    ['with its private half', () => ecKey().export({ format: 'jwk' })],
    ['that is a word', () => 'key'],
    ['that is a list', () => [new AcmeClient(app).jwk]],
    ['without a coordinate', () => ({ ...new AcmeClient(app).jwk, y: undefined })],
    ['beyond all measure', () => ({ kty: 'RSA', n: 'A'.repeat(5000), e: 'AQAB' })],
  ])('%s is refused', async (_, jwk) => {
    expect((await register(jwk())).json.type).toBe(acmeType('badPublicKey'));
  });

  test('spelled in another way is the same account', async () => {
    const one = await new AcmeClient(app).register(machine);
    const { jwk } = one;
    const x = (jwk as { x: string }).x;
    // 32 octets leave four bits of the last letter unused.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters[letters.indexOf(x.at(-1)!) + 1]!;
    const spelled = { ...jwk, x: x.slice(0, -1) + last, alg: 'ES256', use: 'sig' };
    const header = { jwk: spelled, kid: undefined };
    const again = await one.post('new-account', { externalAccountBinding: one.binding(machine) }, { header });
    expect([again.status, again.headers.get('location')]).toEqual([200, one.account]);
    await one.post(one.account, { status: 'deactivated' });
    expect((await one.post('new-account', { externalAccountBinding: one.binding(machine) }, { header })).status).toBe(401);
  });

  test('of RSA or of Edwards, honestly made, is taken', async () => {
    for (const [alg, key] of [
      ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
      ['EdDSA', generateKeyPairSync('ed25519').privateKey],
    ] as const) {
      const who = new AcmeClient(app, key);
      const wish = { externalAccountBinding: who.binding(machine) };
      const made = await who.post('new-account', wish, { header: { alg } });
      expect(made.status).toBe(201);
      who.account = made.headers.get('location')!;
      expect((await who.post('new-order', ORDER, { header: { alg } })).status).toBe(201);
      expect((await who.post('new-order', ORDER, { header: { alg: 'ES256' } })).json.type).toBe(acmeType('unauthorized'));
    }
  });
});

describe('a binding', () => {
  const inner = (who: AcmeClient, header: object) => {
    const signed = `${b64({ alg: 'HS256', kid: machine.account.kid, url: `${ACME}/new-account`, ...header })}.${b64(who.jwk)}`;
    const [head, payload] = signed.split('.');
    const secret = Buffer.from(machine.secret, 'base64url');
    return { protected: head, payload, signature: createHmac('sha256', secret).update(signed).digest('base64url') };
  };

  test.each<[string, (who: AcmeClient) => unknown, string]>([
    ['that is none', () => undefined, 'externalAccountRequired'],
    ['that is a word', () => 'm-x', 'externalAccountRequired'],
    ['over another key', (who) => who.binding(machine, undefined, new AcmeClient(app).jwk), 'unauthorized'],
    ['for another address', (who) => who.binding(machine, `${ACME}/new-order`), 'unauthorized'],
    ['under another secret', (who) => who.binding({ ...machine, secret: 'AAAA' }), 'unauthorized'],
    ['under no secret', (who) => who.binding({ ...machine, secret: '' }), 'unauthorized'],
    ['of an unknown name', (who) => who.binding({ ...machine, account: { id: '', kid: 'm-AAAAAAAAAAAA' } }), 'unauthorized'],
    ['that no database keeps', (who) => who.binding({ ...machine, account: { id: '', kid: 'm-\0' } }), 'unauthorized'],
    ['by no algorithm', (who) => inner(who, { alg: 'none' }), 'externalAccountRequired'],
    ['by a larger hash', (who) => inner(who, { alg: 'HS512' }), 'externalAccountRequired'],
    ['with a nonce', (who) => inner(who, { nonce: 'AAAA' }), 'externalAccountRequired'],
    ['with a cut signature', (who) => ({ ...inner(who, {}), signature: 'AAAA' }), 'unauthorized'],
  ])('%s binds nothing', async (_, binding, error) => {
    const who = new AcmeClient(app);
    expect((await who.post('new-account', { externalAccountBinding: binding(who) })).json.type).toBe(acmeType(error));
  });

  test('binds with visible contacts only, and no more of them than five', async () => {
    const who = new AcmeClient(app);
    const wish = (contact: unknown) => who.post('new-account', { contact, externalAccountBinding: who.binding(machine) });
    for (const contact of [
      ['mailto:\0@stc.gov.vn'],
      ['mailto:a@stc.gov.vn\r\nBcc: x@y'],
      ['mailto:a@stc.gov.vn,b@stc.gov.vn'],
      ['mailto:a@stc.gov.vn?bcc=x'],
      ['tel:+84901234567'],
      ['https://stc.gov.vn'],
      Array.from({ length: 6 }, (_, i) => `mailto:a${i}@stc.gov.vn`),
      'mailto:a@stc.gov.vn',
    ])
      expect((await wish(contact)).json.type).toBe(acmeType('malformed'));
    expect((await wish(['mailto:a@stc.gov.vn'])).status).toBe(201);
  });
});

describe('an order', () => {
  test('of another account is nowhere', async () => {
    const other = await new AcmeClient(app).register(machine);
    const location = (await client.order('a.gov.vn')).headers.get('location')!;
    expect((await client.post(location, undefined)).json.status).toBe('ready');
    expect((await other.post(location, undefined)).status).toBe(404);
    expect((await other.post(`${location}/finalize`, { csr: 'AAAA' })).status).toBe(404);
    const id = location.split('/').at(-1)!;
    expect((await other.post(`certificate/${id}`, undefined)).status).toBe(404);
    expect((await other.post(`authorization/${id}/a.gov.vn`, undefined)).status).toBe(404);
    for (const odd of ['x', `${id}x`, id.toUpperCase(), '%00', "' or 1=1"])
      expect((await client.post(`order/${encodeURIComponent(odd)}`, undefined)).status).toBe(404);
  });

  test.each([
    ['a name nobody approved', { type: 'dns', value: 'c.gov.vn' }, 'rejectedIdentifier'],
    ['a name above', { type: 'dns', value: 'gov.vn' }, 'rejectedIdentifier'],
    ['a name below', { type: 'dns', value: 'x.a.gov.vn' }, 'rejectedIdentifier'],
    ['a wild card', { type: 'dns', value: '*.gov.vn' }, 'rejectedIdentifier'],
    ['an address in a name', { type: 'dns', value: '127.0.0.1' }, 'rejectedIdentifier'],
    ['an address', { type: 'ip', value: '127.0.0.1' }, 'unsupportedIdentifier'],
    ['a mailbox', { type: 'email', value: 'a@stc.gov.vn' }, 'unsupportedIdentifier'],
    ['letters that are not ASCII', { type: 'dns', value: 'а.gov.vn' }, 'malformed'],
    ['its A-label', { type: 'dns', value: 'xn--80a.gov.vn' }, 'rejectedIdentifier'],
    ['a letter that folds to ASCII', { type: 'dns', value: 'a.gov.vn'.replace('a', '\u212a') }, 'malformed'],
    ['a line break', { type: 'dns', value: 'a.gov.vn\n' }, 'malformed'],
    ['an end inside', { type: 'dns', value: 'a.gov.vn\0' }, 'malformed'],
    ['a trailing dot', { type: 'dns', value: 'a.gov.vn.' }, 'malformed'],
    ['a space', { type: 'dns', value: ' a.gov.vn' }, 'malformed'],
    ['a port', { type: 'dns', value: 'a.gov.vn:443' }, 'malformed'],
    ['one label', { type: 'dns', value: 'localhost' }, 'malformed'],
    ['a label that begins with a hyphen', { type: 'dns', value: 'a.-gov.vn' }, 'malformed'],
    ['a very long name', { type: 'dns', value: `${'a.'.repeat(200)}vn` }, 'malformed'],
    ['a number', { type: 'dns', value: 5 }, 'malformed'],
  ])('of %s is refused', async (_, identifier, error) => {
    const both = { identifiers: [{ type: 'dns', value: 'a.gov.vn' }, identifier] };
    expect((await client.post('new-order', both)).json.type).toBe(acmeType(error));
  });

  test('of nothing, or of more than fits, is refused', async () => {
    for (const identifiers of [[], undefined, {}, Array.from({ length: 51 }, () => ORDER.identifiers[0])])
      expect((await client.post('new-order', { identifiers })).json.type).toBe(acmeType('malformed'));
    for (const payload of [[], 'x', 5, null])
      expect((await client.post('new-order', payload)).json.type).toBe(acmeType('malformed'));
  });

  test('is finished with a request, not with rubbish', async () => {
    const finalize = (await client.order('a.gov.vn')).json.finalize as string;
    expect((await client.post(finalize, { csr: 'AAAA' })).json.type).toBe(acmeType('badCSR'));
    for (const payload of [{}, { csr: 5 }, { csr: 'A A' }, { csr: 'A'.repeat(40_000) }, undefined])
      expect((await client.post(finalize, payload)).json.type).toBe(acmeType('malformed'));
    const key = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const weak = await client.post(finalize, { csr: csrOf(key, ['a.gov.vn']).toString('base64url') });
    expect(weak.json).toMatchObject({ type: acmeType('badCSR'), detail: 'issuance.key-weak: RSA 1024' });
  });

  test('of an address that stands in an approved form is stopped before it is signed', async () => {
    const numbers = await openedMachine(t, ['10.1.2.3']);
    const answer = await est(app, 'simpleenroll', numbers, csrOf(ecKey(), ['10.1.2.3']));
    expect([answer.status, answer.text.split(':')[0]]).toEqual([400, 'issuance.host-invalid']);
  });
});

describe('who has the secret', () => {
  const long = 4 * 365;

  test('binds a few keys, each of them written down, and orders that ended are forgotten', async () => {
    const own = await openedMachine(t, ['a.gov.vn'], long);
    const bind = (who: AcmeClient) => who.post('new-account', { externalAccountBinding: who.binding(own) });
    const answers = await Promise.all(Array.from({ length: 33 }, () => bind(new AcmeClient(app))));
    expect(answers.filter((one) => one.status === 201)).toHaveLength(30);
    expect(answers.find((one) => one.status !== 201)!.json.type).toBe(acmeType('unauthorized'));
    const { rows: written } = await sql<{ n: number }>`
      select count(*)::int as n from authority.journal_entry
      where kind = 'enrolment.key-bound' and detail->>'accountId' = ${own.account.id}`.execute(t.db);
    expect(written).toEqual([{ n: 30 }]);
    const { rows } = await sql<{ id: string }>`
      select id from authority.acme_account where enrolment_id = ${own.account.id} limit 1`.execute(t.db);
    const flood = { at: new Date(t.authority.now), until: new Date(t.authority.now + 7 * 86_400_000) };
    await sql`
      insert into authority.acme_order (id, account_id, names, created_at, expires_at)
      select gen_random_uuid(), ${rows[0]!.id}, '{a.gov.vn}', ${flood.at}, ${flood.until} from generate_series(1, 300)`.execute(
      t.db,
    );
    const left = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from authority.acme_order`.execute(t.db)).rows[0]!.n;
    await t.later(36);
    expect(await left()).toBeGreaterThanOrEqual(300);
    await t.later(2);
    expect(await left()).toBe(0);
  });

  test('orders no more than a day needs, and hears when the next day begins', async () => {
    const own = await openedMachine(t, ['a.gov.vn'], long);
    const who = await new AcmeClient(app).register(own);
    expect((await who.order('a.gov.vn')).status).toBe(201);
    const [id, at] = [who.account.split('/').at(-1)!, new Date(t.authority.now - 3_600_000)];
    await sql`
      insert into authority.acme_order (id, account_id, names, created_at, expires_at)
      select gen_random_uuid(), ${id}, '{a.gov.vn}', ${at}, ${at} from generate_series(1, 299)`.execute(t.db);
    const refused = await who.order('a.gov.vn');
    expect([refused.status, refused.json.type]).toEqual([429, acmeType('rateLimited')]);
    expect(refused.headers.get('retry-after')).toBe(String(23 * 3600));
  });

  test('asks so often a minute; the next answer is a problem of ACME with a time to wait', async () => {
    const busy = t.authority.service.machines();
    for (let i = 0; i < 300; i += 1) await busy.request(`${ACME}/directory`);
    const response = await busy.request(`${ACME}/directory`);
    expect(response.status).toBe(429);
    expect(((await response.json()) as { type: string }).type).toBe(acmeType('rateLimited'));
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a machine that keeps its key', () => {
  test('gets a new certificate when the old one ends soon, and none any more once it was revoked', async () => {
    const own = await openedMachine(t, ['a.gov.vn'], 4 * 365);
    const csr = csrOf(ecKey(), []);
    const ask = async () => {
      const { status, text } = await est(app, 'simpleenroll', own, csr);
      return { status, text };
    };
    const together = await Promise.all([ask(), ask(), ask()]);
    const first = await ask();
    expect(together).toContainEqual(first);
    for (const { status } of together) expect([200, 202]).toContain(status);
    expect(first).toMatchObject({ status: 200 });
    expect(await ask()).toEqual(first);
    await t.later(65);
    const second = await ask();
    expect(second).toMatchObject({ status: 200 });
    expect(second.text).not.toBe(first.text);
    const { rows } = await sql<{ serial: string }>`
      select serial_hex as serial from authority.certificate
      where request_id like ${`enrolment/${own.account.id}/%`} order by not_after`.execute(t.db);
    expect(rows).toHaveLength(2);
    await t.authority.service.revoke(rows[0]!.serial, 'keyCompromise');
    expect(await ask()).toMatchObject({ status: 400, text: expect.stringContaining('enrolment.key-revoked') as string });
    expect((await est(app, 'simpleenroll', own, csrOf(ecKey(), []))).status).toBe(200);
  });
});
