import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '@antin/testkit/self-signed';
import { closeStages, stageWith, yes } from './stage-for-tests.ts';

const stage = (options: Parameters<typeof stageWith>[1] = {}) => stageWith(selfSigned('ai đó'), options);
afterEach(closeStages);

describe('an agent', () => {
  it('signs what its owner agreed to, and an order delivered again is answered again, not signed again', async () => {
    const s = stage();
    const jti = randomUUID();
    const token = s.token(jti);
    s.outbox.jobs.push(token, token);
    await s.asked(jti);
    expect(s.prompt.view().jobs).toHaveLength(1);
    const decision = yes();
    s.prompt.decide(jti, decision);
    await s.until(() => s.answers.length === 1);
    expect(s.answers[0]?.answer.answer).toBe('signed');
    expect(decision.pin.every((octet) => octet === 0)).toBe(true);
    s.outbox.jobs.push(token);
    s.outbox.cancel.push(jti);
    await s.another();
    expect(s.signs()).toBe(1);
    expect(s.answers).toHaveLength(1);
  });

  it('takes the same number with another content for a replay', async () => {
    const s = stage();
    const jti = randomUUID();
    s.outbox.jobs.push(s.token(jti));
    await s.asked(jti);
    s.outbox.jobs.push(s.token(jti, { person: 'kẻ khác', comparisonCode: '9999' }));
    await s.until(() => s.reports.includes('job.replayed'));
    expect(s.prompt.view().jobs.map((job) => job.comparisonCode)).toEqual(['1234']);
  });

  it('uses a key for one order at a time', async () => {
    let inside = 0;
    let most = 0;
    const s = stage({
      sign: async (_id, data) => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(50);
        inside -= 1;
        return data.map(() => Uint8Array.of(1));
      },
    });
    const orders = [randomUUID(), randomUUID(), randomUUID()];
    s.outbox.jobs.push(...orders.map((jti) => s.token(jti)));
    for (const jti of orders) await s.asked(jti);
    for (const jti of orders) s.prompt.decide(jti, yes());
    await s.until(() => s.answers.length === 3);
    expect(most).toBe(1);
  });

  it('asks again at the moment of use: consent that waited until after the end signs nothing', async () => {
    let finish: () => void = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    const s = stage({ sign: async (_id, data) => (await held, data.map(() => Uint8Array.of(1))) });
    const [slow, late] = [randomUUID(), randomUUID()];
    s.outbox.jobs.push(s.token(slow), s.token(late));
    await s.asked(slow);
    await s.asked(late);
    s.prompt.decide(slow, yes());
    await s.until(() => s.signs() === 1);
    s.prompt.decide(late, yes());
    s.time.offsetMs = 400_000;
    finish();
    await s.until(() => s.answers.length === 2);
    expect(s.answers.find((entry) => entry.jti === late)?.answer).toEqual({ answer: 'not-used', reason: 'expired' });
    expect(s.signs()).toBe(1);
  });

  it('says "not used" only when the key holder is certain, else "unknown"', async () => {
    const words: unknown[] = [];
    for (const fault of [
      { code: 'pkcs11.pin-incorrect', keyUsed: false },
      { code: 'pkcs11.token-removed', keyUsed: false },
      { code: 'pkcs11.timeout', keyUsed: true },
      { code: 'anything' },
    ]) {
      const s = stage({ sign: () => Promise.reject(Object.assign(new Error('no'), fault)) });
      const jti = randomUUID();
      s.outbox.jobs.push(s.token(jti));
      await s.asked(jti);
      s.prompt.decide(jti, yes());
      await s.until(() => s.answers.length === 1);
      words.push(s.answers[0]?.answer);
    }
    expect(words).toEqual([
      { answer: 'not-used', reason: 'wrong-pin' },
      { answer: 'not-used', reason: 'no-key' },
      { answer: 'unknown' },
      { answer: 'unknown' },
    ]);
  });

  it('tries no PIN on a token that the next wrong one would lock, and none on a locked one', async () => {
    for (const blocked of ['pin-final-try', 'pin-locked'] as const) {
      const s = stage({ condition: { blocked } });
      s.outbox.jobs.push(s.token(randomUUID()));
      await s.until(() => s.answers.length === 1);
      expect(s.answers[0]?.answer).toEqual({ answer: 'not-used', reason: 'device-error' });
      expect(s.signs()).toBe(0);
      expect(s.prompt.view().outcomes[0]?.code).toBe(blocked);
    }
  });

  it('asks for the PIN in the desktop’s window after consent, naming the code; closing it is a refusal', async () => {
    const pins = [Buffer.from('123456'), undefined];
    const texts: string[] = [];
    const given: string[] = [];
    const s = stage({
      pinWindow: async ({ text }) => (texts.push(text), pins.shift()),
      sign: async (_id, data, pin) => (given.push(pin.toString()), data.map(() => Uint8Array.of(1))),
    });
    for (const expected of ['signed', 'not-used']) {
      const jti = randomUUID();
      s.outbox.jobs.push(s.token(jti));
      await s.asked(jti);
      expect(s.prompt.view().jobs[0]?.condition.pin).toBe('window');
      s.prompt.decide(jti, { decision: 'sign', pin: Buffer.alloc(0) });
      await s.until(() => s.answers.at(-1)?.jti === jti);
      expect(s.answers.at(-1)?.answer.answer).toBe(expected);
    }
    expect(given).toEqual(['123456']);
    expect(texts[0]).toContain('1234 · ai đó');
  });

  it('shows names without marks that hide or turn letters', async () => {
    const s = stage();
    const jti = randomUUID();
    s.outbox.jobs.push(s.token(jti, { person: 'Hạnh\u202Efdp.exe' }));
    await s.asked(jti);
    expect(s.prompt.view().jobs[0]?.person).toBe('Hạnh\ufffdfdp.exe');
  });

  it('refuses an order for a certificate it has no key for, and answers a wish to cancel what it never saw', async () => {
    const s = stage();
    const unseen = randomUUID();
    s.outbox.jobs.push(s.token(randomUUID(), { credential: 'f'.repeat(64) }));
    s.outbox.cancel.push(unseen);
    await s.until(() => s.answers.length === 2);
    expect(s.answers.map((entry) => entry.answer)).toEqual(
      expect.arrayContaining([
        { answer: 'not-used', reason: 'no-key' },
        { answer: 'not-used', reason: 'cancelled' },
      ]),
    );
    // A cancelled number stays cancelled, also when the order itself comes late.
    s.outbox.jobs.push(s.token(unseen));
    const other = await s.another();
    expect(s.prompt.view().jobs.map((job) => job.jti)).toEqual([other]);
  });

  it('stops when the server has removed it', async () => {
    const s = stage();
    s.remove();
    expect(await s.ended).toMatchObject({ code: 'agent.unpaired' });
  });
});
