import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValidationReport } from '@antin/signature/validation/types';
import { letter, prepared } from '@antin/testkit/judging/documents';
import { pdfsig, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { signaturePicture } from '@antin/testkit/pdf/pictures';
import { inProcess, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { main } from '../main.ts';

// What only PDF documents have: places told by words, certification, locks, passwords.

const antin = inProcess(main);

let desk: SigningDesk;
let trust: string[];
beforeAll(async () => {
  desk = await signingDesk();
  trust = desk.trust();
});
afterAll(() => desk.close());

let n = 0;
let inPdf: string;
let outPdf: string;
beforeEach(() => {
  inPdf = desk.file(`in ${++n}.pdf`, letter());
  outPdf = desk.file(`out ${n}.pdf`);
});

const key = (entity?: string) => desk.key(entity);
const sign = (from: string, to: string, ...more: readonly string[]) => antin(['sign', from, '-o', to, ...key(), ...more]);

async function judged(path: string): Promise<ValidationReport> {
  const { code, out, err } = await antin(['validate', path, ...trust, '--format', 'json']);
  expect(code, out + err).toBe(0);
  return JSON.parse(out) as ValidationReport;
}

describe('a picture above words of the page', () => {
  const picture = () => ['--appearance', desk.file('chữ ký.png', signaturePicture())];

  it('stands above them, within its size', async () => {
    const ran = await sign(inPdf, outPdf, ...picture(), '--anchor', 'Quyet dinh ve viec thu nghiem', '--size', '90,45');
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const [left, bottom, right, top] = (await judged(outPdf)).signatures[0]?.widget?.rect ?? [0, 0, 0, 0];
    expect(right - left).toBeGreaterThan(0);
    expect(right - left).toBeLessThanOrEqual(90.01);
    expect(top - bottom).toBeLessThanOrEqual(45.01);
  });

  it('is refused where the words are not', async () => {
    const ran = await sign(inPdf, outPdf, ...picture(), '--anchor', 'Không có tên này');
    expect(ran).toMatchObject({ code: 65, out: '' });
    expect(ran.err).toContain('[pades.anchor-not-found]');
    expect(existsSync(outPdf)).toBe(false);
  });

  it.each([
    [['--anchor', 'A'], /--anchor means nothing/],
    [['--occurrence', 'last'], /--occurrence means nothing/],
    [['--size', '1,2'], /--size means nothing/],
    [['--appearance', 'a.png', '--anchor', 'A', '--rect', '1,2,3,4'], /--rect means nothing beside --anchor/],
    [['--appearance', 'a.png', '--rect', '1,2,3,4', '--size', '1,2'], /--size means nothing/],
    [['--appearance', 'a.png', '--anchor', 'A', '--size', '1'], /--size is "1"/],
    [['--appearance', 'a.png', '--anchor', 'A', '--occurrence', 'middle'], /--occurrence is "middle"/],
    [['--certify', 'everything'], /--certify is one of/],
    [['--lock', 'A,,B'], /--lock needs/],
    [['--open-pass-file', '-', '--pass-file', '-'], /./],
  ])('wrong usage: %j', async (more, words) => {
    const ran = await antin([
      'sign',
      inPdf,
      '-o',
      outPdf,
      '--p12',
      'none',
      ...(more.includes('-') ? [] : ['--pass-file', 'none']),
      ...more,
    ]);
    expect(ran).toMatchObject({ code: 64, out: '' });
    expect(ran.err).toMatch(words);
  });
});

describe('certification and locks', () => {
  it('the first signature certifies; what it allows may follow, what it forbids is refused', async () => {
    expect(await sign(inPdf, outPdf, '--certify', 'forms')).toMatchObject({ code: 0 });
    await judged(outPdf);
    if (tools.pdfsig) expect(pdfsig(new Uint8Array(readFileSync(outPdf)))).toMatchObject({ signatures: 1, valid: 1 });
    const second = `${outPdf}.2`;
    expect(await sign(outPdf, second, '--field', 'Seal')).toMatchObject({ code: 0 });
    const again = await sign(outPdf, `${outPdf}.3`, '--certify', 'forms');
    expect(again).toMatchObject({ code: 65 });
    expect(again.err).toContain('[pades.certify-not-first]');
    const closed = `${outPdf}.closed`;
    expect(await sign(inPdf, closed, '--certify', 'no-changes')).toMatchObject({ code: 0 });
    const refused = await sign(closed, `${closed}.2`);
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.err).toContain('[pades.locked-by-certification]');
    const stamped = await sign(inPdf, `${closed}.3`, '--certify', 'no-changes', '--tsa', desk.tsa);
    expect(stamped).toMatchObject({ code: 65 });
    expect(stamped.err).toContain('[pades.certify-no-changes]');
  });

  it('fields can be locked with the signature', async () => {
    const form = desk.file(`form ${n}.pdf`, prepared());
    expect(await sign(form, outPdf, '--lock', 'all')).toMatchObject({ code: 0 });
    await judged(outPdf);
    const refused = await sign(outPdf, `${outPdf}.2`, '--field', 'seal');
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.err).toMatch(/\[pades\.locked-by-\w+\]/);
  });
});

describe.skipIf(!tools.qpdf)('a PDF that a password opens', () => {
  // Made up for this test.
  const password = 'mở-tệp';
  let locked: string;
  beforeAll(() => {
    locked = desk.file('có mật khẩu.pdf', qpdfRewrite(letter(), '--encrypt', password, 'chủ', '256', '--'));
  });

  it('is signed, raised and time-stamped with it, and refused without', async () => {
    const open = ['--open-pass-file', desk.file('mở', `${password}\n`)];
    const closed = await sign(locked, outPdf);
    expect(closed).toMatchObject({ code: 65, out: '' });
    expect(closed.err).toContain('[pdf.encrypted]');
    const wrong = await sign(locked, outPdf, '--open-pass-file', desk.file('sai', 'sai\n'));
    expect(wrong).toMatchObject({ code: 65, out: '' });
    expect(existsSync(outPdf)).toBe(false);
    const ran = await sign(locked, outPdf, '--tsa', desk.tsa, ...open);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(readFileSync(outPdf).subarray(0, readFileSync(locked).length).equals(readFileSync(locked))).toBe(true);
    const raised = await antin(['extend', outPdf, '-o', `${outPdf}.lta`, '--tsa', desk.tsa, ...trust, ...open]);
    expect(raised, raised.err).toMatchObject({ code: 0, out: `${outPdf}.lta: PAdES B-LTA\n` });
    const stamped = await antin(['timestamp', locked, '-o', `${outPdf}.tst`, '--tsa', desk.tsa, ...open]);
    expect(stamped, stamped.err).toMatchObject({ code: 0 });
    const lta = await sign(locked, `${outPdf}.4`, '--level', 'B-LTA', '--tsa', desk.tsa, ...trust, ...open);
    expect(lta, lta.err).toMatchObject({ code: 0 });
    expect(lta.out).toContain('PAdES B-LTA');
  });
});
