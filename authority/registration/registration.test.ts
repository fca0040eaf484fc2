import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleForTests, PAPER, personItem, sha256Of } from '../console-for-tests.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

describe('a request on its way', () => {
  test('is received, proposed, approved by another, and its sender hears of it', async () => {
    const item = personItem();
    const [id] = (await t.submitted([item])) as [string];
    const detail = await t.get('registrar', `/requests/${id}`);
    expect(detail.row).toMatchObject({ state: 'received', blocking: 0, clock: 'runs', daysLeft: 3 });
    expect(detail.may).toContain('propose');
    const shown = await t.proposed(id);
    expect(await t.approve('approver', id, shown)).toBe('approved');
    const after = await t.get('approver', `/requests/${id}`);
    expect(after.row.state).toBe('approved');
    expect(after.acts.map((act: any) => [act.act, act.signature])).toEqual([
      ['propose', 'unsigned'],
      ['approve', 'unsigned'],
    ]);
    expect(sha256Of(PAPER)).toHaveLength(64);
  });
});
