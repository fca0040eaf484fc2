import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitingJobs } from '@antin/adapters/db/outbox';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { buildTstInfo, timeStampSignedAttributes, timeStampTokenFrom } from '@antin/pki/tsp/build';
import { buildMessageImprint } from '@antin/pki/tsp/imprint';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { testPki } from '@antin/testkit/pki/test-pki';
import { onePdf, sealing, submitted } from '../acts-for-tests.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';
import { judgeFile } from '../verification/judge.ts';
import { evidenceOf, type TrustSource } from '../verification/trust-source.ts';
import type { IssueLevel } from './issue-level.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let drafter: string, leader: string, clerk: string;
/** What the world outside does, changed by each test. */
const world = {
  tsa: 'up' as 'up' | 'down' | 'hangs' | 'lies' | 'large',
  evidence: 'up' as 'up' | 'down',
  level: 'B-T' as IssueLevel,
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const trust: TrustSource = {
  anchors: pki.anchors.map((anchor) => ({ ...anchor, label: 'thử', practice: true })),
  certificates: [...pki.evidence(pki.now).certificates],
  evidence: async (need) => {
    if (world.evidence === 'down') return undefined;
    const issuer = ['root', 'issuing'].find((name) => sha256(pki.certificate(name).raw) === need.issuerSha256);
    return need.kind === 'crl' && issuer !== undefined ? pki.crlAt(pki.now, issuer) : undefined;
  },
};
/** With nothing at hand but what the file itself carries. */
const alone: TrustSource = { ...trust, certificates: [], evidence: async () => undefined };

async function judged(fileSha256: string, by: TrustSource = trust) {
  using source = o.files.source(fileSha256);
  return (await judgeFile(source, 'x.pdf', by, o.clock().getTime())).signatures;
}

/** A token that carries many certificates more than anybody needs. */
function largeToken(hash: Uint8Array): Uint8Array {
  const tsa = pki.entity('tsa');
  const tstInfo = buildTstInfo({
    policy: pki.description.tsaPolicy,
    messageImprint: buildMessageImprint('SHA-256', hash),
    serialNumber: new Uint8Array([1, 2, 3]),
    genTime: o.clock().getTime(),
    accuracyMs: 1000,
  });
  const signingCertificate = tsa.certificate;
  const signedAttributes = timeStampSignedAttributes({ tstInfo, signingCertificate, digest: 'SHA-256', door: nodeCrypto });
  const others = ['leader', 'leaderRsa', 'seal', 'sealRsa', 'expired', 'revoked', 'wrongEku'].map(
    (name) => pki.certificate(name).raw,
  );
  return timeStampTokenFrom({
    ...{ tstInfo, signedAttributes, signingCertificate, signatureAlgorithm: tsa.algorithm, digest: 'SHA-256', certReq: true },
    signature: tsa.signNow(signedAttributes),
    certificates: [tsa.certificate.raw, ...pki.chain('tsa').map((one) => one.raw), ...others, ...others, ...others, ...others],
  });
}

beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki, {
    timeStamp: async (hash) => {
      if (world.tsa === 'down') throw new Error('connection refused');
      if (world.tsa === 'hangs') await new Promise((_, reject) => setTimeout(() => reject(new Error('time-out')), 400));
      if (world.tsa === 'large') return largeToken(hash);
      const over = world.tsa === 'lies' ? new Uint8Array(32).fill(7) : hash;
      return pki.timeStampToken({ digest: 'SHA-256', hash: over }, o.clock().getTime());
    },
    deps: {
      patienceMs: 300,
      issueLevel: () => world.level,
      anchors: () => trust.anchors,
      evidenceFor: evidenceOf(trust),
      judgeSignatures: async (fileSha256) =>
        (await judged(fileSha256)).map((one) => ({
          status:
            ({ TOTAL_PASSED: 'valid', TOTAL_FAILED: 'invalid' } as const)[one.indication as 'TOTAL_PASSED'] ?? 'indeterminate',
          level: one.level,
        })),
    },
  });
  await o.settle({ leader: { person: 'lanh.dao' }, seal: { agency: 'so' } });
  [drafter, leader, clerk] = await Promise.all([o.signIn('soan.thao'), o.signIn('lanh.dao'), o.signIn('van.thu')]);
});
beforeEach(() => Object.assign(world, { tsa: 'up', evidence: 'up', level: 'B-T' }));
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const PLACE = { page: 2, rect: [330, 120, 170, 70] };
const view = (id: string) => o.get(clerk, `/api/documents/${id}`);
const mainOf = (seen: any) => seen.files.find((file: any) => file.role === 'main');
const jobsOf = async (queue: string, key?: string) =>
  (await waitingJobs(database.db, queue)).filter((job) => key === undefined || job.key === key);

