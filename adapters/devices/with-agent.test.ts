import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '../crypto/node.ts';
import { algorithmOfKey } from '../p12/key-algorithm.ts';
import { nodeInflate } from '../inflate/node.ts';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { JobAnswer } from '@antin/protocol/agent/jobs';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { embedCades } from '@antin/signature/cades/embed';
import { readFrame } from '@antin/signature/cades/frame';
import { prepareCades } from '@antin/signature/cades/prepare';
import { readSignedCms } from '@antin/signature/cades/read-signed';
import { embedPades } from '@antin/signature/pades/embed';
import { preparePades } from '@antin/signature/pades/prepare';
import type { ToBeSigned } from '@antin/signature/pades/to-be-signed';
import { testDatabase } from '@antin/testkit/database';
import { selfSigned } from '@antin/testkit/self-signed';
import { softHsmModule, softToken, type SoftToken } from '@antin/testkit/softhsm';
import type { PreparedDocument, PreparedPdf } from './jobs.ts';
import { AGENCY, PERSON, POSITION, TEST_MIGRATIONS, testOffice, type TestOffice } from './office-for-tests.ts';

/** The agent is a process, as at a clerk's: this test knows its command line, its page and the wire, and imports nothing of it. */
const AGENT = fileURLToPath(new URL('../../token-agent/main.ts', import.meta.url));

let office: TestOffice;
let server: ServerType;
let origin = '';
const answers: JobAnswer[] = [];
const folders: string[] = [];
const running: { child: ChildProcess; exited: Promise<unknown> }[] = [];

beforeAll(async () => {
  office = testOffice(await testDatabase(TEST_MIGRATIONS), { origin: () => origin });
  for (const act of ['issue', 'approve'] as const) {
    office.jobs.onAnswer(act, async (_tx, _job, answer) => {
      answers.push(answer);
    });
  }
  server = await new Promise<ServerType>((resolve) => {
    const made = serve({ fetch: office.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made));
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGTERM');
    await exited;
  }
  answers.length = 0;
});
afterAll(async () => {
  if ('closeAllConnections' in server) server.closeAllConnections();
  server.close();
  await office.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'antin-agent-'));
  folders.push(folder);
  return folder;
}

class RunningAgent {
  readonly folder: string;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  output = '';

  constructor(folder: string, args: readonly string[], env: Record<string, string> = {}) {
    this.folder = folder;
    rmSync(join(folder, 'open.html'), { force: true });
    this.child = spawn(process.execPath, [AGENT, '--folder', folder, '--name', 'Máy văn thư', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, ANTIN_AGENT_OPENER: 'true' },
    });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (piece) => (this.output += String(piece)));
    running.push({ child: this.child, exited: this.exited });
  }

  /** What the opener was given: a file in the closed folder that leads to the page with this launch's secret. */
  async page(): Promise<{ url: string; secret: string }> {
    const html = await until('the page was opened', () => {
      const path = join(this.folder, 'open.html');
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    });
    const [, url, secret] = /url=(http:\/\/127\.0\.0\.1:\d+\/)#([\w-]{43})/.exec(html) as unknown as [string, string, string];
    return { url, secret };
  }

  async call(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
    const { url, secret } = await this.page();
    return fetch(new URL(path, url), {
      method: 'POST',
      headers: {
        'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
        'x-antin-launch': secret,
        origin: new URL(url).origin,
        ...headers,
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  }

  async state(): Promise<any> {
    return (await this.call('/api/state', '{"since":0}')).json();
  }

  /** The question about a job, as the page shows it. */
  question(jobId: string) {
    return until(`the agent asks about ${jobId}`, async () => (await this.state()).jobs.find((job: any) => job.jti === jobId));
  }

  async pair(): Promise<void> {
    const code = await until('a code is shown', () => /Pairing code: (\S{4}-\S{4})/.exec(this.output)?.[1]);
    const confirmed = await fetch(`${origin}/api/devices`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userCode: code }),
    });
    expect(confirmed.status).toBe(200);
  }
}

async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, ms = 45_000): Promise<T> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const seen = await look();
    if (seen !== undefined && seen !== (false as unknown)) return seen;
    await sleep(40);
  }
  throw new Error(`waited ${ms} ms until ${what}`);
}

