import { describe, expect, it } from 'vitest';
import { fromLatin1, latin1 } from '../bytes/bytes.ts';
import { canonicalLines, contentType, fieldOf, partsOf, readEntity } from './entity.ts';

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const mail = (lines: readonly string[], eol = '\r\n') => latin1(lines.join(eol));
const two = [
  'Content-Type: multipart/mixed; boundary="b b"',
  '',
  'before',
  '--b b',
  'A: 1',
  '',
  'one',
  '--b b  ',
  '',
  'two',
  '',
  '--b b--',
  '',
];

describe('a MIME entity', () => {
  it('has fields, unfolded, and a body behind the first empty line', () => {
    const bytes = mail(['Subject: a', ' b', 'X-Y:c', '', 'body: no field']);
    const entity = readEntity(bytes);
    expect(entity.fields).toEqual([
      { name: 'subject', value: 'a b' },
      { name: 'x-y', value: 'c' },
    ]);
    expect(fromLatin1(bytes.subarray(entity.body))).toBe('body: no field');
  });

  it('that says a thing twice says nothing', () => {
    const entity = readEntity(mail(['From: a@x', 'FROM: b@x', '']));
    expect(() => fieldOf(entity, 'from')).toThrow(code('mime.duplicate-field'));
    const twice = readEntity(mail(['Content-Type: multipart/signed; boundary=a; boundary=b', '']));
    expect(() => contentType(twice)).toThrow(code('mime.content-type'));
  });

  it('names its type with parameters in quotes, with comments and escapes', () => {
    const entity = readEntity(
      mail(['Content-Type: Multipart/Signed; Protocol="application/pkcs7-signature"; boundary="a\\"b" (c); micalg=sha-256']),
    );
    const { type, parameters } = contentType(entity);
    expect(type).toBe('multipart/signed');
    expect(Object.fromEntries(parameters)).toEqual({
      protocol: 'application/pkcs7-signature',
      boundary: 'a"b',
      micalg: 'sha-256',
    });
  });

  it.each(['\r\n', '\n'])('has parts without the line break before the delimiter (%j)', (eol) => {
    const bytes = mail(two, eol);
    const { parts, around } = partsOf(bytes, readEntity(bytes));
    expect(parts.map(({ start, end }) => fromLatin1(bytes.subarray(start, end)))).toEqual([
      `A: 1${eol}${eol}one`,
      `${eol}two${eol}`,
    ]);
    expect(around).toBe(true);
  });

  it('without its last delimiter is refused: somebody may have cut it', () => {
    const bytes = mail(two.slice(0, -2));
    expect(() => partsOf(bytes, readEntity(bytes))).toThrow(code('mime.boundary'));
  });

  it('within its budget, or not at all', () => {
    const budget = { headerBytes: 100, fields: 3, parts: 1 };
    expect(() => readEntity(mail(Array.from({ length: 4 }, (_, i) => `A${i}: 1`)), 0, undefined, budget)).toThrow(
      code('mime.budget'),
    );
    expect(() => readEntity(mail([`A: ${'x'.repeat(120)}`, 'B: 1', ''], '\n'), 0, undefined, budget)).toThrow(
      code('mime.budget'),
    );
    const bytes = mail(two);
    expect(() => partsOf(bytes, readEntity(bytes), budget)).toThrow(code('mime.budget'));
  });

  it('a line that is no field is no header', () => {
    expect(() => readEntity(mail(['Subject: a', 'nonsense', '']))).toThrow(code('mime.header'));
  });
});

it('lines travel with CRLF; what already does is left alone', () => {
  const already = latin1('a\r\nb\r\n');
  expect(canonicalLines(already)).toBe(already);
  expect(fromLatin1(canonicalLines(latin1('a\nb\r\nc\n')))).toBe('a\r\nb\r\nc\r\n');
});
