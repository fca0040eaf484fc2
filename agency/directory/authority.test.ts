import { expect, test } from 'vitest';
import { authorityFor, type SigningAuthority } from './authority.ts';

const one = (more: Partial<SigningAuthority>): SigningAuthority => ({
  ...{ capacity: 'KT.', onBehalfOf: null, typeCodes: null, delegatedBy: null, validFrom: '2026-01-01', validTo: null },
  ...more,
});
const on = (day: string, typeCode = 'CV') => ({ typeCode, day });

test('without a written authority a position signs as it is called', () => {
  expect(authorityFor({ capacity: 'KT.' }, [], on('2026-02-01'))).toEqual({ capacity: 'KT.', onBehalfOf: null });
});

test('a written authority counts on its days and for its types, and nothing else does then', () => {
  const authorities = [
    one({ typeCodes: ['CV'], validTo: '2026-03-01' }),
    one({ capacity: 'TL.', validFrom: '2026-02-01', validTo: '2026-04-01' }),
  ];
  const capacity = (day: string, typeCode?: string) => authorityFor({ capacity: '' }, authorities, on(day, typeCode))?.capacity;
  expect(capacity('2026-01-15')).toBe('KT.');
  expect(capacity('2026-01-15', 'QĐ')).toBeUndefined();
  expect([capacity('2026-02-15'), capacity('2026-02-15', 'QĐ')]).toEqual(['KT.', 'TL.']);
  expect(capacity('2026-03-01')).toBe('TL.');
  // It ended: the position does not fall back to signing everything.
  expect(capacity('2026-04-01')).toBeUndefined();
});
