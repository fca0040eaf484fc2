import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { validate } from '@antin/signature/validation/validate';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { bindCertificate } from '../directory/load.ts';
import { officeMigrations } from '../office.ts';
import { forgetSealed, putSealed } from '../sealed-files.ts';
import type { Caller } from '../session/caller.ts';
import { shredWithdrawn } from './shred.ts';
import { prepareRequests, sealedRequest, type PreparedItem } from './requests.ts';
import { requestParts } from './sign-request.ts';

/** A request from its preparation to the container that the organisation signed, with the device's answers made by hand. */
const pki = testPki();
const from = { code: 'H99.20.01', name: 'Ủy ban nhân dân xã Bình An', place: 'Nam Hà' };
let database: TestDatabase;
let o: CertificateOffice;
let clerk = '';
let officer = '';
let leader = '';
let patient = true;

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, pki, {
    finishing: {
      raising: {
        timeStamp: async (hash) => {
          if (!patient) throw new Error('nobody answers');
          return pki.timeStampToken({ digest: 'SHA-256', hash }, o.clock().getTime());
        },
        issueLevel: () => 'B-LT',
        anchors: () => pki.anchors,
        evidenceFor: async () => pki.evidence(pki.now),
      },
      judge: async (container) => judged(container),
      chainOf: async () => pki.chain('seal').map((one) => one.raw),
    },
  });
  await inTransaction(database.db, async (tx) => {
    const at = o.clock();
    await bindCertificate(tx, { der: pki.certificate('seal').raw, owner: { agencyId: o.agencyId('xa') } }, at);
    await bindCertificate(tx, { der: pki.certificate('sealRsa').raw, owner: { agencyId: o.agencyId('xa2') } }, at);
    await bindCertificate(tx, { der: pki.certificate('leader').raw, owner: { personId: o.personId('cuong') } }, at);
    await o.jobs.registerAgent(tx, {
      ...{
        publicKey: new Uint8Array(32).fill(9),
        name: 'Máy văn thư',
        holder: 'practice',
        personIds: [...o.loaded.people.values()],
      },
      certificates: ['seal', 'sealRsa', 'leader'].map((name) => pki.certificate(name).raw),
    });
  });
  [clerk, officer, leader] = [await o.signIn('cb.xa'), await o.signIn('cb.tinh'), await o.signIn('cuong')];
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

function judged(container: Uint8Array) {
  return validate(memorySource(container), {
    ...{ door: nodeCrypto, inflate: nodeInflate, inflateRaw: nodeInflateRaw, trust: pki.anchors, at: o.clock().getTime() },
    evidence: pki.evidence(pki.now),
  }).report;
}

async function prepared(agency: 'xa' | 'tinh' = 'xa'): Promise<string> {
  const caller: Caller = {
    ...{ personId: o.personId('cb.xa'), fullName: 'Hoàng Thị Xã', signInName: 'cb.xa' },
    position: { ...{ id: randomUUID(), agencyId: o.agencyId(agency), agencyName: from.name, unitName: undefined }, ...POST },
  };
  const item: PreparedItem = {
    item: {
      ...{ act: 'new', id: randomUUID(), managingAgency: from, device: 'pki-token', attachments: [] },
      subject: {
        ...{ form: '01', fullName: 'Nguyễn Văn An', citizenNumber: '001090000001', title: 'Chuyên viên' },
        ...{ mail: 'an@namha.gov.vn', phone: '0912345678' },
      },
    },
    ...{ name: 'Nguyễn Văn An', form: '01', agencyId: o.agencyId(agency), spkiSha256: null, certificateId: null },
  };
  const ids = await inTransaction(database.db, (tx) =>
    prepareRequests({ ...o.deps, onItem: async () => {} }, tx, caller, { from, agencyId: o.agencyId(agency), items: [item] }),
  );
  return ids[0]!;
}
const POST = { title: 'Văn thư', capacity: '', roles: ['certificate-officer', 'clerk'] as const };

