import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { subjectAltName } from '@antin/pki/x509/build';
import { buildName } from '@antin/pki/x509/name';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { PAPER, sha256Of, type ConsoleForTests } from '../console-for-tests.ts';
import type { Jwk } from '../acme/keys.ts';

export const ORIGIN = 'http://127.0.0.1:8080';
export const ACME = `${ORIGIN}/authority/acme`;

/** What a Hono app or a server does with a request. */
export interface Web {
  request(url: string, init?: RequestInit): Response | Promise<Response>;
}

export interface Opened {
  readonly itemId: string;
  readonly account: { readonly id: string; readonly kid: string };
  readonly secret: string;
}

/** An account that a third officer opened for what two agreed on. */
export async function openedMachine(
  t: ConsoleForTests,
  hostNames: readonly string[] = ['a.gov.vn', 'b.gov.vn'],
  days = 400,
): Promise<Opened> {
  const itemId = await approvedDevice(t, hostNames);
  return { itemId, ...(await reopened(t, itemId, days)) };
}

export async function reopened(t: ConsoleForTests, itemId: string, days = 400): Promise<Omit<Opened, 'itemId'>> {
  const until = new Date(t.authority.now + days * 86_400_000).toISOString().slice(0, 10);
  return t.post('issuer', '/machine-accounts', { itemId, until });
}

/** A Form 03 that two officers agreed on. */
export async function approvedDevice(t: ConsoleForTests, hostNames: readonly string[], use = 'tls-server'): Promise<string> {
  const [id] = await t.submitted([
    {
      act: 'new',
      id: randomUUID(),
      managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'Tỉnh Ví Dụ' },
      subject: {
        ...{ form: '03', name: 'Máy chủ', use: use as 'tls-server', hostNames: [...hostNames], owner: 'Sở Tài chính' },
        keeper: { fullName: 'Trần Văn Mạng', title: 'Quản trị', mail: 'mang@stc.gov.vn', phone: '0901234567' },
      },
      device: 'remote',
      attachments: [sha256Of(PAPER) as never],
    },
  ]);
  const shown = await t.proposed(id!);
  expect(await t.approve('approver', id!, shown)).toBe('approved');
  return id!;
}

export const ecKey = (namedCurve = 'P-256'): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;

/** A PKCS#10 as a client makes it, or as one should not. */
export function csrOf(
  key: KeyObject,
  hosts: readonly string[],
  more: {
    readonly commonName?: string;
    readonly extensions?: readonly Uint8Array[];
    /** Signed by another key than it asks for. */
    readonly by?: KeyObject;
    readonly digest?: 'SHA-256' | 'SHA-1';
  } = {},
): Buffer {
  const { by = key, digest = 'SHA-256' } = more;
  const names = hosts.length === 0 ? [] : [subjectAltName(...hosts.map((value) => ({ kind: 'dns', value }) as const))];
  const info = buildCertificationRequestInfo({
    subject: buildName(more.commonName === undefined ? [] : [['CN', more.commonName]]),
    spki: new Uint8Array(spkiOfKey(key)),
    extensions: [...names, ...(more.extensions ?? [])],
  });
  const scheme = by.asymmetricKeyType === 'rsa' ? 'rsa-pkcs1' : 'ecdsa';
  const signature = sign(digest === 'SHA-1' ? 'sha1' : 'sha256', info, by);
  const algorithm = signatureAlgorithmIdentifier({ scheme, digest });
  return Buffer.from(buildCertificationRequest(info, algorithm, new Uint8Array(signature)));
}

export const spkiOfKey = (key: KeyObject): Buffer => publicOf(key).export({ format: 'der', type: 'spki' });
export const publicOf = (key: KeyObject): KeyObject => createPublicKey(key);

