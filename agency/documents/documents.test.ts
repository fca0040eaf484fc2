import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '@antin/protocol/problem';
import { DocumentView } from '@antin/protocol/office/documents';
import { corpus } from '@antin/testkit/corpora';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { tools } from '@antin/testkit/pdf/outside';
import { draftFields, onePdf, signed, submitted } from '../acts-for-tests.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let drafter: string, leader: string, clerk: string, stranger: string;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki, { deps: { maxUploadBytes: 3_000_000 } });
  await o.settle({ leader: { person: 'lanh.dao' }, seal: { agency: 'so' } });
  [drafter, leader, clerk, stranger] = await Promise.all(
    ['soan.thao', 'lanh.dao', 'van.thu', 'soan.tinh'].map((name) => o.signIn(name)) as [
      Promise<string>,
      Promise<string>,
      Promise<string>,
      Promise<string>,
    ],
  );
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const text = (words: string) => new TextEncoder().encode(words);
const uploadCode = async (name: string, bytes: Uint8Array): Promise<string> => {
  const response = await o.call(drafter, 'PUT', '/api/files', bytes, { 'x-file-name': encodeURIComponent(name) });
  if (response.ok) return 'ok';
  return Problem.parse(await response.json()).code;
};

test.each([
  ['rỗng.pdf', new Uint8Array(), 'upload.empty'],
  ['chương trình.exe', text('MZ'), 'upload.type-not-accepted'],
  ['chương trình.pdf', text('MZ\x90\x00'), 'upload.type-not-accepted'],
  ['trang.html', text('<script>'), 'upload.type-not-accepted'],
  ['nhị phân.txt', Uint8Array.of(0, 1, 2), 'upload.type-not-accepted'],
  ['cụt.pdf', onePdf().slice(0, 300), 'upload.pdf-damaged'],
  ['không phải PDF.pdf', text('%PDF-1.7\nxin chào'), 'upload.pdf-damaged'],
  ['..', text('x'), 'upload.name-missing'],
  ['lớn.txt', new Uint8Array(3_000_001).fill(65), 'http.body-too-large'],
])('%s is refused by name', async (name, bytes, code) => {
  expect(await uploadCode(name, bytes)).toBe(code);
});

test.each([
  ['a script at opening', [], '/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>'],
  ['a launched program', ['<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(cmd.exe)>>>>'], ''],
  ['an embedded file nobody points at', ['<</Type/EmbeddedFile/Length 1>>\nstream\nx\nendstream'], ''],
  ['a form that is sent away', [], '/AcroForm<</Fields[]/XFA()>>'],
  ['a script in a name tree', ['<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>'], '/Names 5 0 R'],
])('a PDF with %s is refused, without it it is taken', async (_what, objects, catalog) => {
  expect(await uploadCode('a.pdf', onePdf(objects, catalog))).toBe('upload.pdf-active-content');
  expect(await uploadCode('a.pdf', onePdf())).toBe('ok');
});

test('a link to a web page is no danger', async () => {
  const link = '<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.org)>>>>';
  expect(await uploadCode('a.pdf', onePdf([link]))).toBe('ok');
});

