import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { expect, it } from 'vitest';
import { signCades } from '../../cades/sign.ts';
import { validate } from '../validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const FROM = 'From: nguyenvanan@thunghiem.gov.vn\r\nMIME-Version: 1.0\r\n';

async function judge(inner: string, packaging: 'detached' | 'attached'): Promise<unknown[]> {
  const made = await signCades(memorySource(utf8(inner)), pki.signingKey('leader'), { door, signingTime: pki.now, packaging });
  const cms = toBase64(made.read(0, made.size));
  const base64 = 'Content-Transfer-Encoding: base64\r\n\r\n';
  const mail =
    packaging === 'attached'
      ? `${FROM}Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n${base64}${cms}\r\n`
      : `${FROM}Content-Type: multipart/signed; boundary="B"\r\n\r\n--B\r\n${inner}\r\n--B\r\nContent-Type: application/pkcs7-signature\r\n${base64}${cms}\r\n--B--\r\n`;
  const { report } = validate(memorySource(utf8(mail)), contextOf(pki, pki.now + HOUR));
  return [report.verdict, report.warnings.some((one) => one.code === 'smime.remote-content')];
}
const html = (body: string, head = '') => `Content-Type: text/html; charset=utf-8\r\n${head}\r\n${body}\r\n`;
const inParts = (part: string) =>
  `Content-Type: multipart/alternative; boundary="C"\r\n\r\n--C\r\nContent-Type: text/plain\r\n\r\nx\r\n--C\r\n${part}\r\n--C--\r\n`;

it.each([
  ['a picture', html('<img src="https://vn/so.png">')],
  ['a picture without quotes', html('<img src=//vn/so.png>')],
  ['a background', html('<td style="background:url( \'http://vn/a\')">')],
  ['a style sheet', html('<link rel="stylesheet" href="https://vn/a.css">')],
  ['an imported one', html('<style>@import "https://vn/a.css";</style>')],
  ['a frame', html('<iframe srcdoc="x">')],
  ['a picture in letters written as numbers', html('<img src="&#104;ttps://vn/so.png">')],
  ['a picture in base64', html(toBase64(utf8('<img src="https://vn/so.png">')), 'Content-Transfer-Encoding: base64\r\n')],
  [
    'a picture in quoted-printable',
    html('<img src=3D"ht=\r\ntps://vn/so.png">', 'Content-Transfer-Encoding: quoted-printable\r\n'),
  ],
  ['a picture in a part of parts', inParts(html('<img src="https://vn/so.png">'))],
])('a signed mail that fetches %s passes, and it is told', async (_, inner) => {
  expect(await judge(inner, 'detached')).toEqual(['valid', true]);
  expect(await judge(inner, 'attached')).toEqual(['valid', true]);
});

it.each([
  ['a link to follow', html('<a href="https://vn">x</a>')],
  ['a picture of its own', html('<img src="cid:1"><img src="data:image/png;base64,AA">')],
  ['plain text that speaks of one', 'Content-Type: text/plain\r\n\r\n<img src="https://vn/so.png">\r\n'],
  ['parts', inParts(html('<b>1</b>'))],
])('the honest twin is not: %s', async (_, inner) => {
  expect(await judge(inner, 'detached')).toEqual(['valid', false]);
});

it('costs no more than the text is long', async () => {
  for (const evil of ['<link ', 'src=   ', 'url(  ', "@import ' "]) {
    const before = process.cpuUsage();
    expect((await judge(html(evil.repeat(100_000)), 'attached'))[1]).toBe(false);
    expect(processorSince(before)).toBeLessThan(4000);
  }
});
