import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeForm, otherWritings, toDecision20, toQcvn102, writtenCode } from './codes.ts';

test('both forms of agency codes are told apart, and what is neither is none', () => {
  expect(['H53.11', 'H37.02.02', '000.00.11.H53', '0106869738', 'H53.11.'].map(codeForm)).toEqual([
    'decision-20',
    'decision-20',
    'qcvn-102',
    'other',
    undefined,
  ]);
  expect(codeForm(`H53${'.11'.repeat(11)}`)).toBeUndefined();
  expect(codeForm('H53.Sở')).toBeUndefined();
  expect(writtenCode(' h53 . 11 ')).toBe('H53.11');
});

test('codes convert as the rule says, where nothing is lost', () => {
  expect(toDecision20('000.00.11.H53')).toBe('H53.11');
  expect(toDecision20('000.00.00.G22')).toBe('G22');
  expect(toQcvn102('H53.11')).toBe('000.00.11.H53');
  expect(toQcvn102('H37.02.02.001')).toBe('001.02.02.H37');
});

test('what would not come back as it was is not converted: a stored alias must know it', () => {
  // A zero group between others, letters, wide groups, a fifth level, a zero group at the end.
  expect(toDecision20('001.00.11.H53')).toBeUndefined();
  expect(['H53.A1', 'H53.111', 'H53.11.02.001.05', 'H53.11.00', 'H53.00'].map(toQcvn102)).toEqual(Array(5).fill(undefined));
  expect(otherWritings('0106869738')).toEqual([]);
});

test('a converted code converts back to itself', () => {
  const digits = (n: number) => fc.integer({ min: 0, max: 10 ** n - 1 }).map((value) => String(value).padStart(n, '0'));
  fc.assert(
    fc.property(digits(3), digits(2), digits(2), digits(2), (four, three, two, one) => {
      const old = `${four}.${three}.${two}.H${one}`;
      const current = toDecision20(old);
      if (current === undefined) return;
      expect(codeForm(current)).toBe('decision-20');
      if (toQcvn102(current) !== undefined) expect(toQcvn102(current)).toBe(old);
    }),
  );
});
