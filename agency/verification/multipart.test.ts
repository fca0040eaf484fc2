import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, latin1, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { boundaryOf, formParts } from './multipart.ts';

const partsOf = (body: Uint8Array, boundary = 'x') => {
  const source = memorySource(body);
  const parts = formParts(source, boundary);
  if (parts === undefined || parts === 'too-many') return undefined;
  return parts.map(({ name, fileName, content, start }) => {
    const bytes = content.read(0, content.size);
    expect(Buffer.compare(source.read(start, content.size), bytes)).toBe(0);
    return { name, fileName, bytes };
  });
};

describe('a form as browsers send it', () => {
  it('gives fields and files with their names in Vietnamese, and their bytes as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 40 }), async (one, two) => {
        const form = new FormData();
        form.append('file', new Blob([one as Uint8Array<ArrayBuffer>]), 'công văn "số 1".pdf');
        form.append('ghi chú', 'xin chào\r\n--x');
        form.append('data', new Blob([two as Uint8Array<ArrayBuffer>]), 'phụ lục.txt');
        const request = new Request('http://form.test/', { method: 'POST', body: form });
        const boundary = boundaryOf(request.headers.get('content-type') ?? '');
        const parts = partsOf(new Uint8Array(await request.arrayBuffer()), boundary);
        expect(parts?.map((part) => [part.name, part.fileName])).toEqual([
          ['file', 'công văn "số 1".pdf'],
          ['ghi chú', undefined],
          ['data', 'phụ lục.txt'],
        ]);
        expect(parts?.[0]?.bytes).toEqual(one);
        expect(fromUtf8(parts![1]!.bytes)).toBe('xin chào\r\n--x');
        expect(parts?.[2]?.bytes).toEqual(two);
      }),
      { numRuns: 50 },
    );
  });

  it('a part that lies across two pieces of reading is found', () => {
    const content = 'a'.repeat((1 << 20) - 60);
    const body = `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${content}\r\n--x--\r\n`;
    for (let more = 0; more < 40; more++) {
      const longer = body.replace('\r\n\r\n', `\r\n\r\n${'b'.repeat(more)}`);
      expect(partsOf(latin1(longer))?.[0]?.bytes.length).toBe(content.length + more);
    }
  });
});

describe('what is no form', () => {
  const head = 'Content-Disposition: form-data; name="file"; filename="a"';
  it.each([
    ['empty', ''],
    ['another boundary', `--y\r\n${head}\r\n\r\nb\r\n--y--`],
    ['cut off in the head', `--x\r\n${head}`],
    ['cut off in the content', `--x\r\n${head}\r\n\r\nabc`],
    ['cut off behind a boundary', `--x\r\n${head}\r\n\r\nabc\r\n--x`],
    ['a part without a name', '--x\r\nContent-Type: text/plain\r\n\r\nabc\r\n--x--'],
    ['a head without end', `--x\r\n${'a'.repeat(5000)}\r\n\r\nabc\r\n--x--`],
    ['too many parts', `${`--x\r\n${head}\r\n\r\nb\r\n`.repeat(65)}--x--`],
  ])('%s is refused as a whole', (_, text) => {
    expect(partsOf(latin1(text))).toBeUndefined();
  });

  it('any damage to one gives parts or nothing, never a fault', () => {
    const whole = utf8(`--x\r\n${head}\r\n\r\nxin chào\r\n--x\r\n${head}\r\n\r\nb\r\n--x--\r\n`);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
        const damaged = whole.slice(0, end);
        if (at < end) damaged[at] = byte;
        expect(() => partsOf(damaged)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('a form of more parts than allowed is said to be one', () => {
    const form = (parts: number) => memorySource(utf8(`${`--x\r\n${head}\r\n\r\na\r\n`.repeat(parts)}--x--`));
    expect(formParts(form(3), 'x', 3)).toHaveLength(3);
    expect(formParts(form(4), 'x', 3)).toBe('too-many');
  });

  it('only the type of forms has a boundary', () => {
    expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc');
    expect(boundaryOf('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
    for (const type of ['', 'multipart/mixed; boundary=a', 'multipart/form-data', 'text/plain; boundary=a']) {
      expect(boundaryOf(type)).toBeUndefined();
    }
  });
});
