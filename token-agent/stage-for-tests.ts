import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { preparePades } from '@antin/signature/pades/prepare';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import type { JobAnswer } from '@antin/protocol/agent/jobs';
import { Agent } from './agent.ts';
import type { NativePin } from './consent/native-pin.ts';
import { PagePrompt } from './consent/page-prompt.ts';
import { openFolder } from './folder.ts';
import { AgentJournal } from './journal.ts';
import type { KeyCondition, KeyHolder } from './keys/holder.ts';
import { ServerRefusal, type ServerClient } from './server-client.ts';

interface HeldKey {
  readonly certificate: Uint8Array;
  readonly pkcs8: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
}

/** A server in this process that may be as hostile as the test wants; the agent, its folder and its journal are real. */
export function stageWith(
  held: HeldKey,
  options: {
    condition?: Partial<KeyCondition>;
    sign?: KeyHolder['sign'];
    pinWindow?: NativePin;
    fetch?: (name: string) => Promise<void>;
  } = {},
) {
  const path = mkdtempSync(join(tmpdir(), 'antin-stage-'));
  const folder = openFolder(path);
  const platform = generateKeyPairSync('ed25519');
  const credential = createHash('sha256').update(held.certificate).digest('hex');
  const raw = Buffer.from(platform.publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const pairing = {
    agentId: randomUUID(),
    serverUrl: 'http://office.test',
    origin: 'http://office.test',
    platformKey: raw.toString('base64'),
    person: 'ai đó',
  };
  const original = buildPdf(plainObjects()).bytes;
  const tbs = preparePades(memorySource(original), {
    ...{ door: nodeCrypto, inflate: nodeInflate, certificate: held.certificate, chain: [], algorithm: held.algorithm },
    ...{ signingTime: Date.now(), level: 'B-B' },
  });
  const file = concatBytes(original, tbs.appended);
  /** What the server gives for `<job>/<document>` or `<job>/<document>/<part>`; else the letter. */
  const served = new Map<string, Uint8Array>();
  const fetched: string[] = [];
  const gives = async (name: string): Promise<AsyncIterable<Uint8Array>> => {
    fetched.push(name);
    await options.fetch?.(name);
    return (async function* () {
      yield served.get(name) ?? file;
    })();
  };
  const token = (jti: string, change: object = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const document = {
      index: 0,
      title: 'Công văn',
      fileName: 'f.pdf',
      preparedSha256: createHash('sha256').update(file).digest('hex'),
      size: file.length,
      byteRange: [...tbs.byteRange],
      signedAttributes: Buffer.from(tbs.signedAttributes).toString('base64'),
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
    document: (jti, index) => gives(`${jti}/${index}`),
    part: (jti, index, part) => gives(`${jti}/${index}/${part}`),
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
    for (let n = 0; n < 3000; n += 1) {
      if (prompt.view().jobs.some((job) => job.jti === jti)) return;
      await sleep(10);
    }
    throw new Error('no question came');
  };
  const until = async (what: () => boolean) => {
    for (const end = performance.now() + 30_000; performance.now() < end && !what();) await sleep(10);
    if (!what()) throw new Error(`it did not come to pass: ${what}`);
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
    served,
    fetched,
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
/** After each test. */
export async function closeStages(): Promise<void> {
  for (const close of open.splice(0)) await close();
}
export const yes = () => ({ decision: 'sign' as const, pin: Buffer.from('123456') });
