import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseTimeStampRequest } from '@antin/pki/tsp/request';
import { buildTimeStampResponse } from '@antin/pki/tsp/response';
import type { Need } from '@antin/signature/validation/types';
import { testPki } from '@antin/testkit/pki/test-pki';
import { handClock } from '../clock/clock.ts';
import { nodeCrypto } from '../crypto/node.ts';
import { isPublicAddress } from './addresses.ts';
import { answerCache } from './answer-cache.ts';
import { ask, type Reach } from './ask.ts';
import { evidenceFetcher } from './evidence.ts';
import { timeStampFrom } from './time-stamp.ts';

type Handler = (request: IncomingMessage, body: Uint8Array, response: ServerResponse) => void;
const pki = testPki();
const imprint = { digest: 'SHA-256' as const, hash: new Uint8Array(32).fill(7) };
let handler: Handler;
let asked: string[];
let origin: string;
let reach: Reach;

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request
    .on('data', (piece: Buffer) => pieces.push(piece))
    .on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      handler(request, new Uint8Array(Buffer.concat(pieces)), response);
    });
});
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  reach = { configured: [origin], publicInternet: false };
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** An honest authority, or one that lies as told. */
function authority(lie: { nonce?: bigint; hash?: Uint8Array } = {}): Handler {
  return (_request, body, response) => {
    const question = parseTimeStampRequest(body);
    const nonce = lie.nonce ?? question.nonce;
    const over = { digest: question.messageImprint.digest!, hash: lie.hash ?? question.messageImprint.hash };
    const token = pki.timeStampToken(over, pki.now, nonce === undefined ? {} : { nonce });
    response.setHeader('content-type', 'application/timestamp-reply').end(buildTimeStampResponse({ status: 0, token }));
  };
}

test('a time-stamp answers exactly the question', async () => {
  handler = authority();
  const { info } = await timeStampFrom(`${origin}/tsp`, imprint, { reach });
  expect(info.genTime).toBe(pki.now);
  expect(asked).toEqual(['POST /tsp']);
});

test.each([
  ['another hash', authority({ hash: new Uint8Array(32).fill(8) }), 'source.tsa-mismatch'],
  ['an old answer', authority({ nonce: 5n }), 'source.tsa-mismatch'],
  ['no time-stamp', ((_q, _b, response) => response.end('hello')) as Handler, 'source.bad-answer'],
  [
    'a refusal',
    ((_q, _b, response) => response.end(buildTimeStampResponse({ status: 2, statusText: 'no', failInfo: 'badAlg' }))) as Handler,
    'source.tsa-refused',
  ],
  [
    'a redirect of the question',
    ((_q, _b, response) => response.writeHead(307, { location: '/other' }).end()) as Handler,
    'source.refused',
  ],
])('%s is refused and not asked again', async (_name, lying, code) => {
  handler = lying;
  await expect(timeStampFrom(`${origin}/tsp`, imprint, { reach, pauseMs: 1 })).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(1);
});

test('an authority that is down for a moment is asked again, one that stays down is named', async () => {
  handler = (...all) => (asked.length < 3 ? all[2].writeHead(503).end() : authority()(...all));
  await timeStampFrom(`${origin}/tsp`, imprint, { reach, pauseMs: 1 });
  expect(asked).toHaveLength(3);
  handler = (_q, _b, response) => response.writeHead(503).end();
  await expect(timeStampFrom(`${origin}/tsp`, imprint, { reach, pauseMs: 1, retries: 1 })).rejects.toMatchObject({
    code: 'source.refused',
  });
  const closed = 'http://127.0.0.1:1';
  const unreachable = timeStampFrom(closed, imprint, { reach: { configured: [closed], publicInternet: false }, pauseMs: 1 });
  await expect(unreachable).rejects.toMatchObject({ code: 'source.unreachable', passing: true });
});

test('limits of time and size hold', async () => {
  handler = () => {};
  await expect(ask(origin, { reach, timeoutMs: 50 })).rejects.toMatchObject({ code: 'source.timeout' });
  // Bytes that trickle in keep no exchange alive past its time.
  handler = (_q, _b, response) => {
    const timer = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(timer));
  };
  await expect(ask(origin, { reach, timeoutMs: 100 })).rejects.toMatchObject({ code: 'source.timeout' });
  handler = (_q, _b, response) => void response.end(Buffer.alloc(1001));
  await expect(ask(origin, { reach, maxBytes: 1000 })).rejects.toMatchObject({ code: 'source.too-large' });
  expect((await ask(origin, { reach, maxBytes: 1001 })).bytes.length).toBe(1001);
});

