import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { decide, evolve } from './rules.ts';
import type { Actor, Command, ItemState } from './rules.ts';

const BEGIN: ItemState = {
  act: 'new',
  state: 'received',
  shownSha256: 'h0',
  blocking: 0,
  openQuestions: 0,
  enteredBy: undefined,
  tookPart: [],
  proposer: undefined,
  approver: undefined,
  approvedSha256: undefined,
  issuer: undefined,
};

const all: OfficerRole[] = ['registration', 'approval', 'issuance', 'revocation'];
/** People who hold every role that may be joined: only the rules of the request keep them apart. */
const people: Actor[] = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, roles: all }));

/** Applies a command as the store does: every change of content makes a new document, hence a new hash. */
function apply(item: ItemState, command: Command, step: number): ItemState {
  const decision = decide(item, command);
  if (!decision.ok) return item;
  const makesNew = ['changed', 'asked', 'answered'].includes(decision.value.type);
  return evolve(item, decision.value, makesNew ? `h${step + 1}` : item.shownSha256);
}

const actor = fc.constantFrom(...people);
const hash = fc.integer({ min: 0, max: 8 }).map((n) => `h${n}`);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constantFrom('propose' as const, 'approve' as const), by: actor, shownSha256: hash }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('lock' as const), by: actor }) },
  fc.record({ type: fc.constantFrom('edit' as const, 'add-evidence' as const, 'recheck' as const), by: actor }),
  fc.record({ type: fc.constant('ask' as const), by: actor }),
  fc.record({ type: fc.constant('answer' as const), by: actor }),
  fc.constant({ type: 'answer' as const }),
  fc.record({
    type: fc.constantFrom('propose' as const, 'approve' as const, 'revoke' as const, 'recover' as const),
    by: actor,
    shownSha256: hash,
  }),
  fc.record({ type: fc.constant('refuse' as const), by: actor, shownSha256: hash }),
  fc.constant({ type: 'withdraw' as const }),
  fc.record({ type: fc.constant('lock' as const), by: actor }),
  fc.record({ type: fc.constantFrom('unlock' as const, 'issued' as const) }),
  fc.record({ type: fc.constant('hand-over' as const), by: actor }),
);
/** The command with the hash of this moment most of the time, so that walks come far. */
const honest = fc.tuple(command, fc.integer({ min: 0, max: 9 }));

describe('whatever officers do, in any order', () => {
  test('nothing is issued without two different people and the hash of what is shown', () => {
    let issued = 0;
    fc.assert(
      fc.property(fc.array(honest, { minLength: 3, maxLength: 25 }), (steps) => {
        let item = BEGIN;
        steps.forEach(([given, luck], i) => {
          const wish = 'shownSha256' in given && luck > 1 ? { ...given, shownSha256: item.shownSha256 } : given;
          const before = item;
          item = apply(item, wish, i);
          if (item.state === 'issuing' && before.state !== 'issuing') {
            issued += 1;
            expect(item.approver).toBeDefined();
            expect(item.proposer).toBeDefined();
            expect(item.approver).not.toBe(item.proposer);
            expect(item.tookPart).not.toContain(item.approver);
            expect(item.issuer).not.toBe(item.approver);
            expect(item.approvedSha256).toBe(item.shownSha256);
          }
          if (!['issuing', 'issued', 'handed-over'].includes(before.state))
            expect(['issued', 'handed-over']).not.toContain(item.state);
        });
      }),
      { numRuns: 3000 },
    );
    // The walks did come that far.
    expect(issued).toBeGreaterThan(10);
  });

  test('every change of what is shown takes proposal and approval away', () => {
    fc.assert(
      fc.property(fc.constantFrom('edit' as const, 'add-evidence' as const, 'recheck' as const), actor, (type, by) => {
        for (const state of ['received', 'proposed', 'approved'] as const) {
          const item: ItemState = { ...BEGIN, state, proposer: 'a', approver: 'b', approvedSha256: 'h0' };
          const after = apply(item, { type, by }, 5);
          expect(after).toMatchObject({ state: 'received', proposer: undefined, approver: undefined, approvedSha256: undefined });
          expect(after.tookPart).toContain(by.id);
        }
      }),
    );
  });

  test('what ended stays as it ended', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('refused' as const, 'withdrawn' as const, 'handed-over' as const, 'carried-out' as const),
        command,
        (state, wish) => {
          expect(decide({ ...BEGIN, state }, wish).ok).toBe(false);
        },
      ),
    );
  });
});