async function sign(document: { id: string; version: number }) {
  const job = await o.post(leader, `/api/documents/${document.id}/sign`, {
    version: document.version,
    credentialId: o.credential('leader'),
    place: PLACE,
  });
  await o.answer(job.id, 'leader');
}

/** Signed while the authority is away: the worker is told that all this is one moment. */
async function signedWithout(tsa: typeof world.tsa = 'down', more: Record<string, unknown> = {}) {
  const document = await submitted(o, drafter, more);
  world.tsa = tsa;
  await sign(document);
  await o.work(60_000);
  const seen = await view(document.id);
  expect(seen).toMatchObject({ state: 'signed', timeStampPending: true });
  return seen;
}

/** What waits for its back-off is due now. */
async function later(): Promise<void> {
  await database.db
    .updateTable('job')
    .set({ run_at: new Date(0) })
    .where('done_at', 'is', null)
    .execute();
  await o.work(60_000);
}

describe('a leader signs while the time-stamp authority', () => {
  test.each(['down', 'hangs', 'lies'] as const)('is %s: the document goes on, and gets its time-stamp by itself', async (tsa) => {
    const between = await signedWithout(tsa);
    expect(between.signatures).toMatchObject([{ level: 'B-B', timeStampPending: true, status: 'valid' }]);
    expect((await o.get(clerk, '/api/documents?mine=to-issue')).items.find((row: any) => row.id === between.id)).toMatchObject({
      timeStampPending: true,
    });
    await later();
    expect(await view(between.id)).toMatchObject({ timeStampPending: true, version: between.version });

    world.tsa = 'up';
    await later();
    const after = await view(between.id);
    expect(after.timeStampPending).toBeUndefined();
    // A page that the clerk has open stays good: nothing that anybody decides about has changed.
    expect(after).toMatchObject({ state: 'signed', version: between.version, signatures: [{ level: 'B-T', status: 'valid' }] });
    expect(after.history.filter((entry: any) => entry.event === 'TimeStampAdded')).toHaveLength(1);
    const [old, grown] = await Promise.all([o.files.bytes(mainOf(between).sha256), o.files.bytes(mainOf(after).sha256)]);
    expect(Buffer.from(grown.subarray(0, old.length)).equals(Buffer.from(old))).toBe(true);
    if (tools.qpdf) expect(qpdfCheck(grown).status).toBe(0);
    if (tools.pdfsig) expect(pdfsig(grown).valid).toBeGreaterThanOrEqual(1);
    expect(await jobsOf('signing.stamp', undefined)).toEqual([]);
  });

  test('answers with a token that is too large: a document time-stamp comes at once', async () => {
    const document = await submitted(o, drafter);
    world.tsa = 'large';
    await sign(document);
    await o.work();
    const seen = await view(document.id);
    expect(seen).toMatchObject({ state: 'signed', signatures: [{ level: 'B-T', status: 'valid' }] });
    expect(seen.timeStampPending).toBeUndefined();
  });

  test('is away, and one answer later gives all that wait their time-stamps', async () => {
    const all = [await signedWithout(), await signedWithout(), await signedWithout()];
    world.tsa = 'up';
    // Only one of them is due.
    await database.db
      .updateTable('job')
      .set({ run_at: new Date(Date.now() + 3_600_000) })
      .where('done_at', 'is', null)
      .execute();
    const [first] = await jobsOf('signing.stamp');
    await database.db
      .updateTable('job')
      .set({ run_at: new Date(0) })
      .where('id', '=', first!.id)
      .execute();
    await o.work(60_000);
    for (const one of all) expect((await view(one.id)).timeStampPending).toBeUndefined();
  });

  test('is away, and the document is returned: the signature is gone, and nobody asks for it any more', async () => {
    const between = await signedWithout();
    const version = between.version;
    await o.post(clerk, `/api/documents/${between.id}/return`, { version, reason: 'thiếu phụ lục' });
    world.tsa = 'up';
    await later();
    expect(await view(between.id)).toMatchObject({ state: 'returned', signatures: [] });
    expect(await jobsOf('signing.stamp')).toEqual([]);
  });
});

