import { createHash } from 'node:crypto';
import type { ConsolidatedRequest, RequestItem, RevocationCause } from '@antin/protocol/certificates/request';
import type { Subject } from '@antin/protocol/certificates/subject';
import type { TakenFile, Words } from './taken.ts';

/** So many names stand above the lists; all of them stand in the list. */
const FIRST = 5;

const ACTS: Readonly<Record<RequestItem['act'], Words>> = {
  new: { vi: 'Cấp mới', en: 'New' },
  renew: { vi: 'Gia hạn', en: 'Renewal' },
  change: { vi: 'Thay đổi thông tin', en: 'Change' },
  revoke: { vi: 'Thu hồi', en: 'Revocation' },
  'recover-device': { vi: 'Khôi phục thiết bị', en: 'Device recovery' },
};

export const REQUEST_HEADING: Words = { vi: 'Ký số hồ sơ đề nghị của cơ quan', en: 'Sign the agency’s request' };

export interface Line {
  readonly label: Words;
  readonly value: string;
}

/** What a request asks, read in the request itself. */
export function requestLines(request: ConsolidatedRequest, files: readonly TakenFile[]): Line[] {
  const { from, number, round, items, createdAt } = request;
  const counts = Object.entries(ACTS).flatMap(([act, words]) => {
    const n = items.filter((item) => item.act === act).length;
    return n === 0 ? [] : [`${words.vi} / ${words.en}: ${n}`];
  });
  const names = items.slice(0, FIRST).map(nameOf);
  const attached = files.filter((file) => file.name.startsWith('attachments/')).length;
  return [
    { label: { vi: 'Cơ quan đề nghị', en: 'Agency that asks' }, value: `${from.name} (${from.code}), ${from.place}` },
    ...(number === undefined ? [] : [{ label: { vi: 'Số, ký hiệu', en: 'Number and notation' }, value: number }]),
    ...(round === undefined ? [] : [{ label: { vi: 'Đợt nhu cầu', en: 'Needs round' }, value: round.name }]),
    { label: { vi: 'Lập lúc', en: 'Made' }, value: instant(createdAt) },
    { label: { vi: 'Nội dung', en: 'Asks for' }, value: counts.join('; ') },
    { label: { vi: 'Tổng số dòng', en: 'Items in all' }, value: String(items.length) },
    {
      label: { vi: 'Thuê bao', en: 'Subscribers' },
      value: names.join('; ') + (items.length > names.length ? `; … (${items.length})` : ''),
    },
    { label: { vi: 'Tệp kèm theo', en: 'Attachments' }, value: String(attached) },
    // A print that says something else never comes as far as a question.
    ...(files.some((file) => file.name === 'request.pdf')
      ? [
          {
            label: { vi: 'Bản in', en: 'Print' },
            value: 'đã in lại và đối chiếu, đúng nội dung / printed again and compared, the same',
          },
        ]
      : []),
  ];
}

/** Every item of the request as text, line by line, and every file that is signed: what a person can read before consent. */
export function requestList(request: ConsolidatedRequest, files: readonly TakenFile[]): string {
  const lines = requestLines(request, files).map(({ label, value }) => `${label.vi}: ${value}`);
  const items = request.items.map((item, n) => `${n + 1}. ${ACTS[item.act].vi}: ${itemText(item)}`);
  const signed = files.map(({ name, size, sha256 }) => `${name}  ${size}  SHA-256 ${sha256}`);
  const head = 'Đọc từ request.json, tệp được ký. / Read in request.json, the file that is signed.';
  const text = [head, '', ...lines, '', ...items, '', 'Các tệp được ký / Files that are signed:', ...signed, ''];
  // Marks that turn the direction of writing, or end a line by another sign, would make one line look like another.
  return text.map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')).join('\n');
}

/** Every word of an item: who reads the list has read what is signed. Octets are named by their digest. */
function itemText(item: RequestItem): string {
  const { name, code, place } = item.managingAgency;
  const who = 'subject' in item ? subjectText(item.subject) : [];
  const attached = item.attachments.map((sha256) => `kèm ${sha256}`);
  return [...who, ...certificateText(item), ...actText(item), `${name} (${code}), ${place}`, ...attached].join('; ');
}

function certificateText(item: RequestItem): string[] {
  if (!('certificate' in item)) return [];
  const { serialHex, issuerSha256 } = item.certificate;
  const holder = 'holder' in item && item.holder !== undefined ? [item.holder] : [];
  return [...holder, `chứng thư ${serialHex} (cơ quan cấp SHA-256 ${issuerSha256})`];
}

function actText(item: RequestItem): string[] {
  switch (item.act) {
    case 'revoke':
      return [CAUSES[item.cause], ...(item.since === undefined ? [] : [`từ ${item.since}`])];
    case 'recover-device':
      return [item.reason];
    case 'renew':
      return [];
    default: {
      const { device, csr } = item;
      const key = csr === undefined ? [] : [`tệp PKCS#10 SHA-256 ${createHash('sha256').update(csr, 'base64').digest('hex')}`];
      const years = item.act === 'new' && item.validityYears !== undefined ? [`thời hạn ${item.validityYears} năm`] : [];
      return [`thiết bị ${device}`, ...key, ...years];
    }
  }
}

function subjectText(subject: Subject): string[] {
  if (subject.form === '01') {
    const { fullName, citizenNumber, birthDay, title, unit, mail, phone } = subject;
    const born = birthDay === undefined ? [] : [`sinh ${birthDay}`];
    return [fullName, citizenNumber, ...born, title, ...(unit === undefined ? [] : [unit]), mail, phone];
  }
  const { keeper } = subject;
  const number = 'citizenNumber' in keeper ? [keeper.citizenNumber] : [];
  const kept = `người giữ ${[keeper.fullName, keeper.title, ...number, keeper.mail, keeper.phone].join(', ')}`;
  if (subject.form === '02') return [subject.name, subject.code, subject.address, subject.foundedBy, kept];
  return [subject.name, subject.use, ...subject.hostNames, subject.owner, kept];
}

/** Of whom, or of which certificate, an item speaks. */
export function nameOf(item: RequestItem): string {
  if (!('subject' in item)) {
    const certificate = `chứng thư ${item.certificate.serialHex}`;
    return item.holder === undefined ? certificate : `${item.holder} (${certificate})`;
  }
  return item.subject.form === '01' ? item.subject.fullName : item.subject.name;
}

export const actWords = (act: RequestItem['act']): Words => ACTS[act];

function instant(at: string): string {
  const day = { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', ...day }).format(new Date(at));
}

export const CAUSES: Readonly<Record<RevocationCause, string>> = {
  'key-compromised': 'khóa bí mật bị lộ',
  'key-suspected': 'nghi ngờ khóa bí mật bị lộ',
  'device-lost': 'thiết bị bị thất lạc',
  'device-broken': 'thiết bị bị hỏng',
  'requested-by-prosecution': 'theo yêu cầu của cơ quan tiến hành tố tụng',
  'requested-by-agency': 'theo yêu cầu của cơ quan quản lý trực tiếp',
  'post-changed': 'thay đổi vị trí công tác',
  retired: 'nghỉ hưu',
  resigned: 'nghỉ việc',
  died: 'từ trần',
  'organisation-dissolved': 'cơ quan giải thể',
  'organisation-split': 'cơ quan chia, tách',
  'organisation-merged': 'cơ quan sáp nhập, hợp nhất',
  'device-stopped': 'thiết bị, dịch vụ ngừng hoạt động',
  'information-changed': 'thay đổi thông tin chứng thư',
  superseded: 'được thay bằng chứng thư khác',
};
