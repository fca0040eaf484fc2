import { latin1 } from '../bytes/bytes.ts';
import { memorySource } from '../bytes/source.ts';
import { describe, expect, it } from 'vitest';
import { openPdf } from './file.ts';

const inflate = (): never => {
  throw new Error('nothing is compressed here');
};
const open = (text: string) => openPdf(memorySource(latin1(text)), { inflate, mode: 'strict' });

const row = (at: number): string => `${String(at).padStart(10, '0')} 00000 n \n`;
const BODY = [
  '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n',
  '2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n',
  '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n',
];

function first(trailer: (size: number) => string, four?: (size: number) => number): string {
  let out = '%PDF-1.7\n';
  const rows = BODY.map((body) => {
    const at = out.length;
    out += body;
    return row(at);
  });
  const close = (size: number): string => {
    const all = four === undefined ? rows : [...rows, row(four(size))];
    const table = `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${all.join('')}`;
    return `${table}trailer\n<< /Size 9 /Root 1 0 R ${trailer(size)}>>\nstartxref\n${out.length}\n%%EOF\n`;
  };
  return out + close(out.length + close(1000).length);
}

function update(file: string, objects: readonly [num: number, body: string][]): string {
  let out = file;
  let rows = '';
  for (const [num, body] of objects) {
    rows += `${num} 1\n${row(out.length)}`;
    out += body;
  }
  const prev = /startxref\n(\d+)/.exec(file)?.[1] as string;
  return `${out}xref\n${rows}trailer\n<< /Size 9 /Root 1 0 R /Prev ${prev} >>\nstartxref\n${out.length}\n%%EOF\n`;
}

describe('an older revision that takes its meaning from bytes appended later', () => {
  it('is refused when its hidden cross-reference stands behind it', () => {
    const data = '\u0001\u0000\u0000\u0009\u0000';
    const hidden = `7 0 obj\n<< /Type /XRef /Size 9 /W [1 3 1] /Index [7 1] /Length 5 >>\nstream\n${data}\nendstream\nendobj\n`;
    const bait = first((size) => `/XRefStm ${String(size).padStart(4, '0')} `);
    expect(() => open(update(bait, [[7, hidden]]))).toThrow(/XRefStm points behind/);
  });

  it('is refused when one of its objects ends behind it, however it was read first', () => {
    const at = (size: number): number => size - '%%EOF\n'.length;
    const bait = first(() => '', at);
    // Not an object of the older revision: it begins inside and would end outside.
    const file = open(update(bait, [[5, '5 0 obj\n(x)\nendobj\n']]));
    expect(() => file.revisions[0]?.object(4)).toThrow();
  });

  it('is read when everything it names stands before its end', () => {
    const file = open(
      update(
        first(() => ''),
        [[5, '5 0 obj\n(x)\nendobj\n']],
      ),
    );
    expect(file.revisions).toHaveLength(2);
    expect(file.revisions[0]?.pages()).toHaveLength(1);
  });
});
