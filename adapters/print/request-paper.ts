import { officeDay, writtenDay } from '../clock/days.ts';
import type { ConsolidatedRequest, RequestItem } from '@antin/protocol/certificates/request';
import type { Subject } from '@antin/protocol/certificates/subject';
import { CAUSE_WORDS, deviceWords, USES } from './request-paper-words.ts';
import type { PrintedTable } from './table.ts';
import { printed } from './table-thread.ts';

type Cells = (item: RequestItem, subject: Subject) => readonly string[];

interface FormTable {
  readonly title: string;
  readonly columns: readonly (readonly [heading: string, share: number])[];
  readonly cells: Cells;
}

/** Name and place of the agency stand in the certificate (`O`, `L`): whoever signs the list reads them. */
const AGENCY = ['Cơ quan quản lý trực tiếp', 18] as const;
const DEVICE = ['Thiết bị, thời hạn', 10] as const;

const agencyOf = ({ managingAgency: { name, code, place } }: RequestItem): string => `${name} (${code}), ${place}`;

function deviceOf(item: RequestItem): string {
  if (!('device' in item)) return '';
  const years = item.act === 'new' && item.validityYears !== undefined ? `, ${item.validityYears} năm` : '';
  return `${deviceWords(item.device)}${years}`;
}

/** Columns of the lists that go with Forms 01, 02 and 03 (Decree 68/2024 Art. 11). */
const FORMS: Readonly<Record<Subject['form'], FormTable>> = {
  '01': {
    title: 'DANH SÁCH CÁ NHÂN ĐỀ NGHỊ CẤP CHỨNG THƯ CHỮ KÝ SỐ',
    columns: [
      ['Họ và tên', 16],
      ['Số định danh cá nhân', 12],
      ['Ngày sinh', 10],
      ['Chức vụ', 12],
      ['Đơn vị', 13],
      AGENCY,
      ['Thư điện tử công vụ', 19],
      ['Điện thoại', 11],
      DEVICE,
    ],
    cells: (item, subject) =>
      subject.form !== '01'
        ? []
        : [
            subject.fullName,
            subject.citizenNumber,
            subject.birthDay === undefined ? '' : writtenDay(subject.birthDay),
            subject.title,
            subject.unit ?? '',
            agencyOf(item),
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
      ['Địa chỉ', 15],
      ['Quyết định thành lập', 15],
      AGENCY,
      ['Người quản lý thiết bị', 14],
      ['Chức vụ', 10],
      ['Số định danh', 12],
      ['Thư điện tử, điện thoại', 18],
      DEVICE,
    ],
    cells: (item, subject) =>
      subject.form !== '02'
        ? []
        : [
            subject.name,
            subject.code,
            subject.address,
            subject.foundedBy,
            agencyOf(item),
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
      ['Cơ quan chủ quản', 18],
      AGENCY,
      ['Người quản lý', 16],
      ['Thư điện tử, điện thoại', 18],
      DEVICE,
    ],
    cells: (item, subject) =>
      subject.form !== '03'
        ? []
        : [
            subject.name,
            USES[subject.use],
            subject.hostNames.join(', '),
            subject.owner,
            agencyOf(item),
            `${subject.keeper.fullName}, ${subject.keeper.title}`,
            `${subject.keeper.mail} ${subject.keeper.phone}`,
            deviceOf(item),
          ],
  },
};

const ACTS = {
  renew: 'DANH SÁCH ĐỀ NGHỊ GIA HẠN CHỨNG THƯ CHỮ KÝ SỐ',
  change: 'DANH SÁCH ĐỀ NGHỊ THAY ĐỔI NỘI DUNG THÔNG TIN CHỨNG THƯ CHỮ KÝ SỐ',
  revoke: 'DANH SÁCH ĐỀ NGHỊ THU HỒI CHỨNG THƯ CHỮ KÝ SỐ',
  'recover-device': 'DANH SÁCH ĐỀ NGHỊ KHÔI PHỤC THIẾT BỊ LƯU KHÓA BÍ MẬT',
} as const;

const PAPERS = { heading: 'Tệp kèm', share: 6 } as const;
const papersOf = (item: RequestItem): string => (item.attachments.length === 0 ? '' : String(item.attachments.length));

