import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReorganisationPlan } from '@antin/protocol/office/reorganisation';
import { after, movesOf, stepsOf, type Act, type State } from './rules.ts';

const opened = (key: string) => ({
  ...{ key, parentId: null, code: 'H99.1', name: `Cơ quan ${key}`, shortName: key, level: 2, levelName: 'Sở' },
  ...{ place: 'Nam Hà', notation: key },
});

test('every kind of plan says what opens, closes and receives, and why certificates end', () => {
  const said = (plan: ReorganisationPlan) => {
    const { opens, closes, receives, changes, cause } = stepsOf(plan);
    return [opens.map((one) => one.key), closes.map((one) => [one.agencyId, ...one.to]), receives, changes.length, cause];
  };
  expect(said({ kind: 'dissolve', agencyId: 'a', successorIds: ['b', 'c'] })).toEqual([
    [],
    [['a', 'b', 'c']],
    ['b', 'c'],
    0,
    'organisation-dissolved',
  ]);
  // The one that others are merged into does not close, even when it is named among them.
  expect(said({ kind: 'merge', agencyIds: ['a', 'b'], into: { agencyId: 'b' } })).toEqual([
    [],
    [['a', 'b']],
    ['b'],
    0,
    'organisation-merged',
  ]);
  expect(said({ kind: 'split', agencyId: 'a', opens: [opened('x'), opened('y')], keeps: false })).toEqual([
    ['x', 'y'],
    [['a', 'new:x', 'new:y']],
    [],
    0,
    'organisation-split',
  ]);
  expect(said({ kind: 'split', agencyId: 'a', opens: [opened('x'), opened('y')], keeps: true })[1]).toEqual([]);
  expect(said({ kind: 'rename', agencyId: 'a', name: 'Mới' })).toEqual([[], [], [], 1, 'information-changed']);
});

test('who is not named goes to the first successor in the same post; who is named goes where it is said, or nowhere', () => {
  const steps = stepsOf({ kind: 'dissolve', agencyId: 'a', successorIds: ['b', 'c'] });
  const post = (id: string, agencyId = 'a') => ({ id, agencyId, title: 'Chuyên viên', unit: 'Phòng 1' });
  const moves = movesOf(
    steps,
    [post('1'), post('2'), post('3'), post('4', 'elsewhere')],
    [
      { positionId: '2', to: { agency: 'c', title: 'Trưởng phòng', unit: null }, cause: 'post-changed' },
      { positionId: '3', cause: 'retired' },
    ],
  );
  expect(moves.map((move) => [move.positionId, move.to?.agency, move.to?.title, move.cause])).toEqual([
    ['1', 'b', 'Chuyên viên', 'post-changed'],
    ['2', 'c', 'Trưởng phòng', 'post-changed'],
    ['3', undefined, undefined, 'retired'],
  ]);
});

test('whatever is done in whatever order, nothing takes effect that was not decided, and nothing decided is changed', () => {
  const acts: Act[] = ['change', 'check', 'schedule', 'cancel', 'take-effect'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 12 }), (tried) => {
      let state: State = 'draft';
      let done: Act | undefined;
      for (const act of tried) {
        const next = after(state, act);
        if (next === undefined) continue;
        if (next === 'effective') expect(done).toBe('schedule');
        if (act === 'schedule') expect(state).toBe('checked');
        if (state === 'scheduled') expect(['cancel', 'take-effect']).toContain(act);
        expect(state === 'effective' || state === 'cancelled').toBe(false);
        [state, done] = [next, act];
      }
    }),
  );
});