const sign = (id: string, key = 'seal', as = clerk) =>
  o.post(as, `/api/issuer-requests/${id}/signature`, { credentialId: o.credential(key) });
const view = (id: string) => o.get(clerk, `/api/issuer-requests/${id}`);

describe('a request that the organisation signs', () => {
  test('leaves as one container that we, and OpenSSL, find signed by its seal, and not before', async () => {
    const id = await prepared();
    await expect(o.post(clerk, `/api/issuer-requests/${id}/send`, {})).rejects.toMatchObject({ code: 'issuer.not-signed' });
    expect((await o.call(clerk, 'GET', `/api/issuer-requests/${id}/archive`)).status).toBe(409);
    const job = await sign(id);
    expect(job).toMatchObject({ act: 'request', state: 'waiting' });
    expect(await view(id)).toMatchObject({ signing: { jobId: job.id, state: 'waiting', signer: 'Hoàng Thị Xã' } });
    await o.answer(job.id, 'seal');
    await o.work();
    expect((await o.get(clerk, `/api/jobs/${job.id}`)).state).toBe('done');
    const signed = await view(id);
    expect(signed).toMatchObject({ state: 'prepared', sealedBy: 'organisation' });
    expect(signed.signing).toBeUndefined();

    const bytes = await o.bytes(clerk, 'GET', `/api/issuer-requests/${id}/archive`);
    const report = judged(bytes);
    expect(report).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LT', indication: 'TOTAL_PASSED' }] });
    expect(report.signatures[0]!.covers!.map((one) => one.name)).toEqual(['request.json', 'request.pdf', 'SHA256SUMS']);
    await expect(sign(id)).rejects.toMatchObject({ code: 'issuer.signed-already' });
    expect((await o.post(clerk, `/api/issuer-requests/${id}/send`, {})).state).toBe('to-carry');
    expect(await o.bytes(clerk, 'GET', `/api/issuer-requests/${id}/archive`)).toEqual(bytes);
    if (opensslVersion === undefined) return;
    const zip = openZip(memorySource(bytes), { inflateRaw: nodeInflateRaw });
    const read = (name: string) => {
      const content = zip.content(zip.entry(name)!);
      return content.read(0, content.size);
    };
    const o1 = openssl();
    o1.put('signature.p7s', read('META-INF/signature001.p7s'));
    o1.put('manifest.xml', read('META-INF/ASiCManifest001.xml'));
    o1.put('root.der', pki.certificate('root').raw);
    expect(o1.run(['x509', '-inform', 'DER', '-in', 'root.der', '-out', 'root.pem']).ok).toBe(true);
    const moment = String(Math.floor(pki.now / 1000));
    const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'signature.p7s', '-content', 'manifest.xml'];
    const done = o1.run([...verify, '-CAfile', 'root.pem', '-purpose', 'any', '-attime', moment, '-out', 'out.xml']);
    expect(done.err).toContain('successful');
    o1.remove();
    for (const line of Buffer.from(read('SHA256SUMS')).toString().trim().split('\n')) {
      const [sha256, name] = line.split('  ') as [string, string];
      expect(createHash('sha256').update(read(name)).digest('hex'), name).toBe(sha256);
    }
  });

  test('shows the device every file it signs, though they lie sealed; what was refused is asked again', async () => {
    const id = await prepared();
    const job = await sign(id);
    const reader = requestParts(o.deps);
    const { rows } = await sql<{ documents: { parts: { name: string; sha256: string; size: number }[] }[] }>`
      select documents from devices.signing_job where id = ${job.id}`.execute(database.db);
    const { parts } = rows[0]!.documents[0]!;
    expect(parts.map((part) => part.name)).toEqual(['request.json', 'request.pdf', 'SHA256SUMS']);
    for (const part of parts) {
      const bytes = (await reader({ documentId: id }, part))!;
      expect(createHash('sha256').update(bytes).digest('hex'), part.name).toBe(part.sha256);
      // In clear it lies nowhere.
      expect(await o.files.has(part.sha256)).toBe(false);
    }
    await o.answer(job.id, { answer: { answer: 'not-used', reason: 'refused' } });
    expect(await view(id)).toMatchObject({ signing: { state: 'ended', reason: 'device.refused' } });
    const again = await sign(id);
    await o.answer(again.id, 'seal');
    await o.work();
    expect(await view(id)).toMatchObject({ sealedBy: 'organisation' });
  });

  test('keeps its print and its container whoever attaches the same file to a row of needs and takes it off again', async () => {
    const id = await prepared();
    const job = await sign(id);
    const forget = (sha256: string) => inTransaction(database.db, (tx) => forgetSealed(tx, [sha256]));
    const kept = async (column: 's.paper_sha256' | 'r.container_sha256') => {
      const { rows } = await sql<{ sha256: string }>`select ${sql.ref(column)} as sha256 from agency.issuer_request r
        join agency.issuer_signing s on s.request_id = r.id where r.id = ${id}`.execute(database.db);
      return rows[0]!.sha256;
    };
    expect(await forget(await kept('s.paper_sha256'))).toEqual([]);
    await o.answer(job.id, 'seal');
    await o.work();
    expect(await view(id)).toMatchObject({ sealedBy: 'organisation' });
    expect(await forget(await kept('r.container_sha256'))).toEqual([]);
    expect(judged(await o.bytes(clerk, 'GET', `/api/issuer-requests/${id}/archive`)).verdict).toBe('valid');
    // What nobody names any more goes.
    const stray = await putSealed(o.deps, new TextEncoder().encode('a paper of a row that is gone'));
    expect(await forget(stray)).toHaveLength(1);
  });

  test('a value of another key is no signature, and a late one is not taken', async () => {
    const id = await prepared();
    const wrong = await sign(id);
    await o.answer(wrong.id, 'leader');
    await o.work();
    expect(await view(id)).toMatchObject({ signing: { state: 'ended', reason: 'signature.value-mismatch' } });
    expect((await view(id)).sealedBy).toBeUndefined();
    const older = await sign(id);
    const newer = await sign(id);
    expect(await o.answer(older.id, 'seal')).toBe('already-closed');
    await o.call(clerk, 'DELETE', `/api/issuer-requests/${id}`);
    expect(await o.answer(newer.id, 'seal')).toBe('already-closed');
    await o.work();
    await expect(sealedRequest({ ...o.deps, onItem: async () => {} }, id)).rejects.toMatchObject({ code: 'issuer.not-signed' });
  });

  test('waits for a time-stamp authority that is away, and says so', async () => {
    const id = await prepared();
    const job = await sign(id);
    await o.answer(job.id, 'seal');
    patient = false;
    await o.workOnce();
    expect(await view(id)).toMatchObject({ signing: { state: 'value-received', reason: 'time-stamp.waiting' } });
    patient = true;
    await o.work();
    expect(await view(id)).toMatchObject({ sealedBy: 'organisation' });
  });

  test('is signed by who keeps the seal of that agency, with that seal, and by nobody else', async () => {
    const id = await prepared();
    await expect(sign(id, 'sealRsa')).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
    await expect(sign(id, 'seal', officer)).rejects.toMatchObject({ code: 'issuer.request-not-found' });
    await expect(sign(await prepared('tinh'), 'seal', officer)).rejects.toMatchObject({ code: 'issuer.seal-holder-needed' });
    await expect(sign(id, 'seal', leader)).rejects.toMatchObject({ code: 'issuer.seal-holder-needed' });
  });
});