/** How many files go with the list: whoever receives it can tell whether one is missing. */
function papersNote(items: readonly RequestItem[]): string[] {
  const all = items.flatMap((item) => item.attachments as readonly string[]);
  if (all.length === 0) return [];
  const files = new Set(all).size;
  const shared = files === all.length ? '' : ` (dùng cho ${all.length} lượt)`;
  return [`Kèm theo ${files} tệp giấy tờ điện tử${shared}, nêu theo từng dòng ở cột “Tệp kèm”`];
}

/** What an item without a form of its own asks, in words. */
function noteOf(item: RequestItem): string {
  switch (item.act) {
    case 'revoke':
      return CAUSE_WORDS[item.cause] + (item.since === undefined ? '' : `, kể từ ngày ${writtenDay(item.since)}`);
    case 'recover-device':
      return item.reason;
    case 'renew':
      return 'Gia hạn';
    case 'change':
      return [...changed(item.subject), `thiết bị: ${deviceOf(item)}`].join('; ');
    default:
      return '';
  }
}

/** All that the certificate and its holder are to be after it, but the name, which has a column of its own. */
function changed(subject: Subject): string[] {
  if (subject.form === '01') {
    const { citizenNumber, birthDay, title, unit, mail, phone } = subject;
    return [
      `số định danh ${citizenNumber}`,
      ...(birthDay === undefined ? [] : [`sinh ngày ${writtenDay(birthDay)}`]),
      `chức vụ: ${title}`,
      ...(unit === undefined ? [] : [`đơn vị: ${unit}`]),
      ...[mail, phone],
    ];
  }
  const { keeper } = subject;
  const by = [
    `người quản lý: ${keeper.fullName}, ${keeper.title}`,
    ...('citizenNumber' in keeper ? [`số định danh ${keeper.citizenNumber}`] : []),
    ...[keeper.mail, keeper.phone],
  ];
  if (subject.form === '02') return [`mã ${subject.code}`, subject.address, `thành lập theo: ${subject.foundedBy}`, ...by];
  return [USES[subject.use], ...subject.hostNames, `chủ quản: ${subject.owner}`, ...by];
}

function holderOf(item: RequestItem): string {
  if (!('subject' in item)) return item.holder ?? '';
  return item.subject.form === '01' ? item.subject.fullName : item.subject.name;
}

/**
 * The consolidated request for paper: one table for each form and each act, with places for signatures. Nothing stands on it
 * that does not stand in the request, so that whoever has the request can make it again and hold one against the other.
 *
 * @param sha256 of the canonical text, lower-case hex
 */
export function requestTables(request: ConsolidatedRequest, sha256: string): PrintedTable[] {
  const { items } = request;
  const from = `${request.from.name} (${request.from.code}), ${request.from.place}`;
  const day = writtenDay(officeDay(new Date(request.createdAt)));
  const notes = [
    `Kèm theo văn bản số ${request.number ?? '……………'} ngày ${day} của ${from}`,
    ...(request.round === undefined ? [] : [`Đợt nhu cầu: ${request.round.name}`]),
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
    const own = items.flatMap((item) => (item.act === 'new' && item.subject.form === form ? [item] : []));
    if (own.length === 0) continue;
    const { title, columns, cells } = FORMS[form];
    tables.push({
      titles: [title, `(Mẫu số ${form}, Nghị định số 68/2024/NĐ-CP)`],
      ...{ notes, places },
      columns: [{ heading: 'TT', share: 4 }, ...columns.map(([heading, share]) => ({ heading, share })), PAPERS],
      rows: own.map((item, i) => [String(i + 1), ...cells(item, item.subject), papersOf(item)]),
    });
  }
  for (const act of ['renew', 'change', 'revoke', 'recover-device'] as const) {
    const own = items.filter((item) => item.act === act);
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
      rows: own.map((item, i) => [
        String(i + 1),
        holderOf(item),
        agencyOf(item),
        'certificate' in item ? item.certificate.serialHex : '',
        noteOf(item),
        papersOf(item),
      ]),
    });
  }
  return tables;
}

/** `request.pdf`: the same request always prints as the same pages. */
export function requestPaper(request: ConsolidatedRequest, sha256: string): Promise<Uint8Array> {
  return printed({ tables: requestTables(request, sha256), title: `Đề nghị của ${request.from.name}` });
}
