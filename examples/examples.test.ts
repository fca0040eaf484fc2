import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { opensslVersion } from '@antin/testkit/openssl';
import { pdfsig, tools } from '@antin/testkit/pdf/outside';
import { softHsmModule } from '@antin/testkit/softhsm';

const folder = mkdtempSync(join(tmpdir(), 'antin examples '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pkcs11Tool = spawnSync('pkcs11-tool', ['--help'], { stdio: 'ignore' }).error === undefined;
if (!pkcs11Tool) console.warn('SKIPPED: pkcs11-tool is not installed (Debian: opensc); the example with a token does not run');

/** As somebody types it, into a folder of its own with a space in its name. */
function run(script: string) {
  const place = join(folder, script);
  const { status, stdout, stderr } = spawnSync('sh', [join(import.meta.dirname, `${script}.sh`), place], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH']}${delimiter}${dirname(process.execPath)}` },
  });
  expect(status, stdout + stderr).toBe(0);
  const codes = [...stdout.matchAll(/exit code: (\d+)/g)].map(([, code]) => Number(code));
  return { stdout, codes, path: (name: string) => join(place, name) };
}

describe.skipIf(opensslVersion === undefined)('the examples', () => {
  it('sign and validate with nothing but openssl', () => {
    const { stdout, codes, path } = run('01-sign-and-validate');
    expect(codes).toEqual([0, 1, 2]);
    expect(stdout).toContain('Văn bản này còn nguyên vẹn, do Nguyễn Văn An');
    if (tools.pdfsig) expect(pdfsig(new Uint8Array(readFileSync(path('signed.pdf'))))).toMatchObject({ signatures: 1, valid: 1 });
    for (const secret of ['an.p12', 'an.pass', 'ca.key']) expect(statSync(path(secret)).mode & 0o077).toBe(0);
  });

  it.skipIf(softHsmModule() === undefined || !pkcs11Tool)('sign with a key that was made in a token', () => {
    const { codes, path } = run('02-token-softhsm');
    expect(codes).toEqual([65]);
    if (tools.pdfsig) expect(pdfsig(new Uint8Array(readFileSync(path('signed.pdf'))))).toMatchObject({ signatures: 1, valid: 1 });
  });

  it('validate many files, one JSON line each', () => {
    const { stdout, codes, path } = run('03-validate-many');
    expect(codes).toEqual([65]);
    const verdicts = readFileSync(path('results.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; verdict?: string; error?: { code: string } })
      .map(({ file, verdict, error }) => [file, verdict ?? error?.code]);
    expect(verdicts).toEqual([
      ['forged.pdf', 'invalid'],
      ['letter-1.pdf', 'unsigned'],
      ['note.txt', 'format.unsupported'],
      ['signed-1.pdf', 'valid'],
      ['signed-2.pdf', 'valid'],
      ['signed-3.pdf', 'valid'],
    ]);
    expect(stdout).toMatch(/valid +signed-1\.pdf +Nguyễn Văn An/);
  });

  it('raise a signature to B-LTA, renew it, and time-stamp a file that nobody signed', () => {
    const { stdout, codes, path } = run('04-for-decades');
    expect(codes).toEqual([0]);
    expect(stdout).toContain('archived.pdf: PAdES B-LTA\nVăn bản này còn nguyên vẹn');
    expect(stdout).toContain('renewed.pdf: PAdES B-LTA\nstamped.pdf: document time-stamp\n');
    const signed = readFileSync(path('signed.pdf'));
    for (const name of ['archived.pdf', 'renewed.pdf']) {
      const bytes = readFileSync(path(name));
      expect(bytes.subarray(0, signed.length).equals(signed)).toBe(true);
      if (tools.pdfsig) expect(pdfsig(new Uint8Array(bytes)).valid).toBe(1);
    }
  });
});
