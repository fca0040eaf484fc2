import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { connect } from '@antin/adapters/db/connect';
import { createApp } from '@antin/adapters/http/app';
import { listen } from '@antin/adapters/http/listen';
import type { Listening } from '@antin/adapters/http/listen';
import { silentLog } from '@antin/adapters/log/log';
import { bitString, boolean, context, integer, nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { OcspResponse } from '@antin/pki/ocsp/response';
import { OID } from '@antin/pki/oids';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { AuthorityForTests, HOUR } from '../authority-for-tests.ts';
import type { Issued } from '../issuance/issue.ts';
import { made } from '../bench/made.ts';
import { migrations } from '../migrations.ts';
import { ocspResponder } from './ocsp.ts';

let database: TestDatabase;
let t: AuthorityForTests;
let server: Listening;
let an: Issued;
let binh: Issued;

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  t = await new AuthorityForTests(database.db).open();
  [an, binh] = [await t.issued(), await t.issued()];
  await t.service.revoke(binh.serialHex, 'superseded');
  const app = createApp({ log: silentLog });
  app.route('/authority', t.service.app);
  server = await listen({ fetch: app.fetch as never, fast: t.service.fast }, { port: 0 });
});
afterAll(async () => {
  await server.close(0);
  t.close();
  await database.close();
});

