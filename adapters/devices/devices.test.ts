import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { testDatabase } from '@antin/testkit/database';
import { selfSigned } from '@antin/testkit/self-signed';
import { JobClaims } from '@antin/protocol/agent/jobs';
import { Device } from '@antin/protocol/office/devices';
import { SigningJob } from '@antin/protocol/office/signing';
import type { JobRecord } from './jobs.ts';
import {
  AGENCY,
  BareAgent,
  OTHER_PERSON,
  PERSON,
  POSITION,
  TEST_MIGRATIONS,
  testOffice,
  type TestOffice,
} from './office-for-tests.ts';

let office: TestOffice;
const heard: { job: JobRecord; answer: string }[] = [];
let sayLate = false;

beforeAll(async () => {
  office = testOffice(await testDatabase(TEST_MIGRATIONS));
  office.jobs.onAnswer('issue', async (_tx, job, answer) => {
    heard.push({ job, answer: answer.answer });
    if (sayLate) return 'late';
  });
  office.jobs.onPart('request', async (_job, part) =>
    part.name === 'request.json' ? new Uint8Array(Buffer.from(`opened ${part.name}`)) : undefined,
  );
});
afterAll(() => office.close());

async function person(method: string, path: string, body?: unknown, who = PERSON) {
  const response = await office.app.request(path, {
    method,
    headers: { 'x-person': who, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as any };
}

async function pairedAgent(): Promise<BareAgent> {
  const agent = new BareAgent(office);
  const userCode = await agent.askToPair();
  expect((await person('POST', '/api/devices', { userCode })).status).toBe(200);
  return agent;
}

async function sealAgent() {
  const agent = await pairedAgent();
  const seal = selfSigned('Sở Tài chính tỉnh Nam Hà');
  const credentialId = office.bind(seal.certificate, { kind: 'organisation', agencyId: AGENCY });
  const announced = await agent.send('PUT', '/api/agent/credentials', {
    certificates: [
      Buffer.from(seal.certificate).toString('base64'),
      Buffer.from(selfSigned('lạ').certificate).toString('base64'),
    ],
  });
  expect(announced.json.accepted).toEqual([credentialId]);
  return { agent, credentialId };
}

function order(agent: BareAgent, credentialId: string, documentId: string = randomUUID(), lifeMs = 240_000) {
  const file = Buffer.from('prepared bytes of the letter');
  return office.db.transaction().execute((tx) =>
    office.jobs.createJob(tx, {
      act: 'issue',
      documentId,
      credentialId,
      agentId: agent.id,
      personId: PERSON,
      originatorPositionId: POSITION,
      summary: [{ label: { vi: 'Số', en: 'Number' }, value: '12/STC-NS' }],
      documents: [
        {
          title: 'V/v báo cáo quyết toán',
          fileName: 'cong-van.pdf',
          preparedSha256: office.putFile(file),
          size: file.length,
          byteRange: [0, 10, 20, 8],
          signedAttributes: Uint8Array.of(0x31, 0),
        },
      ],
      expiresAt: new Date(office.clock().getTime() + lifeMs),
    }),
  );
}

const signed = { answer: 'signed', values: ['AAAA'] };

describe('pairing', () => {
  it('gives the agent the platform key only after a signed-in person typed its code', async () => {
    const agent = new BareAgent(office);
    const userCode = await agent.askToPair();
    expect((await agent.send('GET', '/api/agent/pairing')).json).toEqual({ state: 'pending' });
    expect((await agent.send('GET', '/api/agent/jobs')).json.code).toBe('device.not-paired');
    const confirmed = await person('POST', '/api/devices', { userCode });
    expect(Device.parse(confirmed.json).name).toBe('Máy văn thư');
    const paired = (await agent.send('GET', '/api/agent/pairing')).json;
    expect(paired).toMatchObject({ state: 'paired', person: 'Nguyễn Thị Hồng Hạnh', origin: 'http://office.test' });
    expect(Buffer.from(paired.platformKey, 'base64')).toEqual(Buffer.from(office.platformKey.publicKey));
    // The code is used up: a second person typing it gets nothing.
    expect((await person('POST', '/api/devices', { userCode }, OTHER_PERSON)).json.code).toBe('device.code-unknown');
  });

  it('refuses an expired code and stops a person who guesses', async () => {
    const guesser = randomUUID();
    const late = new BareAgent(office);
    const userCode = await late.askToPair();
    office.time.offsetMs = 601_000;
    expect((await person('POST', '/api/devices', { userCode }, guesser)).json.code).toBe('device.code-unknown');
    for (let n = 0; n < 9; n += 1) await person('POST', '/api/devices', { userCode: 'BBBB-CCCC' }, guesser);
    const honest = new BareAgent(office);
    const good = await honest.askToPair();
    expect((await person('POST', '/api/devices', { userCode: good }, guesser)).json.code).toBe('device.code-attempts');
    office.time.offsetMs = 0;
  });

  it('forgets a removed device at once', async () => {
    const agent = await pairedAgent();
    expect((await person('DELETE', `/api/devices/${agent.id}`, undefined, OTHER_PERSON)).json.code).toBe('device.not-found');
    expect((await agent.send('GET', '/api/agent/jobs')).status).toBe(200);
    expect((await person('DELETE', `/api/devices/${agent.id}`)).status).toBe(200);
    expect((await agent.send('GET', '/api/agent/jobs')).json.code).toBe('device.proof-invalid');
    expect(office.notes.slice(-2)).toMatchObject([
      { event: 'DevicePaired', deviceId: agent.id },
      { event: 'DeviceRemoved', deviceId: agent.id },
    ]);
  });
});

describe('request proof', () => {
  it('is refused when missing, of another key, about another request, replayed, or of another time', async () => {
    const agent = await pairedAgent();
    const stranger = new BareAgent(office);
    stranger.id = agent.id;
    const path = '/api/agent/jobs?wait=0';
    const good = agent.proof('GET', path);
    const now = Math.floor(Date.now() / 1000);
    expect((await agent.send('GET', path, undefined, 'Bearer x')).json.code).toBe('device.proof-missing');
    expect((await stranger.send('GET', path)).json.code).toBe('device.proof-invalid');
    expect((await agent.send('GET', '/api/agent/jobs?wait=1', undefined, good)).json.code).toBe('device.proof-invalid');
    const forBody = agent.proof('PUT', '/api/agent/credentials', '{"certificates":[]}');
    expect((await agent.send('PUT', '/api/agent/credentials', { certificates: ['AAAA'] }, forBody)).json.code).toBe(
      'device.proof-invalid',
    );
    expect((await agent.send('GET', path, undefined, agent.proof('GET', path, '', { ts: now - 130 }))).json.code).toBe(
      'device.proof-skew',
    );
    // A failed try did not use the nonce up; the honest request works, once.
    expect((await agent.send('GET', path, undefined, good)).status).toBe(200);
    expect((await agent.send('GET', path, undefined, good)).json.code).toBe('device.proof-replayed');
  });
});

describe('a server that stops', () => {
  it('answers agents that wait, instead of asking the database until their time is over', async () => {
    const stopping = testOffice(await testDatabase(TEST_MIGRATIONS));
    const agent = new BareAgent(stopping);
    const { agentId } = await stopping.db.transaction().execute((tx) =>
      stopping.jobs.registerAgent(tx, {
        publicKey: agent.publicKey,
        name: 'x',
        holder: 'token',
        personIds: [PERSON],
        certificates: [],
      }),
    );
    agent.id = agentId;
    const waiting = agent.send('GET', '/api/agent/jobs?wait=25');
    await agent.send('GET', '/api/agent/jobs');
    await stopping.wake.stop();
    expect((await waiting).json).toEqual({ jobs: [], cancel: [] });
    await stopping.close();
  });
});

describe('orders', () => {
  it('reach only the agent that holds the certificate for that person and position', async () => {
    const { agent, credentialId } = await sealAgent();
    const usable = await office.jobs.credentialsFor(office.db, { personId: PERSON, positionId: POSITION, kind: 'organisation' });
    expect(usable.map((c) => c.id)).toContain(credentialId);
    expect(await office.jobs.credentialsFor(office.db, { personId: OTHER_PERSON, positionId: POSITION })).toEqual([]);
    const other = await pairedAgent();
    await expect(order(other, credentialId)).rejects.toMatchObject({ code: 'device.credential-not-usable' });
    const made = await order(agent, credentialId);
    expect(SigningJob.parse(made.job).state).toBe('waiting');
    expect((await other.send('GET', '/api/agent/jobs')).json.jobs).toEqual([]);
    expect((await other.send('GET', `/api/agent/jobs/${made.id}/documents/0`)).json.code).toBe('device.job-not-found');
    expect((await other.send('POST', `/api/agent/jobs/${made.id}/answer`, signed)).json.code).toBe('device.job-not-found');
  });

  it('are signed by the platform key, live at most five minutes and carry the prepared file', async () => {
    const { agent, credentialId } = await sealAgent();
    const made = await order(agent, credentialId, randomUUID(), 3_600_000);
    const { jobs } = (await agent.send('GET', '/api/agent/jobs')).json;
    const [head, body, signature] = jobs[0].split('.');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(office.platformKey.publicKey).toString('base64url') },
      format: 'jwk',
    });
    expect(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
    const claims = JobClaims.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
    expect(claims).toMatchObject({
      aud: agent.id,
      jti: made.id,
      comparisonCode: made.comparisonCode,
      origin: 'http://office.test',
    });
    expect(claims.exp - claims.iat).toBe(300);
    expect((await office.jobs.jobStatus(office.db, made.id))?.state).toBe('fetched');
    const path = `/api/agent/jobs/${made.id}/documents/0`;
    const file = await office.app.request(path, { headers: { authorization: agent.proof('GET', path) } });
    expect(await file.text()).toBe('prepared bytes of the letter');
  });

  it('over a container let its device, and nobody else, fetch each part from the room that opens it, until it has answered', async () => {
    const { agent, credentialId } = await sealAgent();
    const other = await pairedAgent();
    const parts = [
      { name: 'request.json', sha256: 'a'.repeat(64), size: 7 },
      { name: 'paper.pdf', sha256: office.putFile(Buffer.from('%PDF-')), size: 5 },
    ];
    const made = await office.db.transaction().execute((tx) =>
      office.jobs.createJob(tx, {
        ...{ act: 'request', documentId: randomUUID(), credentialId, agentId: agent.id, personId: PERSON },
        ...{ originatorPositionId: POSITION, summary: [], expiresAt: new Date(office.clock().getTime() + 200_000) },
        documents: [
          {
            ...{ title: 't', fileName: 'x.asice', preparedSha256: 'b'.repeat(64), size: 10, content: 'container', parts },
            ...{ signedAttributes: Uint8Array.of(1), bytes: Buffer.from('<manifest>') },
          },
        ],
      }),
    );
    const claims = JobClaims.parse(
      JSON.parse(Buffer.from((await agent.send('GET', '/api/agent/jobs')).json.jobs[0].split('.')[1], 'base64url').toString()),
    );
    // Which parts they are stands in the manifest; the order says only how many.
    expect(claims.documents).toMatchObject([{ content: 'container', parts: 2 }]);
    const path = (n: string) => `/api/agent/jobs/${made.id}/documents/0${n}`;
    const get = async (who: BareAgent, n: string) => {
      const answer = await office.app.request(path(n), { headers: { authorization: who.proof('GET', path(n)) } });
      return answer.ok ? answer.text() : ((await answer.json()) as { code: string }).code;
    };
    expect(await Promise.all(['', '/parts/0', '/parts/1'].map((n) => get(agent, n)))).toEqual([
      '<manifest>',
      'opened request.json',
      '%PDF-',
    ]);
    expect(await Promise.all(['', '/parts/0', '/parts/1'].map((n) => get(other, n)))).toEqual(
      Array(3).fill('device.job-not-found'),
    );
    expect(await Promise.all(['/parts/2', '/parts/-1', '/parts/x'].map((n) => get(agent, n)))).toEqual(
      Array(3).fill('device.job-not-found'),
    );
    await agent.send('POST', `/api/agent/jobs/${made.id}/answer`, { answer: 'not-used', reason: 'refused' });
    expect(await Promise.all(['/parts/0', '/parts/1'].map((n) => get(agent, n)))).toEqual(Array(2).fill('device.job-not-found'));
  });

  it('wake an agent that waits, without waiting for its poll to end', async () => {
    const { agent, credentialId } = await sealAgent();
    const began = performance.now();
    const waiting = agent.send('GET', '/api/agent/jobs?wait=20');
    const made = await order(agent, credentialId);
    expect((await waiting).json.jobs).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(18_000);
    await office.db.transaction().execute((tx) => office.jobs.requestCancel(tx, made.id));
    expect((await office.jobs.jobStatus(office.db, made.id))?.state).toBe('cancel-requested');
    expect((await agent.send('GET', '/api/agent/jobs')).json).toEqual({ jobs: [], cancel: [made.id] });
    await agent.send('POST', `/api/agent/jobs/${made.id}/answer`, { answer: 'not-used', reason: 'cancelled' });
    expect((await office.jobs.jobStatus(office.db, made.id))?.state).toBe('cancelled');
  });
});

