import { writtenDay } from '@antin/adapters/clock/days';
import { writtenNumber } from '../documents/numbers.ts';
import type { EntryRecord } from './store.ts';

type Column = readonly [heading: string, value: (entry: EntryRecord) => string];

const note = (entry: EntryRecord): string => {
  if (entry.state === 'voided') return `Số hủy: ${entry.voidReason}`;
  if (entry.state === 'reserved') return 'Đang chờ đóng dấu';
  return entry.note ?? '';
};

/** Columns of the forms in Appendix IV of Decree 30/2020, in their order; hashes bind the files to the book. */
const OUTGOING: readonly Column[] = [
  ['Số, ký hiệu văn bản', (e) => e.numberAndNotation],
  ['Ngày tháng văn bản', (e) => writtenDay(e.date)],
  ['Tên loại và trích yếu nội dung văn bản', (e) => `${e.typeName}: ${e.subject}`],
  ['Người ký', (e) => e.signerName ?? ''],
  ['Nơi nhận văn bản', (e) => e.addressees.join('; ')],
  ['Đơn vị, người nhận bản lưu', (e) => e.unit ?? ''],
  ['Số lượng bản', (e) => (e.state === 'issued' ? String(e.addressees.length + 1) : '')],
  ['Phương thức gửi', (e) => (e.state === 'issued' ? 'Điện tử' : '')],
  ['Ghi chú', note],
  ['SHA-256 văn bản', (e) => e.fileSha256 ?? ''],
  ['SHA-256 phụ lục', (e) => e.annexes.map((annex) => `${annex.name}: ${annex.sha256}`).join('; ')],
];

const INCOMING: readonly Column[] = [
  ['Ngày đến', (e) => writtenDay(e.arrivedOn ?? e.date)],
  ['Số đến', (e) => writtenNumber(e.number)],
  ['Tác giả', (e) => e.issuerName ?? ''],
  ['Số, ký hiệu văn bản', (e) => e.numberAndNotation],
  ['Ngày tháng văn bản', (e) => writtenDay(e.date)],
  ['Tên loại và trích yếu nội dung văn bản', (e) => `${e.typeName}: ${e.subject}`],
  ['Đơn vị hoặc người nhận', (e) => e.unit ?? ''],
  ['Ký nhận', () => ''],
  ['Ghi chú', note],
  ['SHA-256 văn bản', (e) => e.fileSha256 ?? ''],
  ['SHA-256 phụ lục', (e) => e.annexes.map((annex) => `${annex.name}: ${annex.sha256}`).join('; ')],
];

export function columnsOf(direction: 'outgoing' | 'incoming'): readonly Column[] {
  return direction === 'outgoing' ? OUTGOING : INCOMING;
}

/**
 * One field of RFC 4180. A value that a spreadsheet would take for a formula gets an apostrophe: a subject must not
 * become a command on the archivist's machine.
 */
export function csvField(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The whole book as CSV: UTF-8 with BOM so that Excel reads the marks, CRLF, one line an entry. */
export async function* csvOf(
  direction: 'outgoing' | 'incoming',
  entries: AsyncIterable<EntryRecord>,
): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(direction);
  const line = (values: readonly string[]) => `${values.map(csvField).join(',')}\r\n`;
  const encoder = new TextEncoder();
  yield encoder.encode(`\uFEFF${line(columns.map(([heading]) => heading))}`);
  for await (const entry of entries) yield encoder.encode(line(columns.map(([, value]) => value(entry))));
}
