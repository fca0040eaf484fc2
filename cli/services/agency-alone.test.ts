import { createServer, type Server } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { readSettings } from '@antin/adapters/config/settings';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import type { ValidationReport } from '@antin/signature/validation/types';
import { useFolder } from '@antin/testkit/folder';
import { letter, sign } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { runCommand } from '@antin/testkit/run-command';
import { run } from '../commands/serve.ts';
import { runServices, type Installation } from './run.ts';
import { serviceTable } from './table.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = useFolder();
// The server has its own clock: the PKI lives now.
const live = { notBefore: new Date(Date.now() - 3_600_000).toISOString(), notAfter: '2099-01-01T00:00:00Z' };
const names = ['root', 'issuing', 'leader', 'seal'] as const;
const entities = Object.fromEntries(Object.entries(DEFAULT_PKI.entities).map(([name, one]) => [name, { ...one }]));
for (const name of names) entities[name] = { ...entities[name]!, ...live };
const gone = { ...entities['leader']!, revoked: { at: new Date(Date.now() - 60_000).toISOString() }, ...live };
const pki = testPki({ ...DEFAULT_PKI, now: new Date().toISOString(), entities: { ...entities, gone } });

let lists: Server;
let asked = 0;
beforeAll(async () => {
  lists = createServer((request, answer) => {
    asked += 1;
    answer.end(pki.crlAt(pki.now, request.url === '/root.crl' ? 'root' : 'issuing'));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => lists.once('listening', resolve));
  const at = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`;
  const trust = join(folder.path, 'trust');
  mkdirSync(trust);
  writeFileSync(join(trust, 'root.crt'), pki.certificate('root').raw);
  writeFileSync(join(trust, 'issuing.crt'), pki.certificate('issuing').raw);
  writeFileSync(
    join(trust, 'trust.json'),
    JSON.stringify({
      format: 'antin-trust-store-1',
      anchors: [{ file: 'root.crt', purposes: ['signer', 'time-stamp'], crl: [`${at}/root.crl`] }],
      authorities: [{ file: 'issuing.crt', crl: [`${at}/issuing.crl`] }],
    }),
  );
  const { pkcs8, certificate } = pki.entity('seal');
  const p12 = writePkcs12({ pkcs8, certificates: [certificate.raw], friendlyName: 'seal' }, 'secret', nodeSecrets, {
    iterations: 2048,
  });
  writeFileSync(join(folder.path, 'seal.p12'), p12, { mode: 0o600 });
  writeFileSync(join(folder.path, 'pass'), 'secret', { mode: 0o600 });
  writeFileSync(
    join(folder.path, 'seal.json'),
    JSON.stringify({ p12: { file: 'seal.p12', passFile: 'pass' }, chain: ['trust/issuing.crt'] }),
  );
  mkdirSync(join(folder.path, 'policies'));
  writeFileSync(join(folder.path, 'policies/strict.json'), JSON.stringify({ name: 'strict', minimumLevel: 'B-T' }));
  writeFileSync(join(folder.path, 'policies/broken.json'), '{');
});
afterAll(() => lists.close());
afterEach(() => vi.unstubAllEnvs());

let port = 0;
async function start(profile: 'practice' | 'production', env: Record<string, string>, tries = 5): Promise<Installation> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  ({ port } = free.address() as AddressInfo);
  await new Promise((resolve) => free.close(resolve));
  const data = join(folder.path, `data ${profile}`);
  const argv = ['--data', data, '--port', String(port), '--log-level', 'silent', '--services', 'agency', '--profile', profile];
  const online = profile === 'production' ? ['--public-url', 'https://office.example'] : [];
  const services = serviceTable();
  const settings = readSettings([...argv, ...online], {}, { dataDir: '', services: Object.keys(services) });
  return runServices(settings, services).catch((fault) => {
    // Somebody else took the port that was free a moment ago.
    if (fault?.code !== 'http.port-taken' || tries === 0) throw fault;
    return start(profile, env, tries - 1);
  });
}

const verify = (file: Uint8Array, query = ''): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/api/verify${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: file as Uint8Array<ArrayBuffer>,
  });
const reportOf = async (answer: Response): Promise<ValidationReport> =>
  ((await answer.json()) as { report: ValidationReport }).report;
const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code;

test('in production the agency stands alone: trust, policies and the seal of reports come from files', async () => {
  const installation = await start('production', {
    ANTIN_TRUST: join(folder.path, 'trust'),
    ANTIN_POLICIES: join(folder.path, 'policies'),
    ANTIN_REPORT_SEAL: join(folder.path, 'seal.json'),
  });
  expect(installation.greeting).toEqual([]);
  const good = await sign(letter(), { pki, by: 'leader' });
  expect(await reportOf(await verify(good))).toMatchObject({ verdict: 'valid' });
  expect(asked).toBeGreaterThan(0);
  expect(await reportOf(await verify(await sign(letter(), { pki, by: 'gone' })))).toMatchObject({
    verdict: expect.not.stringMatching('^valid$') as string,
    signatures: [{ subIndication: expect.stringMatching(/^REVOKED/) as string }],
  });
  expect(await reportOf(await verify(good, '?policy=strict'))).toMatchObject({ policy: 'strict', verdict: 'indeterminate' });
  expect(await codeOf(await verify(good, '?policy=broken'))).toBe('verify.policy-broken');
  expect(await codeOf(await verify(good, '?policy=nowhere'))).toBe('verify.policy-unknown');
  const printed = new Uint8Array(await (await verify(good, '?report=pdf')).arrayBuffer());
  expect(await reportOf(await verify(printed))).toMatchObject({ verdict: 'valid', signatures: [{ signer: { seal: true } }] });

  const form = new FormData();
  const one = new Blob([good as Uint8Array<ArrayBuffer>]);
  for (let i = 0; i < 30; i++) form.append('file', one, `${i}.pdf`);
  const batch = `http://127.0.0.1:${port}/api/verify/batch`;
  const whole = await (await fetch(batch, { method: 'POST', body: form })).text();
  expect(JSON.parse(whole.trimEnd().split('\n').at(-1)!)).toMatchObject({ done: true, counts: { valid: 30 } });
  // Who goes away in the middle disturbs nobody.
  const leaving = new AbortController();
  const begun = await fetch(batch, { method: 'POST', body: form, signal: leaving.signal });
  await begun.body!.getReader().read();
  leaving.abort();
  expect(await reportOf(await verify(good))).toMatchObject({ verdict: 'valid' });
  await installation.stop();
});

test('in practice too, without demo and without the practice agent; reports are then not sealed', async () => {
  const installation = await start('practice', { ANTIN_TRUST: join(folder.path, 'trust') });
  expect(installation.greeting).toEqual([]);
  const good = await sign(letter(), { pki, by: 'leader' });
  expect(await reportOf(await verify(good))).toMatchObject({ verdict: 'valid' });
  const printed = new Uint8Array(await (await verify(good, '?report=pdf')).arrayBuffer());
  expect(await reportOf(await verify(printed))).toMatchObject({ verdict: 'unsigned' });
  expect((await fetch(`http://127.0.0.1:${port}/dang-nhap`)).status).toBeLessThan(500);
  await installation.stop();
});

test('with nobody to trust it does not start, and says which setting is missing', async () => {
  await expect(start('practice', { ANTIN_TRUST: '' })).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('ANTIN_TRUST') as string,
  });
});

