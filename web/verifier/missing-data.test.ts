import { expect, it } from 'vitest';
import { missingData } from './missing-data.ts';

const file = (name: string, intact: boolean | null) => ({ kind: 'file', name, intact });

it('names each file that is not at hand, once, and the one that has no name', () => {
  const lacking = { subIndication: 'SIGNED_DATA_NOT_FOUND' };
  expect(missingData({ signatures: [{ subIndication: null, covers: [file('a', true)] }] })).toEqual([]);
  expect(
    missingData({
      signatures: [
        { ...lacking, covers: [file('a.txt', true), file('b.txt', null)] },
        { ...lacking, covers: [file('b.txt', null), file('c.txt', null)] },
      ],
    }),
  ).toEqual(['b.txt', 'c.txt']);
  expect(missingData({ signatures: [lacking] })).toEqual(['']);
  expect(missingData({ signatures: [{ ...lacking, covers: [{ kind: 'payload', name: 'payload', intact: null }] }] })).toEqual([
    '',
  ]);
  // A signature that fails for another reason asks for nothing.
  expect(missingData({ signatures: [{ subIndication: 'HASH_FAILURE', covers: [file('a', null)] }] })).toEqual([]);
});
