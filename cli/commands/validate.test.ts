import { writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { signAsicCades } from '@antin/signature/asic/sign';
import { signJades } from '@antin/signature/jades/sign';
import { HOUR, letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { runCommand } from '@antin/testkit/run-command';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { run } from './validate.ts';
import { readValidateArguments } from './validate-arguments.ts';

const pki = testPki();
const dir = useFolder().path;
const path = (name: string): string => join(dir, name);
const at = new Date(pki.now + 2 * HOUR).toISOString();

beforeAll(async () => {
  writeFileSync(path('root.der'), pki.certificate('root').raw);
  pki.evidence(Date.parse(at)).crls.forEach((crl, i) => writeFileSync(path(`${i}.crl`), crl));
  const good = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
  writeFileSync(path('good.pdf'), good);
  const bad = good.slice();
  bad[50] = (bad[50] as number) ^ 1;
  writeFileSync(path('bad.pdf'), bad);
  writeFileSync(path('stranger.pdf'), await sign(letter(), { pki, by: 'unknownIssuer' }));
  writeFileSync(path('plain.pdf'), letter());
  writeFileSync(path('note.txt'), 'hello');
});

const antin = (argv: string[], stdin = '') => runCommand(run, argv, stdin);

const crls = (): string[] => [path('0.crl'), path('1.crl')];
const usual = (): string[] => ['--trust', path('root.der'), '--crl', ...crls(), '--at', at, '--offline'];

describe('antin validate', () => {
  it.each([
    ['good.pdf', 0, 'valid'],
    ['bad.pdf', 1, 'invalid'],
    ['stranger.pdf', 2, 'indeterminate'],
    ['plain.pdf', 3, 'unsigned'],
  ])('%s answers with exit code %i', async (name, code, verdict) => {
    const done = await antin([path(name), ...usual(), '--format', 'json']);
    expect(done.err).toBe('');
    expect(done.code).toBe(code);
    const report = JSON.parse(done.out) as Record<string, unknown>;
    expect(report).toMatchObject({ file: path(name), verdict });
    expect(report['sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the fields of the issue in its JSON', async () => {
    const report = JSON.parse((await antin([path('good.pdf'), ...usual(), '--format', 'json'])).out) as {
      signatures: Record<string, unknown>[];
    };
    const fields =
      'id format level levelFailures indication subIndication intact cryptoValid coverage changes signer claimedSigningTime bestSignatureTime timestamps errors warnings';
    for (const field of fields.split(' ')) expect(report.signatures[0], field).toHaveProperty(field);
    expect(report.signatures[0]).toMatchObject({ format: 'PAdES', level: 'B-T', subIndication: null, coverage: 'file' });
  });

  it('writes the sentence first in text, Vietnamese or English', async () => {
    expect((await antin([path('good.pdf'), ...usual()])).out).toMatch(/^Văn bản này còn nguyên vẹn/);
    expect((await antin([path('good.pdf'), ...usual(), '--lang', 'en'])).out).toMatch(/^This document is intact/);
    expect((await antin([path('plain.pdf'), ...usual()])).out).toMatch(/^Tệp này không có chữ ký số/);
  });

  it('refuses a file of no format, a missing file and wrong arguments by code', async () => {
    expect((await antin([path('note.txt'), ...usual()])).code).toBe(65);
    expect((await antin([path('absent.pdf'), ...usual()])).code).toBe(64);
    expect((await antin([])).code).toBe(64);
    expect((await antin([path('good.pdf'), '--sideways'])).code).toBe(64);
    expect((await antin([path('good.pdf'), '--at', 'yesterday'])).code).toBe(64);
    expect((await antin([path('good.pdf'), '--trust', path('note.txt')])).code).toBe(64);
    expect((await antin([path('good.pdf'), '--format', 'xml'])).code).toBe(64);
  });

  it('reads a folder of trust, and uses it for time-stamps only when told to', async () => {
    const folder = ['--trust', dir, '--crl', ...crls(), '--at', at, '--offline', '--format', 'json'];
    expect((await antin([path('good.pdf'), ...folder])).code).toBe(0);
    const stampsOnly = ['--tsa-trust', path('root.der'), '--crl', ...crls(), '--at', at, '--offline'];
    expect((await antin([path('good.pdf'), ...stampsOnly])).code).toBe(2);
  });

  it('judges a list, one JSON line a file, and answers with the worst', async () => {
    const list = `${['good.pdf', 'stranger.pdf', 'bad.pdf', 'plain.pdf'].map(path).join('\n')}\n`;
    writeFileSync(path('list'), list);
    const done = await antin(['--batch', path('list'), ...usual(), '--format', 'jsonl']);
    expect(done.code).toBe(1);
    const verdicts = done.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { verdict: string }).verdict);
    expect(verdicts).toEqual(['valid', 'indeterminate', 'invalid', 'unsigned']);
    const mixed = await antin(['--batch', '-', ...usual(), '--format', 'jsonl'], `${path('bad.pdf')}\n${path('note.txt')}\n`);
    expect(mixed.code).toBe(65);
    expect((await antin(['--batch', '-', ...usual()], `${path('good.pdf')}\n${path('plain.pdf')}\n`)).code).toBe(3);
    expect((await antin(['--batch', '-', ...usual()], `${path('plain.pdf')}\n${path('stranger.pdf')}\n`)).code).toBe(2);
  });
});

describe('the arguments', () => {
  it('take lists in both ways and the file anywhere', () => {
    expect(readValidateArguments(['f', '--trust', 'a', 'b', '--crl', 'c'])).toMatchObject({
      file: 'f',
      trust: ['a', 'b'],
      crl: ['c'],
    });
    expect(readValidateArguments(['--trust', 'a', '--trust', 'b', 'f'])).toMatchObject({ file: 'f', trust: ['a', 'b'] });
    expect(readValidateArguments(['--trust', 'a', 'b', 'f', '--offline'])).toMatchObject({ file: 'f', trust: ['a', 'b'] });
    expect(readValidateArguments(['--trust=a', 'f'])).toMatchObject({ file: 'f', trust: ['a'] });
    expect(readValidateArguments(['--trust', 'a', '--', '-f'])).toMatchObject({ file: '-f', trust: ['a'] });
  });

  it('read a moment without a zone as UTC', () => {
    expect(readValidateArguments(['f', '--at', '2026-03-02T09:00:00']).at).toBe(Date.UTC(2026, 2, 2, 9));
    expect(readValidateArguments(['f', '--at', '2026-03-02T09:00:00+07:00']).at).toBe(Date.UTC(2026, 2, 2, 2));
    expect(readValidateArguments(['f', '--at', '2026-03-02']).at).toBe(Date.UTC(2026, 2, 2));
  });
});

describe('longer and shorter reports', () => {
  const asked = (file: string, ...more: string[]) => antin([path(file), ...usual(), ...more]);

  it('the simple one is the sentence and four answers', async () => {
    const { out } = await asked('good.pdf', '--report', 'simple', '--format', 'json', '--lang', 'en');
    const report = JSON.parse(out) as { verdict: string; sentence: { heading: string; answers: object } };
    expect(report).toMatchObject({ verdict: 'valid', language: 'en' });
    expect(Object.keys(report.sentence.answers)).toEqual(['changed', 'signed', 'sealed', 'inForce']);
    const text = (await asked('good.pdf', '--report', 'simple')).out;
    expect(text).toContain('còn nguyên vẹn');
    expect(text).not.toContain('signature-1');
  });

  it('the detailed one names every check, its clause and what decided', async () => {
    const { out, code } = await asked('bad.pdf', '--report', 'detailed', '--format', 'json');
    expect(code).toBe(1);
    const [one] = (JSON.parse(out) as { signatures: { checks: { id: string; status: string; clause: string }[] }[] }).signatures;
    expect(one?.checks.find((check) => check.status === 'failed')).toMatchObject({
      id: 'integrity.digest',
      clause: 'EN 319 102-1 5.2.7',
    });
    expect((await asked('good.pdf', '--report', 'detailed')).out).toMatch(/passed +trust\.not-revoked/);
  });

  it('the diagnostic one holds facts and no judgement', async () => {
    const { out } = await asked('good.pdf', '--report', 'diagnostic');
    const [facts] = (JSON.parse(out) as { signatures: object[] }).signatures;
    expect(facts).toMatchObject({ format: 'PAdES', cms: { digestMatches: true, signatureValue: 'valid' } });
    expect(facts).not.toHaveProperty('indication');
  });

  it('a policy file decides and stands in the report; a wrong one is a wrong use', async () => {
    writeFileSync(path('strict.json'), JSON.stringify({ name: 'strict', minimumLevel: 'B-LT' }));
    const { out, code } = await asked('good.pdf', '--policy', path('strict.json'), '--format', 'json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ policy: 'strict', decidedBy: 'policy.level' });
    writeFileSync(path('lax.json'), JSON.stringify({ name: 'lax', constraints: { 'integrity.digest': 'ignore' } }));
    const refused = await asked('bad.pdf', '--policy', path('lax.json'));
    expect(refused.code).toBe(64);
    expect(refused.err).toContain('policy.not-loosenable');
  });
});

describe('antin validate of JSON and containers', () => {
  const sources = { door: nodeCrypto, level: 'B-B', signingTime: pki.now } as const;
  const file = (name: string, text: string) => ({ name, content: memorySource(utf8(text)), mimeType: 'text/plain' });
  beforeAll(async () => {
    const key = pki.signingKey('leader');
    const files = [file('thư.txt', 'một'), file('phụ lục.txt', 'hai')];
    for (const { name, content } of files) writeFileSync(path(name), content.read(0, content.size));
    const container = await signAsicCades({ container: 'ASiC-E', files }, key, sources);
    writeFileSync(path('x.asice'), container.read(0, container.size));
    const detached = { packaging: 'detached', files } as const;
    writeFileSync(path('x.json'), await signJades(detached, key, { ...sources, serialization: 'flattened' }));
  });

  it('names the files that are signed, and those that are not at hand', async () => {
    const container = await antin([path('x.asice'), ...usual()]);
    expect(container.code).toBe(0);
    expect(container.out).toMatch(/CAdES, mức B-B[^]*META-INF\/signature001\.p7s[^]*tệp thư\.txt\n[^]*tệp phụ lục\.txt\n/);
    const both = await antin([path('x.json'), '--detached', path('thư.txt'), path('phụ lục.txt'), ...usual()]);
    expect(both.code).toBe(0);
    expect(both.out).toMatch(/JAdES, mức B-B[^]*tệp thư\.txt\n[^]*tệp phụ lục\.txt\n/);
    const one = await antin([path('x.json'), '--detached', path('thư.txt'), ...usual()]);
    expect(one.code).toBe(2);
    expect(one.out).toContain('tệp phụ lục.txt: không có ở đây');
    expect((await antin([path('x.json'), ...usual()])).code).toBe(2);
    const wrong = await antin([path('x.json'), '--detached', path('good.pdf'), ...usual(), '--lang', 'en']);
    expect(wrong.code).toBe(2);
    expect(wrong.out).toContain('not at hand');
  });
});

describe('a PDF under a password', () => {
  it.skipIf(spawnSync('qpdf', ['--version']).error !== undefined)('is judged when the password is given', async () => {
    writeFileSync(path('letter.pdf'), letter());
    const { status } = spawnSync('qpdf', ['--encrypt', 'mở', 'chủ', '256', '--', path('letter.pdf'), path('locked.pdf')]);
    expect(status).toBe(0);
    writeFileSync(path('open.pass'), 'mở\n', { mode: 0o600 });
    expect((await antin([path('locked.pdf'), ...usual()])).code).toBe(2);
    const opened = await antin([path('locked.pdf'), ...usual(), '--open-pass-file', path('open.pass')]);
    expect(opened.code).toBe(3);
  });
});

describe('the printed report', () => {
  const usualKey = async () => {
    const { nodeSecrets } = await import('@antin/adapters/crypto/node');
    const { writePkcs12 } = await import('@antin/pki/pkcs12/write');
    const key = pki.entity('seal');
    const certificates = [pki.certificate('seal'), ...pki.chain('seal')].map((one) => one.raw);
    const file = writePkcs12({ pkcs8: key.pkcs8, certificates, friendlyName: 'seal' }, 'mật khẩu', nodeSecrets, {
      iterations: 2048,
    });
    writeFileSync(path('seal.p12'), file, { mode: 0o600 });
    writeFileSync(path('seal.pass'), 'mật khẩu\n', { mode: 0o600 });
    return ['--p12', path('seal.p12'), '--pass-file', path('seal.pass')];
  };

  it('is written beside the verdict, sealed by the verifier, and itself valid', async () => {
    const printed = path('report.pdf');
    const done = await antin([path('bad.pdf'), ...usual(), '--report', 'pdf', '-o', printed, ...(await usualKey())]);
    expect(done).toMatchObject({ code: 1, err: '' });
    expect(done.out).toContain('Không hợp lệ');
    const judged = await antin([printed, ...usual(), '--format', 'json']);
    const { verdict, signatures } = JSON.parse(judged.out) as { verdict: string; signatures: { signer: { seal: boolean } }[] };
    expect([verdict, signatures[0]?.signer.seal]).toEqual(['valid', true]);
  });

  it('never replaces a file unasked, least of all the one that is judged', async () => {
    const again = await antin([path('good.pdf'), ...usual(), '--report', 'pdf', '-o', path('note.txt')]);
    expect(again.code).toBe(64);
    expect((await antin([path('good.pdf'), ...usual(), '--report', 'pdf', '-o', path('good.pdf'), '--force'])).code).toBe(64);
    expect((await antin([path('good.pdf'), ...usual(), '--report', 'pdf'])).code).toBe(64);
    expect((await antin([path('good.pdf'), ...usual(), '-o', path('x.pdf')])).code).toBe(64);
  });
});
