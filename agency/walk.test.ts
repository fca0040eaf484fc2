import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DocumentView, UploadedFile } from '@antin/protocol/office/documents';
import { RegisterEntry } from '@antin/protocol/office/registers';
import { Session } from '@antin/protocol/office/session';
import { SigningJob } from '@antin/protocol/office/signing';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { pdfsig, pdfText, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { sealPicture, signaturePicture } from '@antin/testkit/pdf/pictures';
import { testPki } from '@antin/testkit/pki/test-pki';
import { judgeFile } from './verification/judge.ts';
import type { TrustSource } from './verification/trust-source.ts';
import { draftFields, onePdf } from './acts-for-tests.ts';
import { officeMigrations } from './office.ts';
import { testOffice, type TestOffice } from './office-for-tests.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  const trust: TrustSource = {
    anchors: pki.anchors.map((anchor) => ({ ...anchor, label: 'thử', practice: true })),
    certificates: [...pki.evidence(pki.now).certificates],
    evidence: async (need) => {
      const issuer = ['root', 'issuing'].find((name) => sha256(pki.certificate(name).raw) === need.issuerSha256);
      return need.kind === 'crl' && issuer !== undefined ? pki.crlAt(pki.now, issuer) : undefined;
    },
  };
  o = await testOffice(database.db, pki, {
    deps: {
      judgeSignatures: async (sha256) => {
        using source = o.files.source(sha256);
        const { signatures } = await judgeFile(source, 'x.pdf', trust, o.clock().getTime());
        return signatures.map((one) => ({ status: one.indication === 'TOTAL_PASSED' ? 'valid' : 'invalid', level: one.level }));
      },
    },
  });
  await o.settle(
    { leader: { person: 'lanh.dao' }, seal: { agency: 'so' } },
    { signature: signaturePicture(), seal: sealPicture() },
  );
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function draft(as: string) {
  const annex = UploadedFile.parse(await o.upload(as, 'Phụ lục I.pdf', onePdf()));
  const sheet = UploadedFile.parse(await o.upload(as, 'Số liệu.csv', new TextEncoder().encode('a,b\n1,2\n')));
  return draftFields(o, as, { annexes: [annex, sheet].map(({ sha256, name }) => ({ sha256, name })) });
}

test('a draft is signed by its leader, numbered, sealed and entered in the register as one act', async () => {
  const drafter = await o.signIn('soan.thao');
  const leader = await o.signIn('lanh.dao');
  const clerk = await o.signIn('van.thu');
  Session.parse(await o.get(drafter, '/api/session'));

  let view = DocumentView.parse(await o.post(drafter, '/api/documents', await draft(drafter)));
  expect(view.state).toBe('draft');
  expect(view.acts.find((act) => act.act === 'sign')).toEqual({ act: 'sign', allowed: false, why: 'role.leader-needed' });
  view = await o.post(drafter, `/api/documents/${view.id}/submit`, { version: view.version });
  expect(view.state).toBe('awaiting-signature');
  expect((await o.get(leader, '/api/session')).counts.toSign).toBe(1);

  const [credential] = (await o.get(leader, '/api/credentials?kind=person')).credentials;
  expect(credential.id).toBe(o.credential('leader'));
  const place = { page: 2, rect: [330, 120, 170, 70] };
  const job = SigningJob.parse(
    await o.post(leader, `/api/documents/${view.id}/sign`, { version: view.version, credentialId: credential.id, place }),
  );
  expect(job).toMatchObject({ act: 'sign', state: 'waiting', files: 1 });
  expect(await o.answer(job.id, 'leader')).toBe('accepted');
  await o.work();
  view = DocumentView.parse(await o.get(clerk, `/api/documents/${view.id}`));
  expect(view).toMatchObject({ state: 'signed', signatures: [{ kind: 'person', name: 'Nguyễn Văn An', title: 'Giám đốc' }] });
  expect((await o.get(leader, `/api/jobs/${job.id}`)).state).toBe('done');

  const proposal = await o.get(clerk, `/api/documents/${view.id}/issue`);
  expect(proposal).toMatchObject({ number: 8, numberAndNotation: '08/STC-NS', date: '2026-03-02' });
  const sealing = SigningJob.parse(
    await o.post(clerk, `/api/documents/${view.id}/issue`, {
      version: view.version,
      credentialId: o.credential('seal'),
      date: proposal.date,
    }),
  );
  expect(sealing.files).toBe(2);
  expect(await o.get(clerk, `/api/documents/${view.id}`)).toMatchObject({
    state: 'awaiting-seal',
    jobId: sealing.id,
    reservation: { number: 8, date: '2026-03-02' },
  });
  expect(await o.answer(sealing.id, 'seal')).toBe('accepted');
  await o.work();
  view = DocumentView.parse(await o.get(clerk, `/api/documents/${view.id}`));
  expect(view).toMatchObject({ state: 'issued', numberAndNotation: '08/STC-NS', date: '2026-03-02' });
  expect(view.signatures.map((one) => [one.kind, one.status, one.level])).toEqual([
    ['person', 'valid', 'B-T'],
    ['organisation', 'valid', 'B-T'],
  ]);
  expect(view.history.map((entry) => entry.event)).toEqual([
    'DocumentDrafted',
    'DocumentSubmitted',
    'SigningStarted',
    'SignatureValueReceived',
    'DocumentSigned',
    'NumberReserved',
    'SealingStarted',
    'SignatureValueReceived',
    'DocumentIssued',
  ]);

  const { registers } = await o.get(clerk, '/api/registers');
  const book = registers.find((one: any) => one.direction === 'outgoing' && one.year === 2026);
  const page = await o.get(clerk, `/api/registers/${book.id}/entries?q=quyet+toan`);
  const entry = z.object({ items: z.array(RegisterEntry), total: z.number() }).parse(page).items[0]!;
  const main = view.files.find((file) => file.role === 'main')!;
  expect(entry).toMatchObject({
    number: 8,
    state: 'issued',
    signerName: 'Nguyễn Văn An',
    unit: 'Phòng Ngân sách',
    fileSha256: main.sha256,
  });
  // Every annex is bound by its hash, the sheet as it was uploaded, the PDF as it was sealed.
  expect(entry.annexes.map((annex) => annex.sha256)).toEqual(
    view.files.filter((file) => file.role === 'annex').map((file) => file.sha256),
  );

  const sealed = new Uint8Array(await (await o.call(clerk, 'GET', `/api/documents/${view.id}/files/${main.id}`)).arrayBuffer());
  if (tools.pdftotext) {
    expect(pdfText(sealed)).toContain('08/STC-NS');
    expect(pdfText(sealed)).toContain('ngày 02 tháng 3 năm 2026');
  }
  if (tools.pdfsig) expect(pdfsig(sealed)).toMatchObject({ signatures: 2, valid: 2 });
  if (tools.qpdf) expect(qpdfCheck(sealed).status).toBe(0);
});
