import { A4_LANDSCAPE, tablePages, type PrintedTable } from '@antin/adapters/print/table';
import { printedPdf } from '@antin/adapters/print/pages';
import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import type { ConsolidatedRequest, RequestItem } from '@antin/protocol/certificates/request';
import type { Subject } from '@antin/protocol/certificates/subject';

type Cells = (item: RequestItem, subject: Subject) => readonly string[];

interface FormTable {
  readonly title: string;
  readonly columns: readonly (readonly [heading: string, share: number])[];
  readonly cells: Cells;
}

const DEVICE = { 'pki-token': 'PKI Token', 'sim-pki': 'SIM PKI', remote: 'Ký số từ xa', pkcs10: 'Tệp yêu cầu PKCS#10' } as const;
export const deviceWords = (kind: keyof typeof DEVICE): string => DEVICE[kind];

/** Columns of the lists that go with Forms 01, 02 and 03 (Decree 68/2024 Art. 11). */
const FORMS: Readonly<Record<Subject['form'], FormTable>> = {
  '01': {
    title: 'DANH SÁCH CÁ NHÂN ĐỀ NGHỊ CẤP CHỨNG THƯ CHỮ KÝ SỐ',
    columns: [
      ['Họ và tên', 18],
      ['Số định danh cá nhân', 13],
      ['Ngày sinh', 10],
      ['Chức vụ', 14],
      ['Đơn vị', 16],
      ['Thư điện tử công vụ', 20],
      ['Điện thoại', 12],
      ['Thiết bị', 10],
    ],
    cells: (item, subject) =>
      subject.form !== '01'
        ? []
        : [
            subject.fullName,
            subject.citizenNumber,
            subject.birthDay === undefined ? '' : writtenDay(subject.birthDay),
            subject.title,
            subject.unit ?? item.managingAgency.name,
            subject.mail,
            subject.phone,
            deviceOf(item),
          ],
  },
  '02': {
    title: 'DANH SÁCH CƠ QUAN, TỔ CHỨC ĐỀ NGHỊ CẤP CHỨNG THƯ CHỮ KÝ SỐ',
    columns: [
      ['Tên cơ quan, tổ chức', 22],
      ['Mã định danh', 10],
      ['Địa chỉ', 18],
      ['Quyết định thành lập', 18],
      ['Người quản lý thiết bị', 16],
      ['Chức vụ', 12],
      ['Số định danh', 12],
      ['Thư điện tử, điện thoại', 18],
      ['Thiết bị', 9],
    ],
    cells: (item, subject) =>
      subject.form !== '02'
        ? []
        : [
            subject.name,
            subject.code,
            subject.address,
            subject.foundedBy,
            subject.keeper.fullName,
            subject.keeper.title,
            subject.keeper.citizenNumber,
            `${subject.keeper.mail} ${subject.keeper.phone}`,
            deviceOf(item),
          ],
  },
  '03': {
    title: 'DANH SÁCH THIẾT BỊ, DỊCH VỤ, PHẦN MỀM ĐỀ NGHỊ CẤP CHỨNG THƯ CHỮ KÝ SỐ',
    columns: [
      ['Tên thiết bị, dịch vụ, phần mềm', 22],
      ['Mục đích', 12],
      ['Tên miền', 22],
      ['Cơ quan chủ quản', 20],
      ['Người quản lý', 16],
      ['Thư điện tử, điện thoại', 20],
      ['Thiết bị', 10],
    ],
    cells: (item, subject) =>
      subject.form !== '03'
        ? []
        : [
            subject.name,
            USES[subject.use],
            subject.hostNames.join(', '),
            subject.owner,
            `${subject.keeper.fullName}, ${subject.keeper.title}`,
            `${subject.keeper.mail} ${subject.keeper.phone}`,
            deviceOf(item),
          ],
  },
};

export const USES = {
  'tls-server': 'Máy chủ TLS',
  'tls-client': 'Máy khách TLS',
  'document-service': 'Dịch vụ ký văn bản',
  'mail-gateway': 'Cổng thư điện tử',
  'code-signing': 'Ký mã phần mềm',
  other: 'Khác',
} as const;

const deviceOf = (item: RequestItem): string => ('device' in item ? deviceWords(item.device) : '');

