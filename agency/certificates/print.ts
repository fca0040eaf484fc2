import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import { A4, Flow } from '@antin/adapters/print/flow';
import { printedPdf } from '@antin/adapters/print/pages';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { Form } from '@antin/protocol/office/certificates';
import { CAUSE_WORDS, deviceWords } from '@antin/adapters/print/request-paper-words';
import type { HoldingRecord } from './store.ts';

const SUBSCRIBER: Readonly<Record<Form, string>> = {
  '01': 'Cá nhân',
  '02': 'Cơ quan, tổ chức',
  '03': 'Thiết bị, dịch vụ, phần mềm',
};

interface Heading {
  readonly agency: string;
  readonly above?: string | undefined;
  readonly place: string;
}

function open(heading: Heading, day: string): Flow {
  const flow = new Flow(A4);
  flow.text('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', { style: 'bold', size: 12, align: 'centre' });
  flow.text('Độc lập - Tự do - Hạnh phúc', { style: 'bold', size: 12, align: 'centre' });
  flow.space(4);
  flow.text(heading.agency.toUpperCase(), { style: 'bold', size: 11, align: 'centre' });
  const [year, month, date] = day.split('-');
  flow.text(`${heading.place}, ngày ${date} tháng ${month} năm ${year}`, { style: 'italic', size: 11, align: 'centre' });
  flow.space(12);
  return flow;
}

function close(flow: Flow, title: string): Uint8Array {
  const pages = flow.finish((page, count) => `Trang ${page}/${count}`);
  return printedPdf({ ...{ width: A4.width, height: A4.height, pages, title }, producer: 'Antin', language: 'vi-VN' });
}

function certificateRows(flow: Flow, holding: HoldingRecord): void {
  const rows: [string, string][] = [
    ['Loại thuê bao', SUBSCRIBER[holding.form]],
    ['Thuê bao', holding.name],
    ...(holding.title === null ? [] : [['Chức vụ', holding.title] as [string, string]]),
    ['Cơ quan quản lý trực tiếp', holding.agencyName],
    ['Số hiệu chứng thư', holding.serialHex ?? ''],
    ['Nơi cấp', holding.issuerText ?? ''],
    ['Hiệu lực từ', holding.notBefore === null ? '' : writtenDay(officeDay(holding.notBefore))],
    ['Hiệu lực đến', holding.notAfter === null ? '' : writtenDay(officeDay(holding.notAfter))],
  ];
  for (const [name, value] of rows) flow.row(name, value, { column: 150 });
}

/**
 * Biên bản bàn giao: which device with which certificate goes to whom. The receiver signs it with the new key, which at once
 * proves that key, PIN and device work.
 */
export function handOverPdf(input: {
  readonly heading: Heading;
  readonly holding: HoldingRecord;
  readonly deviceSerial: string;
  readonly model: string | undefined;
  readonly giver: { readonly fullName: string; readonly title: string };
  readonly receiver: { readonly fullName: string; readonly title: string };
  readonly note: string | undefined;
  readonly at: Date;
}): Uint8Array {
  const { holding, giver, receiver } = input;
  const flow = open(input.heading, officeDay(input.at));
  flow.text('BIÊN BẢN BÀN GIAO', { style: 'bold', size: 14, align: 'centre' });
  flow.text('Thiết bị lưu khóa bí mật và chứng thư chữ ký số chuyên dùng công vụ', { style: 'bold', size: 12, align: 'centre' });
  flow.space(12);
  flow.text('1. Bên giao', { style: 'bold' });
  flow.row('Họ và tên', giver.fullName, { column: 150 });
  flow.row('Chức vụ', giver.title, { column: 150 });
  flow.space(6);
  flow.text('2. Bên nhận', { style: 'bold' });
  flow.row('Họ và tên', receiver.fullName, { column: 150 });
  flow.row('Chức vụ', receiver.title, { column: 150 });
  flow.space(6);
  flow.text('3. Thiết bị và chứng thư chữ ký số', { style: 'bold' });
  flow.row('Loại thiết bị', deviceWords(holding.deviceKind), { column: 150 });
  flow.row('Số hiệu thiết bị', input.deviceSerial, { column: 150 });
  if (input.model !== undefined) flow.row('Kiểu, hãng', input.model, { column: 150 });
  certificateRows(flow, holding);
  flow.row('SHA-256 của chứng thư', holding.sha256 ?? '', { column: 150 });
  if (input.note !== undefined && input.note !== '') flow.row('Ghi chú', input.note, { column: 150 });
  flow.space(6);
  flow.text('4. Bên nhận cam kết', { style: 'bold' });
  for (const line of [
    'Thông tin trong chứng thư chữ ký số là đúng; thiết bị hoạt động và mã PIN đã được đổi.',
    'Giữ bí mật khóa, mã PIN; không giao thiết bị cho người khác sử dụng.',
    'Thông báo ngay cho cơ quan quản lý trực tiếp khi thiết bị thất lạc, hỏng, bị khóa hoặc nghi ngờ lộ khóa bí mật.',
    'Giao nộp lại thiết bị trong thời hạn quy định khi chứng thư bị thu hồi hoặc hết hiệu lực.',
  ]) {
    flow.text(`- ${line}`, { left: 12 });
  }
  flow.space(8);
  flow.text('Bên nhận ký số vào biên bản này bằng chính khóa bí mật tương ứng với chứng thư nêu trên.', { style: 'italic' });
  return close(flow, `Biên bản bàn giao ${holding.serialHex ?? ''}`);
}

