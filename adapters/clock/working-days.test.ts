import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addWorkingDays, nextDay, workingCalendar, workingDaysBetween } from './working-days.ts';

const plain = workingCalendar();

test('a limit of three working days does not count the day it begins, nor the weekend', () => {
  expect(addWorkingDays(plain, '2026-03-02', 3)).toBe('2026-03-05'); // Monday → Thursday
  expect(addWorkingDays(plain, '2026-03-05', 3)).toBe('2026-03-10'); // Thursday → Tuesday
  expect(addWorkingDays(plain, '2026-03-07', 3)).toBe('2026-03-11'); // Saturday → Wednesday
});

test('days off every year and configured ones move the end; a Saturday worked in exchange counts', () => {
  expect(addWorkingDays(plain, '2026-04-29', 3)).toBe('2026-05-06'); // 30 April and 1 May, then a weekend
  const tet = workingCalendar([
    ...['2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20'].map((day) => ({
      ...{ day, kind: 'off' as const, source: 'test' },
    })),
    { day: '2026-02-28', kind: 'work', source: 'test' },
  ]);
  expect(addWorkingDays(tet, '2026-02-13', 1)).toBe('2026-02-23');
  expect(addWorkingDays(tet, '2026-02-27', 1)).toBe('2026-02-28');
});

test('a limit of none ends on the first working day', () => {
  expect(addWorkingDays(plain, '2026-03-02', 0)).toBe('2026-03-02');
  expect(addWorkingDays(plain, '2026-03-07', 0)).toBe('2026-03-09');
});

test('a calendar that says there is never work is refused instead of searched for ever', () => {
  const never = { isWorkingDay: () => false };
  expect(() => addWorkingDays(never, '2026-03-02', 1)).toThrow(RangeError);
  expect(() => addWorkingDays(never, '2026-03-02', 0)).toThrow(RangeError);
  expect(() => addWorkingDays(plain, '2026-03-02', -1)).toThrow(RangeError);
});

test('counting is the inverse of adding, whatever days are off', () => {
  const day = fc.integer({ min: 0, max: 800 }).map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
  const marks = fc.array(fc.record({ day, kind: fc.constantFrom('off' as const, 'work' as const), source: fc.constant('t') }), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(marks, day, fc.integer({ min: 1, max: 25 }), (days, from, count) => {
      const calendar = workingCalendar(days);
      const end = addWorkingDays(calendar, from, count);
      expect(calendar.isWorkingDay(end)).toBe(true);
      expect(workingDaysBetween(calendar, from, end)).toBe(count);
      expect(workingDaysBetween(calendar, end, from)).toBe(-count);
      expect(workingDaysBetween(calendar, from, nextDay(end, -1))).toBe(count - 1);
    }),
  );
});
