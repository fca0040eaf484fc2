import { spawnSync } from 'node:child_process';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { latin1, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { encodePem } from '@antin/pki/pem';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { useFolder } from '@antin/testkit/folder';
import { opensslVersion } from '@antin/testkit/openssl';
import { testPki } from '@antin/testkit/pki/test-pki';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sentenceFor } from '../../words/sentence.ts';
import { signCades } from '../../cades/sign.ts';
import { validate } from '../validate.ts';
import { addressesIn } from './sender.ts';

const pki = testPki();
const folder = useFolder();
const ADDRESS = 'nguyenvanan@thunghiem.gov.vn';
const CONTENT = [
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  'Kính gửi Sở Tài chính,',
  '',
  'Trân trọng.',
  '',
];
const all = (source: ByteSource): Uint8Array => source.read(0, source.size).slice();
const wrapped = (bytes: Uint8Array): string[] => toBase64(bytes).match(/.{1,64}/g) ?? [];
const judge = (file: Uint8Array | string) =>
  validate(memorySource(typeof file === 'string' ? utf8(file) : file), contextOf(pki, pki.now + HOUR)).report;

const options = { door: nodeCrypto, signingTime: pki.now } as const;
let clear: string;
let opaque: string;

interface Shape {
  readonly from?: string;
  readonly content?: readonly string[];
  readonly extra?: readonly string[];
  readonly after?: readonly string[];
}

async function clearSigned({
  from = `Nguyen Van An <${ADDRESS}>`,
  content = CONTENT,
  extra = [],
  after = [],
}: Shape = {}): Promise<string> {
  const signed = utf8(CONTENT.join('\r\n'));
  const cms = all(await signCades(memorySource(signed), pki.signingKey('leader'), { ...options, packaging: 'detached' }));
  return [
    ...[`From: ${from}`, 'To: a@b.vn', 'Subject: Cong van', 'MIME-Version: 1.0', ...extra],
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="----x"',
    '',
    '------x',
    ...content,
    '------x',
    'Content-Type: application/pkcs7-signature; name="smime.p7s"',
    'Content-Transfer-Encoding: base64',
    '',
    ...wrapped(cms),
    '------x--',
    ...after,
    '',
  ].join('\r\n');
}

beforeAll(async () => {
  clear = await clearSigned();
  const content = memorySource(utf8(CONTENT.join('\r\n')));
  const cms = all(await signCades(content, pki.signingKey('leader'), { ...options, packaging: 'attached' }));
  const head = [
    `From: ${ADDRESS}`,
    'MIME-Version: 1.0',
    'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
  ];
  opaque = [...head, 'Content-Transfer-Encoding: base64', '', ...wrapped(cms), ''].join('\r\n');
});

describe('a signed mail', () => {
  it('clear-signed and opaque are valid, and the words speak of the body alone', () => {
    for (const mail of [clear, opaque]) {
      const report = judge(mail);
      expect(report, JSON.stringify(report.errors)).toMatchObject({ verdict: 'valid', format: 'S/MIME' });
      expect(report.signatures[0]?.covers).toEqual([{ kind: 'payload', name: 'body', intact: true }]);
      expect(report.warnings.map((one) => one.code)).toContain('smime.headers-unsigned');
      expect(sentenceFor(report, 'vi').heading).toContain('Nội dung thư còn nguyên vẹn');
    }
  });

  it('keeps its validity where a server or a disk turned line ends into LF', () => {
    expect(judge(clear.replaceAll('\r\n', '\n')).verdict).toBe('valid');
  });

  it('changed in one letter is invalid', () => {
    expect(judge(clear.replace('Trân trọng', 'Trân trong'))).toMatchObject({ verdict: 'invalid', decidedBy: 'integrity.digest' });
  });

  it('without signature is unsigned', () => {
    expect(judge(['From: a@b.vn', 'Subject: x', '', 'hello', ''].join('\r\n')).verdict).toBe('unsigned');
  });
});

