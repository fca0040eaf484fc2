import { execFileSync } from 'node:child_process';
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { useFolder } from '@antin/testkit/folder';
import { ConsoleForTests, PAPER, sha256Of } from '../console-for-tests.ts';
import type { Jwk } from './keys.ts';

const BASE = 'http://127.0.0.1:8080/authority/acme';
const home = useFolder();
let t: ConsoleForTests;
let app: Hono;
let kid = '';
let secret = '';

beforeAll(async () => {
  t = await ConsoleForTests.open();
  app = new Hono();
  app.onError((fault, c) => (console.error(fault), c.text('', 500)));
  app.route('/', t.authority.service.machines());
  const opened = await machine('2026-12-31');
  ({ kid } = opened.account);
  ({ secret } = opened);
});
afterAll(() => t.close());

/** An account that a third officer opened for what two agreed on. */
async function machine(until: string): Promise<{ account: { id: string; kid: string }; secret: string }> {
  const [id] = await t.submitted([
    {
      act: 'new',
      id: randomUUID(),
      managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'Tỉnh Ví Dụ' },
      subject: {
        ...{ form: '03', name: 'Máy chủ', use: 'tls-server', hostNames: ['a.gov.vn', 'b.gov.vn'], owner: 'Sở Tài chính' },
        keeper: { fullName: 'Trần Văn Mạng', title: 'Quản trị', mail: 'mang@stc.gov.vn', phone: '0901234567' },
      },
      device: 'remote',
      attachments: [sha256Of(PAPER) as never],
    },
  ]);
  const shown = await t.proposed(id!);
  await t.approve('approver', id!, shown);
  return t.post('issuer', '/machine-accounts', { itemId: id, until });
}

const b64 = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** An ACME client that can be told to do one thing wrong. */
class Client {
  readonly key: KeyObject;
  readonly jwk: Jwk;
  account = '';

  constructor() {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.key = pair.privateKey;
    this.jwk = pair.publicKey.export({ format: 'jwk' }) as Jwk;
  }

  async nonce(): Promise<string> {
    return (await app.request(`${BASE}/new-nonce`, { method: 'HEAD' })).headers.get('replay-nonce')!;
  }

