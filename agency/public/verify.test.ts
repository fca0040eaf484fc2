import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '@antin/adapters/http/app';
import { createLog } from '@antin/adapters/log/log';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { latin1 } from '@antin/formats/bytes/bytes';
import { pdfRef } from '@antin/formats/pdf/objects';
import { memorySource } from '@antin/formats/bytes/source';
import { Problem } from '@antin/protocol/problem';
import { VisualDifferences } from '@antin/protocol/public/verification';
import type { ValidationReport } from '@antin/signature/validation/types';
import { signJades } from '@antin/signature/jades/sign';
import { append, letter, sign, walk } from '@antin/testkit/judging/documents';
import { everyFormat, trustOf, type Sample } from '@antin/testkit/judging/every-format';
import { testPki } from '@antin/testkit/pki/test-pki';
import { judgeWith } from '../verification/judge.ts';
import { threadPool } from '../verification/thread-pool.ts';
import { publicProblems } from './problems.ts';
import { publicApp } from './routes.ts';

const pki = testPki();
const MAX = 200_000;
// Each question is a minute later, so that the test does not meet the rate limit before it wants to.
let now = pki.now + 60_000;
const clock = (): Date => new Date((now += 2000));

const pool = threadPool();
afterAll(() => pool.stop());

function server(maxUploadBytes = MAX, tick = clock, sealed = true) {
  const app = createApp({ log: createLog({ level: 'error' }), problems: publicProblems });
  app.route(
    '/',
    publicApp({
      ...{ clock: tick, trust: trustOf(pki), judge: judgeWith(trustOf(pki), pool.ask), maxUploadBytes },
      ...(sealed ? { reportSeal: async () => pki.signingKey('seal') } : {}),
    }),
  );
  return (query: string, body: string | Uint8Array<ArrayBuffer> | FormData, headers: Record<string, string> = {}) =>
    Promise.resolve(app.request(`http://verify.test/api/verify${query}`, { method: 'POST', body, headers }));
}

const bytes = (file: Uint8Array) => file as Uint8Array<ArrayBuffer>;
const octets = { 'content-type': 'application/octet-stream' };
const json = { 'content-type': 'application/json' };
const ask = server();
let samples: readonly Sample[];
let strangers: readonly Sample[];
beforeAll(async () => {
  samples = await everyFormat(pki, 'leader');
  strangers = await everyFormat(pki, 'unknownIssuer');
});

function form(file: Uint8Array, name: string, data?: { readonly name: string; readonly bytes: Uint8Array }): FormData {
  const out = new FormData();
  out.append('file', new Blob([bytes(file)]), name);
  if (data !== undefined) out.append('data', new Blob([bytes(data.bytes)]), data.name);
  return out;
}

async function reportOf(answer: Response): Promise<ValidationReport> {
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as { report: ValidationReport }).report;
}

async function problemOf(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return Problem.parse(await answer.json()).code;
}

