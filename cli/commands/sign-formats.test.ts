import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValidationReport } from '@antin/signature/validation/types';
import { letter } from '@antin/testkit/judging/documents';
import { packed, smallPackage } from '@antin/testkit/ooxml/packages';
import { inProcess, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { main } from '../main.ts';
import { openFiles } from './sign/input-files.ts';
import { judge } from './sign/judging.ts';

const antin = inProcess(main);

const FILES: Readonly<Record<string, Uint8Array | string>> = {
  'công văn.pdf': letter(),
  'tờ trình.docx': packed(smallPackage('docx')),
  'biểu mẫu.xml': '<?xml version="1.0" encoding="UTF-8"?>\n<đơn xmlns="urn:thu"><họ-tên>Nguyễn Văn An</họ-tên></đơn>\n',
  'biên nhận.json': '{"hồ sơ": "H01-2026", "trạng thái": "đã nhận"}\n',
  'ghi chú.txt': 'Đề nghị các đơn vị thực hiện.\n',
};

let desk: SigningDesk;
let trust: string[];
beforeAll(async () => {
  desk = await signingDesk();
  for (const [name, content] of Object.entries(FILES)) desk.file(name, content);
  trust = desk.trust();
});
afterAll(() => desk.close());

let n = 0;
let out: string;
beforeEach(() => void (out = desk.file(`out ${++n}`)));
afterEach(() => {
  for (const [name, content] of Object.entries(FILES))
    expect(readFileSync(desk.file(name)).equals(Buffer.from(content))).toBe(true);
  expect(readdirSync(desk.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

const key = (entity?: string) => desk.key(entity);
const sign = (names: readonly string[], ...more: readonly string[]) =>
  antin(['sign', ...names.map((name) => desk.file(name)), '-o', out, ...key(), ...more]);
const as = (format: string, packaging?: string) => [
  '--format',
  format,
  ...(packaging === undefined ? [] : ['--packaging', packaging]),
];

/** What our judge says; it passes. */
function judged(path: string, detached: readonly string[] = []): ValidationReport {
  using made = openFiles([path]);
  using beside = openFiles(detached.map((name) => desk.file(name)));
  const { pki } = desk;
  const at = Date.now();
  const source = made.files[0]!.source;
  const report = judge(source, { trust: pki.anchors, evidence: pki.evidence(at), at, detached: beside.files });
  expect(report.verdict, JSON.stringify(report.signatures.flatMap((one) => one.errors))).toBe('valid');
  return report;
}

const ONE_FILE: readonly (readonly [file: string, said: string, options: readonly string[]])[] = [
  ['công văn.pdf', 'PAdES', []],
  ['ghi chú.txt', 'CAdES', []],
  ['ghi chú.txt', 'CAdES', as('cades', 'detached')],
  ['công văn.pdf', 'CAdES', as('CAdES', 'attached')],
  ['biểu mẫu.xml', 'XAdES', []],
  ['biểu mẫu.xml', 'XAdES', as('XAdES', 'enveloping')],
  ['ghi chú.txt', 'XAdES', as('XAdES', 'enveloping')],
  ['ghi chú.txt', 'XAdES', as('XAdES', 'detached')],
  ['biên nhận.json', 'JAdES', []],
  ['biên nhận.json', 'JAdES', as('JAdES', 'flattened')],
  ['ghi chú.txt', 'JAdES', as('JAdES', 'detached')],
  ['ghi chú.txt', 'ASiC-S', as('ASiC-S')],
  ['ghi chú.txt', 'ASiC-S', as('asic-s', 'cades')],
  ['tờ trình.docx', 'ASiC-E', as('ASiC-E', 'xades')],
  ['tờ trình.docx', 'ASiC-E', as('ASiC-E', 'cades')],
];

describe('antin sign makes and its judge passes', () => {
  for (const level of ['B-B', 'B-T', 'B-LTA'] as const) {
    it.each(ONE_FILE)(`of “%s” %s %j at ${level}`, async (file, form, options) => {
      const stamped = level === 'B-B' ? [] : ['--tsa', desk.tsa];
      const raised = level === 'B-LTA' ? trust : [];
      const ran = await sign([file], ...options, '--level', level, ...stamped, ...raised);
      expect(ran, ran.err).toMatchObject({ code: 0 });
      expect(ran.out.startsWith(`${out}: ${form} ${level}, Nguyễn Văn An`), ran.out).toBe(true);
      const { signatures } = judged(out, options.includes('detached') ? [file] : []);
      expect(signatures).toHaveLength(1);
      expect(signatures[0]).toMatchObject({ indication: 'TOTAL_PASSED', level });
    });
  }

  it.each([
    ['XAdES-EPES', []],
    ['XAdES-T', ['--level', 'B-T']],
  ])('of a Word file a package signature, %s', async (form, more) => {
    const tsa = more.length === 0 ? [] : ['--tsa', desk.tsa];
    const ran = await sign(['tờ trình.docx'], ...more, ...tsa);
    expect(ran, ran.err).toMatchObject({ code: 0, out: `${out}: OOXML ${form}, Nguyễn Văn An\n` });
    expect(ran.err).toContain('tờ trình.docx is an Office file: OOXML (--format chooses another)');
    expect(judged(out).signatures).toMatchObject([{ format: 'OOXML', level: null, indication: 'TOTAL_PASSED' }]);
  });

  it.each([
    ['ASiC-E', []],
    ['ASiC-E', as('ASiC-E', 'cades')],
    ['XAdES', as('XAdES', 'detached')],
    ['JAdES', as('JAdES', 'detached')],
  ])('of several files one %s %j', async (form, options) => {
    const files = ['công văn.pdf', 'tờ trình.docx', 'ghi chú.txt'];
    const ran = await sign(files, ...options);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toContain(`: ${form} B-B, Nguyễn Văn An`);
    judged(out, options.includes('detached') ? files : []);
  });
});

describe('a file with signatures', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['CAdES', as('CAdES'), []],
    ['CAdES detached', as('CAdES', 'detached'), ['ghi chú.txt']],
    ['ASiC-E with XAdES', as('ASiC-E'), []],
    ['ASiC-E with CAdES', as('ASiC-E', 'cades'), []],
    ['ASiC-S with XAdES', as('ASiC-S'), []],
    ['ASiC-S with CAdES', as('ASiC-S', 'cades'), []],
    ['JAdES', as('JAdES'), []],
    ['JAdES detached', as('JAdES', 'detached'), ['ghi chú.txt']],
  ];
  it.each(cases)('%s gets a second one beside the first', async (_, options, detached) => {
    expect(await sign(['ghi chú.txt'], ...options)).toMatchObject({ code: 0 });
    const first = out;
    const second = `${out}.2`;
    const beside = detached.flatMap((name) => ['--detached', desk.file(name)]);
    const ran = await antin(['sign', first, '-o', second, ...key('seal'), ...beside]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(/ B-B, ỦY BAN .*, beside the signatures that are there\n$/);
    const { signatures } = judged(second, detached);
    expect(signatures.map((one) => one.signer?.commonName).sort()).toEqual(['Nguyễn Văn An', 'ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM']);
  });

  it('XML and Word files too', async () => {
    for (const name of ['biểu mẫu.xml', 'tờ trình.docx']) {
      expect(await sign([name], '--force')).toMatchObject({ code: 0 });
      const second = `${out}.2`;
      const ran = await antin(['sign', out, '-o', second, ...key('seal'), '--force']);
      expect(ran, ran.err).toMatchObject({ code: 0 });
      expect(judged(second).signatures).toHaveLength(2);
    }
  });
});

describe('algorithms', () => {
  it.each([
    ['SHA-384', 'leader'],
    ['sha3-256', 'leaderRsa'],
    ['SHA512', 'leaderRsa'],
  ])('--digest %s with the key of %s', async (digest, entity) => {
    const ran = await antin(['sign', desk.file('ghi chú.txt'), '-o', out, ...key(entity), '--digest', digest]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const [one] = judged(out).signatures;
    expect(one?.digestAlgorithm?.replaceAll('-', '')).toBe(digest.toUpperCase().replaceAll('-', ''));
  });

  it('--pss with an RSA key, and no other', async () => {
    const ran = await antin(['sign', desk.file('ghi chú.txt'), '-o', out, ...key('leaderRsa'), '--pss']);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(judged(out).signatures[0]?.signatureAlgorithm).toMatch(/pss/i);
    expect(await sign(['ghi chú.txt'], '--pss', '--force')).toMatchObject({ code: 64, out: '' });
  });
});

describe('what cannot be is refused with a code, and nothing is written', () => {
  const text = ['ghi chú.txt'];
  it.each<[string, () => readonly [readonly string[], readonly string[]], number, string]>([
    ['SHA-1', () => [text, ['--digest', 'SHA-1']], 65, 'signature.algorithm-not-allowed'],
    ['SHA-224', () => [text, ['--digest', 'sha224']], 65, 'signature.algorithm-not-allowed'],
    ['a text as PDF', () => [text, as('PAdES')], 65, 'pdf.header'],
    ['a text as Office file', () => [text, as('OOXML')], 65, 'zip.damaged'],
    ['a text inside XML', () => [text, as('XAdES', 'enveloped')], 65, 'xml.damaged'],
    ['two files in a CMS', () => [['ghi chú.txt', 'công văn.pdf'], as('CAdES')], 64, 'sign.usage'],
    ['two files in ASiC-S', () => [['ghi chú.txt', 'công văn.pdf'], as('ASiC-S')], 64, 'sign.usage'],
    [
      'a time-stamp in the compact form',
      () => [['biên nhận.json'], [...as('JAdES', 'compact'), '--tsa', desk.tsa]],
      65,
      'jades.no-unsigned-header',
    ],
    ['B-LTA in Word', () => [['tờ trình.docx'], ['--level', 'B-LTA', '--tsa', desk.tsa, ...trust]], 65, 'ooxml.level'],
    ['a form field outside of PDF', () => [text, ['--field', 'Chữ ký']], 64, 'sign.usage'],
    ['a reason outside of PDF and Office', () => [text, ['--reason', 'Đồng ý']], 64, 'sign.usage'],
    ['data for what is not detached', () => [text, ['--detached', desk.file('công văn.pdf')]], 64, 'sign.usage'],
    ['SHA-384 with P-256 in JSON', () => [['biên nhận.json'], ['--digest', 'SHA-384']], 65, 'signature.algorithm-not-allowed'],
  ])('%s', async (_, ask, code, reason) => {
    const [names, more] = ask();
    const ran = await sign(names, ...more);
    expect(ran, ran.err).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(`[${reason}]`);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ['XAdES', 'enveloping'],
    ['JAdES', 'general'],
  ])('more than memory should hold, in %s %s; beside it, it is signed', async (form, packaging) => {
    const large = desk.file('ghi âm.wav', new Uint8Array(13 << 20));
    const ran = await antin(['sign', large, '-o', out, ...key(), ...as(form, packaging)]);
    expect(ran, ran.err).toMatchObject({ code: 65, out: '' });
    expect(ran.err).toContain('[signature.content-too-large]');
    expect(await antin(['sign', large, '-o', out, ...key(), ...as(form, 'detached')])).toMatchObject({ code: 0 });
  });

  it('a compact JSON signature takes no second one', async () => {
    expect(await sign(['biên nhận.json'], ...as('JAdES', 'compact'))).toMatchObject({ code: 0 });
    const ran = await antin(['sign', out, '-o', `${out}.2`, ...key('seal')]);
    expect(ran).toMatchObject({ code: 65 });
    expect(ran.err).toContain('[jades.not-general]');
  });

  it('a detached CMS takes no second signature without its data', async () => {
    expect(await sign(text, ...as('CAdES', 'detached'))).toMatchObject({ code: 0 });
    const ran = await antin(['sign', out, '-o', `${out}.2`, ...key('seal')]);
    expect(ran).toMatchObject({ code: 65 });
    expect(ran.err).toContain('[cades.content-needed]');
    const other = await antin(['sign', out, '-o', `${out}.2`, ...key('seal'), '--detached', desk.file('công văn.pdf')]);
    expect(other).toMatchObject({ code: 65 });
    expect(other.err).toContain('[sign.other-data]');
    expect(existsSync(`${out}.2`)).toBe(false);
  });

  it('evidence that is missing for a higher level', async () => {
    const ran = await sign(text, '--level', 'B-LT', '--tsa', desk.tsa, ...trust.slice(0, 2), '--offline');
    expect(ran).toMatchObject({ code: 69, out: '' });
    expect(ran.err).toContain('[extend.evidence-missing]');
    expect(existsSync(out)).toBe(false);
  });
});

describe('--json', () => {
  it('says in one line for programs what was made', async () => {
    const ran = await sign(['ghi chú.txt'], '--json');
    expect(JSON.parse(ran.out)).toMatchObject({
      status: 'signed',
      output: out,
      format: 'CAdES',
      packaging: 'attached',
      level: 'B-B',
      signer: { name: 'Nguyễn Văn An' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });
});
