import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { opensslVersion } from '@antin/testkit/openssl';
import { pdfsig, tools } from '@antin/testkit/pdf/outside';
import { softHsmModule } from '@antin/testkit/softhsm';

const folder = useFolder().path;

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

  it.skipIf(softHsmModule() === undefined)('make keys and certificates of CAs before witnesses', () => {
    const { stdout, codes, path } = run('12-ceremony');
    expect(codes).toEqual([1, 65]);
    expect(stdout).toContain('cap-phat.crt: OK');
    expect(statSync(path('authority/signer/signer.json')).mode & 0o077).toBe(0);
    expect(readFileSync(path('bien-ban.log'), 'utf8')).toContain('Người giữ khóa');
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

  it('sign an XML form twice, raise both signatures, and see a changed letter', () => {
    const { stdout, codes, path } = run('05-xml-form');
    expect(codes).toEqual([0, 1]);
    expect(stdout).toContain('da-ky.xml: XAdES B-B, Nguyễn Văn An, enveloped\n');
    expect(stdout).toContain('luu-tru.xml: XAdES B-LTA, XAdES B-LTA\nVăn bản này còn nguyên vẹn');
    expect(readFileSync(path('luu-tru.xml'), 'utf8')).toContain('<HoTen>Nguyễn Bảo Minh</HoTen>');
  });

  it('sign a JSON receipt in every form', () => {
    const { codes, path } = run('06-json-receipt');
    expect(codes).toEqual([0]);
    const { signatures } = JSON.parse(readFileSync(path('hai-chu-ky.jws.json'), 'utf8')) as { signatures: unknown[] };
    expect(signatures).toHaveLength(2);
    expect(readFileSync(path('bien-nhan.jws'), 'utf8')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(JSON.parse(readFileSync(path('ho-so.jws.json'), 'utf8'))).not.toHaveProperty('payload');
  });

  it('put a letter and its annexes into one container, signed and sealed', () => {
    const { stdout, codes } = run('07-letter-with-annexes');
    expect(codes).toEqual([0]);
    expect(stdout).toContain('Văn bản này còn nguyên vẹn, do Nguyễn Văn An');
    expect(stdout).toContain('phat-hanh.asice: ASiC-E B-T, Sở Tài chính tỉnh Nam Hà, beside the signatures that are there\n');
    expect(stdout).toContain('cms.asice: ASiC-E B-B, Nguyễn Văn An, cades\n');
  });

  it('sign any file, and OpenSSL agrees', () => {
    expect(run('08-any-file').codes).toEqual([0, 0]);
  });

  it('sign a Word file twice and time-stamp what was not', () => {
    const { stdout, codes, path } = run('09-office-file');
    expect(codes).toEqual([0]);
    expect(stdout).toContain('chuyen-vien.docx: OOXML XAdES-EPES, Trần Thị Bình\n');
    expect(stdout).toContain('truong-phong.docx: OOXML XAdES-T, Nguyễn Văn An\n');
    expect(readFileSync(path('co-dau-thoi-gian.docx')).toString('latin1')).toContain('_xmlsignatures/sig2.xml');
  });

  it('sign a folder under one passphrase, a bad file among it', () => {
    const { stdout, codes } = run('10-sign-many');
    expect(codes).toEqual([4]);
    expect(stdout.match(/^signed +cho-ky\/quyet-dinh-\d\.pdf da-ky\/quyet-dinh-\d\.pdf$/gm)).toHaveLength(5);
    expect(stdout).toMatch(/^refused +cho-ky\/hong\.pdf pdf\.header$/m);
  });

  it('judge in depth: reports, a policy, a path, a revoked certificate', () => {
    const { stdout, codes, path } = run('11-judge');
    expect(codes).toEqual([2, 1, 1]);
    expect(stdout).toContain('Văn bản này còn nguyên vẹn, do Trần Thị Bình');
    expect(stdout).toContain('policy.level');
    expect(stdout).toMatch(/^Đường dẫn hợp lệ\.$/m);
    expect(stdout).toMatch(/^Đã bị thu hồi .* \(keyCompromise\), theo CRL/m);
    expect(readFileSync(path('report.xml'), 'utf8')).toContain('ValidationReport');
  });
});