describe('POST /api/verify', () => {
  it('judges every format: green as signed, red when changed, yellow by an unknown issuer', async () => {
    for (const [i, one] of samples.entries()) {
      const changed = one.data && one.changed.data ? { ...one.data, bytes: one.changed.data } : undefined;
      const good = await reportOf(await ask('', form(one.file, one.name, one.data)));
      expect(good, one.name).toMatchObject({ verdict: 'valid', file: one.name });
      expect((await reportOf(await ask('', form(one.changed.file, one.name, changed)))).verdict, one.name).toBe('invalid');
      const stranger = strangers[i] as Sample;
      const unknown = await reportOf(await ask('', form(stranger.file, stranger.name, stranger.data)));
      expect(unknown, one.name).toMatchObject({ verdict: 'indeterminate' });
      expect(unknown.signatures[0]?.subIndication, one.name).toBe('NO_CERTIFICATE_CHAIN_FOUND');
    }
  }, 30_000);

  it('takes a file as it is, with its name in a header, and leaves nothing in the folder for temporary files', async () => {
    const [pdf] = samples;
    const answer = await ask('', bytes(pdf!.file), { ...octets, 'x-file-name': encodeURIComponent('Công văn số 1.pdf') });
    expect(await reportOf(answer)).toMatchObject({ verdict: 'valid', file: 'Công văn số 1.pdf', format: 'PAdES' });
    expect((await ask('', new Uint8Array(MAX + 1), octets)).status).toBe(413);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('antin-received-'))).toEqual([]);
  });

  it('gives the report that was asked for, in the language that was asked for', async () => {
    const { file } = samples[0]!;
    const simple = (await (await ask('?report=simple&language=en', bytes(file), octets)).json()) as {
      sentence: { heading: string };
    };
    expect(simple.sentence.heading).toMatch(/^This document is intact/);
    const detailed = (await (await ask('?report=detailed', bytes(file), octets)).json()) as {
      signatures: { checks: { id: string; clause: string }[] }[];
    };
    expect(detailed.signatures[0]?.checks.find((check) => check.id === 'integrity.digest')?.clause).toMatch(/EN 319 102-1/);
    const facts = (await (await ask('?report=diagnostic', bytes(file), octets)).json()) as { signatures: object[] };
    expect(facts.signatures[0]).not.toHaveProperty('indication');
    const etsi = await ask('?report=etsi', bytes(file), octets);
    expect(etsi.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    expect(await etsi.text()).toContain('urn:etsi:019102:mainindication:total-passed');
  });

  it('gives a printable report, which is itself a signed document that holds', async () => {
    const { file } = samples[1]!;
    const answer = await ask('?report=pdf', bytes(file), { ...octets, 'x-file-name': 'a.p7m' });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const pdf = new Uint8Array(await answer.arrayBuffer());
    const report = await reportOf(await ask('', pdf, octets));
    expect(report).toMatchObject({ verdict: 'valid', format: 'PAdES', signatures: [{ signer: { seal: true } }] });
    const { size } = report;
    const plain = await server(MAX, clock, false)('?report=pdf', bytes(file), octets);
    expect((await plain.arrayBuffer()).byteLength).toBeLessThan(size);
  });

  it('shows on demand where the file looks otherwise than when it was signed; the verdict stands', async () => {
    const { leader, sealed } = await walk(pki);
    const visual = async (file: Uint8Array) => {
      const answer = await ask('?report=visual', bytes(file), octets);
      expect(answer.status, await answer.clone().text()).toBe(200);
      return VisualDifferences.parse(await answer.json());
    };
    const honest = await visual(sealed);
    expect(honest).toMatchObject({ differences: [{ signatures: ['signature-1'], pagesLeft: 0 }], revisionsLeft: 0 });
    const [page] = honest.differences[0]!.pages!;
    expect(page).toMatchObject({ page: 1, changed: true });
    // Number, date and seal: a small part of the page.
    expect(page!.share).toBeLessThan(0.05);
    for (const kind of ['before', 'after', 'marked'] as const) {
      expect(Buffer.from(page!.pictures![kind]!, 'base64').subarray(1, 4).toString()).toBe('PNG');
    }
    const content = latin1('BT /F1 14 Tf 72 720 Td (Noi dung khac) Tj ET');
    const forged = await visual(append(leader, (update) => update.setStream(pdfRef(4), {}, content)));
    expect(forged).toMatchObject({ verdict: 'invalid', differences: [{ pages: [{ page: 1, changed: true }] }] });
    expect(await visual(await sign(letter(), { pki, by: 'leader' }))).toMatchObject({ differences: [] });
    expect(await problemOf(await ask('?report=visual', bytes(letter()), octets))).toBe('verify.nothing-to-show');
    expect(await problemOf(await ask('?report=visual', bytes(samples[1]!.file), octets))).toBe('verify.nothing-to-show');
  }, 30_000);

  it('names what is wrong with a request', async () => {
    const { file } = samples[0]!;
    expect(await problemOf(await ask('', bytes(file), { 'content-type': 'image/png' }))).toBe('http.unsupported-type');
    expect(await problemOf(await ask('', new Uint8Array(0), octets))).toBe('verify.no-file');
    expect(await problemOf(await ask('', new FormData()))).toMatch(/^verify\.(no-file|form-unreadable)$/);
    expect(await problemOf(await ask('', '--x', { 'content-type': 'multipart/form-data; boundary=y' }))).toBe(
      'verify.form-unreadable',
    );
    expect(await problemOf(await ask('', '--y\r\n\r\n', { 'content-type': 'multipart/form-data; boundary=y' }))).toBe(
      'verify.form-unreadable',
    );
    expect(await problemOf(await ask('', new TextEncoder().encode('xin chào'), octets))).toBe('format.unsupported');
    expect(await problemOf(await ask('?report=pretty', bytes(file), octets))).toBe('http.invalid-query');
    expect(await problemOf(await ask('?policy=mine', bytes(file), octets))).toBe('verify.policy-unknown');
    expect(await problemOf(await ask('?report=etsi', bytes(letter()), octets))).toBe('verify.nothing-to-report');
    expect(await problemOf(await ask('', '{}', json))).toBe('http.invalid-body');
    expect(await problemOf(await ask('', new Uint8Array(MAX + 1), octets))).toBe('http.body-too-large');
  });

  it('lets people through and slows down machines', async () => {
    const hurried = server(MAX, () => new Date(pki.now));
    const codes: number[] = [];
    for (let i = 0; i < 22; i++) codes.push((await hurried('', 'x', octets)).status);
    expect(codes.slice(0, 20)).toEqual(Array(20).fill(422));
    expect(codes.slice(20)).toEqual([429, 429]);
  });
});