export const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const acmeType = (name: string) => `urn:ietf:params:acme:error:${name}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked at by tests
  readonly json: any;
}

/** Changes of one request: members of its protected header, its media type, its whole body. */
export interface Wrong {
  readonly header?: Record<string, unknown>;
  readonly type?: string;
  readonly body?: string;
  readonly signature?: string;
}

/** An ACME client that can be told to do one thing wrong. */
export class AcmeClient {
  readonly web: Web;
  key: KeyObject;
  account = '';

  constructor(web: Web, key = ecKey()) {
    this.web = web;
    this.key = key;
  }

  get jwk(): Jwk {
    return publicOf(this.key).export({ format: 'jwk' }) as Jwk;
  }

  async nonce(): Promise<string> {
    return (await this.web.request(`${ACME}/new-nonce`, { method: 'HEAD' })).headers.get('replay-nonce')!;
  }

  sign(header: object, payload: unknown, key = this.key): { protected: string; payload: string; signature: string } {
    const signed = `${b64(header)}.${payload === undefined ? '' : b64(payload)}`;
    const [head, body] = signed.split('.');
    const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const signature = sign(digest, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return { protected: head!, payload: body!, signature };
  }

  async post(path: string, payload: unknown, wrong: Wrong = {}): Promise<Answer> {
    const url = path.startsWith('http') ? path : `${ACME}/${path}`;
    const who = this.account === '' ? { jwk: this.jwk } : { kid: this.account };
    const header: Record<string, unknown> = { alg: 'ES256', nonce: await this.nonce(), url, ...who, ...wrong.header };
    for (const [name, value] of Object.entries(header)) if (value === undefined) delete header[name];
    const jws = this.sign(header, payload);
    const response = await this.web.request(url, {
      method: 'POST',
      headers: { 'content-type': wrong.type ?? 'application/jose+json' },
      body: wrong.body ?? JSON.stringify({ ...jws, ...(wrong.signature === undefined ? {} : { signature: wrong.signature }) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text.startsWith('{') ? JSON.parse(text) : text };
  }

  binding({ account, secret }: Opened, url = `${ACME}/new-account`, jwk: unknown = this.jwk) {
    const signed = `${b64({ alg: 'HS256', kid: account.kid, url })}.${b64(canonicalJson(jwk))}`;
    const [head, body] = signed.split('.');
    const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(signed).digest('base64url');
    return { protected: head, payload: body, signature: mac };
  }

  async register(machine: Opened): Promise<this> {
    const { status, headers } = await this.post('new-account', { externalAccountBinding: this.binding(machine) });
    expect(status).toBe(201);
    this.account = headers.get('location')!;
    return this;
  }

  order(...names: string[]): Promise<Answer> {
    return this.post('new-order', { identifiers: names.map((value) => ({ type: 'dns', value })) });
  }

  /** @returns the answer of finalize; of an honest one the order */
  finalize(order: Answer, csr: Buffer): Promise<Answer> {
    return this.post(order.json.finalize as string, { csr: csr.toString('base64url') });
  }

  /** Orders and finalizes; the PEM chain. */
  async certificate(key: KeyObject, ...names: string[]): Promise<string> {
    const order = await this.order(...names);
    expect(order.status).toBe(201);
    const done = await this.finalize(order, csrOf(key, names));
    expect(done.json).toMatchObject({ status: 'valid' });
    return (await this.post(done.json.certificate as string, undefined)).json as string;
  }
}

/** EST by fetch. */
export async function est(
  web: Web,
  operation: string,
  { account, secret }: { readonly account: { readonly kid: string }; readonly secret: string },
  csr: Buffer,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const authorization = `Basic ${Buffer.from(`${account.kid}:${secret}`).toString('base64')}`;
  const response = await web.request(`${ORIGIN}/.well-known/est/${operation}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/pkcs10', ...headers },
    body: csr.toString('base64'),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** How many good certificates a machine has. */
export async function certificatesOf(t: ConsoleForTests, accountId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from authority.certificate
    where request_id like ${`enrolment/${accountId}/%`} and state = 'good'`.execute(t.db);
  return rows[0]!.n;
}