describe('one at a time', () => {
  const [a, b, c] = people as [Actor, Actor, Actor];
  const proposed: ItemState = { ...BEGIN, state: 'proposed', proposer: 'a' };
  const code = (item: ItemState, wish: Command) => {
    const decision = decide(item, wish);
    return decision.ok ? decision.value.type : decision.code;
  };

  test('who proposed, edited or brought it in does not approve it; a third person does', () => {
    expect(code(proposed, { type: 'approve', by: a, shownSha256: 'h0' })).toBe('request.own-approval');
    expect(code({ ...proposed, tookPart: ['b'] }, { type: 'approve', by: b, shownSha256: 'h0' })).toBe('request.own-approval');
    expect(code({ ...proposed, enteredBy: 'c' }, { type: 'approve', by: c, shownSha256: 'h0' })).toBe('request.own-approval');
    expect(code(proposed, { type: 'approve', by: c, shownSha256: 'h0' })).toBe('approved');
  });

  test('an approval of what was shown before is none', () => {
    expect(code(proposed, { type: 'approve', by: c, shownSha256: 'h1' })).toBe('request.shown-changed');
    expect(code(BEGIN, { type: 'propose', by: a, shownSha256: 'h1' })).toBe('request.shown-changed');
  });

  test('who approved does not issue', () => {
    const approved: ItemState = { ...proposed, state: 'approved', approver: 'b', approvedSha256: 'h0' };
    expect(code(approved, { type: 'lock', by: b })).toBe('request.own-issuance');
    expect(code(approved, { type: 'lock', by: a })).toBe('request.own-issuance');
    expect(code(approved, { type: 'lock', by: c })).toBe('locked');
    expect(code({ ...approved, shownSha256: 'h9' }, { type: 'lock', by: c })).toBe('request.shown-changed');
  });

  test('one officer of revocation revokes at once; a revocation is neither proposed nor issued', () => {
    const wish: ItemState = { ...BEGIN, act: 'revoke' };
    expect(code(wish, { type: 'revoke', by: a, shownSha256: 'h0' })).toBe('carried-out');
    expect(code(wish, { type: 'propose', by: a, shownSha256: 'h0' })).toBe('request.revocation-is-direct');
    expect(code({ ...wish, state: 'approved' }, { type: 'lock', by: a })).toBe('request.issues-nothing');
    expect(code(BEGIN, { type: 'revoke', by: a, shownSha256: 'h0' })).toBe('request.other-act');
  });

  test('a recovery needs an approval by another first', () => {
    const wish: ItemState = { ...BEGIN, act: 'recover-device' };
    expect(code(wish, { type: 'recover', by: c, shownSha256: 'h0' })).toBe('request.not-approved');
    const approved: ItemState = { ...wish, state: 'approved', proposer: 'a', approver: 'b', approvedSha256: 'h0' };
    expect(code(approved, { type: 'recover', by: b, shownSha256: 'h0' })).toBe('request.own-issuance');
    expect(code(approved, { type: 'recover', by: c, shownSha256: 'h0' })).toBe('carried-out');
  });

  test('a role that is not held does nothing', () => {
    const nobody: Actor = { id: 'n', roles: ['audit', 'operation'] };
    const wishes: Command[] = [
      { type: 'edit', by: nobody },
      { type: 'ask', by: nobody },
      { type: 'propose', by: nobody, shownSha256: 'h0' },
      { type: 'refuse', by: nobody, shownSha256: 'h0' },
      { type: 'withdraw', by: nobody },
      { type: 'revoke', by: nobody, shownSha256: 'h0' },
    ];
    for (const wish of wishes) expect(code(BEGIN, wish)).toBe('officer.role-needed');
    expect(code(proposed, { type: 'approve', by: nobody, shownSha256: 'h0' })).toBe('officer.role-needed');
  });

  test('a question holds everything up until it is answered', () => {
    const asked = apply(BEGIN, { type: 'ask', by: a }, 0);
    expect(code(asked, { type: 'propose', by: a, shownSha256: asked.shownSha256 })).toBe('request.question-open');
    const twice = apply(asked, { type: 'ask', by: b }, 1);
    expect(apply(twice, { type: 'answer' }, 2).state).toBe('question');
    expect(apply(apply(twice, { type: 'answer' }, 2), { type: 'answer' }, 3).state).toBe('received');
  });

  test('checks that stand against it stop proposal and approval', () => {
    expect(code({ ...BEGIN, blocking: 1 }, { type: 'propose', by: a, shownSha256: 'h0' })).toBe('request.checks-against');
    expect(code({ ...proposed, blocking: 1 }, { type: 'approve', by: c, shownSha256: 'h0' })).toBe('request.checks-against');
  });
});
