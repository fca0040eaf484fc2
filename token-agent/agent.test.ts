import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { OID } from '@antin/pki/oids';
import { buildSignedAttributes } from '@antin/pki/cms/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { JobAnswer } from '@antin/protocol/agent/jobs';
import { selfSigned } from '@antin/testkit/self-signed';
import { Agent } from './agent.ts';
import type { NativePin } from './consent/native-pin.ts';
import { PagePrompt } from './consent/page-prompt.ts';
import { openFolder } from './folder.ts';
import { AgentJournal } from './journal.ts';
import type { KeyCondition, KeyHolder } from './keys/holder.ts';
import { ServerRefusal, type ServerClient } from './server-client.ts';

/** A server in this process that may be as hostile as the test wants; the agent, its folder and its journal are real. */
function stage(options: { condition?: Partial<KeyCondition>; sign?: KeyHolder['sign']; pinWindow?: NativePin } = {}) {
  const path = mkdtempSync(join(tmpdir(), 'antin-stage-'));
  const folder = openFolder(path);
  const platform = generateKeyPairSync('ed25519');
  const held = selfSigned('ai đó');
  const credential = createHash('sha256').update(held.certificate).digest('hex');
  const raw = Buffer.from(platform.publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const pairing = {
    agentId: randomUUID(),
    serverUrl: 'http://office.test',
    origin: 'http://office.test',
    platformKey: raw.toString('base64'),
    person: 'ai đó',
  };
  const file = Buffer.from('%PDF-1.7 before <0000000000> after');
  const [gap, rest] = [file.indexOf('<'), file.indexOf('>') + 1];
  const covered = Buffer.concat([file.subarray(0, gap), file.subarray(rest)]);
  const signedAttributes = buildSignedAttributes({
    contentType: OID.idData,
    messageDigest: new Uint8Array(createHash('sha256').update(covered).digest()),
    signingCertificate: parseCertificate(held.certificate),
    digest: 'SHA-256',
    door: nodeCrypto,
  });
  const token = (jti: string, change: object = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const document = {
      index: 0,
      title: 'Công văn',
      fileName: 'f.pdf',
      preparedSha256: createHash('sha256').update(file).digest('hex'),
      size: file.length,
      byteRange: [0, gap, rest, file.length - rest],
      signedAttributes: Buffer.from(signedAttributes).toString('base64'),
    };
    const claims = {
      iss: pairing.origin,
      aud: pairing.agentId,
      origin: pairing.origin,
      jti,
      iat: now,
      exp: now + 200,
      act: 'sign',
      credential,
      comparisonCode: '1234',
      person: 'ai đó',
      summary: [],
      documents: [document],
      ...change,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'EdDSA', typ: 'antin-job' })}.${part(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), platform.privateKey).toString('base64url')}`;
  };

  /** Several jobs under one signature. */
  const batchToken = (batch: string, jtis: readonly string[], change: (n: number) => object = () => ({})) => {
    const [, body] = token(batch).split('.');
    const { documents, summary, ...rest } = JSON.parse(Buffer.from(body as string, 'base64url').toString());
    const items = jtis.map((jti, n) => ({ jti, summary, documents: [{ ...documents[0], ...change(n) }] }));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'EdDSA', typ: 'antin-batch' })}.${part({ ...rest, items })}`;
    return `${signed}.${sign(null, Buffer.from(signed), platform.privateKey).toString('base64url')}`;
  };

  const outbox: { jobs: string[]; cancel: string[] } = { jobs: [], cancel: [] };
  const answers: { jti: string; answer: JobAnswer }[] = [];
  const reports: string[] = [];
  let removed = false;
  const time = { offsetMs: 0 };
  const client: ServerClient = {
    pairing: () => Promise.reject(new Error('not asked')),
    announce: async () => [],
    async jobs() {
      if (removed) throw new ServerRefusal(401, 'device.proof-invalid');
      await sleep(5);
      return { jobs: outbox.jobs.splice(0), cancel: outbox.cancel.splice(0) };
    },
    document: async () =>
      (async function* () {
        yield new Uint8Array(file);
      })(),
    async answer(jti, answer) {
      answers.push({ jti, answer });
      return 'accepted';
    },
  };
  let signs = 0;
  const keys: KeyHolder = {
    kind: 'token',
    certificates: async () => [{ id: credential, certificate: held.certificate, algorithm: held.algorithm, place: 'token' }],
    condition: async () => ({ pin: 'screen', pinCountLow: false, ...options.condition }),
    async sign(id, data, pin) {
      signs += 1;
      if (options.sign !== undefined) return options.sign(id, data, pin);
      return data.map((piece) => nodeSecrets.sign(held.pkcs8, held.algorithm, piece));
    },
    close: async () => {},
  };
  const prompt = new PagePrompt({ name: 'máy', holder: 'token' });
  const journal = new AgentJournal(folder.file('journal.jsonl'), () => new Date());
  const agent = new Agent({
    folder,
    pairing,
    client,
    keys,
    prompt,
    journal,
    clock: () => new Date(Date.now() + time.offsetMs),
    report: (code) => reports.push(code),
    ...(options.pinWindow === undefined ? {} : { pinWindow: options.pinWindow }),
  });
  const ended = agent.run().catch((fault: unknown) => fault);
  const asked = async (jti: string) => {
    for (let n = 0; n < 400; n += 1) {
      if (prompt.view().jobs.some((job) => job.jti === jti)) return;
      await sleep(10);
    }
    throw new Error('no question came');
  };
  const until = async (what: () => boolean) => {
    for (let n = 0; n < 400 && !what(); n += 1) await sleep(10);
    expect(what()).toBe(true);
  };
  /** An order that comes after everything before it was looked at. */
  const another = async () => {
    const jti = randomUUID();
    outbox.jobs.push(token(jti));
    await asked(jti);
    return jti;
  };
  open.push(async () => {
    await agent.stop();
    journal.close();
    rmSync(path, { recursive: true, force: true });
  });
  return {
    outbox,
    answers,
    reports,
    token,
    batchToken,
    journal,
    prompt,
    asked,
    another,
    until,
    ended,
    credential,
    signs: () => signs,
    time,
    remove: () => (removed = true),
  };
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});
const yes = () => ({ decision: 'sign' as const, pin: Buffer.from('123456') });

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