/** One page with one line, made by hand: a real PDF with a classic cross-reference table. */
function letter(text: string): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length + 36} >>\nstream\nBT /F1 14 Tf 72 760 Td (${text}) Tj ET   \nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>',
  ];
  objects[3] = objects[3]!.replace(/\/Length \d+/, `/Length ${`BT /F1 14 Tf 72 760 Td (${text}) Tj ET   `.length}`);
  let file = '%PDF-1.7\n';
  const places = objects.map((body, n) => {
    const at = file.length;
    file += `${n + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const start = file.length;
  file += `xref\n0 6\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
  file += `trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(file, 'latin1'));
}

interface Prepared {
  readonly document: PreparedPdf;
  readonly original: Uint8Array;
  readonly tbs: ToBeSigned;
}

function prepared(certificate: Uint8Array, text: string): Prepared {
  const original = letter(text);
  const tbs = preparePades(memorySource(original), {
    inflate: nodeInflate,
    door: nodeCrypto,
    certificate,
    chain: [],
    algorithm: algorithmOfKey(parseCertificate(certificate))!,
    signingTime: Date.now(),
    level: 'B-B',
  });
  const whole = concatBytes(original, tbs.appended);
  const document = {
    title: text,
    fileName: 'cong-van.pdf',
    preparedSha256: office.putFile(whole),
    size: whole.length,
    byteRange: tbs.byteRange,
    signedAttributes: tbs.signedAttributes,
  };
  return { document, original, tbs };
}

async function order(credentialId: string, documents: readonly PreparedDocument[], lifeMs = 240_000) {
  const usable = await until('the agent has announced', async () =>
    (await office.jobs.credentialsFor(office.db, { personId: PERSON, positionId: POSITION })).find((c) => c.id === credentialId),
  );
  return office.db.transaction().execute((tx) =>
    office.jobs.createJob(tx, {
      act: documents.some((one) => 'content' in one) ? 'approve' : 'issue',
      documentId: randomUUID(),
      credentialId,
      agentId: usable.deviceId,
      personId: PERSON,
      originatorPositionId: POSITION,
      summary: [{ label: { vi: 'Số, ký hiệu', en: 'Number' }, value: '12/STC-NS' }],
      documents,
      expiresAt: new Date(Date.now() + lifeMs),
    }),
  );
}

const stateOf = async (jobId: string) => (await office.jobs.jobStatus(office.db, jobId))?.state;
const closed = (jobId: string) =>
  until(`job ${jobId} is answered`, async () => {
    const state = await stateOf(jobId);
    return state === 'waiting' || state === 'fetched' || state === 'cancel-requested' ? undefined : state;
  });

describe('an agent with a practice key, over HTTP', () => {
  const held = selfSigned('Sở Tài chính tỉnh Nam Hà', 'p-256');
  let folder = '';
  let credentialId = '';
  const start = (...more: string[]) => {
    const p12 = join(folder, 'key.p12');
    return new RunningAgent(folder, ['--p12', p12, '--pass-file', join(folder, 'pass'), '--server', origin, ...more]);
  };

  beforeAll(async () => {
    folder = newFolder();
    const content = { pkcs8: held.pkcs8, certificates: [held.certificate], friendlyName: 'seal' };
    writeFileSync(join(folder, 'key.p12'), writePkcs12(content, 'thực hành', nodeSecrets, { iterations: 2048 }), { mode: 0o600 });
    writeFileSync(join(folder, 'pass'), 'thực hành\n', { mode: 0o600 });
    credentialId = office.bind(held.certificate, { kind: 'organisation', agencyId: AGENCY });
    const agent = start();
    await agent.pair();
    await until('it is paired', () => agent.output.includes('Paired with') || undefined);
  });

  it('asks before it signs, shows the very file, and its value fits the file', async () => {
    const agent = start();
    const letters = [prepared(held.certificate, 'Cong van so mot'), prepared(held.certificate, 'Phu luc kem theo')];
    const job = await order(
      credentialId,
      letters.map((entry) => entry.document),
    );
    const question = await agent.question(job.id);
    expect(question).toMatchObject({
      act: 'issue',
      comparisonCode: job.comparisonCode,
      origin,
      state: 'waiting',
      practice: true,
    });
    expect(question.summary[0].value).toBe('12/STC-NS');
    expect(question.certificate.subject).toBe('Sở Tài chính tỉnh Nam Hà');
    const { url, secret } = await agent.page();
    const shown = await fetch(new URL(`/documents/${job.id}/1`, url), { headers: { 'x-antin-launch': secret } });
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(
      Buffer.from(concatBytes(letters[1]!.original, letters[1]!.tbs.appended)),
    );
    expect(await stateOf(job.id)).toBe('fetched');
    expect((await agent.call(`/api/jobs/${job.id}/sign`, Buffer.alloc(0))).status).toBe(200);
    expect(await closed(job.id)).toBe('value-received');
    const [answer] = answers;
    if (answer?.answer !== 'signed') throw new Error('expected values');
    for (const [n, { original, tbs }] of letters.entries()) {
      const value = new Uint8Array(Buffer.from(answer.values[n]!, 'base64'));
      expect(embedPades(memorySource(original), tbs, value, { door: nodeCrypto }).length).toBe(tbs.appended.length);
    }
    // Decided once: a second press finds no question.
    expect((await agent.call(`/api/jobs/${job.id}/sign`, Buffer.alloc(0))).status).toBe(404);
  });

  it('shows a statement whole, and signs it as a detached CAdES', async () => {
    const agent = start();
    const said = { type: 'antin.approval', requestItemId: randomUUID(), shownSha256: 'ab'.repeat(32), act: 'hand-over' };
    const text = canonicalJson({ ...said, officerId: randomUUID(), at: new Date().toISOString() });
    const content = memorySource(new TextEncoder().encode(text));
    const certificate = parseCertificate(held.certificate);
    const tbs = prepareCades(content, {
      ...{ door: nodeCrypto, certificate, chain: [], algorithm: algorithmOfKey(certificate)!, signingTime: Date.now() },
    });
    const bytes = content.read(0, content.size);
    const statement = {
      ...{ title: 'Văn bản chúc Tết', fileName: 'duyet.txt', content: 'statement' as const, bytes },
      preparedSha256: createHash('sha256').update(bytes).digest('hex'),
      size: content.size,
      signedAttributes: tbs.signedAttributes,
    };
    const job = await order(credentialId, [statement]);
    const question = await agent.question(job.id);
    // What the office calls it counts for nothing: the heading and the title are read in the statement.
    expect(question.heading).toEqual({ vi: 'Ký: Bàn giao', en: 'Sign: Hand over' });
    expect(question.documents[0].title).toBe(`Bàn giao: yêu cầu ${said.requestItemId}`);
    const { url, secret } = await agent.page();
    const shown = await fetch(new URL(`/documents/${job.id}/0`, url), { headers: { 'x-antin-launch': secret } });
    expect(shown.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await shown.text()).toBe(text);
    await agent.call(`/api/jobs/${job.id}/sign`, Buffer.alloc(0));
    expect(await closed(job.id)).toBe('value-received');
    const [answer] = answers;
    if (answer?.answer !== 'signed') throw new Error('expected a value');
    const value = new Uint8Array(Buffer.from(answer.values[0]!, 'base64'));
    const cms = embedCades(undefined, tbs, value, { door: nodeCrypto });
    expect(readSignedCms(readFrame(cms), content, nodeCrypto).signers).toHaveLength(1);

    const { bytes: _, ...kept } = statement;
    const other = { ...kept, preparedSha256: office.putFile(new TextEncoder().encode('{"act":"refuse"}')), size: 16 };
    expect(await closed((await order(credentialId, [other])).id)).toBe('refused');
    expect(answers.at(-1)).toEqual({ answer: 'not-used', reason: 'mismatch' });
  });

  it('proves that the key was not used when refused, cancelled or expired', async () => {
    const agent = start();
    const refused = await order(credentialId, [prepared(held.certificate, 'a').document]);
    await agent.question(refused.id);
    await agent.call(`/api/jobs/${refused.id}/refuse`, '{}');
    expect(await closed(refused.id)).toBe('refused');
    const cancelled = await order(credentialId, [prepared(held.certificate, 'b').document]);
    await agent.question(cancelled.id);
    await office.db.transaction().execute((tx) => office.jobs.requestCancel(tx, cancelled.id));
    expect(await closed(cancelled.id)).toBe('cancelled');
    const expired = await order(credentialId, [prepared(held.certificate, 'c').document], 2500);
    await agent.question(expired.id);
    await until('it expires by the agent’s word', async () => answers.length === 3 || undefined);
    expect(answers.map((answer) => (answer.answer === 'not-used' ? answer.reason : answer.answer))).toEqual([
      'refused',
      'cancelled',
      'expired',
    ]);
    expect((await agent.call(`/api/jobs/${expired.id}/sign`, Buffer.alloc(0))).status).toBe(404);
  });

  it('does not even ask about a file that was changed, or about attributes of another file', async () => {
    const agent = start();
    const good = prepared(held.certificate, 'that');
    const other = prepared(held.certificate, 'khac');
    const swapped = { ...good.document, signedAttributes: other.document.signedAttributes };
    const job = await order(credentialId, [good.document, swapped]);
    expect(await closed(job.id)).toBe('refused');
    expect(answers[0]).toEqual({ answer: 'not-used', reason: 'mismatch' });
    const changed = prepared(held.certificate, 'doi sau');
    const bytes = office.files.get(changed.document.preparedSha256)!;
    bytes[20] = bytes[20]! ^ 1;
    const second = await order(credentialId, [changed.document]);
    expect(await closed(second.id)).toBe('refused');
    expect(answers[1]).toEqual({ answer: 'not-used', reason: 'mismatch' });
    expect(agent.output).toContain('pades.digest-mismatch');
    expect(agent.output).toContain('document.hash');
  });

  it('asks again after kill -9, and one that died between intent and result says that it does not know', async () => {
    const agent = start();
    const job = await order(credentialId, [prepared(held.certificate, 'kill').document]);
    await agent.question(job.id);
    agent.child.kill('SIGKILL');
    await agent.exited;
    const again = start();
    await again.question(job.id);
    again.child.kill('SIGKILL');
    await again.exited;
    // As a crash between the two lines leaves it.
    const journal = join(folder, 'journal.jsonl');
    const intent = { event: 'intent', at: new Date().toISOString(), jti: job.id, credential: credentialId, documents: [] };
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}${JSON.stringify(intent)}\n{"event":"resu`);
    start();
    expect(await closed(job.id)).toBe('failed');
    expect(answers).toEqual([{ answer: 'unknown' }]);
    // The way goes on with a new order.
    const agentAfter = running.at(-1)!;
    expect(agentAfter.child.exitCode).toBeNull();
  });

  it('repeats an answer until the server took it', async () => {
    const agent = start();
    const job = await order(credentialId, [prepared(held.certificate, 'lap lai').document]);
    await agent.question(job.id);
    office.failing.answers = 2;
    await agent.call(`/api/jobs/${job.id}/sign`, Buffer.alloc(0));
    expect(await closed(job.id)).toBe('value-received');
    expect(office.failing.answers).toBe(0);
    expect(answers).toHaveLength(1);
  });

  it('lets nobody else use its folder at the same time, and keeps it closed', async () => {
    const first = start();
    await first.page();
    const second = start();
    expect(await second.exited).toBe(70);
    expect(second.output).toContain('agent.running');
  });
});