test('what is wrong with its files is said in a sentence and is wrong use, not a fault of ours', async () => {
  const wrong = join(folder.path, 'wrong trust');
  mkdirSync(wrong);
  const serve = async (env: Record<string, string>, ...argv: string[]) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const data = join(folder.path, 'data wrong');
    const done = await runCommand(
      run,
      ['--data', data, '--port', '0', '--services', 'agency', '--log-level', 'silent', ...argv],
      '',
    );
    vi.unstubAllEnvs();
    return [done.code, done.err.replace(/.*\[([a-z.-]+)\]\n$/s, '$1')];
  };
  const production = ['--profile', 'production', '--public-url', 'https://office.example'];
  expect(await serve({ ANTIN_TRUST: '' })).toEqual([64, 'config.invalid']);
  writeFileSync(join(wrong, 'trust.json'), '{"format": ');
  expect(await serve({ ANTIN_TRUST: wrong })).toEqual([64, 'source.trust-unreadable']);
  const anchors = [{ file: 'root.crt', purposes: ['signer'], practice: true }];
  writeFileSync(join(wrong, 'root.crt'), pki.certificate('root').raw);
  writeFileSync(join(wrong, 'trust.json'), JSON.stringify({ format: 'antin-trust-store-1', anchors }));
  expect(await serve({ ANTIN_TRUST: wrong }, ...production)).toEqual([64, 'source.practice-anchor']);
  const trust = join(folder.path, 'trust');
  expect(await serve({ ANTIN_TRUST: trust, ANTIN_POLICIES: join(folder.path, 'nowhere') })).toEqual([64, 'config.invalid']);
  expect(await serve({ ANTIN_TRUST: trust, ANTIN_REPORT_SEAL: join(folder.path, 'nowhere') })).toEqual([64, 'config.invalid']);
});
