import { expect, it } from 'vitest';
import { emptyOpened, lacksOf, planOf, type Draft } from './draft.ts';

const empty: Draft = {
  name: 'Sắp xếp',
  kind: undefined,
  agencies: [],
  successors: [],
  intoNew: false,
  opens: [],
  keeps: false,
  newName: '',
  newCode: '',
  moves: [],
  effectiveOn: '2027-01-01',
  groundsNumber: '1/QĐ-UBND',
  groundsDate: '2026-11-01',
};
const a = { id: 'a', name: 'A' };
const b = { id: 'b', name: 'B' };

it('a plan is none before everything of its kind is said', () => {
  expect(planOf(empty, undefined)).toBeUndefined();
  expect(planOf({ ...empty, kind: 'dissolve', agencies: [a] }, undefined)).toBeUndefined();
  expect(planOf({ ...empty, kind: 'rename', agencies: [a] }, undefined)).toBeUndefined();
  expect(
    planOf({ ...empty, kind: 'split', agencies: [a], opens: [emptyOpened, emptyOpened] }, { parentId: null }),
  ).toBeUndefined();
});

it('says who ends and who takes over', () => {
  expect(planOf({ ...empty, kind: 'dissolve', agencies: [a], successors: [b] }, undefined)).toEqual({
    kind: 'dissolve',
    agencyId: 'a',
    successorIds: ['b'],
  });
  expect(planOf({ ...empty, kind: 'merge', agencies: [a], successors: [b] }, undefined)).toMatchObject({
    into: { agencyId: 'b' },
  });
});

it('what is opened stands where the agency stood that it comes from, each under a key of its own', () => {
  const one = { name: 'X', shortName: 'X', code: 'H1', levelName: 'Xã', place: 'X', notation: 'X' };
  const plan = planOf({ ...empty, kind: 'split', agencies: [a], opens: [one, one] }, { parentId: 'p' });
  expect(plan).toMatchObject({ opens: [{ key: 'moi-1', parentId: 'p' }, { key: 'moi-2' }] });
});

it('one agency may leave another that stays; what ends is parted in two at least', () => {
  const one = { name: 'X', shortName: 'X', code: 'H1', levelName: 'Xã', place: 'X', notation: 'X' };
  const split: Draft = { ...empty, kind: 'split', agencies: [a], opens: [one] };
  const origin = { parentId: 'p' };
  expect(planOf(split, origin)).toBeUndefined();
  expect(lacksOf(split)).toEqual(['opens-add']);
  expect(planOf({ ...split, keeps: true }, origin)).toMatchObject({ keeps: true, opens: [{ key: 'moi-1' }] });
});

it('what is missing is named control by control', () => {
  expect(lacksOf(empty)).toEqual(['kind-dissolve']);
  expect(lacksOf({ ...empty, kind: 'merge' })).toEqual(['reorg-agencies', 'reorg-successors']);
  const opens = [{ ...emptyOpened, name: 'X', shortName: 'X', levelName: 'X', place: 'X' }];
  expect(lacksOf({ ...empty, kind: 'merge', intoNew: true, agencies: [a], opens })).toEqual(['opens-0-code', 'opens-0-notation']);
  expect(lacksOf({ ...empty, kind: 'change-posts', agencies: [a] })).toEqual(['reorg-moves']);
  expect(lacksOf({ ...empty, kind: 'rename', agencies: [a], newName: 'Y' })).toEqual([]);
});
