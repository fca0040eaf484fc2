import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../bytes/bytes.ts';
import { parseJson } from './scan.ts';
import type { JsonBudget } from './scan.ts';
import type { JsonValue } from './value.ts';

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const parse = (text: string, budget?: JsonBudget) => parseJson(utf8(text), budget);

function plain(value: JsonValue): unknown {
  if (value.kind === 'array') return value.items.map(plain);
  if (value.kind === 'object') {
    // A member called __proto__ must stay a member.
    const out = Object.create(null) as Record<string, unknown>;
    for (const [name, one] of value.members) out[name] = plain(one);
    return out;
  }
  return value.kind === 'string' ? value.text : value.value;
}

const wellFormed = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 5 });

describe('a JSON text', () => {
  it('means what JSON.parse says', () => {
    fc.assert(
      fc.property(wellFormed, fc.constantFrom('', ' ', '\t', '  \n'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.stringify(plain(parse(text)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('gives every value its own bytes', () => {
    fc.assert(
      fc.property(wellFormed, (value) => {
        const bytes = utf8(` ${JSON.stringify(value, null, 1)}\n`);
        const walk = (one: JsonValue): void => {
          expect(one.raw).toEqual(bytes.subarray(one.start, one.end));
          expect(JSON.parse(fromUtf8(one.raw))).toEqual(JSON.parse(JSON.stringify(plain(one))));
          if (one.kind === 'array') one.items.forEach(walk);
          if (one.kind === 'object') for (const inner of one.members.values()) walk(inner);
        };
        walk(parseJson(bytes));
      }),
      { numRuns: 50 },
    );
  });

  it('is refused where JSON.parse refuses, and never read differently, whatever bytes come', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.stringMatching(/^[[\]{}",:0-9eE.+\-truefalsn\\u dD8]{0,24}$/).map(utf8),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        let ours: JsonValue | undefined;
        try {
          ours = parseJson(bytes);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^json\./);
        }
        if (ours !== undefined) expect(JSON.stringify(plain(ours))).toBe(JSON.stringify(JSON.parse(fromUtf8(bytes))));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '[1 2]',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    '1e999',
    'NaN',
    'tru',
    'nullx',
    '"a',
    '"\\x"',
    '"\\u12g4"',
    '"a\nb"',
    '"\\',
    '1 1',
    '\ufeff1',
    '[1]\0',
    '//1',
  ])('%j is damaged', (text) => {
    expect(() => parse(text)).toThrow(code('json.damaged'));
  });

  it('may carry every member name once, however it is written', () => {
    expect(parse('{"alg":1,"Alg":2,"o":{"alg":3}}').kind).toBe('object');
    expect(() => parse('{"alg":1,"alg":1}')).toThrow(code('json.duplicate-member'));
    expect(() => parse('[{"b":0,"alg":1,"\\u0061lg":2}]')).toThrow(code('json.duplicate-member'));
    expect(() => parse('{"__proto__":1,"__proto__":2}')).toThrow(code('json.duplicate-member'));
  });

  it('carries whole characters only', () => {
    expect(plain(parse('"\\ud83d\\ude00 ệ \\u1ec7"'))).toBe('😀 ệ ệ');
    for (const text of ['"\\ud83d"', '"\\ude00\\ud83d"', '"\\ud83d\\u0041"', '{"\\udfff":1}']) {
      expect(() => parse(text), text).toThrow(code('json.lone-surrogate'));
    }
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xe1, 0xbb, 0x22],
    ]) {
      expect(() => parseJson(Uint8Array.from(bytes))).toThrow(code('json.encoding'));
    }
  });

  it('stays within its budget', () => {
    const budget = { bytes: 30, depth: 3, values: 4 };
    expect(parse('[[[1]]]', budget).kind).toBe('array');
    expect(() => parse('[[[[1]]]]', { ...budget, values: 9 })).toThrow(code('json.too-deep'));
    expect(() => parse('[1,2,3,4]', budget)).toThrow(code('json.too-many-values'));
    expect(() => parse(`"${'a'.repeat(30)}"`, budget)).toThrow(code('json.too-large'));
    expect(() => parse('['.repeat(100_000))).toThrow(code('json.too-deep'));
    expect(() => parse('1'.repeat(5_000_000))).toThrow(code('json.damaged'));
  });
});
