import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import type { ServiceLooks } from './doors.ts';
import { servicesNow } from './services.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const today = () => new Date(t.authority.now + 7 * 3_600_000).toISOString().slice(0, 10);
const dayAfter = (day: string, n: number) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
const weekday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay();
const setDay = (day: string, kind: 'off' | 'work', source = 'Thông báo 6150/TB-BLĐTBXH') =>
  t.post('operator', '/calendar/days', { day, kind, source });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code: string }) => fault.code,
  );

describe('the generations of CAs', () => {
  test('are shown with key, validity, list, and what each issues', async () => {
    const { items } = await t.get('auditor', '/cas');
    expect(items.map((one: { series: string }) => one.series)).toEqual(['root', 'issuing']);
    const issuing = items[1];
    expect(issuing).toMatchObject({ state: 'active', generation: 1, keyKind: 'P-256', parent: 'root', links: [] });
    expect(issuing.profiles).toContain('person');
    expect(issuing.list.number).toBeGreaterThan(0);
    expect(issuing.inForce).toBeGreaterThan(0);
    expect(Date.parse(issuing.list.nextUpdate)).toBeGreaterThan(t.authority.now);
  });

  test('a second generation stands before the first, which only answers then', async () => {
    const { cas } = t.authority.service;
    const next = await cas.prepareNext('issuing');
    await cas.activate(next.issuerSha256);
    const { items } = await t.get('operator', '/cas');
    const issuing = items.filter((one: { series: string }) => one.series === 'issuing');
    expect(issuing.map((one: { state: string; generation: number }) => [one.generation, one.state])).toEqual([
      [2, 'active'],
      [1, 'status-only'],
    ]);
    expect(issuing[1].profiles).toEqual([]);
    expect(issuing[1].supersededAt).toBeDefined();
  });
});

const looks: ServiceLooks = {
  ocsp: async () => undefined,
  clockTrust: () => ({ trusted: true }),
  signers: async () => undefined,
};

interface State {
  readonly service: string;
  readonly tone: string;
  readonly code: string;
}
const stateOf = async (service: string): Promise<State> =>
  (await t.get('auditor', '/services')).services.find((one: State) => one.service === service);

describe('how the services stand', () => {
  test('lists are fresh until their time is over, then red', async () => {
    expect(await stateOf('lists')).toMatchObject({ tone: 'good', code: 'fresh' });
    const later = await servicesNow(t.db, t.authority.now + 400 * 86_400_000, looks);
    expect(later.find((one) => one.service === 'lists')).toMatchObject({ tone: 'bad', code: 'lapsed' });
  });

  test('OCSP is really asked, and its silence is red', async () => {
    await t.certified('Người Được Hỏi');
    await t.authority.service.status.everyMinute();
    expect(await stateOf('ocsp')).toMatchObject({ tone: 'good', code: 'answers' });
  });

  test('an OCSP that is silent, a clock that is not trusted, a signer that is gone, a copy that disagrees: each is red', async () => {
    const broken: ServiceLooks = {
      ocsp: async () => undefined,
      clockTrust: () => ({ trusted: false, reason: 'the clock was stepped by 900 ms' }),
      signers: async () => [
        { name: 'issuing', alive: true, keys: 2, keyNames: ['issuing', 'link'] },
        { name: 'status', alive: false, keys: 0, keyNames: ['ocsp', 'tsa'] },
      ],
      journal: { origin: '', copy: () => ({ status: 'behind', code: 'journal.set-back', size: 12 }) },
    };
    const found = await servicesNow(t.db, t.authority.now, broken);
    const short = found.map(({ service, tone, code }) => [service, tone, code]);
    expect(short).toEqual(
      expect.arrayContaining([
        ['ocsp', 'bad', 'silent'],
        ['time-stamps', 'bad', 'clock'],
        ['signers', 'bad', 'down'],
        ['copy', 'bad', 'disagrees'],
      ]),
    );
    expect(found.find((one) => one.service === 'signers')?.facts).toEqual({
      ...{ signers: 2, alive: 1, dead: 'status', lost: 'ocsp, tsa' },
    });
  });

  test('a journal that nobody keeps is red once its entries wait too long', async () => {
    expect(await stateOf('journal')).toMatchObject({ tone: 'unknown', code: 'unsealed' });
    const later = await servicesNow(t.db, t.authority.now + 3_600_000, looks);
    expect(later.find((one) => one.service === 'journal')).toMatchObject({ tone: 'bad', code: 'waits' });
  });

  test('what is not known is not called good', async () => {
    expect(await stateOf('reconciler')).toMatchObject({ tone: 'good', code: 'none' });
    expect(await stateOf('copy')).toMatchObject({ tone: 'unknown', code: 'none' });
    expect(await stateOf('signers')).toMatchObject({ tone: 'unknown', code: 'files' });
    expect(await stateOf('time-stamps')).toMatchObject({ tone: 'good', code: 'stamps' });
  });
});

