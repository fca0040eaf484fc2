import { describe, expect, test } from 'vitest';
import { workingCalendar } from '@antin/adapters/clock/working-days';
import { foldMonth, waited } from './report.ts';
import type { Answered, MonthFacts } from './report.ts';
import { monthOf } from './report-store.ts';

// 2026-11-02 is a Monday.
const calendar = workingCalendar([{ day: '2026-11-10', kind: 'off', source: 'một quyết định' }]);
const answered = (more: Partial<Answered>): Answered => ({
  ...{ id: 'a', code: 'H53.11', name: 'Sở Tài chính', act: 'new', answer: 'issued' },
  ...{ completeOn: '2026-11-02', answeredOn: '2026-11-05' },
  ...more,
});
const nothing: MonthFacts = { received: [], open: [], revoked: [], answered: [], pauses: [] };

describe('how long a request waited', () => {
  test('working days only: not the day it began, no weekend, no holiday', () => {
    expect(waited(answered({}), [], calendar)).toBe(3);
    expect(waited(answered({ completeOn: '2026-11-06', answeredOn: '2026-11-09' }), [], calendar)).toBe(1);
    expect(waited(answered({ completeOn: '2026-11-09', answeredOn: '2026-11-11' }), [], calendar)).toBe(1);
    expect(waited(answered({ answeredOn: '2026-11-02' }), [], calendar)).toBe(0);
  });

  test('days on which the sender was asked something do not count', () => {
    const pause = { requestId: 'a', askedOn: '2026-11-03', answeredOn: '2026-11-05' };
    expect(waited(answered({ answeredOn: '2026-11-06' }), [pause], calendar)).toBe(2);
  });

  test('a question from before the file was complete, or never answered, takes no day twice', () => {
    const early = { requestId: 'a', askedOn: '2026-10-20', answeredOn: '2026-10-22' };
    const open = { requestId: 'a', askedOn: '2026-11-04', answeredOn: undefined };
    expect(waited(answered({}), [early], calendar)).toBe(3);
    expect(waited(answered({}), [open], calendar)).toBe(2);
  });

  test('a certificate that nobody asked for in a file waited for nothing', () => {
    expect(waited(answered({ completeOn: undefined }), [], calendar)).toBeUndefined();
  });
});

describe('the report of a month', () => {
  const facts: MonthFacts = {
    ...nothing,
    received: [{ code: 'H53.11', name: 'Sở Tài chính', count: 5 }],
    open: [{ code: 'H53.12', name: 'Sở Nội vụ', count: 2 }],
    revoked: [
      { code: 'H53.11', name: 'Sở Tài chính', cause: 'device-lost', count: 2 },
      { code: 'H53.12', name: 'Sở Nội vụ', cause: 'device-lost', count: 1 },
      { code: 'H53.11', name: 'Sở Tài chính', cause: 'retired', count: 1 },
    ],
    answered: [
      answered({ id: '1' }),
      answered({ id: '2', answeredOn: '2026-11-03' }),
      answered({ id: '3', act: 'renew', answeredOn: '2026-11-13' }),
      answered({ id: '4', act: 'change' }),
      answered({ id: '5', act: 'recover-device', answer: 'carried-out' }),
      answered({ id: '6', act: 'revoke', answer: 'carried-out' }),
      answered({ id: '7', answer: 'refused' }),
    ],
  };
  const { units, total, causes } = foldMonth(facts, calendar, () => 3);

  test('counts each act where it belongs, a revocation once and by its cause', () => {
    expect(units.map((unit) => unit.code)).toEqual(['H53.11', 'H53.12']);
    expect(units[0]).toMatchObject({
      received: 5,
      issued: 2,
      renewed: 1,
      changed: 1,
      recovered: 1,
      refused: 1,
      revoked: 3,
      open: 0,
    });
    expect(units[1]).toMatchObject({ revoked: 1, open: 2, waiting: { count: 0, late: 0 } });
    expect(causes).toEqual([
      { cause: 'device-lost', count: 3 },
      { cause: 'retired', count: 1 },
    ]);
  });

  test('says median, longest and how many came after their limit', () => {
    expect(units[0]?.waiting).toEqual({ count: 7, median: 3, longest: 8, late: 1 });
  });

  test('the sum is the sum of the units', () => {
    expect(total).toMatchObject({ received: 5, issued: 2, revoked: 4, open: 2, waiting: { count: 7, median: 3 } });
  });

  test('an empty month is a report, with nothing in it', () => {
    const empty = foldMonth(nothing, calendar, () => 3);
    expect(empty).toMatchObject({ units: [], causes: [], total: { issued: 0, waiting: { count: 0, late: 0 } } });
  });

  test('a month begins and ends at midnight in Hà Nội, December too', () => {
    expect(monthOf('2026-11').from.toISOString()).toBe('2026-10-31T17:00:00.000Z');
    expect(monthOf('2026-12').to.toISOString()).toBe('2026-12-31T17:00:00.000Z');
  });
});
