import { execFileSync, spawnSync } from 'node:child_process';
import { memorySource } from '@antin/formats/bytes/source';
import { HOUR, contextOf, judged, letter, sign, walk } from '@antin/testkit/judging/documents';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { validate } from '@antin/signature/validation/validate';
import { describe, expect, it } from 'vitest';
import { Flow } from './flow.ts';
import { validationReportPdf } from './validation-report.ts';

const pki = testPki();
const at = pki.now + 2 * HOUR;
const folder = useFolder();
const reportOn = (file: Uint8Array, name = 'Quyết định 123/QĐ-UBND.pdf') =>
  validate(memorySource(file), contextOf(pki, at, { fileName: name })).report;
const tools = spawnSync('pdftotext', ['-v']).error === undefined && spawnSync('qpdf', ['--version']).error === undefined;
const textOf = (pdf: Uint8Array) =>
  execFileSync('pdftotext', ['-layout', folder.put('r.pdf', pdf), '-'], { encoding: 'utf8' }).normalize('NFC');

describe('the printed report', () => {
  it.skipIf(!tools)('says in both languages what the sentence says, and by which digest the file is known', async () => {
    const { sealed } = await walk(pki);
    const report = reportOn(sealed);
    const text = textOf(validationReportPdf(report, 'vi'));
    expect(text).toContain('HỢP LỆ');
    expect(text).toContain('Nguyễn Văn An');
    expect(text.replaceAll(/\s/g, '')).toContain(report.sha256);
    expect(textOf(validationReportPdf(report, 'en'))).toContain('Has it changed?');
    execFileSync('qpdf', ['--check', folder.put('r.pdf', validationReportPdf(report, 'vi'))]);
  });

  it.skipIf(!tools)('says of itself whether it is sealed', async () => {
    const report = reportOn(letter());
    expect(textOf(validationReportPdf(report, 'vi'))).toContain('KHÔNG được ký số');
    expect(textOf(validationReportPdf(report, 'en'))).toContain('NOT sealed');
    const sealed = textOf(validationReportPdf(report, 'vi', { seal: true }));
    expect(sealed).not.toContain('KHÔNG được ký số');
    expect(sealed).toContain('được ký số bởi hệ thống kiểm tra');
  });

  it('is a document like any other: sealed, it is judged valid', async () => {
    const pdf = validationReportPdf(reportOn(await sign(letter(), { pki, by: 'revoked' })), 'vi');
    expect(judged(await sign(pdf, { pki, by: 'seal', stampedAt: pki.now }), pki).verdict).toBe('valid');
  });

  it.skipIf(!tools)('an unsigned file has one too; a name that turns the direction of text is shown as it is', () => {
    const text = textOf(validationReportPdf(reportOn(letter(), 'a\u202efdp.exe'), 'vi'));
    expect(text).toContain('KHÔNG CÓ CHỮ KÝ SỐ');
    expect(text).not.toContain('\u202e');
  });

  it('more signatures than fit go on to further pages', async () => {
    let file = letter();
    for (let i = 0; i < 5; i++) file = await sign(file, { pki, by: 'leader', when: pki.now + i });
    const pages = (pdf: Uint8Array) => Number(/\/Count (\d+)/.exec(Buffer.from(pdf).toString('latin1'))?.[1]);
    expect(pages(validationReportPdf(reportOn(file), 'vi'))).toBeGreaterThan(1);
    expect(pages(validationReportPdf(reportOn(letter()), 'vi'))).toBe(1);
  });
});

describe('flowing text', () => {
  it('a word wider than the page is broken, and nothing is lost', () => {
    const flow = new Flow();
    flow.text('f'.repeat(600), { size: 14 });
    const [page] = flow.finish(() => '');
    expect(page?.runs.map((run) => run.text).join('')).toBe('f'.repeat(600));
  });
});
