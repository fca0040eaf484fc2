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
import { prepareRequests, sealedRequest, type PreparedItem } from './requests.ts';
import { requestParts } from './sign-request.ts';

/** A request from its preparation to the container that the organisation signed, with the device's answers made by hand. */
const pki = testPki();
const from = { code: 'H99.20.01', name: 'Ủy ban nhân dân xã Bình An', place: 'Nam Hà' };
let database: TestDatabase;
let o: CertificateOffice;
let clerk = '';
let officer = '';
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
    await o.jobs.registerAgent(tx, {
      ...{
        publicKey: new Uint8Array(32).fill(9),
        name: 'Máy văn thư',
        holder: 'practice',
        personIds: [...o.loaded.people.values()],
      },
      certificates: ['seal', 'sealRsa'].map((name) => pki.certificate(name).raw),
    });
  });
  [clerk, officer] = [await o.signIn('cb.xa'), await o.signIn('cb.tinh')];
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
    const leader = await o.signIn('cuong');
    await expect(sign(id, 'seal', leader)).rejects.toMatchObject({ code: 'role.certificate-officer-needed' });
  });
});