const module = softHsmModule();
describe.skipIf(module === undefined)('an agent with a token of SoftHSM2, over HTTP', () => {
  const held = selfSigned('Văn thư Sở Tài chính', 'rsa-2048');
  let token: SoftToken;
  let credentialId = '';
  let folder = '';
  const start = () => new RunningAgent(folder, ['--pkcs11', module as string, '--server', origin], token.env);

  beforeAll(async () => {
    token = await softToken(module as string, 'van-thu', [{ ...held, id: '01' }]);
    folder = newFolder();
    credentialId = office.bind(held.certificate, { kind: 'organisation', agencyId: AGENCY });
    const agent = start();
    await agent.pair();
    await until('it is paired', () => agent.output.includes('Paired with') || undefined);
  });
  afterAll(() => token.close());

  it('signs with the PIN typed on its own page, and says a wrong PIN without trying twice', async () => {
    const agent = start();
    const wrong = await order(credentialId, [prepared(held.certificate, 'sai ma').document]);
    expect((await agent.question(wrong.id)).condition).toMatchObject({ pin: 'screen', pinCountLow: false });
    await agent.call(`/api/jobs/${wrong.id}/sign`, Buffer.from('000000'));
    expect(await closed(wrong.id)).toBe('refused');
    expect(answers[0]).toEqual({ answer: 'not-used', reason: 'wrong-pin' });
    const letterToSign = prepared(held.certificate, 'dung ma');
    const right = await order(credentialId, [letterToSign.document]);
    const question = await agent.question(right.id);
    expect(question).toMatchObject({ wrongPins: 1, condition: { pinCountLow: true }, certificate: { place: 'van-thu' } });
    await agent.call(`/api/jobs/${right.id}/sign`, Buffer.from(token.pin));
    expect(await closed(right.id)).toBe('value-received');
    const answer = answers[1];
    if (answer?.answer !== 'signed') throw new Error('expected a value');
    const value = new Uint8Array(Buffer.from(answer.values[0]!, 'base64'));
    embedPades(memorySource(letterToSign.original), letterToSign.tbs, value, { door: nodeCrypto });
    // Neither PIN is in anything the agent printed or wrote.
    const written = ['journal.jsonl', 'pairing.json', 'open.html']
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    for (const pin of [token.pin, '000000']) expect(agent.output + written).not.toContain(pin);
  });
});
