import { expect, test } from 'vitest';
import { cursorOf, pageFrom, readCursor } from './keyset.ts';

test('a cursor comes back as it was made', () => {
  const { next } = pageFrom([1, 2, 3], 2, (row) => [row, 'Sơn Hà']) as { next: string };
  expect(readCursor(next, 'ns')).toEqual([2, 'Sơn Hà']);
  expect(readCursor(undefined, 'ns')).toBeUndefined();
});

test.each<[string, string, string]>([
  ['of another shape', cursorOf([1]), 'ns'],
  ['with a fraction, which no place has', cursorOf([1.5]), 'n'],
  ['with a number beyond exactness', cursorOf([2 ** 60]), 'n'],
  ['with a text for a UUID', cursorOf(["' or 1=1 --"]), 'u'],
  ['that is no JSON', 'bm9wZQ', 'n'],
])('one %s is refused', (_, cursor, shape) => {
  expect(() => readCursor(cursor, shape)).toThrow(expect.objectContaining({ code: 'http.invalid-query' }));
});
