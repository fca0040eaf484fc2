import { createHash, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { prepareCades } from '@antin/signature/cades/prepare';
import { selfSigned } from '@antin/testkit/self-signed';
import { closeStages, stageWith, yes } from './stage-for-tests.ts';

const held = selfSigned('Vũ Văn Duyệt');
afterEach(closeStages);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const at = '2026-11-22T05:00:00.000Z';
const officerId = randomUUID();

/** A request as an officer saw it. */
function shown(requestItemId: string, fullName: string): Uint8Array {
  const agency = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };
  const subject = {
    ...{ form: '01', fullName, citizenNumber: '001090000001', title: 'Chuyên viên' },
    ...{ mail: 'nguoi@namha.gov.vn', phone: '0912345678' },
  };
  const hash = 'c'.repeat(64);
  return utf8(
    canonicalJson({
      ...{ type: 'antin.request-as-shown', version: 1, requestItemId, itemVersion: 1, originalSha256: hash },
      submission: {
        ...{ id: randomUUID(), requestId: randomUUID(), from: agency, createdAt: at, sha256: hash, authenticatedBy: 'signature' },
      },
      item: { act: 'new', id: randomUUID(), managingAgency: agency, device: 'pki-token', attachments: [], subject },
      ...{ edits: [], attachments: [], evidence: [], questions: [], checks: [] },
    }),
  );
}

interface Statement {
  readonly text: string;
  readonly about?: Uint8Array;
}

function approval(act: string, fullName: string, change: object = {}): Statement {
  const requestItemId = randomUUID();
  const about = shown(requestItemId, fullName);
  const said = { type: 'antin.approval', requestItemId, shownSha256: sha256(about), act, officerId, at };
  return { text: canonicalJson({ ...said, ...change }), about };
}

function ordered(statements: readonly Statement[]) {
  const s = stageWith(held);
  const jti = randomUUID();
  const documents = statements.map(({ text, about }, index) => {
    const bytes = utf8(text);
    s.served.set(`${jti}/${index}`, bytes);
    if (about !== undefined) s.served.set(`${jti}/${index}/0`, about);
    const tbs = prepareCades(memorySource(bytes), {
      ...{ door: nodeCrypto, certificate: held.certificate, chain: [], algorithm: held.algorithm, signingTime: Date.now() },
    });
    return {
      ...{ index, title: 'Từ chối: Kẻ Được Ưu Ái', fileName: 'x.json', content: 'statement', parts: about === undefined ? 0 : 1 },
      ...{ preparedSha256: sha256(bytes), size: bytes.length },
      signedAttributes: Buffer.from(tbs.signedAttributes).toString('base64'),
    };
  });
  const told = [{ label: { vi: 'Việc', en: 'Act' }, value: 'Từ chối tất cả' }];
  s.outbox.jobs.push(s.token(jti, { act: 'approve', summary: told, documents }));
  return { ...s, jti };
}

async function refused(statements: readonly Statement[], code: string): Promise<void> {
  const o = ordered(statements);
  await o.until(() => o.answers.length === 1);
  expect(o.answers[0]?.answer).toEqual({ answer: 'not-used', reason: 'mismatch' });
  expect(o.reports).toContain(code);
  expect(o.prompt.view().jobs).toEqual([]);
}

