import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import type { Who } from '../console-for-tests.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code: string }) => fault.code,
  );
const dayIn = (days: number) => new Date(t.authority.now + (7 * 60 + days * 1440) * 60_000).toISOString().slice(0, 10);
const limit = (more: object = {}) => ({
  ...{ kind: 'limit', name: 'handling-working-days', from: dayIn(3), value: 2, source: 'Nghị định 99/2026/NĐ-CP Điều 5' },
  ...more,
});
const propose = async (change: object, who: Who = 'operator'): Promise<string> =>
  (await t.post(who, '/officer-changes', change)).id;
const confirm = (id: string, who: Who = 'operator2') => codeOf(t.post(who, `/officer-changes/${id}/confirm`));
const dueIn = async (): Promise<number> => {
  const [id] = (await t.submitted([personItem()])) as [string];
  return (await t.get('auditor', `/requests/${id}`)).row.daysLeft;
};

describe('a limit of the law that changes', () => {
  test('is proposed by one and confirmed by another; it holds from its day, and the journal says by whom and by which law', async () => {
    const before = await dueIn();
    expect(before).toBe(3);
    const id = await propose(limit());
    expect(await confirm(id, 'operator')).toBe('officer.change-own');
    // Proposed is nothing yet.
    const known = async () => (await t.get('registrar', '/calendar')).limits.map((one: { from: string }) => one.from);
    expect(await known()).not.toContain(dayIn(3));
    expect(await confirm(id)).toBe('done');
    expect(await known()).toContain(dayIn(3));
    expect(await dueIn()).toBe(3);
    const { items } = await t.get('auditor', '/journal?kind=officer.change-confirmed');
    expect(items[0].detail).toMatchObject({
      change: { kind: 'limit', name: 'handling-working-days', value: 2, source: 'Nghị định 99/2026/NĐ-CP Điều 5' },
    });
    await t.later(3);
    expect(await dueIn()).toBe(2);
  });

  test('never from a day that has begun, nor twice from one day, nor to a number nobody could keep', async () => {
    expect(await codeOf(propose(limit({ from: dayIn(0) })))).toBe('limit.day-past');
    expect(await codeOf(propose(limit({ from: dayIn(-400) })))).toBe('limit.day-past');
    expect(await codeOf(propose(limit({ value: 0 })))).toBe('limit.value-out-of-range');
    expect(await codeOf(propose(limit({ value: 100_000 })))).toBe('limit.value-out-of-range');
    expect(await codeOf(propose(limit({ name: 'no-such-limit' })))).toBe('limit.unknown');
    expect(await codeOf(propose(limit({ source: ' ' })))).toBe('http.invalid-body');
    const [first, second] = [await propose(limit({ from: dayIn(9) })), await propose(limit({ from: dayIn(9), value: 4 }))];
    expect(await confirm(first)).toBe('done');
    expect(await confirm(second)).toBe('limit.day-taken');
  });

  test('what waited until its day had begun is not confirmed any more', async () => {
    const id = await propose(limit({ from: dayIn(1) }));
    await t.later(2);
    expect(await confirm(id)).toBe('limit.day-past');
  });

  test('one that does not hold yet is taken back by two; one that held stays, whoever asks', async () => {
    await t.change(limit({ name: 'renewals', from: dayIn(30), value: 2 }));
    const ahead = async () =>
      (await t.get('auditor', '/calendar')).limits.filter((one: { name: string }) => one.name === 'renewals').length;
    expect(await ahead()).toBe(2);
    const gone = { kind: 'limit-withdrawn', name: 'renewals', from: dayIn(30) };
    const id = await propose(gone);
    expect(await confirm(id, 'operator')).toBe('officer.change-own');
    expect(await ahead()).toBe(2);
    expect(await confirm(id)).toBe('done');
    expect(await ahead()).toBe(1);
    expect(await codeOf(propose(gone))).toBe('limit.not-there');
    expect(await codeOf(propose({ ...gone, from: '2018-09-27' }))).toBe('limit.day-past');
    // Past our program, too.
    const guarded = async (statement: ReturnType<typeof sql>) =>
      statement.execute(t.db).then(
        () => 'done',
        (fault: { code: string }) => fault.code,
      );
    const old = sql`where name = 'renewals' and effective_from = '2018-09-27'`;
    expect(await guarded(sql`delete from authority.registration_limit ${old}`)).toBe('23514');
    expect(await guarded(sql`update authority.registration_limit set value = 9 ${old}`)).toBe('23514');
  });

  test('past our program, too, no limit begins on a day that was judged by another; a new name may hold from the law’s own day', async () => {
    const guarded = (name: string, from: string) =>
      codeOf(
        sql`insert into authority.registration_limit (name, effective_from, value, source)
          values (${name}, ${from}::date, 1, 'thử')`.execute(t.db),
      );
    const kept = async () => (await t.get('auditor', '/calendar')).limits.length;
    const before = await kept();
    for (const from of ['2018-09-28', '2018-09-26', dayIn(-1), dayIn(0), '-infinity'])
      expect([from, await guarded('renewals', from)]).toEqual([from, '23514']);
    const moved = sql`
      insert into authority.registration_limit (name, effective_from, value, source) values ('renewals', '2018-09-27', 9, 'thử')
      on conflict (name, effective_from) do update set value = excluded.value`;
    expect(await codeOf(moved.execute(t.db))).toBe('23514');
    expect(await kept()).toBe(before);
    expect(await guarded('renewals', dayIn(1))).toBe('done');
    // As a later migration does.
    expect(await guarded('a-later-law', '2018-09-27')).toBe('done');
    expect(await guarded('a-later-law', '2018-09-28')).toBe('23514');
    expect(await kept()).toBe(before + 2);
  });

  test.each(['registrar', 'approver', 'issuer', 'revoker', 'auditor'] as const)('is not for %s to propose', async (who) => {
    expect(await codeOf(propose(limit({ from: dayIn(90) }), who))).toBe('officer.role-needed');
  });
});
