import { expect, test } from 'vitest';
import { workingCalendar } from '@antin/adapters/clock/working-days';
import { NOT_STARTED, shownClock, turnClock } from './limit-clock.ts';

const calendar = workingCalendar();
const on = (day: string) => ({ at: new Date(`${day}T03:00:00Z`), day });

test('three working days run from the day the file is complete', () => {
  expect(turnClock(NOT_STARTED, false, on('2026-03-05'), calendar, 3)).toEqual(NOT_STARTED);
  const begun = turnClock(NOT_STARTED, true, on('2026-03-05'), calendar, 3); // Thursday
  expect(begun.dueOn).toBe('2026-03-10');
  expect(turnClock(begun, true, on('2026-03-09'), calendar, 3)).toEqual(begun);
});

test('a question stops the clock, the answer lets it go on with what was left', () => {
  const begun = turnClock(NOT_STARTED, true, on('2026-03-05'), calendar, 3);
  const asked = turnClock(begun, false, on('2026-03-06'), calendar, 3);
  expect(asked).toMatchObject({ dueOn: null, daysLeft: 2 });
  // A second question changes nothing.
  expect(turnClock(asked, false, on('2026-03-12'), calendar, 3)).toEqual(asked);
  expect(turnClock(asked, true, on('2026-03-20'), calendar, 3)).toMatchObject({ dueOn: '2026-03-24', daysLeft: null });
});

test('what was overdue before a question is as overdue after it', () => {
  const begun = turnClock(NOT_STARTED, true, on('2026-03-02'), calendar, 3);
  const asked = turnClock(begun, false, on('2026-03-09'), calendar, 3); // due on the 5th
  expect(asked.daysLeft).toBe(-2);
  expect(turnClock(asked, true, on('2026-03-18'), calendar, 3).dueOn).toBe('2026-03-16');
});

test('lists show days left, days overdue, and nothing for what has ended', () => {
  const begun = turnClock(NOT_STARTED, true, on('2026-03-02'), calendar, 3);
  expect(shownClock('received', begun, '2026-03-02', calendar)).toEqual({ clock: 'runs', dueOn: '2026-03-05', daysLeft: 3 });
  expect(shownClock('proposed', begun, '2026-03-09', calendar)).toMatchObject({ daysLeft: -2 });
  expect(shownClock('question', turnClock(begun, false, on('2026-03-03'), calendar, 3), '2026-03-09', calendar)).toEqual({
    clock: 'stopped',
    daysLeft: 2,
  });
  expect(shownClock('received', NOT_STARTED, '2026-03-02', calendar)).toEqual({ clock: 'not-started' });
  expect(shownClock('refused', begun, '2026-03-02', calendar)).toEqual({ clock: 'ended' });
});
