import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePem } from '@antin/pki/pem';
import { isPractice } from '@antin/pki/path/practice';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { opensslVersion } from '@antin/testkit/openssl';
import { softHsmModule, softToken } from '@antin/testkit/softhsm';
import type { SoftToken } from '@antin/testkit/softhsm';
import { readHierarchy } from '../hierarchy.ts';
import { readSignerConfig } from '../signer-process/config.ts';
import { ceremony } from './run.ts';
import { checkTranscript } from './transcript.ts';

const module = softHsmModule();
const NOW = Date.parse('2026-12-01T02:10:00Z');

describe.skipIf(module === undefined || opensslVersion === undefined)('a ceremony from one reviewed file', () => {
  let token: SoftToken;
  let folder: string;
  const lines: string[] = [];
  beforeAll(async () => {
    token = await softToken(module as string, 'goc', []);
    folder = mkdtempSync(join(tmpdir(), 'antin-ceremony-test-'));
  });
  afterAll(() => {
    token?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const head = (mode: string, name: string, profile = 'production') =>
    [
      `ceremony: ${mode}`,
      `name: ${name}`,
      `title: "Lễ ${mode}"`,
      `profile: ${profile}`,
      'place: Hà Nội',
      'transcript: all.transcript',
      'witnesses:',
      '  - name: Nguyễn Văn An',
      '    role: Trưởng ban',
      '  - name: Trần Thị Bình',
      '    role: Thư ký',
    ].join('\n');
  const onToken = () => ['key:', `  module: ${token.module}`, '  label: goc'].join('\n');
  const dn = (name: string) => ['  subject:', '    - C: VN', '    - O: Cơ quan thử', `    - CN: ${name}`].join('\n');
  const life = (from: string, to: string) => `  not-before: ${from}\n  not-after: ${to}`;
  const put = (name: string, ...parts: string[]) => {
    const path = join(folder, `${name}.yaml`);
    writeFileSync(path, `${parts.join('\n')}\n`);
    return path;
  };
  const run = (file: string, reviewed?: string, pin = token.pin) =>
    ceremony({
      file,
      ...(reviewed === undefined ? {} : { reviewed }),
      pin: () => Promise.resolve(Buffer.from(pin)),
      clock: () => NOW,
      say: (line) => lines.push(line),
    });
  const both = async (file: string) => run(file, (await run(file)).reviewed);
  const certificate = (name: string) =>
    parseCertificate(decodePem(readFileSync(join(folder, `${name}.crt`), 'utf8'))[0]?.bytes as Uint8Array);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

  test('keys are made on the token and stay there', async () => {
    for (const [name, kind] of [
      ['root', 'p-384'],
      ['root-g2', 'p-384'],
      ['issuing', 'p-256'],
      ['old', 'rsa-2048'],
      ['ocsp', 'p-256'],
      ['tsa', 'p-256'],
    ] as const) {
      await both(put(`key-${name}`, head('key', name), onToken(), 'generate:', `  kind: ${kind}`, `  label: "Khóa ${name}"`));
      expect(openssl('pkey', '-pubin', '-in', `${name}.pub`, '-noout', '-text')).toContain(
        kind === 'rsa-2048' ? '2048' : kind.slice(2),
      );
    }
  });

  test('root, issuing CA, responder and time-stamp certificates are as reviewed, and openssl accepts them', async () => {
    const policies = '  policies:\n    - 1.3.6.1.4.1.99999.1';
    const root = put(
      'root-certificate',
      head('root', 'root'),
      onToken(),
      'public-key: root.pub',
      'certificate:',
      dn('Gốc thử'),
      life('2026-12-01T00:00:00Z', '2046-11-30T23:59:59Z'),
    );
    const dry = await run(root);
    expect(dry.reviewed).toBe(
      createHash('sha256')
        .update(readFileSync(join(folder, 'root.tbs')))
        .digest('hex'),
    );
    expect(existsSync(join(folder, 'root.crt'))).toBe(false);
    const real = await run(root, dry.reviewed);
    expect(certificate('root').tbs).toEqual(new Uint8Array(readFileSync(join(folder, 'root.tbs'))));
    expect(real.transcript).toMatch(/^[0-9a-f]{64}$/);
    const addresses = 'addresses:\n  base-url: http://ca.example\n  issuer: root';
    const signed = (mode: string, name: string, to: string, issuer: string) =>
      put(
        `${name}-certificate`,
        head(mode, name),
        onToken(),
        `public-key: ${name}.pub`,
        `issuer: ${issuer}.crt`,
        'certificate:',
        dn(`Tên ${name}`),
        life('2026-12-01T00:00:00Z', to),
        policies,
        addresses,
      );
    await both(signed('intermediate', 'issuing', '2041-11-30T23:59:59Z', 'root'));
    await both(signed('ocsp-certificate', 'ocsp', '2026-12-30T23:59:59Z', 'issuing'));
    await both(signed('tsa-certificate', 'tsa', '2036-11-30T23:59:59Z', 'issuing'));
    const at = String(NOW / 1000);
    for (const [leaf, purpose] of [
      ['tsa', 'timestampsign'],
      ['ocsp', 'any'],
    ] as const)
      // prettier-ignore
      expect(
        openssl('verify', '-x509_strict', '-attime', at, '-purpose', purpose, '-CAfile', 'root.crt', '-untrusted', 'issuing.crt', `${leaf}.crt`),
      ).toContain('OK');
    expect(isPractice(certificate('issuing'))).toBe(false);
  });

  test('a list, a request to another CA, a cross-certificate and a link', async () => {
    const crl = put(
      'crl',
      head('crl', 'root-crl'),
      onToken(),
      'issuer: root.crt',
      'crl:',
      '  number: 1',
      '  this-update: 2026-12-01T02:00:00Z',
      '  next-update: 2027-06-01T00:00:00Z',
      '  revoked:',
      '    - serial: 41aa',
      '      at: 2026-12-01T01:00:00Z',
      '      reason: superseded',
    );
    await both(crl);
    expect(openssl('crl', '-in', 'root-crl.crl', '-CAfile', 'root.crt', '-noout', '-text')).toMatch(/41AA[\s\S]*Superseded/);
    await both(put('csr', head('cross-csr', 'root-request'), onToken(), 'repeats: root.crt'));
    expect(
      execFileSync('openssl', ['req', '-in', 'root-request.csr', '-verify', '-noout'], { cwd: folder, stdio: 'pipe' }),
    ).toBeDefined();
    const life20 = life('2026-12-01T00:00:00Z', '2046-11-30T23:59:59Z');
    await both(put('g2', head('root', 'root-g2'), onToken(), 'public-key: root-g2.pub', 'certificate:', dn('Gốc thử'), life20));
    await both(put('old', head('root', 'old'), onToken(), 'public-key: old.pub', 'certificate:', dn('Gốc cũ'), life20));
    await both(put('link', head('link', 'root-link'), onToken(), 'issuer: root.crt', 'repeats: root-g2.crt'));
    const addresses = 'addresses:\n  base-url: http://ca.example\n  issuer: old';
    const crossed = life('2026-12-01T00:00:00Z', '2036-11-30T23:59:59Z');
    await both(
      put(
        'cross',
        head('cross-certificate', 'cross'),
        onToken(),
        'issuer: old.crt',
        'repeats: issuing.crt',
        'certificate:',
        crossed,
        addresses,
      ),
    );
    const at = ['-attime', String(NOW / 1000), '-partial_chain'];
    expect(openssl('verify', ...at, '-trusted', 'root.crt', 'root-link.crt')).toContain('OK');
    expect(openssl('verify', ...at, '-CAfile', 'old.crt', '-untrusted', 'cross.crt', 'tsa.crt')).toContain('OK');
    const same = put(
      'same',
      head('cross-certificate', 'same'),
      onToken(),
      'issuer: root.crt',
      'repeats: root-g2.crt',
      'certificate:',
      crossed,
      addresses,
    );
    await expect(run(same)).rejects.toMatchObject({ code: 'ceremony.rule' });
  });

  test('what was installed is what a signer process and an authority read', async () => {
    const path = put(
      'install',
      head('install', 'install'),
      onToken(),
      'output: installed',
      'install:',
      '  pin-file: pin',
      '  ocsp-key: ocsp.pub',
      '  tsa-key: tsa.pub',
      '  tsa-policy: 1.3.6.1.4.1.99999.2',
      '  keys:',
      '    - name: issuing',
      '      use: ca',
      '      file: issuing.crt',
      '      per-second: 200',
      '      services:',
      '        - ocsp.pub',
      '        - tsa.pub',
      '    - name: ocsp',
      '      use: ocsp',
      '      file: ocsp.pub',
      '      per-second: 5000',
      '  cas:',
      '    - series: root',
      '      certificate: root.crt',
      '      crl: root-crl.crl',
      '    - series: issuing',
      '      certificate: issuing.crt',
      '      issuer: root.crt',
      '      profiles:',
      '        - person',
    );
    await both(path);
    const installed = join(folder, 'installed');
    expect(statSync(join(installed, 'signer', 'signer.json')).mode & 0o077).toBe(0);
    const signer = readSignerConfig(join(installed, 'signer', 'signer.json'));
    expect(signer.keys.map((key) => key.policy.use)).toEqual(['ca', 'ocsp']);
    expect(readHierarchy(installed)?.cas.map((ca) => ca.series)).toEqual(['root', 'issuing']);
  });

  test('the transcript names the witnesses, and one changed letter is found', () => {
    const text = readFileSync(join(folder, 'all.transcript'), 'utf8');
    const { lines: count, hash } = checkTranscript(text);
    expect(count).toBeGreaterThan(40);
    expect(text.trimEnd().split('\n').at(-1)?.slice(0, 64)).toBe(hash);
    expect(text).toContain('Trần Thị Bình');
    expect(text).not.toContain(token.pin);
    const lines = text.split('\n');
    const swapped = [lines[1], lines[0], ...lines.slice(2)].join('\n');
    for (const changed of [
      text.replace('Trần Thị Bình', 'Trần Thị Bính'),
      lines.slice(1).join('\n'),
      swapped,
      text.slice(0, -1),
    ]) {
      expect(() => checkTranscript(changed)).toThrow(expect.objectContaining({ code: 'ceremony.transcript-broken' }) as Error);
    }
  });

  describe('refuses', () => {
    const root = (change: (text: string) => string, name = 'bad') => {
      const file = put(
        name,
        head('root', name),
        onToken(),
        'public-key: root.pub',
        'certificate:',
        dn('Gốc xấu'),
        life('2026-12-01T00:00:00Z', '2046-11-30T23:59:59Z'),
      );
      writeFileSync(file, change(readFileSync(file, 'utf8')));
      return file;
    };
    test('a file that changed between the dry run and the real one, and a hash nobody reviewed', async () => {
      const { reviewed } = await run(root((text) => text));
      const changed = root((text) => text.replace('Gốc xấu', 'Gốc lạ'));
      await expect(run(changed, reviewed)).rejects.toMatchObject({ code: 'ceremony.tbs-differs' });
      const back = root((text) => text);
      await expect(run(back, '0'.repeat(64))).rejects.toMatchObject({ code: 'ceremony.not-reviewed' });
      rmSync(join(folder, 'bad.tbs'));
      await expect(run(back, reviewed)).rejects.toMatchObject({ code: 'ceremony.no-dry-run' });
      expect(existsSync(join(folder, 'bad.crt'))).toBe(false);
    });
    test.each([
      ['a member it does not know', (text: string) => `${text}comment: x\n`, 'ceremony.file'],
      ['one witness', (text: string) => text.replace(/ {2}- name: Trần.*\n.*\n/, ''), 'ceremony.file'],
      ['a life longer than a root may have', (text: string) => text.replace('2046', '2056'), 'ceremony.rule'],
      [
        'a time in a zone of its own',
        (text: string) => text.replace('2026-12-01T00:00:00Z', '2026-12-01T07:00:00+07:00'),
        'ceremony.file',
      ],
      [
        'the policy of practice in production',
        (text: string) => `${text.trimEnd()}\n  policies:\n    - 2.999.68.2024\n`,
        'ceremony.rule',
      ],
      [
        'a software key outside practice',
        (text: string) => text.replace(/key:\n.*\n.*\n/, 'key:\n  software: x.key\n'),
        'ceremony.software-key',
      ],
      ['a key in a file that is no key', (text: string) => text.replace('root.pub', 'root.crt'), 'ceremony.input'],
    ])('%s', async (_, change, code) => {
      await expect(run(root(change, 'other'))).rejects.toMatchObject({ code });
    });
    test('to write over what is there, and a wrong PIN', async () => {
      const again = put('again', head('key', 'root'), onToken(), 'generate:', '  kind: p-256', '  label: x');
      await expect(run(again, (await run(again)).reviewed)).rejects.toMatchObject({ code: 'ceremony.exists' });
      const other = put('wrong-pin', head('key', 'wrong-pin'), onToken(), 'generate:', '  kind: p-256', '  label: x');
      await expect(run(other, (await run(other)).reviewed, '999999')).rejects.toMatchObject({ code: 'keys.pin-wrong' });
    });
  });

  test('practice may use a key in a file, and its certificates say so', async () => {
    const key = 'key:\n  software: practice.key';
    const one = (text: string) => text.replace(/ {2}- name: Trần.*\n.*\n?/, '');
    const made = put('p-key', one(`${head('key', 'practice', 'practice')}\n`), key, 'generate:', '  kind: p-256', '  label: x');
    await both(made);
    expect(statSync(join(folder, 'practice.key')).mode & 0o077).toBe(0);
    const life20 = life('2026-12-01T00:00:00Z', '2046-11-30T23:59:59Z');
    const root = put(
      'p-root',
      head('root', 'practice', 'practice'),
      key,
      'public-key: practice.pub',
      'certificate:',
      dn('Gốc tập'),
      life20,
    );
    await both(root);
    expect(isPractice(certificate('practice'))).toBe(true);
  });
});