test.each(['pyhanko-pdf', 'libpdf-pdf'])(
  'every file of %s is refused by a code of the catalogue, or goes all the way to the leader’s device',
  async (name) => {
    const folder = corpus(name);
    if (folder === undefined) return;
    const codes = new Map<string, number>();
    const count = (code: string) => void codes.set(code, (codes.get(code) ?? 0) + 1);
    const fields = await draftFields(o, drafter);
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.pdf'))) {
      const bytes = new Uint8Array(readFileSync(join(folder, path)));
      const code = await uploadCode('a.pdf', bytes);
      expect(code, path).toMatch(/^(ok|upload\.[a-z-]+|http\.body-too-large)$/);
      const uploaded = code === 'ok' ? await o.upload(drafter, 'a.pdf', bytes) : undefined;
      const small = uploaded?.pdf.pages[0].width < 200 || uploaded?.pdf.pages[0].height < 100;
      if (uploaded === undefined || uploaded.pdf.signatures > 0 || small) {
        count(code);
        continue;
      }
      const at = (rect: number[], format: string) => ({ page: 1, rect, format });
      const places = { number: at([5, 5, 120, 20], 'number'), date: at([5, 40, 180, 20], 'full') };
      const main = { sha256: uploaded.sha256, name: 'a.pdf' };
      const view = await o.post(drafter, '/api/documents', { ...fields, main, places });
      const response = await o.call(drafter, 'POST', `/api/documents/${view.id}/submit`, { version: view.version });
      if (!response.ok) {
        // A form of the file itself may be in the way; that too has words.
        expect(Problem.parse(await response.json()), path).toMatchObject({ status: 422 });
        count('not submitted');
        continue;
      }
      const { version } = (await response.json()) as { version: number };
      const place = { page: 1, rect: [60, 5, 100, 40] };
      const job = await o.post(leader, `/api/documents/${view.id}/sign`, {
        version,
        credentialId: o.credential('leader'),
        place,
      });
      expect(job.state, path).toBe('waiting');
      count('on the device');
    }
    expect(codes.get('on the device'), JSON.stringify([...codes])).toBeGreaterThan(15);
    expect(codes.get('upload.pdf-encrypted')).toBeGreaterThan(0);
    expect(codes.get('upload.pdf-damaged')).toBeGreaterThan(0);
  },
  120_000,
);

test('a name that turns the direction of text or leaves its folder is cleaned', async () => {
  const answer = await o.upload(drafter, '../../etc/phu-luc\u202efdp.txt', text('abc'));
  expect(answer.name).toBe('phu-lucfdp.txt');
});

test('sizes of turned pages are told as the reader sees them', async () => {
  const turned = new TextDecoder('latin1').decode(onePdf()).replace('/Resources<<>>>>', '/Rotate 90    >>');
  const answer = await o.upload(
    drafter,
    'a.pdf',
    Uint8Array.from(turned, (c) => c.charCodeAt(0)),
  );
  expect(answer.pdf).toEqual({
    pages: [
      { width: 842, height: 595 },
      { width: 595, height: 842 },
    ],
    signatures: 0,
  });
});

test('everything wrong with a draft is said at once, beside its field', async () => {
  const good = await draftFields(o, drafter);
  const { agencies } = await o.get(drafter, '/api/agencies?includeClosed=true');
  const own = agencies.find((one: any) => one.name === 'Sở Tài chính').id;
  const nobody = '11111111-1111-4111-8111-111111111111';
  const bad = {
    ...good,
    typeCode: 'XYZ',
    notation: 'STC NS',
    signerPositionId: nobody,
    addresseeIds: [own, nobody],
    main: { ...good.main, sha256: 'a'.repeat(64) },
    annexes: [{ sha256: good.main.sha256, name: good.main.name }],
  };
  const response = await o.call(drafter, 'POST', '/api/documents', bad);
  const problem = Problem.parse(await response.json());
  expect([response.status, problem.code]).toEqual([422, 'document.fields-not-right']);
  expect(problem.fields!.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
    'addresseeIds.0 document.addressee-self',
    'addresseeIds.1 document.addressee-closed',
    'annexes.0 document.file-name-twice',
    'main document.file-not-uploaded',
    'notation document.notation-form',
    'signerPositionId document.signer-unknown',
    'typeCode document.type-unknown',
  ]);
  expect(problem.fields!.every((field) => field.message.vi.length > 5 && field.message.en.length > 5)).toBe(true);
  const outside = { ...good, places: { ...good.places, number: { page: 3, rect: [0, 0, 10, 10], format: 'number' } } };
  await expect(o.post(drafter, '/api/documents', outside)).rejects.toMatchObject({
    problem: { fields: [{ path: 'places.number', code: 'document.place-outside-page' }] },
  });
});

test('a closed district can be addressed: its successor receives', async () => {
  const { agencies } = await o.get(drafter, '/api/agencies?includeClosed=true&q=huyen+binh+an');
  expect(agencies[0]).toMatchObject({ validTo: '2025-07-01', successors: [{ name: 'Ủy ban nhân dân xã Bình An' }] });
  const view = await o.post(drafter, '/api/documents', await draftFields(o, drafter, { addresseeIds: [agencies[0].id] }));
  expect(view.addressees).toEqual(['Ủy ban nhân dân huyện Bình An']);
});

