import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { b64url, baselineOf, payload, signedWith } from '@antin/testkit/attacks/jws';
import { contextOf, judged, letter, sign as signPdf } from '@antin/testkit/judging/documents';
import { docx } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { ENVELOPED, EXCLUSIVE, reference, signatureByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { beforeAll, describe, expect, it } from 'vitest';
import { signAsic } from '../asic/sign.ts';
import { signCades } from '../cades/sign.ts';
import { sentenceFor } from '../words/sentence.ts';
import type { ValidationContext } from './types.ts';
import { UnsupportedFile, validate } from './validate.ts';

const pki = testPki();
const at = pki.now + 1_800_000;
const key = pki.signingKey('leader');
const text = (value: string) => memorySource(utf8(value));
const judge = (file: Uint8Array | string, more: Partial<ValidationContext> = {}): string => {
  const source = memorySource(typeof file === 'string' ? utf8(file) : file);
  const { report } = validate(source, contextOf(pki, at, more));
  expect(sentenceFor(report, 'vi').heading).not.toMatch(/bước kiểm tra "/);
  return [report.verdict, report.decidedBy].filter(Boolean).join(' ');
};

let cms: Uint8Array;
let other: Uint8Array;
beforeAll(async () => {
  const signed = async (content: string) => {
    const source = await signCades(text(content), key, { door, signingTime: pki.now, packaging: 'attached' });
    return Uint8Array.from(source.read(0, source.size));
  };
  cms = await signed('nội dung');
  other = await signed('khác');
});

describe('a CMS as PEM', () => {
  const pem = (bytes: Uint8Array, label = 'CMS'): string => {
    const lines = Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n');
    return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
  };

  it('that is the whole file passes', () => {
    expect(judge(pem(cms))).toBe('valid');
    expect(judge(`\ufeff\n${pem(cms, 'PKCS7')}\n`)).toBe('valid');
  });

  it('does not make text around it signed, nor a second block', () => {
    for (const file of [
      `Quyết định: 9 tỷ đồng\n${pem(cms)}`,
      `${pem(cms)}Quyết định: 9 tỷ đồng\n`,
      pem(cms) + pem(other),
      `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${pem(cms)}`,
    ]) {
      expect(judge(file)).toBe('indeterminate cms.text-around');
    }
  });

  it('quoted in an XML document or in JSON signs neither', () => {
    const document = `<hs xmlns="urn:vn"><so>1 đồng</so><x>\n${pem(cms)}</x>${signatureByHand({ references: [reference('', ENVELOPED + EXCLUSIVE)] })}</hs>`;
    const signed = fillIn(document, { pki, by: 'leader' });
    expect(judge(signed)).toBe('valid');
    expect(judge(signed.replace('1 đồng', '9 tỷ'))).toBe('invalid integrity.digest');
    expect(() => judge(`<hs>9 tỷ<x>\n${pem(cms)}</x></hs>`)).toThrow(UnsupportedFile);
    expect(() => judge(`{"so":9,"x":"\n${pem(cms)}"}`)).toThrow(UnsupportedFile);
  });
});

describe('data that are brought and nobody signed', () => {
  const refused = 'indeterminate detached.not-signed';
  const contract = text('hợp đồng');

  it('keep a file that carries everything itself from passing', async () => {
    const pdf = await signPdf(letter(), { pki, by: 'leader' });
    expect(judged(pdf, pki).verdict).toBe('valid');
    expect(judge(pdf, { detached: contract })).toBe(refused);
    expect(judge(pdf, { detachedByName: () => contract })).toBe(refused);
    const files = [{ name: 'a.txt', content: text('a'), mimeType: 'text/plain' }];
    const source = await signAsic({ container: 'ASiC-E', files }, key, { door, level: 'B-B', signingTime: pki.now });
    const asic = source.read(0, source.size);
    expect(judge(asic)).toBe('valid');
    expect(judge(asic, { detached: contract })).toBe(refused);
    // Nobody signed anything there, whatever is beside it.
    expect(judge(docx(), { detached: contract })).toBe('unsigned');
  });

  it('keep an XML document from passing that is not over them, and one that is over them passes', () => {
    const of = (uri: string) => {
      const references = [reference(uri, uri === '' ? ENVELOPED + EXCLUSIVE : '')];
      return fillIn(`<hs xmlns="urn:vn">${signatureByHand({ references })}</hs>`, { pki, by: 'leader', files: () => contract });
    };
    expect(judge(of(''))).toBe('valid');
    expect(judge(of(''), { detached: contract })).toBe(refused);
    expect(judge(of('a.txt'), { detached: contract })).toBe('valid');
  });

  it('keep it from passing where one of several is left over, and the one is named', () => {
    const files: Record<string, ReturnType<typeof text>> = { 'a.txt': text('a'), 'b.txt': text('b'), 'c.txt': text('c') };
    const detachedByName = (name: string) => files[name];
    const references = [reference('a.txt', ''), reference('./b.txt', '', { id: 'r2' })];
    const document = `<hs xmlns="urn:vn">${signatureByHand({ references })}</hs>`;
    const signed = fillIn(document, { pki, by: 'leader', files: (uri) => files[uri.replace('./', '')] });
    const given = (...detachedNames: string[]) => ({ detachedByName, detachedNames });
    expect(judge(signed, given('a.txt', 'b.txt'))).toBe('valid');
    expect(judge(signed, given('a.txt', 'b.txt', 'c.txt'))).toBe(refused);
    const { report } = validate(memorySource(utf8(signed)), contextOf(pki, at, given('c.txt', 'b.txt', 'a.txt')));
    expect(report.errors.map((one) => one.about)).toEqual(['c.txt']);
    // Attached, and so over none of them.
    expect(judge(cms)).toBe('valid');
    expect(judge(cms, given('a.txt', 'b.txt'))).toBe(refused);
    const whole = fillIn(document.replace(/<ds:Reference.*?<\/ds:Reference>/, reference('', ENVELOPED + EXCLUSIVE)), {
      ...{ pki, by: 'leader', files: () => text('b') },
    });
    expect(judge(whole, given('a.txt', 'b.txt'))).toBe(refused);
  });

  it('keep lines of an HTTP message from passing that do not name the body', () => {
    const message = (digest: boolean) => {
      const pars = ['x-so', ...(digest ? ['digest'] : [])];
      const sigD = { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars };
      const header = { ...baselineOf(pki), b64: false, crit: ['b64', 'sigD'], sigD };
      const lines = pars.map((name) => `${name}: ${LINES[name]}`).join('\n');
      return signedWith(pki, header, { omit: true, payload: lines });
    };
    const sum = Buffer.from(door.digest('SHA-256').finish()).toString('base64');
    const LINES: Record<string, string> = { 'x-so': '12', digest: `SHA-256=${sum}` };
    const detachedByName = (name: string) => (name in LINES ? text(LINES[name]!) : undefined);
    expect(judge(message(false), { detachedByName })).toBe('valid');
    expect(judge(message(false), { detachedByName, detached: contract })).toBe(refused);
    expect(judge(message(true), { detachedByName, detached: text('') })).toBe('valid');
    expect(judge(message(true), { detachedByName, detached: contract })).toBe('invalid integrity.digest');
  });
});

describe('a JWS', () => {
  const jws = signedWith(pki, baselineOf(pki));
  const put = (member: string) => utf8(new TextDecoder().decode(jws).replace(/^\{/, `{${member},`));

  it('with its own members in another case is refused: to half of all readers they are the payload', () => {
    const fake = b64url(payload.replace('1', '9'));
    for (const name of ['Payload', 'PAYLOAD', 'Protected', '\u017fignature']) {
      expect(judge(put(`"${name}":"${fake}"`))).toBe('invalid jws.malformed');
    }
    expect(judge(put('"note":"x"'))).toBe('valid');
  });

  it('whose type nobody signed does not pass; what else nobody signed is told', () => {
    const told = (file: Uint8Array) => validate(memorySource(file), contextOf(pki, at)).report.warnings.map((one) => one.code);
    const with_ = (unprotected: object) => signedWith(pki, baselineOf(pki), { unprotected });
    for (const name of ['cty', 'typ']) {
      expect(judge(with_({ [name]: 'text/html' }))).toBe('indeterminate jws.type-not-signed');
      expect(judge(signedWith(pki, { ...baselineOf(pki), [name]: 'text/html' }))).toBe('valid');
    }
    const { payload: text_, ...one } = JSON.parse(new TextDecoder().decode(with_({ cty: 'text/html' }))) as Record<
      string,
      unknown
    >;
    expect(judge(JSON.stringify({ payload: text_, signatures: [one] }))).toBe('indeterminate jws.type-not-signed');
    expect([judge(with_({ note: 'x', kid: 'x' })), told(with_({ note: 'x', kid: 'x' }))]).toEqual([
      'valid',
      ['jws.unsigned-member'],
    ]);
    const noted = put('"Số tiền":"9 tỷ"');
    expect([judge(noted), told(noted), told(jws)]).toEqual(['valid', ['jws.unsigned-member'], []]);
  });
});