const CLAUSES: Readonly<Record<RevocationCause, string>> = {
  ...(Object.fromEntries(Object.keys(CAUSE_WORDS).map((cause) => [cause, 'Điều 17 Nghị định số 68/2024/NĐ-CP'])) as Record<
    RevocationCause,
    string
  >),
  superseded: 'Khoản về thay đổi nội dung thông tin, Nghị định số 68/2024/NĐ-CP',
};

const TITLES = {
  renew: 'ĐỀ NGHỊ GIA HẠN CHỨNG THƯ CHỮ KÝ SỐ',
  change: 'ĐỀ NGHỊ THAY ĐỔI NỘI DUNG THÔNG TIN CHỨNG THƯ CHỮ KÝ SỐ',
  revoke: 'ĐỀ NGHỊ THU HỒI CHỨNG THƯ CHỮ KÝ SỐ',
  'recover-device': 'ĐỀ NGHỊ KHÔI PHỤC THIẾT BỊ LƯU KHÓA BÍ MẬT',
} as const;

/** The written request of the managing agency for one act, with its legal cause and places for the signatures. */
export function actFormPdf(input: {
  readonly heading: Heading;
  readonly holding: HoldingRecord;
  readonly act: {
    readonly act: keyof typeof TITLES;
    readonly cause: RevocationCause | null;
    readonly since: string | null;
    readonly reason: string | null;
    readonly askedBy: string;
  };
  readonly changes: readonly (readonly [name: string, value: string])[];
  readonly at: Date;
}): Uint8Array {
  const { holding, act } = input;
  const flow = open(input.heading, officeDay(input.at));
  flow.text(TITLES[act.act], { style: 'bold', size: 14, align: 'centre' });
  flow.text('Kính gửi: Cục Chứng thực số và Bảo mật thông tin, Ban Cơ yếu Chính phủ', { align: 'centre', style: 'italic' });
  flow.space(10);
  certificateRows(flow, holding);
  if (holding.deviceSerial !== null) flow.row('Số hiệu thiết bị', holding.deviceSerial, { column: 150 });
  flow.space(8);
  if (act.cause !== null) {
    flow.row('Lý do thu hồi', CAUSE_WORDS[act.cause], { column: 150 });
    flow.row('Căn cứ', CLAUSES[act.cause], { column: 150 });
  }
  if (act.since !== null) flow.row('Không tin cậy kể từ ngày', writtenDay(act.since), { column: 150 });
  if (act.reason !== null) flow.row('Nội dung', act.reason, { column: 150 });
  for (const [name, value] of input.changes) flow.row(name, value, { column: 150 });
  flow.row('Người lập đề nghị', act.askedBy, { column: 150 });
  flow.space(20);
  flow.keep(120);
  flow.text('XÁC NHẬN CỦA CƠ QUAN, TỔ CHỨC QUẢN LÝ TRỰC TIẾP', { style: 'bold', align: 'centre' });
  flow.text('(Ký số của cơ quan, tổ chức)', { style: 'italic', align: 'centre' });
  return close(flow, TITLES[act.act]);
}
