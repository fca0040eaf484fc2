import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { XadesInput } from '@antin/signature/xades/content';
import { signXades } from '@antin/signature/xades/sign';
import { testPki } from '@antin/testkit/pki/test-pki';
import { runCommand } from '@antin/testkit/run-command';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { run } from './validate.ts';

const pki = testPki();
const dir = useFolder().path;
const path = (name: string): string => join(dir, name);
const at = pki.now + 3_600_000;
const letter = utf8('<công-văn><thư Id="t1">Kính gửi</thư></công-văn>');

beforeAll(async () => {
  writeFileSync(path('root.der'), pki.certificate('root').raw);
  pki.evidence(at).crls.forEach((crl, i) => writeFileSync(path(`${i}.crl`), crl));
  const sign = (input: XadesInput) => signXades(input, pki.signingKey('leader'), { door, level: 'B-B', signingTime: pki.now });
  const whole = await sign({ packaging: 'enveloped', document: letter });
  const part = await sign({ packaging: 'enveloped', document: letter, target: 't1' });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  writeFileSync(path('whole.xml'), whole);
  writeFileSync(path('changed.xml'), text(whole).replace('Kính', 'Kinh'));
  writeFileSync(path('part.xml'), part);
  writeFileSync(path('wrapped.xml'), text(part).replace('<thư Id', '<thư>khác</thư><thư Id'));
  writeFileSync(path('dtd.xml'), `<!DOCTYPE x>${text(whole)}`);
  const content = memorySource(utf8('%PDF'));
  writeFileSync(path('phụ lục.pdf'), '%PDF');
  writeFileSync(
    path('apart.xml'),
    await sign({ packaging: 'detached', files: [{ name: 'phụ lục.pdf', content, mimeType: 'application/pdf' }] }),
  );
});

const usual = [
  '--trust',
  path('root.der'),
  '--crl',
  path('0.crl'),
  path('1.crl'),
  '--at',
  new Date(at).toISOString(),
  '--offline',
];
const antin = (...argv: string[]) => runCommand(run, [...argv, ...usual], '');

describe('antin validate of XML', () => {
  it.each([
    ['whole.xml', 0, 'valid', 'file', null],
    ['part.xml', 0, 'valid', 'part', null],
    ['changed.xml', 1, 'invalid', 'file', 'integrity.digest'],
    ['dtd.xml', 1, 'invalid', 'broken', 'xml.dtd-refused'],
    ['wrapped.xml', 2, 'indeterminate', 'part', 'xml.unsigned-content'],
    ['apart.xml', 2, 'indeterminate', 'file', 'integrity.data-found'],
  ])('%s answers with exit code %i', async (name, code, verdict, coverage, decidedBy) => {
    const done = await antin(path(name), '--format', 'json');
    expect(done).toMatchObject({ err: '', code });
    expect(JSON.parse(done.out)).toMatchObject({ verdict, decidedBy, signatures: [{ coverage }] });
  });

  it('takes the data of a detached signature', async () => {
    const done = await antin(path('apart.xml'), '--detached', path('phụ lục.pdf'));
    expect(done.code).toBe(0);
    expect(done.out).toContain('phần được ký: tệp phụ lục.pdf');
    expect((await antin(path('apart.xml'), '--detached', path('part.xml'))).code).toBe(1);
  });

  it('of several says which no signature is over, in a batch at its end', async () => {
    const [signed, brought] = [path('phụ lục.pdf'), path('part.xml')];
    const one = await antin(path('apart.xml'), '--detached', signed, brought, '--format', 'json');
    expect(one.code).toBe(2);
    expect(JSON.parse(one.out)).toMatchObject({
      ...{ verdict: 'indeterminate', decidedBy: 'detached.not-signed', signatures: [{ indication: 'TOTAL_PASSED' }] },
      errors: [{ code: 'detached.not-signed', about: brought }],
    });
    writeFileSync(path('list'), `${path('apart.xml')}\n${path('apart.xml')}\n`);
    const batch = (...data: string[]) => antin('--batch', path('list'), '--format', 'jsonl', '--detached', ...data);
    expect(await batch(signed)).toMatchObject({ code: 0, err: '' });
    const left = await batch(signed, brought);
    expect(left.code).toBe(2);
    expect(left.err).toBe(`antin validate: no signature is over ${brought} [detached.not-signed]\n`);
    expect(left.out.match(/"verdict":"valid"/g)).toHaveLength(2);
  });

  it('says in words what is signed and what is not', async () => {
    expect((await antin(path('whole.xml'))).out).toMatch(
      /^Văn bản này còn nguyên vẹn[\s\S]*XAdES, mức B-B, bao trùm cả tệp\n {2}phần được ký: toàn bộ tài liệu\n/,
    );
    const part = (await antin(path('part.xml'))).out;
    expect(part).toMatch(/^Phần được ký của tệp \(\/công-văn\/thư\) còn nguyên vẹn/);
    expect(part).toContain('phần được ký: phần tử /công-văn/thư');
    expect((await antin(path('wrapped.xml'), '--lang', 'en')).out).toMatch(
      /^No conclusion yet: only a part of the file is signed, and it holds content that nobody signed for\.\nUse only the signed part/,
    );
    expect((await antin(path('dtd.xml'), '--lang', 'en')).out).toMatch(
      /^Not valid: the file carries a document type declaration/,
    );
  });

  it('has its facts and every check in the longer reports', async () => {
    const facts = await antin(path('part.xml'), '--report', 'diagnostic');
    expect(facts.code).toBe(0);
    expect(facts.out).toContain('"covers": "/công-văn/thư"');
    const detailed = await antin(path('wrapped.xml'), '--report', 'detailed');
    expect(detailed.code).toBe(2);
    expect(detailed.out).toMatch(/passed +integrity\.digest/);
  });
});
