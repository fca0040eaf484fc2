import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold, likeAnywhere } from '@antin/adapters/db/folding';
import { officeDay, writtenInstant } from '@antin/adapters/clock/days';
import { existsOn, receiverOf, signingTitle } from './rules.ts';

const agency = (id: string, validTo: string | null, ...successors: string[]) => ({
  ...{ id, validFrom: '2020-01-01', validTo },
  successors: successors.map((one) => ({ id: one })),
});
const directory = (...agencies: ReturnType<typeof agency>[]) => new Map(agencies.map((one) => [one.id, one]));

test('a message to a closed agency goes to its successor, through as many reforms as there were', () => {
  const three = directory(
    agency('a', '2024-01-01', 'b'),
    agency('b', '2025-07-01', 'c', 'd'),
    agency('c', null),
    agency('d', null),
  );
  expect(receiverOf(three, 'a', '2026-01-01')?.id).toBe('c');
  expect(receiverOf(three, 'a', '2023-12-31')?.id).toBe('a');
  expect(receiverOf(three, 'a', '2024-01-01')?.id).toBe('b');
  expect(receiverOf(directory(agency('a', '2024-01-01')), 'a', '2026-01-01')).toBeUndefined();
});

test('successors that name each other in a circle do not stop the server', () => {
  const circle = directory(agency('a', '2024-01-01', 'b'), agency('b', '2024-01-01', 'a'));
  expect(receiverOf(circle, 'a', '2026-01-01')).toBeUndefined();
});

test('whatever the tree of successors, the receiver exists on the day', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const any = fc.array(
    fc.tuple(
      fc.constantFrom(...ids),
      fc.option(fc.constantFrom('2021-01-01', '2025-07-01', '2027-01-01')),
      fc.array(fc.constantFrom(...ids), { maxLength: 3 }),
    ),
  );
  fc.assert(
    fc.property(any, fc.constantFrom(...ids), fc.constantFrom('2020-06-01', '2025-07-01', '2026-01-01'), (rows, id, day) => {
      const found = receiverOf(directory(...rows.map(([key, end, next]) => agency(key, end, ...next))), id, day);
      if (found !== undefined) expect(existsOn(found, day)).toBe(true);
    }),
  );
});

test('an agency exists from its first day to the day before its end', () => {
  const one = agency('a', '2025-07-01');
  expect(['2019-12-31', '2020-01-01', '2025-06-30', '2025-07-01'].map((day) => existsOn(one, day))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('the prefix of the capacity stands before the title', () => {
  expect(signingTitle({ capacity: 'KT.', title: 'GIÁM ĐỐC' })).toBe('KT. GIÁM ĐỐC');
  expect(signingTitle({ capacity: '', title: 'GIÁM ĐỐC' })).toBe('GIÁM ĐỐC');
});

test('search folds Vietnamese in either Unicode form, and signs of LIKE mean themselves', () => {
  const words = 'Đề án ĐẶC biệt của Ủy ban nhân dân xã Mường Lống';
  expect(fold(words.normalize('NFD'))).toBe('de an dac biet cua uy ban nhan dan xa muong long');
  expect(fold(words.normalize('NFC'))).toBe(fold(words.normalize('NFD')));
  expect(likeAnywhere('100%_\\')).toBe('%100\\%\\_\\\\%');
});

test('the office’s day begins at 17:00 UTC of the day before', () => {
  expect(officeDay(new Date('2026-11-20T16:59:59Z'))).toBe('2026-11-20');
  expect(officeDay(new Date('2026-11-20T17:00:00Z'))).toBe('2026-11-21');
  expect(writtenInstant(new Date('2026-11-20T17:00:00Z'))).toBe('21-11-2026 00:00:00 +07:00');
});
