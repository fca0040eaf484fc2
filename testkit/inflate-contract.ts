import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Inflate } from '@antin/formats/bytes/source';
import { codeOf } from './code-of.ts';

/** What every implementation of the inflate door must do. */
export function inflateContract(inflate: Inflate): void {
  const text = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) % 251);
  const deflated = new Uint8Array(deflateSync(text));

  it('gives back what was deflated', () => {
    expect(inflate(deflated, text.length)).toEqual(text);
    expect(inflate(new Uint8Array(deflateSync(new Uint8Array(0))), 10)).toHaveLength(0);
    expect(inflate(new Uint8Array(deflateSync(text, { level: 0 })), text.length)).toEqual(text);
  });

  it('passes over the line end some writers count into the stream', () => {
    expect(inflate(Uint8Array.from([...deflated, 13, 10]), text.length)).toEqual(text);
  });

  it('stops a bomb at the budget', () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(20_000_000)));
    expect(bomb.length).toBeLessThan(50_000);
    expect(codeOf(() => inflate(bomb, 1_000_000))).toBe('inflate.budget');
    expect(codeOf(() => inflate(deflated, text.length - 1))).toBe('inflate.budget');
  });

  it('refuses data that is cut off, damaged, of another format or empty', () => {
    expect(codeOf(() => inflate(deflated.subarray(0, deflated.length - 5), text.length))).toBe('inflate.damaged');
    const flipped = deflated.slice();
    flipped[flipped.length - 1] = (flipped[flipped.length - 1] as number) ^ 1;
    expect(codeOf(() => inflate(flipped, text.length))).toBe('inflate.damaged');
    expect(codeOf(() => inflate(text.subarray(0, 100), text.length))).toBe('inflate.damaged');
    expect(codeOf(() => inflate(new Uint8Array(0), 10))).toBe('inflate.damaged');
  });
}