describe('answers', () => {
  it('are taken exactly once, kept octet for octet with their proof, and repeating gives the same reply', async () => {
    const { agent, credentialId } = await sealAgent();
    const made = await order(agent, credentialId);
    const path = `/api/agent/jobs/${made.id}/answer`;
    heard.length = 0;
    const replies = await Promise.all([agent.send('POST', path, signed), agent.send('POST', path, signed)]);
    expect(replies.map((reply) => reply.json.state)).toEqual(['accepted', 'accepted']);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.job).toMatchObject({ id: made.id, state: 'value-received' });
    const changed = await agent.send('POST', path, { answer: 'not-used', reason: 'refused' });
    expect(changed.json.state).toBe('already-closed');
    const kept = (await office.jobs.jobRecord(office.db, made.id))!;
    expect(kept.answer).toEqual(signed);
    expect((await agent.send('POST', path, { answer: 'signed', values: ['%'] })).json.code).toBe('device.answer-malformed');
  });

  it('with the wrong number of values are refused and change nothing', async () => {
    const { agent, credentialId } = await sealAgent();
    const made = await order(agent, credentialId);
    const path = `/api/agent/jobs/${made.id}/answer`;
    expect((await agent.send('POST', path, { answer: 'signed', values: ['AAAA', 'BBBB'] })).json.code).toBe(
      'device.values-count',
    );
    expect((await agent.send('POST', path, signed)).json.state).toBe('accepted');
  });

  it('that expired without an answer are not "not used": a late value of the current job is taken, of an older one refused', async () => {
    const { agent, credentialId } = await sealAgent();
    const documentId = randomUUID();
    const first = await order(agent, credentialId, documentId, 1000);
    office.time.offsetMs = 5000;
    expect((await office.jobs.jobStatus(office.db, first.id))?.state).toBe('expired');
    const second = await order(agent, credentialId, documentId, 1000);
    office.time.offsetMs = 10_000;
    heard.length = 0;
    expect((await agent.send('POST', `/api/agent/jobs/${first.id}/answer`, signed)).json.state).toBe('already-closed');
    expect(heard).toEqual([]);
    expect((await agent.send('POST', `/api/agent/jobs/${second.id}/answer`, signed)).json.state).toBe('accepted');
    expect(heard).toHaveLength(1);
    const all = await office.jobs.jobsOfDocument(office.db, documentId, 'issue');
    expect(all.map((job) => [job.id, job.answer?.answer])).toEqual([
      [first.id, 'signed'],
      [second.id, 'signed'],
    ]);
    office.time.offsetMs = 0;
  });

  it('to a closed job, or that the document refuses, are kept as evidence and refused', async () => {
    const { agent, credentialId } = await sealAgent();
    const made = await order(agent, credentialId);
    await office.db.transaction().execute((tx) => office.jobs.closeJob(tx, made.id));
    expect((await agent.send('POST', `/api/agent/jobs/${made.id}/answer`, signed)).json.state).toBe('already-closed');
    sayLate = true;
    const another = await order(agent, credentialId);
    expect((await agent.send('POST', `/api/agent/jobs/${another.id}/answer`, signed)).json.state).toBe('already-closed');
    sayLate = false;
    expect((await office.jobs.jobRecord(office.db, another.id))?.answer).toEqual(signed);
  });
});