const id = (serial: Uint8Array, hash: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512' = 'SHA-1', issuer = t.issuer) =>
  certId(issuer, serial, hash, nodeCrypto);
const own = () => an.certificate.serialNumber;
const extension = (name: string, critical: boolean, value: Uint8Array) =>
  sequence(oid(name), ...(critical ? [boolean(true)] : []), octetString(value));
const request = (...parts: Uint8Array[]) => sequence(sequence(...parts));
const list = (...ids: Uint8Array[]) => sequence(...ids.map((one) => sequence(one)));
/** A CertID with its parts chosen one by one. */
const oddId = (algorithm: Uint8Array, nameHash: Uint8Array, keyHash: Uint8Array, serial: Uint8Array) =>
  sequence(algorithm, octetString(nameHash), octetString(keyHash), serial);
const sha1 = (bytes: Uint8Array) => nodeSecrets.digest('SHA-1', bytes);
const noNull = () =>
  oddId(sequence(oid(OID.sha1)), sha1(t.issuer.subject.raw), sha1(t.issuer.publicKey), Uint8Array.of(2, own().length, ...own()));
const indefinite = (der: Uint8Array) => Uint8Array.of(0x30, 0x80, ...der.subarray(2), 0, 0);

type Expected = OcspResponse['status'] | readonly string[];

/** Every odd request with the exact answer: an error's name, or what is said of each certificate. */
const TABLE: readonly (readonly [string, () => Uint8Array, Expected])[] = [
  ['one certificate', () => buildOcspRequest([id(own())]), ['good']],
  ['one by SHA-256', () => buildOcspRequest([id(own(), 'SHA-256')]), ['good']],
  ['a revoked one', () => buildOcspRequest([id(binh.certificate.serialNumber)]), ['revoked']],
  ['one never issued', () => buildOcspRequest([id(Uint8Array.of(0x41, 9, 9))]), ['unknown']],
  ['a negative number', () => buildOcspRequest([id(Uint8Array.of(0xff, 1))]), ['unknown']],
  ['number zero', () => buildOcspRequest([id(Uint8Array.of(0))]), ['unknown']],
  ['a number of 64 octets', () => buildOcspRequest([id(new Uint8Array(64).fill(0x41))]), ['unknown']],
  ['a number in a longer form than DER allows', () => buildOcspRequest([id(Uint8Array.of(0, 0, 5))]), 'malformedRequest'],
  [
    'three, one of each kind',
    () => buildOcspRequest([id(own()), id(binh.certificate.serialNumber), id(Uint8Array.of(5))]),
    ['good', 'revoked', 'unknown'],
  ],
  ['one twice', () => buildOcspRequest([id(own()), id(own())]), ['good', 'good']],
  ['sixteen', () => buildOcspRequest(Array.from({ length: 16 }, () => id(own()))), Array.from({ length: 16 }, () => 'good')],
  ['seventeen', () => buildOcspRequest(Array.from({ length: 17 }, () => id(own()))), 'malformedRequest'],
  ['none', () => request(list()), 'malformedRequest'],
  ['nothing', () => new Uint8Array(), 'malformedRequest'],
  ['an empty SEQUENCE', () => Uint8Array.of(0x30, 0), 'malformedRequest'],
  ['rubbish', () => nodeSecrets.random(100), 'malformedRequest'],
  ['octets behind the request', () => Uint8Array.of(...buildOcspRequest([id(own())]), 0), 'malformedRequest'],
  ['half of it', () => buildOcspRequest([id(own())]).subarray(0, 40), 'malformedRequest'],
  ['BER of indefinite length', () => indefinite(buildOcspRequest([id(own())])), 'malformedRequest'],
  ['a length of four gigabytes', () => Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30), 'malformedRequest'],
  ['a thousand brackets', () => new Uint8Array(2000).map((_, i) => (i % 2 ? 0x80 : 0x30)), 'malformedRequest'],
  ['version 1 said aloud', () => request(context(0, integer(0)), list(id(own()))), ['good']],
  ['version 2', () => request(context(0, integer(1)), list(id(own()))), 'malformedRequest'],
  ['a requestorName', () => request(context(1, context(4, t.issuer.subject.raw)), list(id(own()))), ['good']],
  [
    'a signature of nobody: noticed, not judged',
    () =>
      sequence(
        sequence(list(id(own()))),
        context(0, sequence(sequence(sequence(oid('1.2.840.10045.4.3.2')), bitString(new Uint8Array(8))))),
      ),
    ['good'],
  ],
  [
    'an unknown extension',
    () => request(list(id(own())), context(2, sequence(extension('1.2.3.4', false, nullValue())))),
    ['good'],
  ],
  [
    'an unknown critical extension',
    () => request(list(id(own())), context(2, sequence(extension('1.2.3.4', true, nullValue())))),
    'malformedRequest',
  ],
  [
    'an unknown critical extension of one request',
    () => request(sequence(sequence(id(own()), context(0, sequence(extension('1.2.3.4', true, nullValue())))))),
    'malformedRequest',
  ],
  ['a nonce of one octet', () => buildOcspRequest([id(own())], nodeSecrets.random(1)), ['good']],
  ['a nonce of 128 octets', () => buildOcspRequest([id(own())], nodeSecrets.random(128)), ['good']],
  ['an empty nonce', () => buildOcspRequest([id(own())], new Uint8Array()), 'malformedRequest'],
  ['a nonce of 129 octets', () => buildOcspRequest([id(own())], nodeSecrets.random(129)), 'malformedRequest'],
  ['another CA', () => buildOcspRequest([id(own(), 'SHA-1', t.root)]), 'unauthorized'],
  ['ours and another CA’s in one', () => buildOcspRequest([id(own()), id(own(), 'SHA-1', t.root)]), 'unauthorized'],
  ['the right name with another key', () => buildOcspRequest([mixed(t.issuer, t.root)]), 'unauthorized'],
  ['another name with the right key', () => buildOcspRequest([mixed(t.root, t.issuer)]), 'unauthorized'],
  ['SHA-384 in the CertID', () => buildOcspRequest([id(own(), 'SHA-384')]), 'unauthorized'],
  [
    'MD5 in the CertID',
    () => buildOcspRequest([oddId(sequence(oid('1.2.840.113549.2.5')), sha1(own()), sha1(own()), integer(5))]),
    'unauthorized',
  ],
  ['a CertID without the parameters NULL', () => buildOcspRequest([noNull()]), ['good']],
];

function mixed(name: typeof t.issuer, key: typeof t.issuer): Uint8Array {
  const algorithm = sequence(oid(OID.sha1), nullValue());
  return oddId(algorithm, sha1(name.subject.raw), sha1(key.publicKey), integer(0x41));
}

function said(response: OcspResponse): Expected {
  return response.basic === undefined ? response.status : response.basic.responses.map((one) => one.status.kind);
}

