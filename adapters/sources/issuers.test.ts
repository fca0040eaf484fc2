/** A missing issuer, completed from where the certificate says (AIA caIssuers, RFC 5280 §4.2.2.1), over real HTTP. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { context, integer, oid, sequence, setOf } from '@antin/formats/der/writer';
import { OID } from '@antin/pki/oids';
import { signPades } from '@antin/signature/pades/sign';
import { judgeWithSources } from '@antin/signature/validation/with-sources';
import { contextOf, letter } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { TestPki } from '@antin/testkit/pki/types';
import { handClock } from '../clock/clock.ts';
import { nodeCrypto } from '../crypto/node.ts';
import { nodeInflate } from '../inflate/node.ts';
import { answerCache } from './answer-cache.ts';
import type { Reach } from './ask.ts';
import { evidenceFetcher } from './evidence.ts';

type Serve = (path: string, response: ServerResponse) => void;
let serve: Serve;
let asked: string[];
let origin: string;
let pki: TestPki;

const server = createServer((request, response) => {
  asked.push(request.url as string);
  serve(request.url as string, response);
});
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { issuing, leader } = DEFAULT_PKI.entities;
  pki = testPki({
    ...DEFAULT_PKI,
    baseUrl: origin,
    entities: {
      ...DEFAULT_PKI.entities,
      issuing: { ...issuing!, pathLength: 3 },
      middle: { ...issuing!, issuer: 'issuing', subject: [['CN', 'Giữa']], pathLength: 2 },
      lower: { ...issuing!, issuer: 'middle', subject: [['CN', 'Dưới']], pathLength: 1 },
      deep: { ...leader!, issuer: 'lower', subject: [['CN', 'Ở sâu']] },
      // Two authorities that certify each other and nobody else.
      loopA: { ...issuing!, issuer: 'loopB0', subject: [['CN', 'Vòng A']] },
      loopB0: { ...issuing!, profile: 'root', issuer: 'loopB0', subject: [['CN', 'Vòng B']] },
      loopB: { ...issuing!, issuer: 'loopA', subject: [['CN', 'Vòng B']] },
      inLoop: { ...leader!, issuer: 'loopA', subject: [['CN', 'Trong vòng']] },
    },
  });
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A letter whose signature carries nothing but the leaf, as VGCA's do. */
async function leafOnly(by: string): Promise<Uint8Array> {
  const file = letter();
  const options = { door: nodeCrypto, inflate: nodeInflate, signingTime: pki.now, level: 'B-B' } as const;
  return concatBytes(file, await signPades(memorySource(file), { ...pki.signingKey(by), chain: [] }, options));
}

async function judge(by: string, options: { reach?: Reach; clock?: ReturnType<typeof handClock>; timeoutMs?: number } = {}) {
  const { reach = { configured: [origin], publicInternet: false }, clock = handClock(new Date(pki.now)) } = options;
  const faults: string[] = [];
  const fetch = evidenceFetcher({
    reach,
    door: nodeCrypto,
    clock,
    cache: answerCache({ clock, maxBytes: 1_000_000 }),
    timeoutMs: options.timeoutMs ?? 10_000,
    onFault: (fault, need) => faults.push(`${need.kind} ${fault.code}`),
  });
  const crls = ['root', 'issuing', 'middle', 'lower'].map((name) => pki.crlAt(pki.now, name));
  const context_ = contextOf(pki, pki.now, { evidence: { certificates: [], crls, ocsps: [] } });
  const { report } = await judgeWithSources(memorySource(await leafOnly(by)), context_, fetch);
  return { verdict: report.verdict, subIndication: report.signatures[0]?.subIndication ?? null, faults };
}

const der = (name: string): Uint8Array => pki.certificate(name).raw;
const pem = (name: string, label: string, bytes: Uint8Array): string =>
  `${name}\n-----BEGIN ${label}-----\n${toBase64(bytes).replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`;
/** Certificates alone in SignedData (RFC 5652 §5.1), as p7c files are. */
const p7c = (...names: string[]): Uint8Array =>
  sequence(
    oid(OID.idSignedData),
    context(0, sequence(integer(1), setOf(), sequence(oid(OID.idData)), context(0, ...names.map(der)), setOf())),
  );