test('knowing the hash of another agency’s file does not open it', async () => {
  const secret = await o.upload(drafter, 'mật.pdf', onePdf(['(chỉ của Sở)'.replace(/[^ -~]/g, '?')]));
  const theirs = await draftFields(o, drafter);
  const { signers } = await o.get(stranger, '/api/signers');
  const { agencies } = await o.get(stranger, '/api/agencies?q=so+tai+chinh');
  const stolen = {
    ...theirs,
    signerPositionId: signers[0].positionId,
    addresseeIds: [agencies[0].id],
    main: { sha256: secret.sha256, name: 'a.pdf' },
  };
  await expect(o.post(stranger, '/api/documents', stolen)).rejects.toMatchObject({
    problem: { fields: [{ path: 'main', code: 'document.file-not-uploaded' }] },
  });
});

test('another agency’s document does not exist: not to read, not to change, not to sign, its files neither', async () => {
  const { id, version } = await submitted(o, drafter);
  const { files } = await o.get(drafter, `/api/documents/${id}`);
  const body = { version, credentialId: o.credential('leader'), place: { page: 1, rect: [1, 1, 9, 9] } };
  const answers = [
    await o.call(stranger, 'GET', `/api/documents/${id}`),
    await o.call(stranger, 'GET', `/api/documents/${id}/files/${files[0].id}`),
    await o.call(stranger, 'POST', `/api/documents/${id}/return`, { version, reason: 'abc' }),
    await o.call(stranger, 'DELETE', `/api/documents/${id}`),
    await o.call(stranger, 'GET', `/api/documents/${id}/issue`),
    await o.call(stranger, 'GET', `/api/documents/not-an-id`),
  ];
  expect(answers.map((one) => one.status)).toEqual([404, 404, 404, 404, 404, 404]);
  await expect(o.post(stranger, `/api/documents/${id}/sign`, body)).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
  expect((await o.get(stranger, '/api/documents')).total).toBe(0);
});

test('two who change one draft: the second is told, nothing of the first is lost', async () => {
  const fields = await draftFields(o, drafter);
  const view = await o.post(drafter, '/api/documents', fields);
  const change = (subject: string) => o.put(drafter, `/api/documents/${view.id}`, { ...fields, subject, version: view.version });
  const outcomes = await Promise.allSettled([change('Bản của người thứ nhất'), change('Bản của người thứ hai')]);
  expect(outcomes.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  const lost = outcomes.find((one) => one.status === 'rejected')!;
  expect(lost.reason.code).toBe('document.changed-meanwhile');
});

test('a returned document is as it was uploaded, can be changed and submitted again, and the values of an old order are refused', async () => {
  const { id, version } = await submitted(o, drafter);
  const before = await o.get(drafter, `/api/documents/${id}`);
  const place = { page: 2, rect: [330, 120, 170, 70] };
  const job = await o.post(leader, `/api/documents/${id}/sign`, { version, credentialId: o.credential('leader'), place });
  const returned = await o.post(leader, `/api/documents/${id}/return`, { version, reason: 'Sửa căn cứ pháp lý' });
  expect(returned).toMatchObject({ state: 'returned', returnReason: 'Sửa căn cứ pháp lý' });
  expect(returned.files[0].sha256).not.toBe(before.files[0].sha256);
  expect(await o.answer(job.id, 'leader')).toBe('already-closed');
  await o.work();
  expect((await o.get(drafter, `/api/documents/${id}`)).state).toBe('returned');
  const again = await o.post(drafter, `/api/documents/${id}/submit`, { version: returned.version });
  expect(again.state).toBe('awaiting-signature');
  expect(again.returnReason).toBeUndefined();
});

test('a clerk returns a signed document: the signature goes with its revision, the draft is the uploaded file again', async () => {
  const document = await signed(o, drafter, leader);
  const returned = await o.post(clerk, `/api/documents/${document.id}/return`, {
    version: document.version,
    reason: 'Sai thể thức',
  });
  expect(returned).toMatchObject({ state: 'returned', signatures: [] });
  const response = await o.call(drafter, 'GET', `/api/documents/${document.id}/files/${returned.files[0].id}`);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(onePdf());
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; /);
});