const url = () => `${server.url}/authority/ocsp`;
const read = async (answer: Response) => parseOcspResponse(new Uint8Array(await answer.arrayBuffer()));
const post = (body: Uint8Array, type: string | null = 'application/ocsp-request') =>
  fetch(url(), { method: 'POST', body: new Uint8Array(body), headers: type === null ? {} : { 'content-type': type } });

describe('asked about', () => {
  test.each(TABLE)('%s, by POST and by GET alike', async (_, make, expected) => {
    const der = make();
    const byPost = await post(der);
    expect(byPost.status).toBe(200);
    expect(byPost.headers.get('cache-control')).toBe('no-store');
    expect(byPost.headers.get('content-type')).toBe('application/ocsp-response');
    const response = await read(byPost);
    expect(said(response)).toEqual(expected);
    // The answer speaks of what was asked, octet for octet.
    const asked = Buffer.from(der);
    for (const one of response.basic?.responses ?? []) expect(asked.includes(Buffer.from(one.certId.raw))).toBe(true);
    const byGet = await fetch(`${url()}/${encodeURIComponent(asked.toString('base64'))}`);
    expect(byGet.status).toBe(200);
    expect(said(await read(byGet))).toEqual(expected);
  });

  test('a nonce comes back and its answer is kept by nobody', async () => {
    for (const length of [1, 32, 128]) {
      const nonce = nodeSecrets.random(length);
      const answer = await fetch(`${url()}/${encodeURIComponent(Buffer.from(t.ask(own(), nonce)).toString('base64'))}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect((await read(answer)).basic?.nonce).toEqual(nonce);
    }
  });

  test('a certificate that was begun and never finished is unknown', async () => {
    const { serialHex, certificate } = await t.issued();
    await sql`
      update authority.certificate set state = 'signing', der = null where serial_hex = ${serialHex}`.execute(database.db);
    expect(said(await read(await post(t.ask(certificate.serialNumber))))).toEqual(['unknown']);
  });
});

describe('over HTTP', () => {
  test.each([
    ['another media type', () => post(t.ask(own()), 'application/octet-stream'), 415],
    ['no media type', () => post(t.ask(own()), null), 415],
    ['too long a body', () => post(new Uint8Array(16_385)), 413],
    ['a PUT', () => fetch(url(), { method: 'PUT', body: 'x' }), 404],
  ])('%s is refused', async (_, ask, status) => {
    expect((await ask()).status).toBe(status);
  });

  test.each([
    ['with parameters of the media type', () => post(t.ask(own()), 'application/ocsp-request; charset=binary')],
    ['in capitals', () => post(t.ask(own()), 'Application/OCSP-Request')],
  ])('a POST %s is answered', async (_, ask) => {
    expect(said(await read(await ask()))).toEqual(['good']);
  });

  test('base64 in the path as people write it: encoded, bare, for URLs, without padding', async () => {
    // Asked about many numbers, so that every special character comes up.
    for (let i = 0; i < 20; i++) {
      const base64 = Buffer.from(t.ask(nodeSecrets.random(16).map((octet, at) => (at === 0 ? 0x41 : octet)))).toString('base64');
      const forms = [
        encodeURIComponent(base64),
        base64,
        base64.replace(/\+/g, '-').replace(/\//g, '_'),
        base64.replace(/=+$/, ''),
      ];
      for (const form of forms) expect(said(await read(await fetch(`${url()}/${form}`)))).toEqual(['unknown']);
    }
  });

  test.each([
    ['%', '%'],
    ['nothing behind the slash', ''],
    ['a slash only', '/'],
    ['signs of no alphabet', '!!!!'],
    ['encoded twice', encodeURIComponent(encodeURIComponent('MEI+/A=='))],
  ])('a path of %s is malformed and no fault', async (_, path) => {
    const answer = await fetch(`${url()}/${path}`);
    expect(answer.status).toBe(200);
    expect((await read(answer)).status).toBe('malformedRequest');
  });

  test('kept answers say how long, are renewed in time and change their tag then', async () => {
    const ask = () => fetch(`${url()}/${encodeURIComponent(Buffer.from(t.ask(own())).toString('base64'))}`);
    const first = await ask();
    expect(first.headers.get('cache-control')).toBe('max-age=60, public, no-transform, must-revalidate');
    const single = (await read(first)).basic?.responses[0];
    expect((single?.nextUpdate as number) - (single?.thisUpdate as number)).toBe(4 * HOUR);
    expect(Date.parse(first.headers.get('expires') as string)).toBeLessThanOrEqual(single?.nextUpdate as number);
    t.now += HOUR;
    expect((await ask()).headers.get('etag')).toBe(first.headers.get('etag'));
    t.now += 1.1 * HOUR;
    const later = await ask();
    expect(later.headers.get('etag')).not.toBe(first.headers.get('etag'));
    expect((await read(later)).basic?.responses[0]?.thisUpdate).toBe(Math.floor(t.now / 1000) * 1000);
  });

  test('answers are signed ahead: about those that age, and about certificates nobody has asked for', async () => {
    const { serialHex } = await t.issued();
    await t.service.runJobs();
    const rows = async () => {
      const found = await sql<{ this_update: Date }>`
        select this_update from authority.ocsp_answer where serial_hex = ${serialHex} and hash = 'SHA-1'`.execute(database.db);
      return found.rows.map((row) => row.this_update.getTime());
    };
    expect(await rows()).toEqual([Math.floor(t.now / 1000) * 1000]);
    t.now += 2.5 * HOUR;
    await t.service.runJobs();
    expect(await rows()).toEqual([Math.floor(t.now / 1000) * 1000]);
  });
});

test.each(['ocsp', 'tsa'])('who hangs up in the middle of a request to /%s harms nobody', async (door) => {
  const type = door === 'ocsp' ? 'application/ocsp-request' : 'application/timestamp-query';
  const head = `POST /authority/${door} HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: 100\r\n\r\n`;
  for (let i = 0; i < 20; i++) {
    const socket = connectSocket(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => {});
    socket.write(`${head}${'0'.repeat(i * 5)}`);
    if (i % 2) socket.resetAndDestroy();
    else socket.destroy();
  }
  // More than was said is not part of the request: the server refuses what follows and goes on.
  const socket = connectSocket(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.end(`${head}${'0'.repeat(5000)}`);
  await once(socket, 'close');
  expect(said(await read(await post(t.ask(own()))))).toEqual(['good']);
});

test('whoever floods it with nonces is told to come later, and those who ask plainly are answered', async () => {
  const { answer } = t.service.status.responder;
  await answer(t.ask(own()));
  const flood = Array.from({ length: 400 }, () => answer(t.ask(own(), nodeSecrets.random(16))));
  const plain = await answer(t.ask(own()));
  expect(parseOcspResponse(plain.der).status).toBe('successful');
  const statuses = (await Promise.all(flood)).map((one) => parseOcspResponse(one.der).status);
  expect(statuses.filter((status) => status === 'tryLater').length).toBeGreaterThan(50);
  expect(statuses.filter((status) => status === 'successful').length).toBeGreaterThan(200);
});

test('while the database is away, what was signed before is still told until it ends, and nothing else', async () => {
  await using own = await testDatabase(migrations, 'authority');
  const a = await new AuthorityForTests(own.db).open();
  const [asked, other] = [await a.issued(), await a.issued()];
  let hears = true;
  const away = connect(own.address);
  const responder = ocspResponder({
    db: away,
    keeping: away,
    responder: () => made('responder'),
    clock: () => a.now,
    hears: () => hears,
    onFault: () => {},
  });
  const ask = async (serial: Uint8Array) => said(parseOcspResponse((await responder.answer(a.ask(serial))).der));
  expect(await ask(asked.certificate.serialNumber)).toEqual(['good']);
  hears = false;
  await away.destroy();
  expect(await ask(asked.certificate.serialNumber)).toEqual(['good']);
  expect(await ask(other.certificate.serialNumber)).toBe('tryLater');
  a.now += 5 * HOUR;
  expect(await ask(asked.certificate.serialNumber)).toBe('tryLater');
  a.close();
});