  async post(path: string, payload: unknown, change: Record<string, unknown> = {}, more: { type?: string; body?: string } = {}) {
    const url = path.startsWith('http') ? path : `${BASE}/${path}`;
    const who = this.account === '' ? { jwk: this.jwk } : { kid: this.account };
    const header = { alg: 'ES256', nonce: await this.nonce(), url, ...who, ...change };
    for (const [name, value] of Object.entries(header)) if (value === undefined) delete (header as Record<string, unknown>)[name];
    const signed = `${b64(header)}.${payload === undefined ? '' : b64(payload)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    const [head, body] = signed.split('.');
    const response = await app.request(url, {
      method: 'POST',
      headers: { 'content-type': more.type ?? 'application/jose+json' },
      body: more.body ?? JSON.stringify({ protected: head, payload: body, signature }),
    });
    const text = await response.text();
    const json = (text.startsWith('{') ? JSON.parse(text) : text) as any;
    return { status: response.status, headers: response.headers, json };
  }

  binding(url = `${BASE}/new-account`, jwk: Jwk = this.jwk, under = secret, name = kid) {
    const signed = `${b64({ alg: 'HS256', kid: name, url })}.${b64(canonicalJson(jwk))}`;
    const [head, body] = signed.split('.');
    const mac = createHmac('sha256', Buffer.from(under, 'base64url')).update(signed).digest('base64url');
    return { protected: head, payload: body, signature: mac };
  }

  async register(): Promise<this> {
    const { status, headers } = await this.post('new-account', { externalAccountBinding: this.binding() });
    expect(status).toBe(201);
    this.account = headers.get('location')!;
    return this;
  }

  order = (...names: string[]) => this.post('new-order', { identifiers: names.map((value) => ({ type: 'dns', value })) });
}

const type = (name: string) => `urn:ietf:params:acme:error:${name}`;

describe('what an ACME client may not do', () => {
  test('the honest one gets an order that is ready, and the same account for the same key', async () => {
    const client = await new Client().register();
    expect((await client.order('a.gov.vn', 'B.gov.vn')).json).toMatchObject({ status: 'ready', identifiers: [{}, {}] });
    const again = await client.post('new-account', { onlyReturnExisting: true }, { jwk: client.jwk, kid: undefined });
    expect([again.status, again.headers.get('location')]).toEqual([200, client.account]);
  });

  test.each([
    ['another address', 'unauthorized', { url: `${BASE}/new-nonce` }],
    ['a nonce of its own', 'badNonce', { nonce: 'AAAA' }],
    ['no nonce', 'malformed', { nonce: undefined }],
    ['another algorithm than its key has', 'unauthorized', { alg: 'RS256' }],
    ['an algorithm that is none', 'badSignatureAlgorithm', { alg: 'none' }],
    ['a symmetric algorithm', 'badSignatureAlgorithm', { alg: 'HS256' }],
    ['an extension that must be understood', 'malformed', { crit: ['b64'], b64: false }],
    ['somebody else’s account', 'unauthorized', { kid: 'other' }],
    ['an account that is not there', 'accountDoesNotExist', { kid: `${BASE}/account/${randomUUID()}` }],
    ['an account of another server', 'accountDoesNotExist', { kid: 'https://evil/authority/acme/account/x' }],
  ])('sign for %s', async (_, error, change: Record<string, unknown>) => {
    const client = await new Client().register();
    const other = change['kid'] === 'other' ? { kid: (await new Client().register()).account } : {};
    const { json, headers } = await client.post(
      'new-order',
      { identifiers: [{ type: 'dns', value: 'a.gov.vn' }] },
      { ...change, ...other },
    );
    expect(json.type).toBe(type(error));
    expect(headers.get('replay-nonce')).not.toBeNull();
  });

  test('use a nonce twice', async () => {
    const client = await new Client().register();
    const nonce = await client.nonce();
    expect((await client.post('new-order', { identifiers: [{ type: 'dns', value: 'a.gov.vn' }] }, { nonce })).status).toBe(201);
    expect((await client.post('new-order', { identifiers: [{ type: 'dns', value: 'a.gov.vn' }] }, { nonce })).json.type).toBe(
      type('badNonce'),
    );
  });

  test.each([
    ['none', () => undefined, 'externalAccountRequired'],
    ['one over another key', (client: Client) => client.binding(undefined, new Client().jwk), 'unauthorized'],
    ['one for another address', (client: Client) => client.binding(`${BASE}/new-order`), 'unauthorized'],
    ['one under another secret', (client: Client) => client.binding(undefined, undefined, 'AAAA'), 'unauthorized'],
  ])('come with %s as its binding', async (_, binding, error) => {
    const client = new Client();
    expect((await client.post('new-account', { externalAccountBinding: binding(client) })).json.type).toBe(type(error));
  });

  test('put a word into the database that no text can hold', async () => {
    const client = new Client();
    const [head, payload, signature] = [b64({ alg: 'HS256', kid: 'm-\0', url: `${BASE}/new-account` }), 'AAAA', 'AAAA'];
    const binding = { protected: head, payload, signature };
    expect((await client.post('new-account', { externalAccountBinding: binding })).json.type).toBe(type('unauthorized'));
    const contact = ['mailto:\0@stc.gov.vn'];
    const wish = { externalAccountBinding: client.binding(), contact };
    expect((await client.post('new-account', wish)).json.type).toBe(type('malformed'));
    expect((await enroll('m-\0', secret, Buffer.from('x'))).status).toBe(401);
  });

  test('look at or finish what another account ordered', async () => {
    const [one, two] = [await new Client().register(), await new Client().register()];
    const location = (await one.order('a.gov.vn')).headers.get('location')!;
    expect((await one.post(location, undefined)).json.status).toBe('ready');
    expect((await two.post(location, undefined)).status).toBe(404);
    expect((await two.post(`${location}/finalize`, { csr: 'AAAA' })).status).toBe(404);
  });

  test('order a name that nobody approved, a wild card, an address, or a longer life', async () => {
    const client = await new Client().register();
    expect((await client.order('c.gov.vn')).json.type).toBe(type('rejectedIdentifier'));
    expect((await client.order('*.gov.vn')).json.type).toBe(type('rejectedIdentifier'));
    expect((await client.post('new-order', { identifiers: [{ type: 'ip', value: '127.0.0.1' }] })).json.type).toBe(
      type('unsupportedIdentifier'),
    );
    const long = { identifiers: [{ type: 'dns', value: 'a.gov.vn' }], notAfter: '2036-01-01T00:00:00Z' };
    expect((await client.post('new-order', long)).json.type).toBe(type('malformed'));
  });

  test('send rubbish, another type, or more than fits', async () => {
    const client = await new Client().register();
    expect((await client.post('new-order', {}, {}, { body: '{' })).json.type).toBe(type('malformed'));
    expect((await client.post('new-order', {}, {}, { type: 'application/json' })).json.type).toBe(type('malformed'));
    expect((await client.post('new-order', {}, {}, { body: `"${'x'.repeat(200_000)}"` })).status).toBe(413);
    const finalize = `${(await client.order('a.gov.vn')).headers.get('location')!}/finalize`;
    expect((await client.post(finalize, { csr: 'AAAA' })).json.type).toBe(type('badCSR'));
  });

  test('go on after its account was deactivated, or the machine’s account closed', async () => {
    const client = await new Client().register();
    expect((await client.post(client.account, { status: 'deactivated' })).json.status).toBe('deactivated');
    expect((await client.order('a.gov.vn')).json.type).toBe(type('unauthorized'));
    const late = await new Client().register();
    const { rows } = await sql<{ id: string }>`select id from authority.enrolment_account where kid = ${kid}`.execute(t.db);
    await t.post('issuer', `/machine-accounts/${rows[0]!.id}`, undefined, 'DELETE');
    expect((await late.order('a.gov.vn')).json.type).toBe(type('unauthorized'));
  });
});

const enroll = async (name: string, word: string, csr: Buffer) => {
  const authorization = `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}`;
  const response = await app.request('http://127.0.0.1:8080/.well-known/est/simpleenroll', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/pkcs10' },
    body: csr.toString('base64'),
  });
  return { status: response.status, text: await response.text() };
};

describe('who has the secret', () => {
  test('binds a few keys, each of them written down, and orders that ended are forgotten', async () => {
    const own = await machine(new Date(t.authority.now + 4 * 365 * 86_400_000).toISOString().slice(0, 10));
    const bind = (client: Client) =>
      client.post('new-account', { externalAccountBinding: client.binding(undefined, undefined, own.secret, own.account.kid) });
    const answers = await Promise.all(Array.from({ length: 33 }, () => bind(new Client())));
    expect(answers.filter((one) => one.status === 201)).toHaveLength(30);
    expect(answers.find((one) => one.status !== 201)!.json.type).toBe(type('unauthorized'));
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

  test('orders no more than a day needs', async () => {
    const own = await machine(new Date(t.authority.now + 4 * 365 * 86_400_000).toISOString().slice(0, 10));
    const client = new Client();
    const binding = client.binding(undefined, undefined, own.secret, own.account.kid);
    client.account = (await client.post('new-account', { externalAccountBinding: binding })).headers.get('location')!;
    expect((await client.order('a.gov.vn')).status).toBe(201);
    const [id, at] = [client.account.split('/').at(-1)!, new Date(t.authority.now)];
    await sql`
      insert into authority.acme_order (id, account_id, names, created_at, expires_at)
      select gen_random_uuid(), ${id}, '{a.gov.vn}', ${at}, ${at} from generate_series(1, 299)`.execute(t.db);
    expect((await client.order('a.gov.vn')).json.type).toBe(type('rateLimited'));
  });
});

describe('a machine that keeps its key', () => {
  const csrOf = (key: KeyObject): Buffer => {
    const path = home.put(`${randomUUID()}.pem`, key.export({ format: 'pem', type: 'pkcs8' }));
    return execFileSync('openssl', ['req', '-new', '-key', path, '-subj', '/CN=x', '-outform', 'DER']);
  };

  test('gets a new certificate when the old one ends soon, and none any more once it was revoked', async () => {
    const until = new Date(t.authority.now + 4 * 365 * 86_400_000).toISOString().slice(0, 10);
    // A certificate begins an hour back: the issuer is to be older.
    await t.later(1);
    const own = await machine(until);
    const csr = csrOf(new Client().key);
    const ask = () => enroll(own.account.kid, own.secret, csr);
    const together = await Promise.all([ask(), ask(), ask()]);
    expect(together.some((one) => one.status === 500)).toBe(false);
    const first = await ask();
    expect(together).toContainEqual(first);
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
    expect((await enroll(own.account.kid, own.secret, csrOf(new Client().key))).status).toBe(200);
  });
});
