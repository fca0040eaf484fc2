import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createApp } from '@antin/adapters/http/app';
import { createLog } from '@antin/adapters/log/log';
import { BatchLine, publicRoutes } from '@antin/protocol/public/verification';
import { everyFormat, trustOf, type Sample } from '@antin/testkit/judging/every-format';
import { testPki } from '@antin/testkit/pki/test-pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeWith, type Judge } from '../verification/judge.ts';
import { threadPool } from '../verification/thread-pool.ts';
import { publicProblems } from './problems.ts';
import { publicApp, type PublicDoors } from './routes.ts';

const pki = testPki();
const pool = threadPool();
afterAll(() => pool.stop());
let samples: readonly Sample[];
beforeAll(async () => {
  samples = await everyFormat(pki, 'leader');
});
const threads = judgeWith(trustOf(pki), pool.ask);
type Sent = readonly [name: string, bytes: Uint8Array | string];

function server(more: Partial<PublicDoors> = {}) {
  const app = createApp({ log: createLog({ level: 'silent' }), problems: publicProblems });
  let now = pki.now;
  app.route('/', publicApp({ clock: () => new Date((now += 60_000)), trust: trustOf(pki), judge: threads, ...more }));
  return (files: readonly Sent[], query = '') => {
    const body = new FormData();
    for (const [name, bytes] of files) body.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
    return Promise.resolve(app.request(`http://verify.test${publicRoutes.verifyBatch.path}${query}`, { method: 'POST', body }));
  };
}

async function linesOf(answer: Response): Promise<readonly BatchLine[]> {
  expect(answer.status, answer.status === 200 ? '' : await answer.clone().text()).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  const lines = (await answer.text()).split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => BatchLine.parse(JSON.parse(line)));
}
const code = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code;
const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('antin-received-'));

describe('a batch', () => {
  it('answers line by line in the order of the form; one bad file keeps nobody from an answer', async () => {
    const [pdf, attached, detached] = samples as [Sample, Sample, Sample];
    const signature = `${detached.data!.name}.p7s`;
    const lines = await linesOf(
      await server()([
        ['tốt.pdf', pdf.file],
        ['hỏng.pdf', pdf.changed.file],
        ['ghi chú.txt', 'xin chào'],
        [signature, detached.file],
        [detached.data!.name, detached.data!.bytes],
        ['b.p7m', attached.file],
      ]),
    );
    expect(lines.map((line) => ('verdict' in line ? line.verdict : 'problem' in line ? line.problem.code : line.done))).toEqual([
      ...['valid', 'invalid', 'format.unsupported', 'valid', 'format.unsupported', 'valid', true],
    ]);
    expect(lines[0]).toMatchObject({ n: 1, of: 6, file: 'tốt.pdf', report: { format: 'PAdES' } });
    expect((lines[0] as { sentence: string }).sentence).toContain('nguyên vẹn');
    // A signature in its own file is judged with the file of the batch that it is over.
    expect(lines[3]).toMatchObject({ file: signature, over: [detached.data!.name] });
    expect(lines[6]).toEqual({
      done: true,
      of: 6,
      counts: { valid: 3, invalid: 1, indeterminate: 0, unsigned: 0, problem: 2 },
    });
    expect(left()).toEqual([]);
  });

  it('a signature over another file of the batch, under a name that is not its own, is invalid', async () => {
    const detached = samples[2]!;
    const lines = await linesOf(
      await server()([
        ['khác.txt.p7s', detached.file],
        ['khác.txt', 'không phải dữ liệu được ký'],
        [detached.data!.name, detached.data!.bytes],
      ]),
    );
    expect(lines[0]).toMatchObject({ verdict: 'invalid', over: ['khác.txt'] });
  });

  it('takes language, policy and kind of report as a single file does', async () => {
    const ask = server();
    const files: Sent[] = [['a.pdf', samples[0]!.file]];
    const [line] = await linesOf(await ask(files, '?report=simple&language=en'));
    expect(line).toMatchObject({ sentence: expect.stringMatching(/^This document is intact/) as string });
    expect((line as { report: object }).report).not.toHaveProperty('signatures.0.chain');
    expect(await code(await ask(files, '?policy=nowhere'))).toBe('verify.policy-unknown');
    expect(await code(await ask(files, '?report=pdf'))).toBe('http.invalid-query');
  });

  it('refuses before it judges: too many, too large, none, no form, too often', async () => {
    let judged = 0;
    const judge: Judge = (question) => ((judged += 1), threads(question));
    const batchLimits = { files: 2, bytes: 100_000, bytesOfOne: 40_000 };
    const ask = server({ judge, batchLimits });
    const file: Sent = ['a.pdf', samples[0]!.file];
    expect(await code(await ask([file, file, file]))).toBe('verify.too-many-files');
    expect(await code(await ask([['a.pdf', new Uint8Array(100_001)]]))).toBe('http.body-too-large');
    expect(await code(await ask([]))).toMatch(/^verify\.(no-file|form-unreadable)$/);
    const request = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    const app = createApp({ log: createLog({ level: 'silent' }), problems: publicProblems });
    app.route('/', publicApp({ clock: () => new Date(pki.now), trust: trustOf(pki), judge }));
    expect(await code(await app.request(publicRoutes.verifyBatch.path, request))).toBe('http.unsupported-type');
    expect(judged).toBe(0);
    // One file that is too large has its line; the other is judged.
    const lines = await linesOf(await ask([['a.pdf', new Uint8Array(40_001)], file]));
    expect(lines).toMatchObject([{ problem: { code: 'http.body-too-large' } }, { verdict: 'valid' }, { done: true }]);
    // Counted by files: a hundred in a form are not one request.
    const hurried = server({ judge, clock: () => new Date(pki.now) });
    const many = Array.from({ length: 100 }, (): Sent => ['a.txt', 'x']);
    const codes: number[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await hurried(many);
      codes.push(answer.status);
      await answer.body?.cancel();
    }
    expect(codes).toEqual([200, 200, 429]);
    expect(left()).toEqual([]);
  });

  it('judges a file only when the line before was taken; who stops reading stops the work', async () => {
    const judged: string[] = [];
    const judge: Judge = (question) => (judged.push(question.name), threads(question));
    const answer = await server({ judge })(['1', '2', '3', '4'].map((name): Sent => [name, samples[0]!.file]));
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    expect(judged).toEqual([]);
    await reader.read();
    expect(judged).toEqual(['1']);
    await reader.read();
    await reader.cancel();
    expect(judged.length).toBeLessThanOrEqual(3);
    const so = judged.length;
    await threads({ name: 'x', file: { bytes: samples[0]!.file }, data: [], relation: 'around', at: pki.now });
    expect(judged).toHaveLength(so);
  });

  it('a fault of ours is a line, and goes to the administrator with its reason', async () => {
    const faults: unknown[] = [];
    const broken: Judge = (question) => (question.name === 'b' ? Promise.reject(new Error('disk')) : threads(question));
    const ask = server({ judge: broken, onFault: (fault) => faults.push(fault) });
    const lines = await linesOf(await ask(['a', 'b', 'c'].map((name): Sent => [name, samples[0]!.file])));
    expect(lines).toMatchObject([
      { verdict: 'valid' },
      { problem: { code: 'http.fault' } },
      { verdict: 'valid' },
      { done: true },
    ]);
    expect(JSON.stringify(lines)).not.toContain('disk');
    expect(faults).toEqual([new Error('disk')]);
  });
});
