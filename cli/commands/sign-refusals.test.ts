import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { decodeDer } from '@antin/formats/der/reader';
import { context, integer, octetString, oid, sequence } from '@antin/formats/der/writer';
import { OID } from '@antin/pki/oids';
import { passwordForms } from '@antin/pki/pkcs12/kdf';
import { buildMac } from '@antin/pki/pkcs12/mac';
import { letter } from '@antin/testkit/judging/documents';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { signaturePicture } from '@antin/testkit/pdf/pictures';
import { ANTIN, inProcess, PASSPHRASE, signingDesk } from '@antin/testkit/signing-desk';
import type { Ran, SigningDesk } from '@antin/testkit/signing-desk';
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
  desk.stampWith({});
  expect(readFileSync(inPdf).equals(input)).toBe(true);
  expect(readdirSync(desk.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

const key = (entity?: string) => desk.key(entity);
const sign = (...more: readonly string[]) => antin(['sign', inPdf, '-o', outPdf, ...more]);

/** One line with its code, nothing on standard output, nothing written. */
function expectRefusal(ran: Ran, code: number, reason: string, words: RegExp = /./): void {
  const [line = '', hint, ...more] = ran.err.split('\n');
  expect(line).toMatch(/^antin sign: .+ \[[a-z0-9-]+\.[a-z0-9-]+\]$/);
  expect([line.replace(/^.*\[(.*)\]$/, '$1'), ran.code, ran.out]).toEqual([reason, code, '']);
  expect(hint + more.join()).toBe(reason === 'sign.usage' ? '"antin sign --help" shows the options.' : '');
  expect(line).toMatch(words);
  expect(existsSync(outPdf)).toBe(false);
}

describe('wrong usage is 64', () => {
  const p12 = ['--p12', 'a', '--pass-file', 'b'];
  const picture = ['--appearance', 'a.png'];
  it.each<[string, string[], RegExp]>([
    ['no file', [], /which file/],
    ['no output', ['in.pdf', ...p12], /-o OUT is missing/],
    ['two outputs', ['in.pdf', '-o', 'out.pdf', '--out-dir', 'out', ...p12], /not both/],
    ['standard input as the document', ['-', '-o', 'out.pdf', ...p12], /"-" is no file/],
    ['no key', ['in.pdf', '-o', 'out.pdf'], /which key/],
    ['two keys', ['in.pdf', '-o', 'out.pdf', ...p12, '--pkcs11', 'm'], /not both/],
    ['a key file without its passphrase', ['in.pdf', '-o', 'out.pdf', '--p12', 'a'], /--pass-file/],
    ['a PIN for a file', ['in.pdf', '-o', 'out.pdf', ...p12, '--pin-file', 'c'], /--pin-file means nothing/],
    ['a passphrase for a token', ['in.pdf', '-o', 'out.pdf', '--pkcs11', 'm', '--pass-file', 'c'], /--pass-file means nothing/],
    ['B-T without a time-stamp authority', ['in.pdf', '-o', 'out.pdf', ...p12, '--level', 'B-T'], /needs --tsa/],
    ['B-B with one', ['in.pdf', '-o', 'out.pdf', ...p12, '--level', 'B-B', '--tsa', 'http://a'], /leave --tsa out/],
    ['a level there is not', ['in.pdf', '-o', 'out.pdf', ...p12, '--level', 'B-X'], /B-B, B-T, B-LT, B-LTA/],
    ['B-LT without trusted roots', ['in.pdf', '-o', 'o', ...p12, '--tsa', 'http://a', '--level', 'B-LT'], /needs trusted roots/],
    ['B-LTA without a time-stamp authority', ['in.pdf', '-o', 'o', ...p12, '--level', 'B-LTA', '--trust', 'r'], /needs --tsa/],
    ['trust for a level that asks none', ['in.pdf', '-o', 'o', ...p12, '--trust', 'r'], /mean nothing at level B-B/],
    [
      'a format there is not',
      ['in.pdf', '-o', 'o', ...p12, '--format', 'PGP'],
      /PAdES, CAdES, XAdES, ASiC-E, ASiC-S, JAdES, OOXML/,
    ],
    ['packaging without a format', ['in.pdf', '-o', 'o', ...p12, '--packaging', 'detached'], /needs --format/],
    [
      'packaging of another format',
      ['i', '-o', 'o', ...p12, '--format', 'cades', '--packaging', 'enveloped'],
      /attached, detached/,
    ],
    ['packaging where there is one only', ['i', '-o', 'o', ...p12, '--format', 'pades', '--packaging', 'attached'], /only one/],
    ['a digest there is not', ['in.pdf', '-o', 'o', ...p12, '--digest', 'CRC32'], /SHA-256, SHA-384, SHA-512, SHA3-256/],
    ['a media type that is none', ['in.pdf', '-o', 'o', ...p12, '--mimetype', 'letter'], /--mimetype needs/],
    ['a time-stamp authority on a disk', ['in.pdf', '-o', 'out.pdf', ...p12, '--tsa', 'file:///etc/passwd'], /--tsa needs/],
    ['a password in an address', ['in.pdf', '-o', 'out.pdf', ...p12, '--tsa', 'http://u:p@a/'], /without a password/],
    ['a picture without a place', ['in.pdf', '-o', 'out.pdf', ...p12, ...picture], /--rect/],
    ['a place without a picture', ['in.pdf', '-o', 'out.pdf', ...p12, '--rect', '1,2,3,4'], /--rect means nothing/],
    ['a page 0', ['in.pdf', '-o', 'out.pdf', ...p12, ...picture, '--rect', '1,2,3,4', '--page', '0'], /--page is "0"/],
    ['three numbers', ['in.pdf', '-o', 'out.pdf', ...p12, ...picture, '--rect', '1,2,3'], /--rect is "1,2,3"/],
    ['no area', ['in.pdf', '-o', 'out.pdf', ...p12, ...picture, '--rect', '1,2,0,4'], /--rect is/],
    ['an option twice', ['in.pdf', '-o', 'out.pdf', ...p12, '--pass-file', 'c'], /--pass-file is given twice/],
    ['an option there is not', ['in.pdf', '-o', 'out.pdf', ...p12, '--visible'], /--visible/],
    ['a profile there is not', ['in.pdf', '-o', 'out.pdf', ...p12, '--profile', 'test'], /practice, production/],
    ['a file that is not there', ['not there.pdf', '-o', 'out.pdf', ...p12], /no file not there\.pdf/],
  ])('%s', async (_, args, words) => {
    expectRefusal(await antin(['sign', ...args]), 64, 'sign.usage', words);
  });

  it('and help is not', async () => {
    const help = await antin(['sign', '--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const option of ['--p12', '--pkcs11', '--tsa', '--appearance', '--profile', '--force'])
      expect(help.out).toContain(option);
  });
});

describe('the output', () => {
  it('is never the input, by whatever name', async () => {
    const names = [inPdf, desk.file(`hard ${n}.pdf`), desk.file(`soft ${n}.pdf`), join(desk.folder, '.', `in ${n}.pdf`)];
    linkSync(inPdf, names[1] as string);
    symlinkSync(inPdf, names[2] as string);
    for (const name of names) {
      for (const force of [[], ['--force']]) {
        expectRefusal(await antin(['sign', inPdf, '-o', name, ...key(), ...force]), 64, 'sign.output-is-input');
      }
    }
  });

  it('is a file in a folder that exists', async () => {
    mkdirSync(desk.file(`folder ${n}`));
    const to = (path: string) => antin(['sign', inPdf, '-o', path, ...key(), '--force']);
    expectRefusal(await to(desk.file(`folder ${n}`)), 64, 'sign.output-not-a-file');
    expectRefusal(await to('/dev/null'), 64, 'sign.output-not-a-file');
    expectRefusal(await to(join(desk.folder, 'nowhere', 'out.pdf')), 69, 'sign.output-failed');
  });
});

describe('a disk that is full', () => {
  it('leaves neither a half file nor its beginning', () => {
    const args = [process.execPath, ANTIN, 'sign', inPdf, '-o', outPdf, ...key()].map((one) => `'${one}'`).join(' ');
    const { status, stderr } = spawnSync('sh', ['-c', `ulimit -f 1; exec ${args}`], { encoding: 'utf8' });
    expect(stderr).toMatch(/cannot be written \(EFBIG\) \[sign\.output-failed\]/);
    expect([status, existsSync(outPdf)]).toEqual([69, false]);
  });
});

describe('what cannot be signed is 65', () => {
  it.each([
    ['a text', 'no PDF at all', 'pdf.header'],
    ['nothing', '', 'pdf.header'],
    ['a PDF cut in half', Buffer.from(input.subarray(0, input.length / 2)), 'pdf.startxref'],
  ])('%s', async (_, content, code) => {
    const bad = desk.file(`bad ${n}.pdf`, content);
    // The secret does not exist: it is not asked for before the document is seen.
    expectRefusal(await antin(['sign', bad, '-o', outPdf, '--p12', 'none', '--pass-file', 'none']), 65, code);
  });

  it('a page that is not there, a place beside the page, a picture that is none', async () => {
    const png = desk.file('picture.png', signaturePicture());
    const shown = (file: string, ...more: string[]) => sign(...key(), '--appearance', file, ...more);
    expectRefusal(await shown(png, '--rect', '10,10,50,50', '--page', '2'), 65, 'pdf.no-page');
    expectRefusal(await shown(png, '--rect', '900,10,50,50'), 65, 'pades.placement');
    expectRefusal(await shown(png, '--field', 'new'), 65, 'pades.placement');
    expectRefusal(await shown(inPdf, '--rect', '10,10,50,50'), 65, 'png.damaged');
    const flat = desk.file('flat.pdf', fieldWithoutArea());
    const args = ['sign', flat, '-o', outPdf, ...key(), '--field', 'sig', '--rect', '10,10,50,50', '--appearance', png];
    expectRefusal(await antin(args), 65, 'pades.placement', /no area/);
  });
});

describe('a key that must not be used', () => {
  it.each([
    ['expired', 'certificate.expired', /expired on \d{4}-\d\d-\d\d/],
    ['notYetValid', 'certificate.not-yet-valid', /valid from \d{4}-\d\d-\d\d/],
    ['issuing', 'certificate.not-for-signing', /key usage/],
  ])('%s', async (entity, code, words) => {
    expectRefusal(await sign(...key(entity)), 65, code, words);
  });

  it('software in the production profile, before its passphrase is asked for', async () => {
    const args = ['--p12', desk.p12('leader'), '--pass-file', '-', '--profile', 'production'];
    expectRefusal(await sign(...args), 65, 'software-key.practice-only');
  });

  it('is refused while others may read it or its passphrase', async () => {
    const open = desk.file('open', PASSPHRASE, 0o644);
    expectRefusal(await sign('--p12', desk.p12('leader'), '--pass-file', open), 64, 'secret-file.too-open', /chmod 600/);
    const openKey = desk.file('open.p12', readFileSync(desk.p12('leader')), 0o640);
    expectRefusal(await sign('--p12', openKey, '--pass-file', desk.passFile), 64, 'secret-file.too-open', /mode 640/);
  });

  it('is not opened by a wrong passphrase, and the passphrase is never shown', async () => {
    const ran = await sign('--p12', desk.p12('leader'), '--pass-file', desk.file('wrong', 'sai-bét'));
    expectRefusal(ran, 65, 'pkcs12.wrong-password');
    expect(ran.err).not.toContain('sai-bét');
  });

  it('is not a key', async () => {
    const notOne = desk.file('key.pem', 'no PKCS#12');
    expectRefusal(
      await sign('--p12', notOne, '--pass-file', desk.passFile),
      65,
      'software-key.not-pkcs12',
      /key\.pem is no PKCS#12 file/,
    );
    expectRefusal(await sign('--p12', 'nowhere', '--pass-file', desk.passFile), 64, 'secret-file.not-readable');
  });

  it.skipIf(opensslVersion === undefined)(
    'is refused in RC2 and says how to convert it; made today by openssl it signs',
    async () => {
      const ssl = openssl();
      try {
        const { pki } = desk;
        ssl.put('key.der', pki.entity('leader').pkcs8);
        ssl.put('leader.der', pki.certificate('leader').raw);
        ssl.run(['pkcs8', '-inform', 'DER', '-in', 'key.der', '-nocrypt', '-out', 'key.pem']);
        ssl.run(['x509', '-inform', 'DER', '-in', 'leader.der', '-out', 'leader.pem']);
        const make = (name: string, ...more: string[]) => {
          const args = [
            'pkcs12',
            '-export',
            '-inkey',
            'key.pem',
            '-in',
            'leader.pem',
            '-passout',
            'env:P',
            '-out',
            name,
            ...more,
          ];
          expect(ssl.run(args, { P: PASSPHRASE }).err).toBe('');
          return desk.file(name, ssl.get(name));
        };
        const legacy = make('rc2.p12', '-legacy', '-certpbe', 'PBE-SHA1-RC2-40');
        expectRefusal(await sign('--p12', legacy, '--pass-file', desk.passFile), 65, 'pkcs12.legacy-cipher', /openssl pkcs12/);
        expect(await sign('--p12', make('today.p12'), '--pass-file', desk.passFile)).toMatchObject({ code: 0 });
      } finally {
        ssl.remove();
      }
    },
  );

  it('is named where there are several', async () => {
    const both = desk.file('both.p12', twoKeys(desk.p12('leader'), desk.p12('seal')));
    const args = ['--p12', both, '--pass-file', desk.passFile];
    expectRefusal(await sign(...args), 65, 'software-key.several-keys', /“leader”, “seal”/);
    expectRefusal(await sign(...args, '--alias', 'clerk'), 65, 'software-key.no-key', /“leader”, “seal”/);
    const { serialHex } = desk.pki.certificate('leader');
    expect((await sign(...args, '--alias', 'seal')).out).toContain('ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM');
    expect((await sign(...args, '--force', '--alias', 'Nguyễn Văn An')).out).toContain('Nguyễn Văn An');
    expect((await sign(...args, '--force', '--alias', serialHex.toUpperCase())).out).toContain('Nguyễn Văn An');
  });
});

describe('a secret asked for with "-"', () => {
  const asking = () => ['--p12', desk.p12('leader'), '--pass-file', '-'];
  it('needs a terminal or a pipe', async () => {
    expectRefusal(await sign(...asking()), 64, 'secret.no-terminal', /neither a terminal nor a pipe/);
    // What `antin … < file` does to a real process is the same: a file with a secret has to be closed to others.
    const child = await desk.antin(['sign', inPdf, '-o', outPdf, ...asking()]);
    expectRefusal(child, 64, 'secret.no-terminal');
  });

  it('is not empty and has an end', async () => {
    const piped = (text: string) => antin(['sign', inPdf, '-o', outPdf, ...asking()], { input: text });
    expectRefusal(await piped(''), 64, 'secret.empty');
    expectRefusal(await piped('\n'), 64, 'secret.empty');
    expectRefusal(await piped('x'.repeat(5000)), 64, 'secret.too-long');
  });
});

describe('a time-stamp authority that does not serve is 69', () => {
  it('refuses', async () => {
    desk.stampWith(undefined);
    expectRefusal(await sign(...key(), '--tsa', desk.tsa), 69, 'source.tsa-refused', /closed today/);
  });

  it('answers another question', async () => {
    desk.stampWith({ nonce: 1n });
    expectRefusal(await sign(...key(), '--tsa', desk.tsa), 69, 'source.tsa-mismatch');
  });

  it('is not there', async () => {
    const nobody = 'http://127.0.0.1:1/tsa';
    expectRefusal(await sign(...key(), '--tsa', nobody), 69, 'source.unreachable');
  });
});

function fieldWithoutArea(): Uint8Array {
  const field = '<</Type/Annot/Subtype/Widget/FT/Sig/T(sig)/Rect[0 0 0 0]/P 100 0 R/F 132>>';
  const objects: Record<number, string> = { ...plainObjects(['/Annots[10 0 R]']), 10: field };
  objects[1] = '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]>>>>';
  return buildPdf(objects).bytes;
}

/** One file with the keys of two: the bags of both, under one MAC. */
function twoKeys(a: string, b: string): Uint8Array {
  const bags = [a, b].flatMap((path) => {
    const authSafe = decodeDer(new Uint8Array(readFileSync(path))).children()[1];
    const safe = authSafe?.children()[1]?.inner().content as Uint8Array;
    return decodeDer(safe)
      .children()
      .map((info) => info.raw);
  });
  const safe = sequence(...bags);
  const mac = buildMac(safe, passwordForms(PASSPHRASE), nodeSecrets, 2048);
  return sequence(integer(3), sequence(oid(OID.idData), context(0, octetString(safe))), mac);
}