describe('a missing issuer is brought', () => {
  const VALID = { verdict: 'valid', subIndication: null, faults: [] };

  test.each<[string, (response: ServerResponse) => void]>([
    ['as DER', (response) => response.setHeader('content-type', 'application/pkix-cert').end(der('issuing'))],
    ['as DER under text/html', (response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(der('issuing'))],
    ['as DER with a line end and padding behind it', (response) => response.end(concatBytes(der('issuing'), latin1('\r\n\0')))],
    ['as PEM with words before it', (response) => response.end(pem('subject=CA', 'CERTIFICATE', der('issuing')))],
    ['as bare base64', (response) => response.end(toBase64(der('issuing')))],
    ['as p7c with other certificates', (response) => response.end(p7c('foreignRoot', 'issuing', 'tsa'))],
    ['as p7c in PEM', (response) => response.end(pem('', 'PKCS7', p7c('issuing')))],
    [
      'with a Content-Length that is too long',
      (response) => {
        response.writeHead(200, { 'content-length': der('issuing').length + 100, connection: 'close' });
        response.write(der('issuing'), () => response.destroy());
      },
    ],
    ['after a redirect', (response) => response.writeHead(301, { location: '/moved' }).end()],
  ])('%s', async (_name, answer) => {
    serve = (path, response) => (path === '/moved' ? response.end(der('issuing')) : answer(response));
    expect(await judge('leader')).toEqual(VALID);
    expect(asked[0]).toBe('/ca/issuing.crt');
  });

  test('one above the other, each asked once', async () => {
    serve = (path, response) => response.end(der(/\/ca\/(\w+)\.crt/.exec(path)?.[1] as string));
    expect(await judge('deep')).toEqual(VALID);
    expect(asked).toEqual(['/ca/lower.crt', '/ca/middle.crt', '/ca/issuing.crt']);
  });

  test('although a certificate of the same name, and another key, is at hand', async () => {
    const lookAlike = { ...DEFAULT_PKI.entities['foreignRoot']!, subject: DEFAULT_PKI.entities['issuing']!.subject };
    const other = testPki({ ...DEFAULT_PKI, entities: { ...DEFAULT_PKI.entities, foreignRoot: lookAlike } });
    serve = (path, response) => response.end(asked.length === 1 ? other.certificate('foreignRoot').raw : der('issuing'));
    expect((await judge('leader')).verdict).toBe('indeterminate');
    serve = (_path, response) => {
      response.end(p7cOf([other.certificate('foreignRoot').raw, der('issuing')]));
    };
    expect(await judge('leader')).toEqual(VALID);
  });

  const p7cOf = (certificates: readonly Uint8Array[]): Uint8Array =>
    sequence(
      oid(OID.idSignedData),
      context(0, sequence(integer(1), setOf(), sequence(oid(OID.idData)), context(0, ...certificates), setOf())),
    );
});

describe('a missing issuer stays missing, and the answer indeterminate', () => {
  const MISSING = { verdict: 'indeterminate', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' };

  test('when its place is neither configured nor pinned, whatever else may be asked on the Internet', async () => {
    serve = (_path, response) => response.end(der('issuing'));
    const result = await judge('leader', { reach: { configured: [], publicInternet: true } });
    expect(result).toEqual({ ...MISSING, faults: ['certificate source.not-allowed'] });
    // Pinned for a known issuer is not enough for an address inside the network.
    const pinned = await judge('leader', { reach: { configured: [], pinned: [origin], publicInternet: false } });
    expect(pinned).toEqual({ ...MISSING, faults: ['certificate source.private-address'] });
    expect(asked).toEqual([]);
  });

  test.each<[string, (response: ServerResponse) => void, string]>([
    ['cut in the middle', (response) => response.end(der('issuing').subarray(0, 200)), 'source.bad-answer'],
    [
      'cut by its Content-Length',
      (response) => response.writeHead(200, { 'content-length': 200 }).end(der('issuing').subarray(0, 200)),
      'source.bad-answer',
    ],
    ['an error page', (response) => response.end('<html>not here</html>'), 'source.bad-answer'],
    ['not there', (response) => response.writeHead(404).end(), 'source.refused'],
    ['silent', () => {}, 'source.timeout'],
    ['too large', (response) => response.end(Buffer.alloc(1_000_001, 0x30)), 'source.too-large'],
    ['a crowd', (response) => response.end(p7c(...Array.from({ length: 101 }, () => 'tsa'))), 'source.too-large'],
  ])('when the answer is %s', async (_name, answer, code) => {
    serve = (_path, response) => answer(response);
    expect(await judge('leader', code === 'source.timeout' ? { timeoutMs: 300 } : {})).toEqual({
      ...MISSING,
      faults: [`certificate ${code}`],
    });
    expect(asked).toEqual(['/ca/issuing.crt']);
  });

  test('when authorities certify each other in a circle: each place is asked once', async () => {
    serve = (path, response) => response.end(path.includes('loopB') ? der('loopB') : der('loopA'));
    expect(await judge('inLoop')).toMatchObject(MISSING);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  test('and a dead address rests, so that a thousand files do not wait for it a thousand times', async () => {
    const clock = handClock(new Date(pki.now));
    const faults: string[] = [];
    const fetch = evidenceFetcher({
      reach: { configured: [origin], publicInternet: false },
      door: nodeCrypto,
      clock,
      cache: answerCache({ clock, maxBytes: 1000 }),
      timeoutMs: 50,
      onFault: (fault) => faults.push(fault.code),
    });
    serve = () => {};
    const need = (name: string) =>
      ({ kind: 'certificate', certificate: der('leader'), issuer: '', urls: [`${origin}/ca/${name}.crt`] }) as const;
    for (const name of ['a', 'a', 'b']) await fetch([need(name)]);
    expect([asked, faults]).toEqual([['/ca/a.crt'], ['source.timeout', 'source.timeout', 'source.timeout']]);
    clock.advance(60_001);
    serve = (_path, response) => response.end(der('issuing'));
    expect((await fetch([need('a')])).certificates).toHaveLength(1);
  });
});
