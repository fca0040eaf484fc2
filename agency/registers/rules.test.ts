import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvField, csvOf } from './csv.ts';
import { mayDate, mayRelease } from './rules.ts';
import type { EntryRecord } from './store.ts';

const answer = fc.constantFrom('signed' as const, 'not-used' as const, 'unknown' as const, undefined);
const day = fc.constantFrom('2026-03-01', '2026-03-02', '2026-03-03');

test('a number returns only when every device denied, on the same day, and it is the last of its series', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      day,
      day,
      fc.array(answer, { maxLength: 4 }),
      (number, last, reservedOn, today, answers) => {
        const decision = mayRelease({ number, seriesLastNumber: last, reservedOn, today, answers });
        const may = answers.every((one) => one === 'not-used') && reservedOn === today && number === last;
        expect(decision.ok).toBe(may);
        if (decision.ok) expect(decision.value).toBe(number - 1);
      },
    ),
  );
});

test('a silent device is no proof', () => {
  const facts = { number: 5, seriesLastNumber: 5, reservedOn: '2026-03-02', today: '2026-03-02' };
  expect(mayRelease({ ...facts, answers: [undefined] })).toEqual({ ok: false, code: 'seal.device-has-not-denied' });
  expect(mayRelease({ ...facts, answers: ['not-used', 'unknown'] })).toEqual({ ok: false, code: 'seal.device-has-not-denied' });
});

test('dates in a series never run backwards', () => {
  const facts = { today: '2026-03-03', signedOn: '2026-03-01', lastDate: '2026-03-02' };
  expect(mayDate('2026-03-01', facts)).toEqual({ ok: false, code: 'issue.date-out-of-order' });
  expect(mayDate('2026-03-02', facts).ok).toBe(true);
  expect(mayDate('2026-03-04', facts)).toEqual({ ok: false, code: 'issue.date-in-future' });
  expect(mayDate('2026-02-28', { ...facts, lastDate: undefined })).toEqual({ ok: false, code: 'issue.date-before-signature' });
});

test('a subject is never a formula of the spreadsheet that opens the book', () => {
  for (const hostile of ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
    expect(csvField(hostile).replace(/^"/, '')).toMatch(/^'/);
  }
  expect(csvField('Báo cáo; quý "I"\ndòng 2')).toBe('"Báo cáo; quý ""I""\ndòng 2"');
  expect(csvField('bình thường')).toBe('bình thường');
});

test('the printed book has every column of the form, a voided number with its reason, and the marks survive Excel', async () => {
  const entry: EntryRecord = {
    ...{ id: 'x', registerId: 'r', seriesId: 's', number: 8, state: 'voided', voidReason: 'hỏng thiết bị' },
    ...{
      numberAndNotation: '08/STC-NS',
      date: '2026-03-02',
      arrivedOn: null,
      typeName: 'Công văn',
      subject: 'Về việc quyết toán',
    },
    ...{
      signerName: 'Nguyễn Văn An',
      issuerName: null,
      addressees: ['UBND tỉnh', 'Sở Nội vụ'],
      unit: 'Phòng Ngân sách',
      note: null,
    },
    ...{ fileSha256: null, annexes: [], documentId: null, incomingId: null, reservedAt: null, enteredAt: new Date(0) },
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of csvOf('outgoing', ReadableStream.from([entry]) as AsyncIterable<EntryRecord>)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const [head, line] = bytes.subarray(3).toString('utf8').split('\r\n');
  expect(head).toBe(
    [
      ...[
        '"Số, ký hiệu văn bản"',
        'Ngày tháng văn bản',
        'Tên loại và trích yếu nội dung văn bản',
        'Người ký',
        'Nơi nhận văn bản',
      ],
      ...['"Đơn vị, người nhận bản lưu"', 'Số lượng bản', 'Phương thức gửi', 'Ghi chú', 'SHA-256 văn bản', 'SHA-256 phụ lục'],
    ].join(','),
  );
  expect(line).toContain(
    '08/STC-NS,02/03/2026,Công văn: Về việc quyết toán,Nguyễn Văn An,"UBND tỉnh; Sở Nội vụ",Phòng Ngân sách',
  );
  expect(line).toContain('Số hủy: hỏng thiết bị');
});
