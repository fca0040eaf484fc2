import { expect, test } from 'vitest';
import fc from 'fast-check';
import { limitsOn, SHIPPED_LIMITS } from './limits.ts';
import { afterReport, causeFits, daysLeft, mayAsk, reminderDue, stateAt, type HoldingFacts } from './rules.ts';

const limits = limitsOn(SHIPPED_LIMITS, '2026-11-22');
const now = new Date('2026-11-22T02:00:00Z');
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
const active: HoldingFacts = { state: 'active', form: '01', notAfter: inDays(400), renewals: 0, pending: null };

test('limits are those of the day: a later row takes over on its day and not before', () => {
  const rows = [...SHIPPED_LIMITS, { key: 'renewals' as const, value: 2, from: '2027-01-01', source: { vi: 'x', en: 'x' } }];
  expect(limitsOn(rows, '2026-12-31').renewals).toBe(1);
  expect(limitsOn(rows, '2027-01-01').renewals).toBe(2);
  // Certificates from before the first text are looked at by the first text.
  expect(limitsOn(rows, '2010-01-01')).toMatchObject({ 'new-years': 5, 'renewal-years': 3, 'renewal-days-left': 60 });
  for (const row of SHIPPED_LIMITS) expect(row.source.vi.length).toBeGreaterThan(5);
});

test('time makes active into expiring and expired; what ended otherwise stays as it ended', () => {
  expect(stateAt(active, now, limits)).toBe('active');
  expect(stateAt({ ...active, notAfter: inDays(60.5) }, now, limits)).toBe('expiring');
  expect(stateAt({ ...active, notAfter: inDays(61) }, now, limits)).toBe('active');
  expect(stateAt({ ...active, notAfter: now }, now, limits)).toBe('expired');
  expect(stateAt({ state: 'issued', notAfter: inDays(-1) }, now, limits)).toBe('expired');
  expect(stateAt({ state: 'revoked', notAfter: inDays(-1) }, now, limits)).toBe('revoked');
  expect(stateAt({ state: 'requested', notAfter: null }, now, limits)).toBe('requested');
});

test('a renewal needs sixty days left, one renewal unused and nothing pending', () => {
  const renew = (more: Partial<HoldingFacts>) => mayAsk({ ...active, ...more }, { act: 'renew' }, now, limits);
  expect(renew({ notAfter: inDays(60) })).toEqual({ ok: true, value: 'ask' });
  expect(renew({ notAfter: inDays(59.9) })).toMatchObject({ code: 'certificate.renewal-too-late' });
  expect(renew({ renewals: 1 })).toMatchObject({ code: 'certificate.renewed-already' });
  expect(renew({ pending: 'change' })).toMatchObject({ code: 'certificate.act-pending' });
  expect(renew({ state: 'issued' })).toMatchObject({ code: 'certificate.not-in-force' });
});

test('revoking comes before everything that is pending, but not twice and not after the end', () => {
  const revoke = (more: Partial<HoldingFacts>) =>
    mayAsk({ ...active, ...more }, { act: 'revoke', cause: 'key-suspected' }, now, limits);
  expect(revoke({ pending: 'renew' })).toMatchObject({ ok: true });
  expect(revoke({ state: 'issued' })).toMatchObject({ ok: true });
  expect(revoke({ pending: 'revoke' })).toMatchObject({ code: 'certificate.act-pending' });
  expect(revoke({ notAfter: inDays(-1) })).toMatchObject({ code: 'certificate.not-in-force' });
});

test('people retire, organisations merge, services stop: a cause fits only whom it can befall', () => {
  expect(['01', '02', '03'].map((form) => causeFits('retired', form as '01'))).toEqual([true, false, false]);
  expect(['01', '02', '03'].map((form) => causeFits('organisation-merged', form as '01'))).toEqual([false, true, true]);
  expect(['01', '02', '03'].map((form) => causeFits('device-stopped', form as '01'))).toEqual([false, false, true]);
  expect(['01', '02', '03'].map((form) => causeFits('key-compromised', form as '01'))).toEqual([true, true, true]);
});

test('a device that was lost is never simply in use again, and one given back stays given back', () => {
  expect(afterReport('lost', 'found')).toEqual({ ok: true, value: 'to-return' });
  expect(afterReport('lost', 'recovered')).toMatchObject({ ok: false });
  for (const report of ['locked', 'lost', 'broken', 'found', 'returned', 'recovered'] as const) {
    expect(afterReport('returned', report).ok, report).toBe(false);
  }
});

test('whatever days the job misses, each reminder comes at most once, the nearest one first, and none after the end', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 30 }), (days) => {
      const end = inDays(90.5);
      let reminded: number | null = null;
      const raised: number[] = [];
      for (const day of [...days].sort((a, b) => a - b)) {
        const due = reminderDue(end, reminded, inDays(day));
        if (due === undefined) continue;
        expect(daysLeft(end, inDays(day))).toBeLessThanOrEqual(due);
        raised.push(due);
        reminded = due;
      }
      expect(raised).toEqual([...new Set(raised)].sort((a, b) => b - a));
      if (days.some((day) => day >= 84 && day <= 90)) expect(raised.at(-1)).toBe(7);
      if (days.every((day) => day > 90)) expect(raised).toEqual([]);
    }),
  );
});
