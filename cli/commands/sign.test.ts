import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { letter, prepared } from '@antin/testkit/judging/documents';
import { pdfsig, qpdfCheck, renderPage, tools } from '@antin/testkit/pdf/outside';
import { signaturePicture } from '@antin/testkit/pdf/pictures';
import { inProcess, PASSPHRASE, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import type { ValidationReport } from '@antin/signature/validation/types';
import { main } from '../main.ts';

const antin = inProcess(main);
const input = letter();

let desk: SigningDesk;
beforeAll(async () => void (desk = await signingDesk()));
afterAll(() => desk.close());

let n = 0;
let inPdf: string;
let outPdf: string;
beforeEach(() => {
  n += 1;
  inPdf = desk.file(`in ${n}.pdf`, input);
  outPdf = desk.file(`out ${n}.pdf`);
});
afterEach(() => {
  // Whatever happened: the input is what it was, and nothing half-written lies around.
  expect(readFileSync(inPdf).equals(input)).toBe(true);
  expect(readdirSync(desk.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

const key = (entity?: string) => desk.key(entity);
const sign = (...more: readonly string[]) => antin(['sign', inPdf, '-o', outPdf, ...more]);

/** The file is whole and good for our judge and for others. */
async function judged(path: string): Promise<ValidationReport> {
  const { code, out, err } = await antin(['validate', path, ...desk.trust(), '--format', 'json']);
  expect(code, out + err).toBe(0);
  const bytes = new Uint8Array(readFileSync(path));
  if (tools.pdfsig) expect(pdfsig(bytes).text).not.toMatch(/Signature is Invalid|Digest Mismatch/);
  if (tools.qpdf) expect(qpdfCheck(bytes)).toMatchObject({ status: 0 });
  return JSON.parse(out) as ValidationReport;
}

describe('antin sign with a PKCS#12 file', () => {
  it('makes a B-B signature whose prefix is the input, and says what it did', async () => {
    const ran = await sign(...key(), '--reason', 'Phê duyệt', '--location', 'Hà Nội');
    expect(ran).toMatchObject({ code: 0, out: `${outPdf}: PAdES B-B, Nguyễn Văn An, field Signature1\n` });
    expect(ran.err).toBe('antin sign: this key is software, for practice only\n');
    expect(readFileSync(outPdf).subarray(0, input.length).equals(input)).toBe(true);
    const [one, ...more] = (await judged(outPdf)).signatures;
    expect(more).toEqual([]);
    expect(one).toMatchObject({ level: 'B-B', coverage: 'file', reason: 'Phê duyệt', location: 'Hà Nội', field: 'Signature1' });
    expect(one?.chain.map((link) => link.subject).join()).toContain('CA cấp phát thử nghiệm');
  });

  it.each([[[]], [['--level', 'B-T']]])('makes a B-T signature with a time-stamp authority %j', async (level) => {
    expect(await sign(...key(), '--tsa', desk.tsa, ...level)).toMatchObject({ code: 0 });
    const [one] = (await judged(outPdf)).signatures;
    expect(one).toMatchObject({ level: 'B-T', bestSignatureTimeFrom: 'time-stamp', timestamps: [{ indication: 'PASSED' }] });
  });

  it('signs with RSA', async () => {
    expect(await sign(...key('leaderRsa'))).toMatchObject({ code: 0 });
    const [one] = (await judged(outPdf)).signatures;
    expect(one?.signatureAlgorithm).toMatch(/rsa/i);
  });

  it.skipIf(!tools.pdftoppm)('shows the picture where it was told to', async () => {
    const png = desk.file('picture.png', signaturePicture());
    const ran = await sign(...key(), '--appearance', png, '--page', '1', '--rect', '300,100,180,75');
    expect(ran).toMatchObject({ code: 0 });
    const [one] = (await judged(outPdf)).signatures;
    expect(one?.widget).toEqual({ page: 1, rect: [300, 100, 480, 175] });
    const picture = renderPage(new Uint8Array(readFileSync(outPdf)));
    const inkIn = (left: number, bottom: number) => {
      let ink = 0;
      for (let x = left; x < left + 180; x++)
        for (let y = bottom; y < bottom + 75; y++) {
          const [red, , blue] = picture.at(x, picture.height - y);
          if (blue > 140 && red < 120) ink += 1;
        }
      return ink;
    };
    expect(inkIn(300, 100)).toBeGreaterThan(60);
    expect(inkIn(60, 100)).toBe(0);
  });

  it('uses an empty field of the form, with its place for the picture', async () => {
    const form = desk.file(`form ${n}.pdf`, prepared());
    const png = desk.file('picture.png', signaturePicture());
    const ran = await antin(['sign', form, '-o', outPdf, ...key('seal'), '--field', 'seal', '--appearance', png]);
    expect(ran).toMatchObject({ code: 0 });
    const [one] = (await judged(outPdf)).signatures;
    expect(one).toMatchObject({ field: 'seal', widget: { page: 1, rect: [300, 130, 390, 220] } });
    const again = await antin(['sign', outPdf, '-o', `${outPdf}.2`, ...key(), '--field', 'seal']);
    expect(again).toEqual({ code: 65, out: '', err: 'antin sign: the field "seal" is already signed [pades.field-signed]\n' });
  });

  it('names a new field as asked', async () => {
    expect(await sign(...key(), '--field', 'Chữ ký lãnh đạo')).toMatchObject({ code: 0 });
    expect((await judged(outPdf)).signatures[0]).toMatchObject({ field: 'Chữ ký lãnh đạo' });
  });

  it('signs what is signed already and keeps the first signature valid', async () => {
    expect(await sign(...key(), '--tsa', desk.tsa)).toMatchObject({ code: 0 });
    const second = `${outPdf}.second.pdf`;
    expect(await antin(['sign', outPdf, '-o', second, ...key('seal'), '--tsa', desk.tsa])).toMatchObject({ code: 0 });
    const { signatures } = await judged(second);
    expect(signatures.map((one) => [one.coverage, one.indication])).toEqual([
      ['revision', 'TOTAL_PASSED'],
      ['file', 'TOTAL_PASSED'],
    ]);
  });

  it('embeds further certificates of --chain, each once', async () => {
    const { pki } = desk;
    const root = desk.file('root.der', pki.certificate('root').raw);
    const issuing = desk.file('issuing.der', pki.certificate('issuing').raw);
    expect(await sign(...key(), '--chain', root, '--chain', issuing)).toMatchObject({ code: 0 });
    const hex = readFileSync(outPdf).toString('latin1').toLowerCase();
    const times = (der: Uint8Array) => hex.split(Buffer.from(der).toString('hex')).length - 1;
    expect(['leader', 'issuing', 'root'].map((name) => times(pki.certificate(name).raw))).toEqual([1, 1, 1]);
  });

  it('writes over a file of that name with --force only', async () => {
    const there = desk.file(`out ${n}.pdf`, 'older', 0o640);
    const ran = await sign(...key());
    expect(ran).toMatchObject({ code: 64, out: '' });
    expect(ran.err).toContain('[sign.output-exists]');
    expect(readFileSync(there, 'utf8')).toBe('older');
    expect(await sign(...key(), '--force')).toMatchObject({ code: 0 });
    await judged(there);
  });

  it('takes the passphrase from a pipe, its first line only', async () => {
    const args = ['sign', inPdf, '-o', outPdf, '--p12', desk.p12('leader'), '--pass-file', '-'];
    expect(await antin(args, { input: `${PASSPHRASE}\r\nsecond line\n` })).toMatchObject({ code: 0 });
    await judged(outPdf);
  });

  it('runs as a process with paths that have spaces, and speaks through its exit code', async () => {
    const args = ['sign', inPdf, '-o', outPdf, ...key(), '--tsa', desk.tsa];
    const made = await desk.antin(args);
    expect(made, made.err).toMatchObject({ code: 0 });
    const valid = await desk.antin(['validate', outPdf, ...desk.trust()]);
    expect(valid, valid.out).toMatchObject({ code: 0 });
    expect((await desk.antin([...args.slice(0, 2), '-o', `${outPdf}.2`, ...key('expired')])).code).toBe(65);
    expect((await desk.antin(['sign', inPdf])).code).toBe(64);
  });
});