test('an address inside the network is asked only when it was configured, by number, by name and after a redirect', async () => {
  const { port } = new URL(origin);
  const open: Reach = { configured: [], publicInternet: true };
  for (const url of [
    origin,
    `http://localhost:${port}`,
    `http://[::1]:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`,
    `http://2130706433:${port}`,
  ]) {
    await expect(ask(url, { reach: open }), url).rejects.toMatchObject({ code: 'source.private-address' });
  }
  handler = (_q, _b, response) => response.writeHead(302, { location: `http://localhost:${port}/inner` }).end();
  const redirected = ask(origin, { reach: { configured: [origin], publicInternet: true } });
  await expect(redirected).rejects.toMatchObject({ code: 'source.private-address' });
  expect(asked).toEqual(['GET /']);
});

test('other schemes, passwords in addresses and what is not configured are not asked', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://example.com', 'http://u:p@example.com', 'https://example.com', 'nonsense']) {
    await expect(ask(url, { reach }), url).rejects.toMatchObject({ code: 'source.not-allowed' });
  }
});

test.each([
  ['8.8.8.8', true],
  ['113.160.0.1', true],
  ['2400:cb00::1', true],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['100.64.0.1', false],
  ['169.254.169.254', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['fd00::1', false],
  ['fe80::1%eth0', false],
  ['example.com', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

test('redirects end', async () => {
  handler = (_q, _b, response) => response.writeHead(302, { location: '/again' }).end();
  await expect(ask(origin, { reach })).rejects.toMatchObject({ code: 'source.refused' });
  expect(asked).toHaveLength(4);
});

const leader = pki.certificate('leader');
const issuing = pki.chain('leader')[0]!;
const need = (kind: 'crl' | 'ocsp', ...paths: string[]): Need => ({
  kind,
  certificate: leader.raw,
  issuer: issuing.raw,
  serialHex: leader.serialHex,
  issuerSha256: 'ab'.repeat(32),
  urls: paths.map((path) => origin + path),
});

test('evidence is fetched, kept until it is due again, and never invented', async () => {
  const clock = handClock(new Date(pki.now));
  const faults: string[] = [];
  const fetchEvidence = evidenceFetcher({
    reach,
    door: nodeCrypto,
    clock,
    cache: answerCache({ clock, maxBytes: 1_000_000 }),
    onFault: (fault, _need, url) => faults.push(`${fault.code} ${new URL(url).pathname}`),
  });
  handler = ({ url }, _body, response) => {
    if (url === '/crl') return void response.end(pki.crlAt(pki.now));
    if (url === '/ocsp') return void response.end(pki.ocspAt('leader', pki.now));
    if (url === '/ca') return void response.end(issuing.raw);
    response.end('not what you asked for');
  };
  const needs: Need[] = [
    need('crl', '/wrong', '/crl'),
    need('ocsp', '/ocsp'),
    need('ocsp', '/wrong'),
    { kind: 'certificate', certificate: leader.raw, issuer: 'CN=…', urls: [`${origin}/ca`] },
  ];
  const found = await fetchEvidence(needs);
  expect([found.crls.length, found.ocsps.length, found.certificates.length]).toEqual([1, 1, 1]);
  expect(found.certificates[0]).toEqual(issuing.raw);
  expect(faults).toEqual(['source.bad-answer /wrong', 'source.bad-answer /wrong']);

  asked = [];
  await fetchEvidence([need('crl', '/crl'), need('ocsp', '/ocsp')]);
  expect(asked).toEqual([]);
  clock.advance(5 * 60_000 + 1);
  await fetchEvidence([need('crl', '/crl'), need('ocsp', '/ocsp')]);
  expect(asked.toSorted()).toEqual(['GET /crl', 'POST /ocsp']);
});

test('the cache stays within its size and drops what was longest unused', () => {
  const clock = handClock('2026-01-01T00:00:00Z');
  const cache = answerCache({ clock, maxBytes: 100 });
  const later = clock().getTime() + 1000;
  cache.put('a', new Uint8Array(40), later);
  cache.put('b', new Uint8Array(40), later);
  cache.get('a');
  cache.put('c', new Uint8Array(40), later);
  expect([cache.get('a')?.length, cache.get('b')?.length, cache.get('c')?.length]).toEqual([40, undefined, 40]);
  cache.put('huge', new Uint8Array(101), later);
  expect(cache.get('huge')).toBeUndefined();
});