describe('what a reader would believe', () => {
  it('a sender who is not in the certificate is a doubt, also behind a name that looks like the right address', async () => {
    for (const from of [
      'chu.tich@thunghiem.gov.vn',
      `"${ADDRESS}" <ke.gian@example.vn>`,
      `${ADDRESS}, ke.gian@example.vn`,
      `(<${ADDRESS}>) ke.gian@example.vn`,
    ]) {
      expect(judge(await clearSigned({ from })), from).toMatchObject({
        verdict: 'indeterminate',
        decidedBy: 'smime.other-sender',
      });
    }
    expect(judge(await clearSigned({ from: `"An, Văn phòng" <${ADDRESS.toUpperCase()}>` })).verdict).toBe('valid');
  });

  it('two From fields, of which every program shows another one, are refused', async () => {
    expect(judge(await clearSigned({ extra: [`From: ke.gian@example.vn`] })).verdict).toBe('invalid');
  });

  it('a third part beside content and signature is refused', async () => {
    const part = ['------x', 'Content-Type: text/html', '', '<b>Chuyển tiền</b>'];
    expect(judge(await clearSigned({ content: [...CONTENT, ...part] }))).toMatchObject({
      verdict: 'invalid',
      decidedBy: 'smime.parts',
    });
  });

  it('text behind the last delimiter is told', async () => {
    const report = judge(await clearSigned({ after: ['Chuyen tien ngay'] }));
    expect(report.warnings.map((one) => one.code)).toContain('smime.text-around');
  });

  it('a signed mail inside a larger one does not make the larger one signed', () => {
    const head = ['From: a@b.vn', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=outer', ''];
    const mail = [
      ...head,
      '--outer',
      'Content-Type: text/plain',
      '',
      'Chuyển tiền',
      '--outer',
      clear.slice(clear.indexOf('Content-Type: multipart')),
      '--outer--',
      '',
    ];
    expect(judge(mail.join('\r\n'))).toMatchObject({ verdict: 'indeterminate', decidedBy: 'smime.partly-signed' });
  });

  it('an encrypted mail is no unsigned one', () => {
    const mail = opaque.replace('signed-data', 'enveloped-data');
    expect(judge(mail)).toMatchObject({ verdict: 'indeterminate', decidedBy: 'smime.encrypted' });
  });
});

describe('a second opinion: openssl', () => {
  it.skipIf(opensslVersion === undefined)('accepts what we accept, and what it signs holds for us', async () => {
    const root = folder.put('root.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
    const mail = folder.put('clear.eml', clear);
    const at = String(Math.floor(pki.now / 1000));
    const asked = spawnSync('openssl', ['cms', '-verify', '-in', mail, '-CAfile', root, '-attime', at, '-purpose', 'any']);
    expect(asked.stderr.toString()).toContain('successful');
    const { pkcs8 } = pki.entity('leader');
    const key = folder.put('key.der', pkcs8);
    const signer = folder.put('leader.pem', encodePem('CERTIFICATE', pki.certificate('leader').raw));
    const issuing = folder.put('issuing.pem', encodePem('CERTIFICATE', pki.certificate('issuing').raw));
    const content = folder.put('content.txt', CONTENT.join('\r\n'));
    for (const more of [[], ['-nodetach']]) {
      const made = spawnSync('openssl', [
        ...['cms', '-sign', '-in', content, '-signer', signer, '-inkey', key, '-keyform', 'DER', '-certfile', issuing],
        ...['-from', ADDRESS, '-cades', ...more],
      ]);
      expect(made.status, made.stderr.toString()).toBe(0);
      expect(judge(new Uint8Array(made.stdout)).verdict).toBe('valid');
    }
  });
});

it('no damage surprises', () => {
  const bytes = latin1(clear);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      expect(['valid', 'invalid', 'indeterminate', 'unsigned']).toContain(verdictOf(damaged));
    }),
    { numRuns: 300, seed: 20261121 },
  );
});

function verdictOf(bytes: Uint8Array): string {
  try {
    return judge(bytes).verdict;
  } catch (error) {
    if ((error as { code?: string }).code === 'format.unsupported') return 'unsigned';
    throw error;
  }
}

it.each([
  ['a@b.vn', ['a@b.vn']],
  ['"x@y.vn" <A@B.vn>', ['a@b.vn']],
  ['a@b.vn, "c, d" <e@f.vn>', ['a@b.vn', 'e@f.vn']],
  ['(a@b.vn) c@d.vn', ['c@d.vn']],
  ['nobody', []],
])('the addresses of %s are %j', (field, expected) => {
  expect(addressesIn(field)).toEqual(expected);
});