test('a clerk returns what waits for a leader who left, a colleague who is neither does not', async () => {
  const { id, version } = await submitted(o, drafter);
  const giveBack = (as: string) => o.post(as, `/api/documents/${id}/return`, { version, reason: 'Lãnh đạo đã chuyển công tác' });
  await expect(giveBack(drafter)).rejects.toMatchObject({ code: 'sign.not-addressed-to-you' });
  expect((await giveBack(clerk)).state).toBe('returned');
});

test('only a drafter drafts, only the addressed leader signs, only a clerk issues', async () => {
  await expect(o.post(leader, '/api/documents', await draftFields(o, drafter))).rejects.toMatchObject({
    code: 'role.drafter-needed',
  });
  const { id, version } = await submitted(o, drafter);
  const deputy = await o.signIn('pho.gd');
  const body = { version, credentialId: o.credential('leader'), place: { page: 1, rect: [50, 50, 90, 40] } };
  await expect(o.post(deputy, `/api/documents/${id}/sign`, body)).rejects.toMatchObject({ code: 'sign.credential-not-usable' });
  await expect(o.post(deputy, `/api/documents/${id}/return`, { version, reason: 'abc' })).rejects.toMatchObject({
    code: 'sign.not-addressed-to-you',
  });
  await expect(o.get(drafter, `/api/documents/${id}/issue`)).rejects.toMatchObject({ code: 'role.clerk-needed' });
  await expect(o.get(clerk, `/api/documents/${id}/issue`)).rejects.toMatchObject({ code: 'document.wrong-state' });
});

test('a place too small for the number shows when the drafter submits, not when the clerk holds the number', async () => {
  const narrow = { number: { page: 1, rect: [80, 700, 8, 20], format: 'number-and-notation' } };
  const fields = await draftFields(o, drafter);
  const view = await o.post(drafter, '/api/documents', { ...fields, places: { ...fields.places, ...narrow } });
  await expect(o.post(drafter, `/api/documents/${view.id}/submit`, { version: view.version })).rejects.toMatchObject({
    code: 'document.place-too-small',
  });
});

test('a draft is deleted for good, an issued or waiting document is not', async () => {
  const view = await o.post(drafter, '/api/documents', await draftFields(o, drafter));
  expect((await o.call(drafter, 'DELETE', `/api/documents/${view.id}`)).status).toBe(200);
  expect((await o.call(drafter, 'GET', `/api/documents/${view.id}`)).status).toBe(404);
  const { id } = await submitted(o, drafter);
  expect(await (await o.call(drafter, 'DELETE', `/api/documents/${id}`)).json()).toMatchObject({ code: 'document.wrong-state' });
});

test('lists are paged on the server, searched without marks, and a search sign means itself', async () => {
  const fields = await draftFields(o, drafter);
  for (const subject of ['Đề án chuyển đổi số 100% cấp xã', 'Đề án chuyển đổi số 1000 xã']) {
    await o.post(drafter, '/api/documents', { ...fields, subject });
  }
  const list = (query: string) => o.get(drafter, `/api/documents?${query}`);
  expect((await list('q=de+an+CHUYEN')).total).toBe(2);
  expect((await list('q=100%25')).items.map((one: any) => one.subject)).toEqual(['Đề án chuyển đổi số 100% cấp xã']);
  const all = (await list('pageSize=200')).total;
  const pages = [await list('pageSize=5&page=1'), await list('pageSize=5&page=2')];
  expect(pages.map((page) => [page.items.length, page.total])).toEqual([
    [5, all],
    [5, all],
  ]);
  expect(new Set(pages.flatMap((page) => page.items.map((one: any) => one.id))).size).toBe(10);
  expect((await o.call(drafter, 'GET', '/api/documents?pageSize=9999')).status).toBe(400);
});

test.skipIf(!tools.qpdf)('a LibreOffice-like file with object streams goes the same way', async () => {
  const compressed = join(o.folder, 'object-streams.pdf');
  const plain = join(o.folder, 'plain.pdf');
  await import('node:fs/promises').then((fs) => fs.writeFile(plain, onePdf()));
  execFileSync('qpdf', ['--object-streams=generate', plain, compressed]);
  const main = await o.upload(drafter, 'a.pdf', new Uint8Array(readFileSync(compressed)));
  const document = await signed(o, drafter, leader, { main: { sha256: main.sha256, name: 'a.pdf' } });
  expect(DocumentView.parse(await o.get(drafter, `/api/documents/${document.id}`)).state).toBe('signed');
});
