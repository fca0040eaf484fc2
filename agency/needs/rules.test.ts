import { expect, test } from 'vitest';
import fc from 'fast-check';
import { decideSheet, type Circumstances, type RoundFacts, type SheetFacts } from './rules.ts';
import { readRow, serialOf } from './columns.ts';

const round: RoundFacts = { state: 'open', ownerId: 'province', deadline: '2026-12-31' };
const sheet: SheetFacts = { state: 'stating', agencyId: 'commune', aboveId: 'district' };
const own: Circumstances = { agencyId: 'commune', today: '2026-11-22', withErrors: 0, outstanding: 0 };

test('a sheet rises one level at a time: its own agency submits, the level above accepts or returns', () => {
  expect(decideSheet('submit', round, sheet, own)).toEqual({ ok: true, value: 'submitted' });
  const submitted = { ...sheet, state: 'submitted' as const };
  expect(decideSheet('accept', round, submitted, own)).toEqual({ ok: false, code: 'needs.not-yours-to-review' });
  expect(decideSheet('accept', round, submitted, { ...own, agencyId: 'province' })).toEqual({
    ok: false,
    code: 'needs.not-yours-to-review',
  });
  expect(decideSheet('accept', round, submitted, { ...own, agencyId: 'district' })).toEqual({ ok: true, value: 'accepted' });
  expect(decideSheet('return', round, submitted, { ...own, agencyId: 'district' })).toEqual({ ok: true, value: 'returned' });
});

test('what the level above has sent further up is not given back any more', () => {
  const accepted = { ...sheet, state: 'accepted' as const };
  const district = { ...own, agencyId: 'district' };
  expect(decideSheet('return', round, accepted, { ...district, above: 'stating' })).toEqual({ ok: true, value: 'returned' });
  expect(decideSheet('return', round, accepted, { ...district, above: 'submitted' })).toEqual({
    ok: false,
    code: 'needs.sheet-sent-up',
  });
});

test('whatever happens, nobody changes another agency’s rows, and nothing changes in a round that is over', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('edit' as const, 'submit' as const, 'withdraw' as const, 'accept' as const, 'return' as const),
      fc.constantFrom('stating' as const, 'submitted' as const, 'returned' as const, 'accepted' as const),
      fc.constantFrom('open' as const, 'closed' as const, 'requested' as const, 'cancelled' as const),
      fc.constantFrom('commune', 'district', 'province'),
      fc.boolean(),
      (act, state, roundState, agencyId, owner) => {
        const facts = owner ? { state, agencyId: 'province', aboveId: null } : { ...sheet, state };
        const said = decideSheet(act, { ...round, state: roundState }, facts, { ...own, agencyId });
        if (!said.ok) return;
        if (act === 'edit' || act === 'submit' || act === 'withdraw')
          expect([agencyId, roundState]).toEqual([facts.agencyId, 'open']);
        else expect(agencyId).toBe(facts.aboveId ?? facts.agencyId);
        expect(['requested', 'cancelled']).not.toContain(roundState);
        if (act === 'edit') expect(['stating', 'returned']).toContain(state);
      },
    ),
  );
});

test('a submission with errors, with sheets outstanding, or too late is refused, each with its reason', () => {
  expect(decideSheet('submit', round, sheet, { ...own, withErrors: 1 })).toMatchObject({ code: 'needs.rows-with-errors' });
  expect(decideSheet('submit', round, sheet, { ...own, outstanding: 2 })).toMatchObject({ code: 'needs.sheets-outstanding' });
  expect(decideSheet('submit', round, sheet, { ...own, outstanding: 2, without: 'Xã không nộp' })).toMatchObject({ ok: true });
  expect(decideSheet('submit', round, sheet, { ...own, today: '2027-01-01' })).toMatchObject({ code: 'needs.deadline-passed' });
});

test('days are read as people write them, and a day that does not exist is none', () => {
  const day = (birthDay: string) => {
    const { subject, errors } = readRow('01', {
      fullName: 'A',
      citizenNumber: '001090000001',
      title: 'B',
      mail: 'a@b.vn',
      phone: '0912345678',
      birthDay,
    });
    return errors.length > 0 ? errors[0]!.code : subject?.form === '01' ? subject.birthDay : undefined;
  };
  expect(['1/2/1990', '01-02-1990', '1990-02-01', ''].map(day)).toEqual(['1990-02-01', '1990-02-01', '1990-02-01', undefined]);
  expect(['30/02/1990', '1990', '13/13/1990'].map(day)).toEqual(['needs.cell-day', 'needs.cell-day', 'needs.cell-day']);
});

test('serial numbers are the same however a tool shows them', () => {
  expect(['00:AB:cd', '0xabcd', 'ab cd', 'ABCD', '0000abcd'].map(serialOf)).toEqual(Array(5).fill('abcd'));
  expect(serialOf('abc')).toBe('0abc');
});
