import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentState } from '@antin/protocol/office/documents';
import { actsOf, after, mayAct, sameVersion, type DocumentFacts, type Step } from './rules.ts';
import { dateText, numberAndNotation, numberText } from './numbers.ts';

const STEPS: Step[] = [
  'change',
  'submit',
  'delete',
  'return',
  'sign-begun',
  'signed',
  'reserved',
  'seal-again',
  'issued',
  'given-back',
];
const STATES: DocumentState[] = ['draft', 'awaiting-signature', 'returned', 'signed', 'awaiting-seal', 'issued'];

test('whatever is tried in whatever order, a document is issued only after it was signed and numbered since its last return', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 60 }), (tried) => {
      let state: DocumentState | 'gone' = 'draft';
      let signed = false;
      let numbered = false;
      for (const step of tried) {
        if (state === 'gone') return;
        const next = after(state, step);
        if (!next.ok) continue;
        state = next.value;
        if (step === 'signed') signed = true;
        if (step === 'return') signed = false;
        if (step === 'reserved') numbered = true;
        if (step === 'given-back') numbered = false;
        if (state === 'issued') expect([signed, numbered]).toEqual([true, true]);
        expect(numbered).toBe(state === 'awaiting-seal' || state === 'issued');
      }
    }),
    { numRuns: 2000 },
  );
});

test('an issued document can never be changed, returned, deleted, signed or numbered again', () => {
  for (const step of STEPS) expect(after('issued', step), step).toEqual({ ok: false, code: 'document.wrong-state' });
});

const facts = fc.record({
  agencyId: fc.constantFrom('A', 'B'),
  state: fc.constantFrom(...STATES),
  signerPositionId: fc.constantFrom('p1', 'p2'),
  attempt: fc.constantFrom('none' as const, 'waiting' as const, 'value-received' as const),
});
const position = fc.record({
  id: fc.constantFrom('p1', 'p2', 'p3'),
  agencyId: fc.constantFrom('A', 'B'),
  roles: fc.uniqueArray(fc.constantFrom('drafter' as const, 'leader' as const, 'clerk' as const, 'administrator' as const)),
});

test('no act is allowed on another agency’s document, to nobody in particular, or under a value that is being embedded', () => {
  fc.assert(
    fc.property(facts, position, (document, who) => {
      for (const { act, allowed, why } of actsOf(document, who)) {
        expect(allowed).toBe(why === undefined);
        if (!allowed) continue;
        expect(document.agencyId).toBe(who.agencyId);
        expect(who.roles.length).toBeGreaterThan(0);
        if (document.attempt === 'value-received') expect(['edit', 'submit', 'delete', 'issue']).toContain(act);
        if (act === 'sign') expect([document.signerPositionId, document.state]).toEqual([who.id, 'awaiting-signature']);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a page draws its buttons by the very rule that guards the route', () => {
  const document: DocumentFacts = { agencyId: 'A', state: 'awaiting-signature', signerPositionId: 'p1', attempt: 'none' };
  const leader = { id: 'p1', agencyId: 'A', roles: ['leader' as const] };
  const other = { ...leader, id: 'p2' };
  expect(mayAct('sign', document, leader)).toEqual({ ok: true, value: true });
  expect(mayAct('sign', document, other)).toEqual({ ok: false, code: 'sign.not-addressed-to-you' });
  expect(actsOf(document, other).find((one) => one.act === 'sign')).toEqual({
    act: 'sign',
    allowed: false,
    why: 'sign.not-addressed-to-you',
  });
});

test('a change on an older reading is refused, on the newest it is not', () => {
  expect(sameVersion(4, 3)).toEqual({ ok: false, code: 'document.changed-meanwhile' });
  expect(sameVersion(4, 4).ok).toBe(true);
});

test('numbers and dates are written as Decree 30 writes them', () => {
  expect(numberAndNotation(7, 'QĐ-UBND')).toBe('07/QĐ-UBND');
  expect(numberAndNotation(2491, 'STC- BCTC')).toBe('2491/STC-BCTC');
  expect(numberText('number', 12, 'x')).toBe('12');
  expect(dateText('full', '2026-11-21')).toBe('ngày 21 tháng 11 năm 2026');
  expect(dateText('full', '2026-02-03')).toBe('ngày 03 tháng 02 năm 2026');
  expect(dateText('full', '2026-03-31')).toBe('ngày 31 tháng 3 năm 2026');
  expect(dateText('short', '2026-11-21')).toBe('21/11/2026');
  expect(dateText('day', '2026-11-05')).toBe('05');
});
