import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, expect, it } from 'vitest';
import { signCades } from '../../cades/sign.ts';
import { validate } from '../validate.ts';

/** Mails that one program reads in one way and another in another: each could show what nobody signed. */
const pki = testPki();
const INNER = 'Content-Type: text/plain\r\n\r\nKính gửi\r\n';
let mail: string;
beforeAll(async () => {
  const options = { door, signingTime: pki.now, packaging: 'detached' } as const;
  const cms = await signCades(memorySource(utf8(INNER)), pki.signingKey('leader'), options);
  const head = 'From: nguyenvanan@thunghiem.gov.vn\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary="B"\r\n\r\n';
  const type = 'Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  mail = `${head}--B\r\n${INNER}\r\n--B\r\n${type}${toBase64(cms.read(0, cms.size))}\r\n--B--\r\n`;
});
const judge = (text: string): string => {
  const { report } = validate(memorySource(utf8(text)), contextOf(pki, pki.now + HOUR));
  return [report.verdict, report.decidedBy].filter(Boolean).join(' ');
};

it.each([
  ['as it was made', '', 'valid'],
  ['with its encoding said', 'Content-Transfer-Encoding: 8bit\r\n', 'valid'],
  ['with an encoding that only some decode', 'Content-Transfer-Encoding: base64\r\n', 'invalid mime.transfer-encoding'],
  ['with a line that ends in a bare CR', 'X-A: b\rFrom: khac@thunghiem.gov.vn\r\n', 'invalid mime.header'],
  ['with a zero byte', 'X-A: b\0From: khac@thunghiem.gov.vn\r\n', 'invalid mime.header'],
])('a signed mail %s', (_, field, expected) => {
  expect(judge(mail.replace('MIME-Version', () => `${field}MIME-Version`))).toBe(expected);
});

it.each(['boundary*0="C"', "boundary*=utf-8''C", 'Boundary*0*=C', 'protocol*0="application/pgp-signature"'])(
  'a signed mail whose parts depend on who reads %s',
  (parameter) => {
    expect(judge(mail.replace('boundary="B"', () => `boundary="B"; ${parameter}`))).toBe('invalid mime.content-type');
    expect(judge(mail.replace('boundary="B"', () => `boundary="B"; charset*0="utf-8"`))).toBe('valid');
  },
);