const configured = (key: string, value: number) =>
  sql`insert into agency.certificate_limit (key, valid_from, value, source_vi, source_en)
    values (${key}, '2020-01-01', ${value}, 'Quyết định thử', 'a test')
    on conflict (key, valid_from) do update set value = excluded.value`.execute(database.db);

describe('a request that the leader signs before the organisation', () => {
  const lead = (id: string, key = 'leader', as = leader) =>
    o.post(as, `/api/issuer-requests/${id}/signature`, { credentialId: o.credential(key), as: 'leader' });
  const done = async (job: { id: string }, key: string) => {
    await o.answer(job.id, key);
    await o.work();
  };

  test('carries both in one container, over the same files, and OpenSSL finds each', async () => {
    const id = await prepared();
    const first = await lead(id);
    expect(await view(id)).toMatchObject({
      signing: { as: 'leader', state: 'waiting', signer: 'Trần Văn Cường' },
      leaderRule: 'optional',
    });
    await done(first, 'leader');
    expect(await view(id)).toMatchObject({ state: 'prepared', leader: { signer: 'Trần Văn Cường' } });
    expect((await view(id)).sealedBy).toBeUndefined();
    // Alone it does not leave: the organisation asks.
    await expect(o.post(clerk, `/api/issuer-requests/${id}/send`, {})).rejects.toMatchObject({ code: 'issuer.not-signed' });
    expect((await o.call(clerk, 'GET', `/api/issuer-requests/${id}/archive`)).status).toBe(409);
    await done(await sign(id), 'seal');
    expect(await view(id)).toMatchObject({ sealedBy: 'organisation', leader: { signer: 'Trần Văn Cường' } });
    const bytes = await o.bytes(clerk, 'GET', `/api/issuer-requests/${id}/archive`);
    const report = judged(bytes);
    expect(report.verdict).toBe('valid');
    expect(report.signatures.map((one) => [one.signer!.seal, one.level, one.indication])).toEqual([
      [false, 'B-LT', 'TOTAL_PASSED'],
      [true, 'B-LT', 'TOTAL_PASSED'],
    ]);
    for (const one of report.signatures)
      expect(one.covers!.map(({ name }) => name)).toEqual(['request.json', 'request.pdf', 'SHA256SUMS']);
    if (opensslVersion === undefined) return;
    const zip = openZip(memorySource(bytes), { inflateRaw: nodeInflateRaw });
    const read = (name: string) => {
      const content = zip.content(zip.entry(name)!);
      return content.read(0, content.size);
    };
    const o1 = openssl();
    o1.put('root.der', pki.certificate('root').raw);
    expect(o1.run(['x509', '-inform', 'DER', '-in', 'root.der', '-out', 'root.pem']).ok).toBe(true);
    const moment = String(Math.floor(pki.now / 1000));
    for (const n of ['001', '002']) {
      o1.put('signature.p7s', read(`META-INF/signature${n}.p7s`));
      o1.put('manifest.xml', read(`META-INF/ASiCManifest${n}.xml`));
      const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'signature.p7s', '-content', 'manifest.xml'];
      const said = o1.run([...verify, '-CAfile', 'root.pem', '-purpose', 'any', '-attime', moment, '-out', 'out.xml']);
      expect(said.err, n).toContain('successful');
    }
    o1.remove();
  });

  test('is signed by a leader of that agency with a personal certificate, once, and not behind the organisation', async () => {
    const id = await prepared();
    await expect(lead(id, 'leader', clerk)).rejects.toMatchObject({ code: 'issuer.leader-needed' });
    await expect(lead(id, 'seal')).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
    await expect(lead(await prepared('tinh'))).rejects.toMatchObject({ code: 'issuer.request-not-found' });
    const waiting = await lead(id);
    await o.answer(waiting.id, 'leader');
    // The value is being finished: who signs behind it waits.
    await expect(sign(id)).rejects.toMatchObject({ code: 'issuer.request-not-now' });
    await o.work();
    await expect(lead(id)).rejects.toMatchObject({ code: 'issuer.leader-signed-already' });
    await done(await sign(id), 'seal');
    await expect(lead(id)).rejects.toMatchObject({ code: 'issuer.signed-already' });
    const other = await prepared();
    await done(await sign(other), 'seal');
    await expect(lead(other)).rejects.toMatchObject({ code: 'issuer.signed-already' });
  });

  test('with a value of another key is not signed, and a leader may still sign when the clerk has only asked', async () => {
    const id = await prepared();
    await done(await lead(id), 'seal');
    expect(await view(id)).toMatchObject({ signing: { as: 'leader', state: 'ended', reason: 'signature.value-mismatch' } });
    const clerks = await sign(id);
    await done(await lead(id), 'leader');
    // What the clerk was asked to sign stood in the first place; it is taken back, and asked behind the leader's.
    expect(await o.answer(clerks.id, 'seal')).toBe('already-closed');
    await done(await sign(id), 'seal');
    expect(judged(await o.bytes(clerk, 'GET', `/api/issuer-requests/${id}/archive`)).signatures).toHaveLength(2);
  });

  test('must be, or must not be, by the configuration of the day', async () => {
    const id = await prepared();
    await configured('leader-signature', 2);
    await expect(sign(id)).rejects.toMatchObject({ code: 'issuer.leader-first' });
    expect((await view(id)).leaderRule).toBe('required');
    await done(await lead(id), 'leader');
    await done(await sign(id), 'seal');
    expect(await view(id)).toMatchObject({ sealedBy: 'organisation' });
    await configured('leader-signature', 0);
    await expect(lead(await prepared())).rejects.toMatchObject({ code: 'issuer.leader-not-taken' });
    await configured('leader-signature', 1);
  });
});

