import { describe, expect, test } from 'vitest';
import { BackwardDer } from './backward.ts';
import { TAG } from './tags.ts';
import { integer, octetString, sequence, tlv, utf8String } from './writer.ts';

describe('DER from its end', () => {
  test.each([0, 1, 47, 48, 49, 127, 128, 255, 256, 4095, 4096, 5000, 65_535, 65_536, 100_000])(
    'a value of %i octets, nested, comes out as the other writer makes it',
    (length) => {
      const content = Uint8Array.from({ length }, (_, i) => i);
      const out = new BackwardDer();
      out.bytes(integer(5));
      const mark = out.size;
      out.value(TAG.OCTET_STRING, content);
      out.close(0xa0, mark);
      out.octet(0xff);
      out.close(TAG.SEQUENCE, 0);
      const body = [Uint8Array.of(0xff), tlv(0xa0, octetString(content)), integer(5)];
      expect(out.finish()).toEqual(sequence(...body));
    },
  );

  test.each(['', 'abc', 'Nguyễn Văn An', 'ß€', '😀 và chữ', '\u{10ffff}', '\ud800', 'x\udc00y', 'đ'.repeat(3000)])(
    'text as UTF-8: %j',
    (text) => {
      const out = new BackwardDer();
      out.text(TAG.UTF8_STRING, text);
      expect(out.finish()).toEqual(utf8String(text));
    },
  );

  test('each value is its own: the next one does not write over it, and what a fault left behind is forgotten', () => {
    const out = new BackwardDer();
    out.bytes(integer(1));
    const first = out.finish();
    out.bytes(integer(2));
    out.begin();
    out.bytes(integer(3));
    expect(out.finish()).toEqual(integer(3));
    expect(first).toEqual(integer(1));
  });
});
