import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValidationReport } from '@antin/signature/validation/types';
import { letter } from '@antin/testkit/judging/documents';
import { pdfsig, tools } from '@antin/testkit/pdf/outside';
import { inProcess, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { softHsmModule, softToken } from '@antin/testkit/softhsm';
import type { SoftToken } from '@antin/testkit/softhsm';
import { main } from '../main.ts';

const antin = inProcess(main);
const module = softHsmModule();

describe.skipIf(module === undefined)('antin sign with a token', () => {
  let desk: SigningDesk;
  let token: SoftToken;
  let pinFile: string;
  let inPdf: string;
  beforeAll(async () => {
    desk = await signingDesk();
    const { pki } = desk;
    const held = (name: string, id: string) => ({ pkcs8: pki.entity(name).pkcs8, certificate: pki.certificate(name).raw, id });
    token = await softToken(module as string, 'Văn thư 01', [held('leader', '01'), held('leaderRsa', '02')]);
    pinFile = desk.file('pin', `${token.pin}\n`);
    inPdf = desk.file('in.pdf', letter());
  });
  afterAll(async () => {
    token.close();
    await desk.close();
  });

  let n = 0;
  async function sign(more: readonly string[], place: readonly string[] = []) {
    const outPdf = desk.file(`out ${(n += 1)}.pdf`);
    const where = ['--pkcs11', token.module, '--slot', 'Văn thư 01', ...place];
    const ran = await antin(['sign', inPdf, '-o', outPdf, ...where, ...more]);
    expect(existsSync(outPdf)).toBe(ran.code === 0);
    return { ...ran, outPdf };
  }
  /** Tokens seldom carry their issuers: `--chain` brings them. */
  const issuerOf = (name: string) => ['--chain', desk.file(`${name}.der`, desk.pki.chain(name)[0]?.raw)];

  it.each([
    ['P-256', 'leader', 'Nguyễn Văn An', 'issuing'],
    ['RSA-2048', 'leaderRsa', 'Trần Thị Bình', 'issuingRsa'],
  ])('signs with %s up to B-T, and judges agree', async (_, entity, name) => {
    const ran = await sign(['--pin-file', pinFile, '--alias', name, '--tsa', desk.tsa, ...issuerOf(entity)]);
    expect(ran).toMatchObject({ code: 0, out: `${ran.outPdf}: PAdES B-T, ${name}, field Signature1\n` });
    const { code, out } = await antin(['validate', ran.outPdf, ...desk.trust(), '--format', 'json']);
    expect(code, out).toBe(0);
    const [one] = (JSON.parse(out) as ValidationReport).signatures;
    expect(one).toMatchObject({ level: 'B-T', signer: { commonName: name } });
    if (tools.pdfsig) expect(pdfsig(new Uint8Array(readFileSync(ran.outPdf)))).toMatchObject({ signatures: 1, valid: 1 });
  });

  it('signs with PSS and a wider digest, as it was told', async () => {
    const ran = await sign([
      '--pin-file',
      pinFile,
      '--alias',
      'Trần Thị Bình',
      '--pss',
      '--digest',
      'SHA-512',
      ...issuerOf('leaderRsa'),
    ]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const { out } = await antin(['validate', ran.outPdf, ...desk.trust(), '--format', 'json']);
    const [one] = (JSON.parse(out) as ValidationReport).signatures;
    expect(one).toMatchObject({ indication: 'TOTAL_PASSED', digestAlgorithm: 'SHA-512' });
    expect(one?.signatureAlgorithm).toMatch(/pss/i);
    const sha3 = await sign(['--pin-file', pinFile, '--alias', 'Trần Thị Bình', '--digest', 'SHA3-256']);
    expect(sha3).toMatchObject({ code: 65 });
    expect(sha3.err).toContain('[pkcs11.mechanism-missing]');
  });

  it('runs as a process, with the PIN from a pipe', async () => {
    const outPdf = desk.file('out of a process.pdf');
    const args = ['sign', inPdf, '-o', outPdf, '--pkcs11', token.module, '--slot', 'Văn thư 01', '--pin-file', '-'];
    const ran = await desk.antin([...args, '--alias', desk.pki.certificate('leader').serialHex], {
      input: `${token.pin}\n`,
      env: token.env,
    });
    expect(ran, ran.err).toMatchObject({ code: 0 });
    // Without its issuer the signature is good and its chain unknown: never red.
    expect((await antin(['validate', outPdf, ...desk.trust()])).code).toBe(2);
    const issuing = desk.file('issuing.der', desk.pki.certificate('issuing').raw);
    expect((await antin(['validate', outPdf, '--certificate', issuing, ...desk.trust()])).code).toBe(0);
  });

  it.each<[string, () => Promise<{ code: number | null; err: string }>, number, string]>([
    ['two certificates and no --alias', () => sign(['--pin-file', pinFile]), 65, 'pkcs11.no-certificate'],
    ['a name nobody has', () => sign(['--pin-file', pinFile, '--alias', 'Ai đó']), 65, 'pkcs11.no-certificate'],

    ['no PIN at all', () => sign(['--alias', 'Nguyễn Văn An']), 64, 'sign.usage'],
    [
      'a PIN others may read',
      () => sign(['--pin-file', '/etc/hostname', '--alias', 'Nguyễn Văn An']),
      64,
      'secret-file.too-open',
    ],
  ])('refuses %s', async (_, run, code, reason) => {
    const ran = await run();
    expect(ran.err).toContain(`[${reason}]`);
    expect(ran.code).toBe(code);
  });

  it('says a wrong PIN as such, once, and never shows it', async () => {
    const ran = await sign(['--pin-file', desk.file('wrong', '135790'), '--alias', 'Nguyễn Văn An']);
    expect(ran).toMatchObject({ code: 65, out: '' });
    expect(ran.err).toContain('[pkcs11.pin-incorrect]');
    expect(ran.err).not.toContain('135790');
  });

  it('says what is plugged in when the token is not, and when the module is none', async () => {
    const args = ['sign', inPdf, '-o', desk.file('none.pdf'), '--pin-file', pinFile];
    const other = await antin([...args, '--pkcs11', token.module, '--slot', 'Giám đốc']);
    expect(other).toMatchObject({ code: 69 });
    expect(other.err).toMatch(/“Giám đốc”.*“Văn thư 01”.*\[pkcs11\.no-token\]/);
    const none = await antin([...args, '--pkcs11', inPdf]);
    expect(none).toMatchObject({ code: 69 });
    expect(none.err).toContain('[pkcs11.module-not-loaded]');
  });

  it('refuses a token made of software in the production profile', async () => {
    const ran = await sign(['--pin-file', pinFile, '--alias', 'Nguyễn Văn An', '--profile', 'production']);
    expect(ran).toMatchObject({ code: 65 });
    expect(ran.err).toContain('[software-token.practice-only]');
  });
});