describe('a request that was taken apart', () => {
  test('keeps its papers for the days that configuration says, then nothing of them can be opened', async () => {
    const id = await prepared();
    const kept = await prepared();
    for (const one of [id, kept]) {
      const job = await sign(one);
      await o.answer(job.id, 'seal');
      await o.work();
    }
    const { rows } = await sql<{ stored: string }>`select f.stored_sha256 as stored from agency.sealed_file f
      join agency.issuer_signing s on f.sha256 in (s.paper_sha256, s.container_sha256)
      where s.request_id = ${id} union select f.stored_sha256 from agency.sealed_file f join agency.issuer_request r
      on r.container_sha256 = f.sha256 where r.id = ${id}`.execute(database.db);
    expect(rows.length).toBe(2);
    await o.post(clerk, `/api/issuer-requests/${kept}/send`, {});
    await o.send(clerk, 'DELETE', `/api/issuer-requests/${id}`);
    const withdrawn = await view(id);
    expect(Date.parse(withdrawn.shredsAt) - Date.parse(withdrawn.withdrawnAt)).toBe(30 * 86_400_000);
    const deps = { ...o.deps, onItem: async () => {}, limits: async () => ({ 'leader-signature': 1, 'withdrawn-days': 30 }) };
    const day = (n: number) => ({ ...deps, clock: () => new Date(o.clock().getTime() + n * 86_400_000) });
    expect(await shredWithdrawn(day(29))).toBe(0);
    expect((await o.call(clerk, 'GET', `/api/issuer-requests/${id}/print`)).status).toBe(200);
    expect(await shredWithdrawn(day(31))).toBeGreaterThan(0);
    for (const { stored } of rows) expect(await o.files.has(stored)).toBe(false);
    for (const what of ['print', 'archive']) {
      const gone = await o.call(clerk, 'GET', `/api/issuer-requests/${id}/${what}`);
      expect([gone.status, ((await gone.json()) as { code: string }).code], what).toEqual([410, 'issuer.request-shredded']);
    }
    expect(await view(id)).toMatchObject({ state: 'withdrawn', shreddedAt: expect.any(String) });
    const { rows: events } = await sql<{ n: number }>`select count(*)::integer as n from agency.journal
      where event = 'IssuerRequestShredded' and detail ->> 'requestId' = ${id}`.execute(database.db);
    expect(events[0]!.n).toBe(1);
    expect(await shredWithdrawn(day(62))).toBe(0);
    // What was not taken apart keeps everything.
    expect(judged(await o.bytes(clerk, 'GET', `/api/issuer-requests/${kept}/archive`)).verdict).toBe('valid');
  });
});