describe('a practice agent shared by many people', () => {
  it('shows each only their own certificate and the seal they may use, and sends each only their own orders', async () => {
    const agent = new BareAgent(office);
    const [mine, theirs, seal] = [selfSigned('Hạnh'), selfSigned('Bình'), selfSigned('Sở Tài chính')];
    office.bind(mine.certificate, { kind: 'person', personId: PERSON });
    const theirId = office.bind(theirs.certificate, { kind: 'person', personId: OTHER_PERSON });
    office.bind(seal.certificate, { kind: 'organisation', agencyId: AGENCY });
    const register = () =>
      office.db.transaction().execute((tx) =>
        office.jobs.registerAgent(tx, {
          publicKey: agent.publicKey,
          name: 'Thiết bị thực hành',
          holder: 'practice',
          personIds: [PERSON, OTHER_PERSON],
          certificates: [mine.certificate, theirs.certificate, seal.certificate],
        }),
      );
    const { agentId } = await register();
    expect((await register()).agentId).toBe(agentId);
    const seen = async (who: string) =>
      (await person('GET', '/api/devices', undefined, who)).json.devices
        .find((device: { id: string }) => device.id === agentId)
        .certificates.map((one: { subject: string }) => one.subject);
    expect(await seen(PERSON)).toEqual(['Hạnh', 'Sở Tài chính']);
    expect(await seen(OTHER_PERSON)).toEqual(['Bình']);
    agent.id = agentId;
    await expect(order(agent, theirId)).rejects.toMatchObject({ code: 'device.credential-not-usable' });
    // One person leaves; the agent stays for the other.
    expect((await person('DELETE', `/api/devices/${agentId}`, undefined, OTHER_PERSON)).status).toBe(200);
    expect(await office.jobs.credentialsFor(office.db, { personId: OTHER_PERSON, positionId: POSITION })).toEqual([]);
    expect((await agent.send('GET', '/api/agent/jobs')).status).toBe(200);
  });
});

describe('the production profile', () => {
  it('refuses agents with software keys', async () => {
    const production = testOffice(await testDatabase(TEST_MIGRATIONS), { profile: 'production' });
    const body = { publicKey: Buffer.alloc(32, 7).toString('base64'), name: 'p12', holder: 'practice' };
    const headers = { 'content-type': 'application/json' };
    const refused = await production.app.request('/api/agent/pairings', { method: 'POST', headers, body: JSON.stringify(body) });
    expect(((await refused.json()) as { code: string }).code).toBe('device.practice-refused');
    const token = await production.app.request('/api/agent/pairings', {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...body, holder: 'token' }),
    });
    expect(token.status).toBe(200);
    await production.close();
  });
});
