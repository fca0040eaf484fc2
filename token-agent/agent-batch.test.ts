import { createHash, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '@antin/testkit/self-signed';
import { closeStages, stageWith, yes } from './stage-for-tests.ts';

const stage = (options: Parameters<typeof stageWith>[1] = {}) => stageWith(selfSigned('ai đó'), options);
afterEach(closeStages);

describe('a batch', () => {
  const numbers = (n: number) => Array.from({ length: n }, () => randomUUID());
  const kinds = (s: ReturnType<typeof stage>, jtis: readonly string[]) =>
    jtis.map((jti) => {
      const said = s.answers.find((one) => one.jti === jti)?.answer;
      return said?.answer === 'not-used' ? said.reason : said?.answer;
    });

  it('is one question and one PIN, and every document is answered for by itself', async () => {
    const pins: string[] = [];
    const s = stage({
      sign: async (_id, data, pin) => {
        pins.push(pin.toString());
        pin.fill(0);
        return data.map(() => new Uint8Array([1]));
      },
    });
    const [batch, ...jtis] = numbers(13) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    expect(s.prompt.view().jobs).toMatchObject([{ batch: true, items: 12, documents: { length: 12 } }]);
    const decision = yes();
    s.prompt.decide(batch, decision);
    await s.until(() => s.answers.length === 12);
    expect(kinds(s, jtis)).toEqual(jtis.map(() => 'signed'));
    expect(new Set(pins)).toEqual(new Set(['123456']));
    expect(decision.pin.every((octet) => octet === 0)).toBe(true);
    await s.until(() => s.prompt.view().jobs.length === 0);
    // Delivered again, word for word: nothing is asked and nothing signed again.
    const before = s.signs();
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.another();
    expect(s.signs()).toBe(before);
  });

  it('a hundred documents are all fetched and checked, with a count, before anybody can consent', async () => {
    const gate = Promise.withResolvers<void>();
    let through = 0;
    const s = stage({
      fetch: async () => {
        through += 1;
        if (through > 40) await gate.promise;
      },
    });
    const [batch, ...jtis] = numbers(101) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.until(() => s.prompt.view().coming[0]?.checked === 40);
    expect(s.prompt.view().coming).toMatchObject([{ jti: batch, batch: true, items: 100, total: 100, checked: 40 }]);
    // There is no question yet that a hurried hand or a script could answer.
    expect(s.prompt.view().jobs).toEqual([]);
    expect(s.prompt.decide(batch, yes())).toBe(false);
    gate.resolve();
    await s.asked(batch);
    expect(s.prompt.view().coming).toEqual([]);
    expect(s.prompt.view().jobs).toMatchObject([{ items: 100, documents: { length: 100 } }]);
    expect(new Set(s.fetched).size).toBe(100);
    expect(s.signs()).toBe(0);
    for (const one of s.prompt.view().jobs[0]!.documents) expect(one.pages).toBe(1);
    s.prompt.decide(batch, yes());
    await s.until(() => s.answers.length === 100);
    expect(new Set(kinds(s, jtis))).toEqual(new Set(['signed']));
  });

  it('what would fill the disk is not fetched, and what is no letter inside is not shown', async () => {
    const s = stage();
    const [batch, ...jtis] = numbers(6) as [string, ...string[]];
    const broken = Buffer.from('%PDF-1.7 a letter with nothing in it <0000000000>');
    s.served.set(`${jtis[4]}/0`, new Uint8Array(broken));
    s.outbox.jobs.push(
      s.batchToken(batch, jtis, (n) =>
        n < 4 ? { size: 2 ** 30 } : { preparedSha256: createHash('sha256').update(broken).digest('hex'), size: broken.length },
      ),
    );
    await s.until(() => s.answers.length === 5);
    expect(new Set(kinds(s, jtis))).toEqual(new Set(['mismatch']));
    expect(s.reports).toContain('job.too-large');
    expect(s.signs()).toBe(0);
  });

  it('one document that is not what the order says leaves it, and the others are signed', async () => {
    const s = stage();
    const [batch, ...jtis] = numbers(4) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis, (n) => (n === 1 ? { preparedSha256: 'c'.repeat(64) } : {})));
    await s.asked(batch);
    expect(s.prompt.view().jobs[0]?.documents).toHaveLength(2);
    s.prompt.decide(batch, yes());
    await s.until(() => s.answers.length === 3);
    expect(kinds(s, jtis)).toEqual(['signed', 'mismatch', 'signed']);
  });

  it('a wrong PIN is tried once, whatever is left', async () => {
    const s = stage({
      sign: async () => {
        throw Object.assign(new Error('wrong'), { code: 'pkcs11.pin-incorrect', keyUsed: false });
      },
    });
    const [batch, ...jtis] = numbers(13) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    s.prompt.decide(batch, yes());
    await s.until(() => s.answers.length === 12);
    expect(s.signs()).toBe(1);
    expect(new Set(kinds(s, jtis))).toEqual(new Set(['wrong-pin']));
  });

  it('a token that is pulled out half-way: what it signed is signed, the rest was not used', async () => {
    let calls = 0;
    const s = stage({
      sign: async (_id, data) => {
        calls += 1;
        if (calls === 2) throw Object.assign(new Error('gone'), { code: 'pkcs11.token-removed', keyUsed: false });
        return data.map(() => new Uint8Array([1]));
      },
    });
    const [batch, ...jtis] = numbers(13) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    s.prompt.decide(batch, yes());
    await s.until(() => s.answers.length === 12);
    expect(kinds(s, jtis)).toEqual([...Array(5).fill('signed'), ...Array(7).fill('no-key')]);
    expect(calls).toBe(2);
  });

  it('is stopped half-way: what is at the key is finished, the rest is dropped', async () => {
    const gate = Promise.withResolvers<void>();
    const s = stage({
      sign: async (_id, data) => {
        await gate.promise;
        return data.map(() => new Uint8Array([1]));
      },
    });
    const [batch, ...jtis] = numbers(13) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    s.prompt.decide(batch, yes());
    await s.until(() => s.signs() === 1);
    s.outbox.cancel.push(...jtis);
    await s.until(() => s.answers.length === 7);
    gate.resolve();
    await s.until(() => s.answers.length === 12);
    expect(kinds(s, jtis)).toEqual([...Array(5).fill('signed'), ...Array(7).fill('cancelled')]);
    expect(s.signs()).toBe(1);
  });

  it('one document taken back before consent is not signed; refusing refuses all', async () => {
    const s = stage();
    const [batch, ...jtis] = numbers(4) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    s.outbox.cancel.push(jtis[2]!);
    await s.until(() => s.answers.length === 1);
    s.prompt.decide(batch, { decision: 'refuse' });
    await s.until(() => s.answers.length === 3);
    expect(kinds(s, jtis)).toEqual(['refused', 'refused', 'cancelled']);
    expect(s.signs()).toBe(0);
  });

  it('a document that was shown in one batch cannot come back in another', async () => {
    const s = stage();
    const [batch, other, ...jtis] = numbers(5) as [string, string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    s.outbox.jobs.push(s.batchToken(other, [jtis[0]!, randomUUID()]));
    await s.until(() => s.reports.includes('job.replayed'));
    expect(s.prompt.view().jobs.map((job) => job.jti)).toEqual([batch]);
  });

  it('a reader with its own keypad is asked once for all', async () => {
    const s = stage({ condition: { pin: 'keypad' } });
    const [batch, ...jtis] = numbers(13) as [string, ...string[]];
    s.outbox.jobs.push(s.batchToken(batch, jtis));
    await s.asked(batch);
    s.prompt.decide(batch, { decision: 'sign', pin: Buffer.alloc(0) });
    await s.until(() => s.answers.length === 12);
    expect(s.signs()).toBe(1);
  });
});