const ACTS = {
  renew: 'DANH SÁCH ĐỀ NGHỊ GIA HẠN CHỨNG THƯ CHỮ KÝ SỐ',
  change: 'DANH SÁCH ĐỀ NGHỊ THAY ĐỔI NỘI DUNG THÔNG TIN CHỨNG THƯ CHỮ KÝ SỐ',
  revoke: 'DANH SÁCH ĐỀ NGHỊ THU HỒI CHỨNG THƯ CHỮ KÝ SỐ',
  'recover-device': 'DANH SÁCH ĐỀ NGHỊ KHÔI PHỤC THIẾT BỊ LƯU KHÓA BÍ MẬT',
} as const;

const PAPERS = { heading: 'Tệp kèm', share: 6 } as const;
const papersOf = (item: RequestItem): string => (item.attachments.length === 0 ? '' : String(item.attachments.length));

/** How many files go with the list: whoever receives it can tell whether one is missing. */
function papersNote(items: readonly PrintedItem[]): string[] {
  const all = items.flatMap(({ item }) => item.attachments);
  if (all.length === 0) return [];
  const files = new Set(all).size;
  const shared = files === all.length ? '' : ` (dùng cho ${all.length} lượt)`;
  return [`Kèm theo ${files} tệp giấy tờ điện tử${shared}, nêu theo từng dòng ở cột “Tệp kèm”`];
}

/** A line of the request with what the register knows about its certificate. */
export interface PrintedItem {
  readonly item: RequestItem;
  readonly name: string;
  readonly note: string;
}

/** The consolidated request for paper: one table for each form and each act, with places for signatures. */
export function requestTables(request: ConsolidatedRequest, items: readonly PrintedItem[], sha256: string): PrintedTable[] {
  const from = `${request.from.name} (${request.from.code})`;
  const day = writtenDay(officeDay(new Date(request.createdAt)));
  const notes = [
    `Kèm theo văn bản số ${request.number ?? '……………'} ngày ${day} của ${from}`,
    // Binds the paper to the file: whoever holds both can tell that they say the same.
    `SHA-256 của dữ liệu điện tử: ${sha256}`,
    ...papersNote(items),
  ];
  const places = [
    { title: 'NGƯỜI LẬP BIỂU', below: '(Ký, ghi rõ họ tên)' },
    { title: 'THỦ TRƯỞNG CƠ QUAN, TỔ CHỨC', below: '(Ký số của cơ quan, tổ chức)' },
  ];
  const tables: PrintedTable[] = [];
  for (const form of ['01', '02', '03'] as const) {
    const own = items.filter(({ item }) => item.act === 'new' && item.subject.form === form);
    if (own.length === 0) continue;
    const { title, columns, cells } = FORMS[form];
    tables.push({
      titles: [title, `(Mẫu số ${form}, Nghị định số 68/2024/NĐ-CP)`],
      ...{ notes, places },
      columns: [{ heading: 'TT', share: 4 }, ...columns.map(([heading, share]) => ({ heading, share })), PAPERS],
      rows: own.map(({ item }, i) => [String(i + 1), ...cells(item, (item as { subject: Subject }).subject), papersOf(item)]),
    });
  }
  for (const act of ['renew', 'change', 'revoke', 'recover-device'] as const) {
    const own = items.filter(({ item }) => item.act === act);
    if (own.length === 0) continue;
    tables.push({
      titles: [ACTS[act]],
      ...{ notes, places },
      columns: [
        { heading: 'TT', share: 4 },
        { heading: 'Thuê bao', share: 24 },
        { heading: 'Cơ quan quản lý trực tiếp', share: 24 },
        { heading: 'Số hiệu chứng thư', share: 26 },
        { heading: 'Nội dung', share: 26 },
        PAPERS,
      ],
      rows: own.map(({ item, name, note }, i) => [
        String(i + 1),
        name,
        item.managingAgency.name,
        'certificate' in item ? item.certificate.serialHex : '',
        note,
        papersOf(item),
      ]),
    });
  }
  return tables;
}

export function tablesPdf(tables: readonly PrintedTable[], title: string): Uint8Array {
  const pages = tablePages(tables, (page, count) => `Trang ${page}/${count}`);
  const { width, height } = A4_LANDSCAPE;
  return printedPdf({ width, height, pages, title, producer: 'Antin', language: 'vi-VN' });
}