describe('what is issued does not leave without time-stamps', () => {
  test('sealed while the authority is away it waits, and then leaves with both signatures stamped', async () => {
    const annex = await o.upload(drafter, 'Phụ lục.pdf', onePdf());
    const between = await signedWithout('down', { annexes: [{ sha256: annex.sha256, name: annex.name }] });
    const { jobId } = await sealing(o, clerk, between);
    // The job of the signature leaves a revision alone that is under the seal's hand.
    await later();
    expect(await o.answer(jobId, 'seal')).toBe('accepted');
    await o.work(60_000);
    expect(await o.get(clerk, `/api/jobs/${jobId}`)).toMatchObject({ state: 'value-received', reason: 'time-stamp.waiting' });
    expect(await view(between.id)).toMatchObject({ state: 'awaiting-seal', timeStampPending: true });
    expect(await jobsOf('exchange.dispatch', between.id)).toEqual([]);

    world.tsa = 'up';
    await later();
    const issued = await view(between.id);
    expect(issued).toMatchObject({ state: 'issued', signatures: [{ status: 'valid' }, { status: 'valid' }] });
    expect(issued.timeStampPending).toBeUndefined();
    expect((await judged(mainOf(issued).sha256)).map((one) => one.level)).toEqual(['B-T', 'B-T']);
    expect(await jobsOf('exchange.dispatch', between.id)).toHaveLength(1);
    await later();
    // The file that the register knows is not touched any more.
    expect(mainOf(await view(between.id)).sha256).toBe(mainOf(issued).sha256);
    expect(await jobsOf('signing.stamp')).toEqual([]);
    // Poppler counts document time-stamps and does not judge them.
    if (tools.pdfsig) expect(pdfsig(await o.files.bytes(mainOf(issued).sha256))).toMatchObject({ signatures: 3, valid: 2 });
  });

  test('a number that is given back lets the time-stamp come after all', async () => {
    const between = await signedWithout();
    await sealing(o, clerk, between);
    await o.post(clerk, `/api/documents/${between.id}/issue/cancel`, { mode: 'void', reason: 'cấp nhầm ngày' });
    world.tsa = 'up';
    await later();
    const after = await view(between.id);
    expect(after).toMatchObject({ state: 'signed', signatures: [{ level: 'B-T', status: 'valid' }] });
    expect(after.timeStampPending).toBeUndefined();
  });
});

describe('the level of issued documents', () => {
  async function issued(more: Record<string, unknown> = {}) {
    const document = await submitted(o, drafter, more);
    await sign(document);
    await o.work();
    const { jobId } = await sealing(o, clerk, await view(document.id));
    await o.answer(jobId, 'seal');
    await o.work(60_000);
    return { id: document.id, jobId };
  }

  test.each(['B-LT', 'B-LTA'] as const)('%s: a judge with nothing but the root finds everything in the file', async (level) => {
    world.level = level;
    const annex = await o.upload(drafter, 'Phụ lục.pdf', onePdf());
    const { id } = await issued({ annexes: [{ sha256: annex.sha256, name: annex.name }] });
    const seen = await view(id);
    expect(seen.state).toBe('issued');
    expect(seen.history.at(-1)).toMatchObject({ event: 'DocumentIssued', detail: { level } });
    for (const file of seen.files) {
      const signatures = await judged(file.sha256, alone);
      expect(signatures.map((one) => [one.indication, one.level])).toEqual(
        file.role === 'main'
          ? [
              ['TOTAL_PASSED', level],
              ['TOTAL_PASSED', level],
            ]
          : [['TOTAL_PASSED', level]],
      );
      if (tools.qpdf) expect(qpdfCheck(await o.files.bytes(file.sha256)).status).toBe(0);
    }
  });

  test('tokens that are too large for their room hold nothing up: document time-stamps come instead', async () => {
    Object.assign(world, { level: 'B-LT', tsa: 'large' });
    const { id } = await issued();
    expect((await judged(mainOf(await view(id)).sha256, alone)).map((one) => [one.indication, one.level])).toEqual([
      ['TOTAL_PASSED', 'B-LT'],
      ['TOTAL_PASSED', 'B-LT'],
    ]);
  });

  test('B-T: the same judge cannot conclude, which is what B-T means', async () => {
    const { id } = await issued();
    const signatures = await judged(mainOf(await view(id)).sha256, alone);
    expect(signatures.map((one) => [one.indication, one.level])).toEqual([
      ['INDETERMINATE', 'B-T'],
      ['INDETERMINATE', 'B-T'],
    ]);
  });

  test('issuers that do not answer hold it up for a moment, said on the page; then it leaves with B-T, said in the journal', async () => {
    Object.assign(world, { level: 'B-LT', evidence: 'down' });
    const { id, jobId } = await issued();
    expect(await o.get(clerk, `/api/jobs/${jobId}`)).toMatchObject({ state: 'value-received', reason: 'evidence.waiting' });
    for (let n = 0; n < 4; n++) await later();
    const seen = await view(id);
    expect(seen.state).toBe('issued');
    expect(seen.history.at(-1).detail).toMatchObject({ level: 'B-T', missed: 'extend.evidence-missing' });
  });

  test('issuers that come back in that moment are heard', async () => {
    Object.assign(world, { level: 'B-LT', evidence: 'down' });
    const { id } = await issued();
    world.evidence = 'up';
    await later();
    expect((await view(id)).history.at(-1).detail).toMatchObject({ level: 'B-LT' });
  });
});