describe('hash-only mode', () => {
  const sha = (algorithm: string, data: Uint8Array | string): string => createHash(algorithm).update(data).digest('base64');
  const byDigest = (file: Uint8Array, digests: readonly object[]) =>
    ask('', JSON.stringify({ signature: Buffer.from(file).toString('base64'), fileName: 'a', digests }), json);
  const find = (name: string): Sample => samples.find((one) => one.name === name) as Sample;

  it.each([['ký rời.p7s'], ['ký rời.xml']])('%s: judged by the digest of its data, which is not sent', async (name) => {
    const { file, data, changed } = find(name);
    const value = sha('sha256', data!.bytes);
    for (const digest of [
      { algorithm: 'SHA-256', value },
      { name: data!.name, algorithm: 'SHA-256', value },
    ]) {
      expect((await reportOf(await byDigest(file, [digest]))).verdict, JSON.stringify(digest)).toBe('valid');
    }
    const other = await reportOf(await byDigest(file, [{ algorithm: 'SHA-256', value: sha('sha256', changed.data!) }]));
    expect(other).toMatchObject({ verdict: 'invalid', signatures: [{ subIndication: 'HASH_FAILURE' }] });
  });

  it('JAdES counts over the base64url text of a file, and without b64 over the file', async () => {
    const { file, data } = find('ký rời.json');
    const text = Buffer.from(data!.bytes).toString('base64url');
    const encoded = { algorithm: 'SHA-256', value: sha('sha256', text), encoding: 'base64url' };
    expect((await reportOf(await byDigest(file, [encoded]))).verdict).toBe('valid');
    const plain = { algorithm: 'SHA-256', value: sha('sha256', data!.bytes) };
    const wanting = await reportOf(await byDigest(file, [plain]));
    expect(wanting).toMatchObject({ verdict: 'indeterminate', signatures: [{ subIndication: 'SIGNED_DATA_NOT_FOUND' }] });
    const files = [{ name: data!.name, content: memorySource(data!.bytes), mimeType: 'text/plain' }];
    const options = { door, signingTime: pki.now, serialization: 'flattened', encodePayload: false } as const;
    const asIs = await signJades({ packaging: 'detached', files }, pki.signingKey('leader'), options);
    expect((await reportOf(await byDigest(asIs, [plain]))).verdict).toBe('valid');
    expect((await reportOf(await byDigest(asIs, [encoded]))).verdict).toBe('indeterminate');
  });

  it.each([['ký rời.p7s'], ['ký rời.xml'], ['ký rời.json']])(
    '%s: another algorithm, another name or two answers are as no data, never a pass and never red',
    async (name) => {
      const { file, data } = find(name);
      const value = sha('sha256', data!.bytes);
      const right = { algorithm: 'SHA-256', value };
      const wrong = { algorithm: 'SHA-256', value: sha('sha256', 'khác') };
      const cases = [
        [{ algorithm: 'SHA-512', value: sha('sha512', data!.bytes) }],
        // Which of two is meant, nobody can say.
        [right, wrong],
        [
          { ...right, name: 'x.txt' },
          { ...right, name: 'y.txt' },
        ],
      ];
      for (const digests of cases) {
        const report = await reportOf(await byDigest(file, digests));
        expect(report, JSON.stringify(digests)).toMatchObject({
          verdict: 'indeterminate',
          signatures: [{ subIndication: 'SIGNED_DATA_NOT_FOUND' }],
        });
      }
    },
  );

  it('a digest beside an attached signature must be of the same data', async () => {
    const { file } = find('đính kèm.p7m');
    const same = sha('sha256', find('ký rời.p7s').data!.bytes);
    expect((await reportOf(await byDigest(file, [{ algorithm: 'SHA-256', value: same }]))).verdict).toBe('valid');
    const report = await reportOf(await byDigest(file, [{ algorithm: 'SHA-256', value: sha('sha256', 'khác') }]));
    expect(report).toMatchObject({ verdict: 'invalid', decidedBy: 'cms.two-contents' });
  });
});
