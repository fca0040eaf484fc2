import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePem } from '@antin/pki/pem';
import { corpus } from '@antin/testkit/corpora';
import { runCommand } from '@antin/testkit/run-command';
import { testPki } from '@antin/testkit/pki/test-pki';
import { useFolder } from '@antin/testkit/folder';
import { describe, expect, it } from 'vitest';
import { run } from './path.ts';

const pki = testPki();
const at = new Date(pki.now).toISOString();
const folder = useFolder();
const file = (name: string): string => folder.put(`${name}.cer`, pki.certificate(name).raw);

async function path(...argv: string[]) {
  const { code, out, err } = await runCommand(run, [...argv, '--format', 'json']);
  return {
    exit: code,
    err,
    ...(out === '' ? {} : (JSON.parse(out) as { valid: boolean; code: string | null; policies: string[]; path: object[] })),
  };
}

describe('antin path', () => {
  const lists = (): string[] => pki.evidence(pki.now).crls.map((crl, i) => folder.put(`${i}.crl`, crl));

  it('a certificate in force ends at the trusted root', async () => {
    const answer = await path(
      '--trust',
      file('root'),
      '--target',
      file('leader'),
      '--chain',
      file('issuing'),
      '--crl',
      ...lists(),
      '--at',
      at,
    );
    expect(answer).toMatchObject({ exit: 0, valid: true, code: null });
    expect(answer.path).toHaveLength(3);
  });

  it.each([
    ['revoked', 'revocation.revoked'],
    ['expired', 'path.expired'],
    ['notYetValid', 'path.not-yet-valid'],
    ['brokenSignature', 'path.signature-invalid'],
    ['unknownIssuer', 'path.signature-invalid'],
  ])('%s is refused: %s', async (name, code) => {
    const answer = await path(
      '--trust',
      file('root'),
      '--target',
      file(name),
      '--chain',
      file('issuing'),
      '--crl',
      ...lists(),
      '--at',
      at,
    );
    expect(answer).toMatchObject({ exit: 1, valid: false, code });
  });

  it('without evidence nothing is known about revocation, unless nobody asks', async () => {
    const asked = ['--trust', file('root'), '--target', file('leader'), '--chain', file('issuing'), '--at', at];
    expect(await path(...asked)).toMatchObject({ exit: 1, valid: false, code: 'revocation.no-evidence' });
    expect(await path(...asked, '--no-revocation')).toMatchObject({ exit: 0, valid: true });
  });

  it('a signer is no time-stamp authority', async () => {
    const asked = [
      '--trust',
      file('root'),
      '--target',
      file('leader'),
      '--chain',
      file('issuing'),
      '--at',
      at,
      '--no-revocation',
    ];
    expect(await path(...asked, '--eku', '1.3.6.1.5.5.7.3.8')).toMatchObject({ valid: false, code: 'path.extended-key-usage' });
  });

  it('shows the path from the root down, in Vietnamese or English', async () => {
    const asked = ['--trust', file('root'), '--target', file('revoked'), '--chain', file('issuing'), '--at', at];
    const say = async (...argv: string[]) => (await runCommand(run, [...asked, ...argv])).out.split('\n');
    const vi = await say('--crl', ...lists());
    expect(vi[0]).toBe('Đường dẫn không hợp lệ: chứng thư đã bị thu hồi [revocation.revoked]');
    expect(vi[1]).toMatch(/^ {2}CN=Gốc thử nghiệm.*\(tin cậy\)$/);
    expect(vi.at(-2)).toMatch(/^ {8}! đã bị thu hồi ngày 01\/02\/2026 07:00 \(CRL\)$/);
    expect((await say('--no-revocation', '--lang', 'en'))[0]).toBe('The path is valid.');
    expect((await say('--lang', 'en'))[0]).toMatch(/^The path is not valid: .* \[revocation\.no-evidence\]$/);
    expect((await runCommand(run, [...asked, '--lang', 'fr'])).code).toBe(64);
  });

  it('lists in one PEM bundle do as well as alone', async () => {
    const bundle = folder.put(
      'all.pem',
      pki
        .evidence(pki.now)
        .crls.map((one) => encodePem('X509 CRL', one))
        .join('\n'),
    );
    const chain = folder.put(
      'chain.pem',
      ['issuing', 'root'].map((name) => encodePem('CERTIFICATE', pki.certificate(name).raw)).join(''),
    );
    const asked = ['--trust', file('root'), '--target', file('leader'), '--chain', chain, '--crl', bundle, '--at', at];
    expect(await path(...asked)).toMatchObject({ exit: 0, valid: true });
  });

  it('a bare public key names nobody and is no anchor', async () => {
    const key = folder.put('key.pem', encodePem('PUBLIC KEY', pki.certificate('root').spki));
    expect(await path('--trust', key, '--target', file('leader'))).toMatchObject({ exit: 64 });
  });

  it('a damaged target is an answer, a missing file a wrong use', async () => {
    const raw = pki.certificate('leader').raw.slice();
    raw[4] = 0x31;
    const damaged = folder.put('damaged.cer', raw);
    expect(await path('--trust', file('root'), '--target', damaged)).toMatchObject({ exit: 1, valid: false });
    expect(await path('--trust', file('root'), '--target', 'nowhere.cer')).toMatchObject({ exit: 64 });
    expect(await path('--target', file('leader'))).toMatchObject({ exit: 64 });
    expect(await path('--trust', file('root'), '--target', file('leader'), '--policy', 'all')).toMatchObject({ exit: 64 });
  });
});

const pkits = corpus('pkits');

describe.skipIf(pkits === undefined)('antin path on PKITS', () => {
  const rows = () =>
    readFileSync(join(pkits as string, 'cases.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t') as [string, ...string[]]);
  const oid = (name: string) => (name === 'anyPolicy' ? '2.5.29.32.0' : `2.16.840.1.101.3.2.1.48.${name.split('-').at(-1)}`);
  const files = (folderName: string, cell: string) =>
    cell === '-' || cell === '' ? [] : cell.split(';').map((name) => join(pkits as string, folderName, name));

  it('answers all 249 as the table says; of DSA it says that it is not supported', async () => {
    const wrong: string[] = [];
    for (const row of rows()) {
      const cell = (i: number) => row[i] as string;
      const flag = (i: number, name: string) => (cell(i) === 'true' ? [name] : []);
      const list = (name: string, values: string[]) => (values.length === 0 ? [] : [name, ...values]);
      const answer = await path(
        ...['--trust', ...files('certs', cell(4)), '--target', ...files('certs', cell(5)), '--at', '2011-04-15T00:00:00Z'],
        ...list('--chain', files('certs', cell(6))),
        ...list('--crl', files('crls', cell(7))),
        ...list('--policy', cell(8).split(',').map(oid)),
        ...flag(9, '--explicit-policy'),
        ...flag(10, '--inhibit-mapping'),
        ...flag(11, '--inhibit-any-policy'),
      );
      const expected = cell(12) === 'true';
      const policies = cell(13) === '(empty)' ? [] : cell(13).split(',').map(oid).sort();
      const fits =
        answer.valid === expected &&
        (!expected || JSON.stringify([...(answer.policies ?? [])].sort()) === JSON.stringify(policies));
      if (!fits && answer.code !== 'path.unsupported-algorithm') wrong.push(`${row[0]} ${JSON.stringify(answer.code)}`);
      if (answer.valid === true && !expected) wrong.push(`${row[0]} accepted`);
    }
    expect(wrong).toEqual([]);
  });
});