describe('the calendar of working days', () => {
  test('says what is configured, with the clause of each limit', async () => {
    const { limits, everyYear, days } = await t.get('registrar', '/calendar');
    expect(limits).toContainEqual({
      ...{ name: 'handling-working-days', from: '2024-08-15', value: 3, source: 'Nghị định 68/2024/NĐ-CP Điều 11' },
    });
    expect([everyYear, days]).toEqual([['01-01', '04-30', '05-01', '09-02'], []]);
  });

  test('a new day off moves the due days of open requests by what they lose, and the journal says who said so', async () => {
    const [id] = (await t.submitted([personItem()])) as [string];
    const before = (await t.get('auditor', `/requests/${id}`)).row;
    expect(before.clock).toBe('runs');
    let off = dayAfter(today(), 1);
    while ([0, 6].includes(weekday(off)) || ['01-01', '04-30', '05-01', '09-02'].includes(off.slice(5))) off = dayAfter(off, 1);
    const { moved } = await setDay(off, 'off');
    expect(moved).toBeGreaterThan(0);
    const after = (await t.get('auditor', `/requests/${id}`)).row;
    expect(after.dueOn > before.dueOn).toBe(true);
    expect(after.daysLeft).toBe(before.daysLeft);
    const { items } = await t.get('auditor', '/journal?kind=calendar.day-changed');
    expect(items[0]).toMatchObject({ detail: { day: off, is: 'off', source: 'Thông báo 6150/TB-BLĐTBXH' } });
    // Taken back, everything is as it was.
    const back = await t.send(await t.cookie('operator'), 'DELETE', `/calendar/days/${off}`);
    expect(back.status).toBe(200);
    expect((await t.get('auditor', `/requests/${id}`)).row.dueOn).toBe(before.dueOn);
  });

  test('a day and the due days that follow it are one: cut off between the two, neither is there', async () => {
    const [id] = (await t.submitted([personItem()])) as [string];
    const before = (await t.get('auditor', `/requests/${id}`)).row;
    let off = dayAfter(today(), 1);
    while ([0, 6].includes(weekday(off))) off = dayAfter(off, 1);
    const entries = async () => (await t.get('auditor', '/journal?kind=calendar.day-changed&limit=200')).items.length;
    const written = await entries();
    // Somebody holds the request: the day is written then, and its due day waits for them.
    const asked = await t.db.transaction().execute(async (holder) => {
      await sql`select 1 from authority.request_item where id = ${id} for update`.execute(holder);
      const answer = codeOf(setDay(off, 'off'));
      let killed = 0;
      while (killed === 0) {
        const { rows } = await sql<{ n: number }>`
          select count(*)::int as n from (select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%set due_on%') k`.execute(t.db);
        killed = rows[0]!.n;
      }
      return answer;
    });
    expect(await asked).not.toBe('done');
    t.faults.splice(0);
    expect((await t.get('auditor', '/calendar')).days.map((one: { day: string }) => one.day)).not.toContain(off);
    expect((await t.get('auditor', `/requests/${id}`)).row.dueOn).toBe(before.dueOn);
    expect(await entries()).toBe(written);
    // The honest twin: nobody in the way, all of it is done.
    expect((await setDay(off, 'off')).moved).toBeGreaterThan(0);
    expect((await t.get('auditor', `/requests/${id}`)).row.dueOn > before.dueOn).toBe(true);
    expect(await entries()).toBe(written + 1);
    await t.send(await t.cookie('operator'), 'DELETE', `/calendar/days/${off}`);
  });

  test('who counts a due day while the calendar changes counts by the new one, or is moved with the others', async () => {
    let off = dayAfter(today(), 1);
    while ([0, 6].includes(weekday(off))) off = dayAfter(off, 1);
    const many = Array.from({ length: 30 }, () => t.submitted([personItem()]));
    const [changed, ...sent] = await Promise.all([setDay(off, 'off'), ...many]);
    expect(changed.day).toBe(off);
    const { rows } = await sql<{ due: string }>`
      select distinct due_on as due from authority.request_item where id = any(${sent.flat()}::uuid[])`.execute(t.db);
    expect(rows).toHaveLength(1);
    await t.send(await t.cookie('operator'), 'DELETE', `/calendar/days/${off}`);
  });

  test('a Saturday worked in exchange is a working day', async () => {
    let saturday = dayAfter(today(), 7);
    while (weekday(saturday) !== 6) saturday = dayAfter(saturday, 1);
    await setDay(saturday, 'work', 'Quyết định hoán đổi ngày làm việc');
    expect((await t.get('auditor', '/calendar')).days).toContainEqual({
      ...{ day: saturday, kind: 'work', source: 'Quyết định hoán đổi ngày làm việc' },
    });
    expect(await codeOf(setDay(saturday, 'work', 'Quyết định hoán đổi ngày làm việc'))).toBe('calendar.day-unchanged');
  });

  test('days that are over are not changed: limits were counted by them', async () => {
    expect(await codeOf(setDay(dayAfter(today(), -1), 'off'))).toBe('calendar.day-past');
  });

  test('a day without a source, and a day that is none, are refused', async () => {
    expect(await codeOf(setDay(dayAfter(today(), 3), 'off', ' '))).toBe('http.invalid-body');
    expect(await codeOf(setDay('2026-02-30', 'off'))).toBe('http.invalid-body');
  });
});