describe('statements of an officer', () => {
  it('are shown by what they say and are about, whatever the server calls them', async () => {
    const o = ordered([approval('approve', 'Nguyễn Thị Lan'), approval('approve', 'Phạm Văn Bình')]);
    await o.asked(o.jti);
    const [job] = o.prompt.view().jobs;
    expect(job!.heading).toEqual({ vi: 'Ký: Duyệt', en: 'Sign: Approve' });
    expect(job!.documents.map((one) => one.title)).toEqual(['Duyệt: Nguyễn Thị Lan, cấp mới', 'Duyệt: Phạm Văn Bình, cấp mới']);
    const lines = Object.fromEntries(job!.summary.map(({ label, value }) => [label.vi, value]));
    expect(lines).toEqual({
      ...{ Việc: 'Duyệt / Approve: 2', Về: 'Nguyễn Thị Lan, cấp mới; Phạm Văn Bình, cấp mới' },
      'Cơ quan đề nghị': 'Ủy ban nhân dân tỉnh Nam Hà',
    });
    expect(JSON.stringify(o.prompt.view())).not.toMatch(/Từ chối|Ưu Ái/);
    o.prompt.decide(o.jti, yes());
    await o.until(() => o.answers.length === 1);
    expect(o.answers[0]?.answer.answer).toBe('signed');
    expect(o.prompt.view().outcomes[0]?.title).toBe('Duyệt: Nguyễn Thị Lan, cấp mới');
  });

  it('of several kinds say so, and each by its own act', async () => {
    const lift = { issuerSha256: 'a'.repeat(64), serialHex: '5af3' };
    const suspension = {
      type: 'antin.suspension',
      certificate: lift,
      act: 'lift',
      reason: 'Đã tìm thấy thiết bị',
      officerId,
      at,
    };
    const o = ordered([approval('revoke', 'Nguyễn Thị Lan'), { text: canonicalJson(suspension) }]);
    await o.asked(o.jti);
    const [job] = o.prompt.view().jobs;
    expect(job!.heading!.en).toBe('Sign statements of several kinds');
    expect(job!.documents.map((one) => one.title)).toEqual(['Thu hồi: Nguyễn Thị Lan, cấp mới', 'Bỏ tạm dừng chứng thư: 5af3']);
    expect(job!.summary.find((line) => line.label.en === 'Reason')?.value).toBe('Đã tìm thấy thiết bị');
  });

  it('without what they are about are named by their ids; what the server tells stands beside, marked as told', async () => {
    const { text } = approval('hand-over', 'Nguyễn Thị Lan');
    const o = ordered([{ text }]);
    await o.asked(o.jti);
    const [job] = o.prompt.view().jobs;
    const said = JSON.parse(text) as { requestItemId: string; shownSha256: string };
    expect(job!.documents[0]?.title).toBe(`Bàn giao: yêu cầu ${said.requestItemId}`);
    expect(job!.summary.filter((line) => !line.told).map((line) => line.value)).toContain(said.shownSha256);
    expect(job!.summary.filter((line) => line.told).map((line) => line.value)).toEqual(['Từ chối tất cả']);
  });

  it('that decide about a request are not asked about by its number alone, with the server’s own words beside', async () => {
    for (const act of ['propose', 'approve', 'refuse', 'revoke', 'recover']) {
      await refused([{ text: approval(act, 'Nguyễn Thị Lan').text }], 'job.statement-about');
    }
    const o = ordered([approval('approve', 'Nguyễn Thị Lan')]);
    await o.asked(o.jti);
    expect(o.prompt.view().jobs[0]!.summary.some((line) => line.told)).toBe(false);
  });

  it('of an unknown kind, with a word that was not read, or about something else are not asked about', async () => {
    await refused([{ text: canonicalJson({ type: 'antin.gift', act: 'approve', officerId, at }) }], 'job.statement-unknown');
    await refused([approval('approve', 'Lan', { alsoIssue: 'everything' })], 'job.statement-unknown');
    await refused([approval('give-away', 'Lan')], 'job.statement-unknown');
    const { text } = approval('approve', 'Lan');
    await refused([{ text: `${text}\n` }], 'job.statement-unknown');
    const { requestItemId } = JSON.parse(text) as { requestItemId: string };
    await refused([{ text, about: shown(requestItemId, 'Người Khác') }], 'job.statement-about');
    // The right text of another request: its hash is right, and the statement is about a third one.
    const about = shown(randomUUID(), 'Lan');
    await refused([{ ...approval('approve', 'Lan', { shownSha256: sha256(about) }), about }], 'job.statement-about');
  });
});
