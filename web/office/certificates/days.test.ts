import { expect, it } from 'vitest';
import { daysUntil, monthBounds, monthText } from './days.ts';

it('a month ends where the next one begins, over the end of a year too', () => {
  expect(monthBounds('2026-11')).toEqual({ from: '2026-11-01', before: '2026-12-01' });
  expect(monthBounds('2026-12')).toEqual({ from: '2026-12-01', before: '2027-01-01' });
  expect(monthText('2026-12')).toBe('12/2026');
});

it('days are whole: the last one counts as 0, the day after as less', () => {
  const now = Date.parse('2026-11-22T03:00:00Z');
  expect(daysUntil('2026-11-22T23:00:00Z', now)).toBe(0);
  expect(daysUntil('2026-11-23T04:00:00Z', now)).toBe(1);
  expect(daysUntil('2026-11-22T02:59:00Z', now)).toBe(-1);
});
