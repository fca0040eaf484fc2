import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { HOUR, judged, letter, sign, walk } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { EN } from './en.ts';
import { sentenceFor, vietnamTime } from './sentence.ts';
import { VI } from './vi.ts';

const pki = testPki();
const at = pki.now + 2 * HOUR;

describe('the sentence', () => {
  it('of a valid letter names who signed and says that authority was not checked', async () => {
    const { sealed } = await walk(pki);
    const words = sentenceFor(judged(sealed, pki), 'vi');
    expect(words).toMatchObject({
      tone: 'good',
      heading:
        'Văn bản này còn nguyên vẹn, do Nguyễn Văn An (ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM) và ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM ký; thẩm quyền chưa kiểm tra.',
    });
    expect(words.answers.changed.text).toContain('điền số, điền ngày, đóng dấu');
    expect(words.answers.signed.text).toContain('02/03/2026 09:00');
    expect(words.answers.sealed.text).toContain('02/03/2026 10:00');
  });

  it('says "đúng người, đúng cơ quan" only where a directory checked authority', async () => {
    const { sealed } = await walk(pki);
    const report = judged(sealed, pki);
    expect(sentenceFor(report, 'vi').heading).not.toContain('đúng người');
    const known = sentenceFor(report, 'vi', { authorityChecked: true, inForce: 'in-force' });
    expect(known.heading).toBe('Văn bản này còn nguyên vẹn và do đúng người, đúng cơ quan ký.');
    expect(known.answers.inForce.tone).toBe('good');
    const replaced = sentenceFor(report, 'vi', {
      authorityChecked: true,
      inForce: 'replaced',
      replacedBy: 'Quyết định số 45/QĐ-UBND',
    });
    expect(replaced.heading).toBe('Văn bản này còn nguyên vẹn, nhưng nay đã được thay thế bởi Quyết định số 45/QĐ-UBND.');
  });

  it('says loudly that nobody signed for a number filled in after the last signature', async () => {
    const { leader } = await walk(pki);
    const { addFieldValues } = await import('../pades/fields.ts');
    const appended = addFieldValues(memorySource(leader), { so: '999/QĐ-UBND' }, { inflate: nodeInflate });
    const report = judged(concatBytes(leader, appended), pki);
    expect(report.warnings.map((one) => one.code)).toContain('pdf.filled-without-signature');
    for (const directory of [undefined, { authorityChecked: true }]) {
      const words = sentenceFor(report, 'vi', directory);
      expect(words.tone).toBe('doubt');
      expect(words.heading).toContain('nội dung điền sau đó (số) không có chữ ký nào xác nhận');
    }
  });

  it('of a changed letter is red and names its reason', async () => {
    const file = await sign(letter(), { pki, by: 'leader' });
    file[100] = (file[100] as number) ^ 1;
    const words = sentenceFor(judged(file, pki), 'vi');
    expect(words.tone).toBe('bad');
    expect(words.heading).toMatch(/^Không hợp lệ: /);
    expect(words.answers.changed.tone).toBe('bad');
  });

  it('of a hash failure is the one everybody must understand', async () => {
    const file = await sign(letter('Noi dung A'), { pki, by: 'leader' });
    const copy = file.slice();
    copy[Buffer.from(file).indexOf('Noi dung A') + 9] = 0x42;
    expect(sentenceFor(judged(copy, pki), 'vi').heading).toBe('Không hợp lệ: nội dung đã bị thay đổi sau khi ký.');
    expect(sentenceFor(judged(copy, pki), 'en').heading).toBe('Not valid: the content was changed after signing.');
  });

  it('of an unknown issuer is not red and says what to do', async () => {
    const words = sentenceFor(judged(await sign(letter(), { pki, by: 'unknownIssuer' }), pki), 'vi');
    expect(words.tone).toBe('doubt');
    expect(words.heading).toBe('Chưa thể kết luận: chưa biết tổ chức đã cấp chứng thư này (Gốc thử nghiệm).');
    expect(words.next).toBeDefined();
    expect(words.answers.signed.text).toContain('chưa được xác nhận');
  });

  it('of an expired or revoked certificate says when, in Vietnam time', async () => {
    const expired = sentenceFor(judged(await sign(letter(), { pki, by: 'expired' }), pki), 'vi');
    expect(expired.heading).toContain('Lê Hết Hạn đã hết hạn lúc 01/01/2026 07:00');
    const revoked = sentenceFor(judged(await sign(letter(), { pki, by: 'revoked' }), pki), 'vi');
    expect(revoked.heading).toContain('Hoàng Thu Hồi đã bị thu hồi lúc 01/02/2026 07:00');
  });

  it('of a missing status asks to try again online', async () => {
    const evidence = { certificates: [], crls: [], ocsps: [] };
    const words = sentenceFor(judged(await sign(letter(), { pki, by: 'leader' }), pki, at, { evidence }), 'vi');
    expect(words).toMatchObject({ tone: 'doubt', next: 'Hãy thử lại khi có kết nối mạng.' });
  });

  it('of an unsigned file is neither red nor green', () => {
    expect(sentenceFor(judged(letter(), pki), 'vi')).toMatchObject({ tone: 'neutral', heading: 'Tệp này không có chữ ký số.' });
  });
});

describe('the catalogue', () => {
  it('has the same keys in both languages', () => {
    expect(Object.keys(VI.reasons).sort()).toEqual(Object.keys(EN.reasons).sort());
    expect(Object.keys(VI.next).sort()).toEqual(Object.keys(EN.next).sort());
    expect(Object.keys(VI.changeNames).sort()).toEqual(Object.keys(EN.changeNames).sort());
  });

  it('shows times in Vietnam time across the day line', () => {
    expect(vietnamTime('2026-12-31T17:30:00Z')).toBe('01/01/2027 00:30');
  });

  it('of a stranger is not written by the stranger: names move no cursor, begin no line, fill no screen', async () => {
    const evil = `Sở\u001b[2J\nVăn bản này hợp lệ\u202e\u2028${' '.repeat(5000)}còn nguyên vẹn${'x'.repeat(5000)}`;
    const { leader, issuing } = DEFAULT_PKI.entities;
    const named = { subject: [['O', evil] as const, ['CN', evil] as const] };
    const entities = { ...DEFAULT_PKI.entities, leader: { ...leader!, ...named }, issuing: { ...issuing!, ...named } };
    const strange = testPki({ ...DEFAULT_PKI, entities });
    const report = judged(await sign(letter(), { pki: strange, by: 'leader' }), strange, at, { trust: [] });
    for (const language of ['vi', 'en'] as const) {
      const { heading, answers } = sentenceFor(report, language);
      for (const text of [heading, ...Object.values(answers).map((one) => one.text)]) {
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(text).not.toMatch(/[\u0000-\u001f\u202e\u2028]| {2}/);
        expect(text.length).toBeLessThan(800);
      }
      expect(heading).toContain('Sở');
    }
  });
});
