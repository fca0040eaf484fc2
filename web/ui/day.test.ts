import { expect, it } from 'vitest';
import { dayOrText, parseDay } from './day.ts';

it('a day is read as it is written here, day first', () => {
  expect(parseDay('21/11/2026')).toBe('2026-11-21');
  expect(parseDay(' 1.2.26 ')).toBe('2026-02-01');
  expect(parseDay('5-12-2026')).toBe('2026-12-05');
});

it('what is no day is refused, also the 30th of February', () => {
  for (const text of ['', '30/02/2026', '13/13/2026', '2026-11-21', '0/1/2026', '1/1/126', 'mai']) {
    expect(parseDay(text), text).toBeUndefined();
  }
});

it('what is no day, or outside the limits, stays as it was typed: no other day takes its place', () => {
  expect(dayOrText('1/12/2026', '2026-11-22', '2026-12-31')).toBe('2026-12-01');
  expect(dayOrText(' ')).toBe('');
  expect(dayOrText(' 31/02/2027 ')).toBe('31/02/2027');
  expect(dayOrText('21/11/2026', '2026-11-22')).toBe('21/11/2026');
  expect(dayOrText('23/11/2026', undefined, '2026-11-22')).toBe('23/11/2026');
});
