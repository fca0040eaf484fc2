import { describe, expect, test } from 'vitest';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { paperHeaders, submissionHeaders } from './download.ts';

/** Papers that agencies send are opened by officers of an issuer: what they are called must not decide what runs. */
const sha256 = 'ab'.repeat(32);
const PDF = utf8('%PDF-1.7 quyết định');
const of = (bytes: Uint8Array, name: string | null) => paperHeaders(memorySource(bytes), sha256, name);
const named = (bytes: Uint8Array, name: string | null) => of(bytes, name)['content-disposition'];

describe('a paper that was sent', () => {
  test('has its own name, the ending and type of what it is, and is never drawn in the page', () => {
    expect(of(PDF, 'Quyết định thành lập.pdf')).toEqual({
      'content-type': 'application/pdf',
      'content-length': String(PDF.length),
      'content-disposition': `attachment; filename="Quyet dinh thanh lap.pdf"; filename*=UTF-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20th%C3%A0nh%20l%E1%BA%ADp.pdf`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });
    expect(of(Uint8Array.of(0xff, 0xd8, 0xff, 0), 'scan')['content-type']).toBe('image/jpeg');
    expect(named(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), `attachments/${sha256}`)).toContain(
      'filename="dinh-kem-abababababab.png"',
    );
    expect(named(PDF, null)).toContain('filename="dinh-kem-abababababab.pdf"');
  });

  test('that could run is octets, whatever it is called', () => {
    for (const text of ['<!doctype html><script>', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()">', 'MZ', '']) {
      const headers = of(utf8(text), 'Quyết định.pdf');
      expect(headers['content-type'], text).toBe('application/octet-stream');
      expect(headers['content-disposition'], text).toContain('filename="Quyet dinh.bin"');
    }
    expect(named(PDF, 'mời.pdf.html')).toContain('filename="moi.pdf"');
  });

  test('cannot end its header, leave its folder or turn its ending round by its name', () => {
    for (const name of [
      'a"; filename=b.exe',
      '../../etc/passwd',
      'C:\\x\\y.pdf',
      'x\r\nset-cookie: a=b',
      '\u202efdp.exe',
      'con',
      '...',
      '%22.pdf',
    ]) {
      const value = named(PDF, name)!;
      expect(value, name).toMatch(
        /^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]+\.pdf"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+\.pdf$/,
      );
      expect(decodeURIComponent(value.split("''")[1]!), name).not.toMatch(/[/\\:"\r\n\u202e]|^\./);
    }
  });
});

test('a request as it came is named by what it is packed in', () => {
  const ending = (bytes: Uint8Array) => /\.(\w+)"/.exec(submissionHeaders(memorySource(bytes), 'x')['content-disposition']!)![1];
  expect([utf8('PK..'), Uint8Array.of(0x30, 0x82), utf8('{}'), utf8('<html>')].map(ending)).toEqual([
    'asice',
    'p7m',
    'json',
    'bin',
  ]);
});
