import { fold } from '@antin/adapters/db/folding';
import { Subject, type DeviceKind } from '@antin/protocol/certificates/subject';
import type { CellError } from '@antin/protocol/office/needs';
import type { Form } from '@antin/protocol/office/certificates';
import { deviceWords, USES } from '@antin/adapters/print/request-paper-words';

export interface FormColumn {
  readonly name: string;
  readonly heading: string;
  readonly headingEn: string;
  readonly required: boolean;
  readonly example: string;
  /** Other headings people give it in their files. */
  readonly also?: readonly string[];
  readonly choices?: readonly string[];
  /** Written sealed: it identifies a person. */
  readonly secret?: true;
}

const DEVICES: readonly DeviceKind[] = ['pki-token', 'sim-pki', 'remote'];

const device: FormColumn = {
  ...{ name: 'device', heading: 'Thiết bị', headingEn: 'Device', required: false, example: 'PKI Token' },
  choices: DEVICES.map(deviceWords),
  also: ['Loại thiết bị', 'Phương tiện lưu khóa'],
};
const renewed: FormColumn = {
  ...{
    name: 'renewSerial',
    heading: 'Số hiệu chứng thư gia hạn',
    headingEn: 'Serial number to renew',
    required: false,
    example: '',
  },
  also: ['Số hiệu chứng thư', 'Gia hạn số hiệu'],
};
const col = (name: string, heading: string, headingEn: string, example: string, more: Partial<FormColumn> = {}): FormColumn => ({
  ...{ name, heading, headingEn, example, required: true },
  ...more,
});

const keeper = (secret: boolean): FormColumn[] => [
  col('keeperName', 'Người quản lý thiết bị', 'Keeper of the device', 'Đặng Thị Mai', {
    also: ['Họ tên người quản lý', 'Người quản lý'],
  }),
  col('keeperTitle', 'Chức vụ người quản lý', 'Keeper’s title', 'Văn thư'),
  ...(secret
    ? [
        col('keeperCitizenNumber', 'Số định danh người quản lý', 'Keeper’s citizen number', '001190000002', {
          secret: true,
          also: ['CCCD người quản lý'],
        }),
      ]
    : []),
  col('keeperMail', 'Thư điện tử người quản lý', 'Keeper’s mail', 'mai@namha.gov.vn', { also: ['Email người quản lý'] }),
  col('keeperPhone', 'Điện thoại người quản lý', 'Keeper’s telephone', '0912345678', {
    secret: true,
    also: ['SĐT người quản lý'],
  }),
];

/** Columns of the grids and of the files to fill in: what Forms 01, 02 and 03 of Decree 68/2024 ask for. */
export const COLUMNS: Readonly<Record<Form, readonly FormColumn[]>> = {
  '01': [
    col('fullName', 'Họ và tên', 'Full name', 'Nguyễn Văn An', { also: ['Họ tên'] }),
    col('citizenNumber', 'Số định danh cá nhân', 'Citizen number', '001090000001', {
      secret: true,
      also: ['Số CCCD', 'CCCD', 'Số CMND/CCCD', 'Căn cước'],
    }),
    col('birthDay', 'Ngày sinh', 'Day of birth', '01/02/1990', { required: false, secret: true, also: ['Ngày tháng năm sinh'] }),
    col('title', 'Chức vụ', 'Title', 'Chuyên viên', { also: ['Chức danh'] }),
    col('unit', 'Đơn vị', 'Unit', 'Phòng Ngân sách', { required: false, also: ['Phòng ban', 'Đơn vị công tác'] }),
    col('mail', 'Thư điện tử công vụ', 'Official mail', 'an@namha.gov.vn', { also: ['Email', 'Thư điện tử', 'Email công vụ'] }),
    col('phone', 'Điện thoại', 'Telephone', '0912345678', { secret: true, also: ['Số điện thoại', 'SĐT', 'Di động'] }),
    device,
    renewed,
  ],
  '02': [
    col('name', 'Tên cơ quan, tổ chức', 'Name', 'SỞ TÀI CHÍNH', { also: ['Tên cơ quan', 'Tên tổ chức'] }),
    col('code', 'Mã định danh', 'Code', 'H99.01', { also: ['Mã cơ quan'] }),
    col('address', 'Địa chỉ', 'Address', '1 Trần Phú, Nam Hà'),
    col('foundedBy', 'Quyết định thành lập', 'Founded by', 'Quyết định 12/QĐ-UBND ngày 01/01/2020', {
      also: ['Số quyết định thành lập'],
    }),
    ...keeper(true),
    device,
    renewed,
  ],
  '03': [
    col('name', 'Tên thiết bị, dịch vụ, phần mềm', 'Name', 'Cổng dịch vụ công', {
      also: ['Tên thiết bị', 'Tên phần mềm', 'Tên dịch vụ'],
    }),
    col('use', 'Mục đích', 'Use', 'Máy chủ TLS', { choices: Object.values(USES), also: ['Mục đích sử dụng'] }),
    col('hostNames', 'Tên miền', 'Host names', 'dichvucong.namha.gov.vn', { required: false, also: ['Domain'] }),
    col('owner', 'Cơ quan chủ quản', 'Owner', 'Sở Tài chính'),
    ...keeper(false),
    device,
    renewed,
  ],
};

export type Cells = Readonly<Record<string, string>>;

export interface ReadRow {
  readonly subject: Subject | undefined;
  readonly device: DeviceKind;
  readonly act: 'new' | 'renew';
  readonly errors: CellError[];
}

const error = (column: string, code: string): CellError => ({ column, code, weight: 'error' });

/** Cells as typed into a subject, or what is wrong with which cell. Nothing is corrected silently but spaces and case of mail. */
export function readRow(form: Form, cells: Cells, fallback: DeviceKind = 'pki-token'): ReadRow {
  const errors: CellError[] = [];
  const text = (name: string): string => (cells[name] ?? '').normalize('NFC').trim();
  const act = text('renewSerial') === '' ? 'new' : 'renew';
  for (const column of COLUMNS[form]) {
    // A renewal names its certificate: who it is about is known.
    if (column.required && act === 'new' && text(column.name) === '') errors.push(error(column.name, 'needs.cell-missing'));
  }
  const device = choice(text('device'), DEVICES, deviceWords) ?? (text('device') === '' ? fallback : undefined);
  if (device === undefined) errors.push(error('device', 'needs.cell-choice'));
  if (act === 'renew') {
    if (!/^[0-9a-f]{2,40}$/.test(serialOf(text('renewSerial')))) errors.push(error('renewSerial', 'needs.cell-serial'));
    return { subject: undefined, device: device ?? fallback, act, errors };
  }
  const birthDay = dayOf(text('birthDay'));
  if (birthDay === null) errors.push(error('birthDay', 'needs.cell-day'));
  const use = form === '03' ? choice(text('use'), Object.keys(USES) as (keyof typeof USES)[], (key) => USES[key]) : undefined;
  if (form === '03' && use === undefined && text('use') !== '') errors.push(error('use', 'needs.cell-choice'));
  const wanted = {
    form,
    ...(form === '01'
      ? {
          ...{ fullName: text('fullName'), citizenNumber: digits(text('citizenNumber')), title: text('title') },
          ...{ mail: text('mail').toLowerCase(), phone: text('phone') },
          ...(typeof birthDay === 'string' ? { birthDay } : {}),
          ...(text('unit') === '' ? {} : { unit: text('unit') }),
        }
      : {
          name: text('name'),
          keeper: {
            ...{ fullName: text('keeperName'), title: text('keeperTitle'), mail: text('keeperMail').toLowerCase() },
            phone: text('keeperPhone'),
            ...(form === '02' ? { citizenNumber: digits(text('keeperCitizenNumber')) } : {}),
          },
          ...(form === '02'
            ? { code: text('code').toUpperCase(), address: text('address'), foundedBy: text('foundedBy') }
            : {
                owner: text('owner'),
                use: use ?? 'other',
                hostNames: text('hostNames')
                  .toLowerCase()
                  .split(/[\s,;]+/)
                  .filter((one) => one !== ''),
              }),
        }),
  };
  const parsed = Subject.safeParse(wanted);
  const missing = new Set(errors.map((one) => one.column));
  for (const issue of parsed.error?.issues ?? []) {
    const column = columnOf(issue.path);
    if (missing.has(column)) continue;
    missing.add(column);
    // About no cell of this form: the row as a whole.
    if (column === '') errors.push({ code: 'needs.row-not-read', weight: 'error' });
    else errors.push(error(column, codeOf(column, issue.code)));
  }
  const clean = parsed.success && errors.length === 0;
  return { subject: clean ? parsed.data : undefined, device: device ?? fallback, act, errors };
}

/** Serial numbers are written with colons, spaces and leading zeros as people's tools show them. */
export function serialOf(text: string): string {
  const hex = text
    .replace(/[\s:]/g, '')
    .toLowerCase()
    .replace(/^0x/, '')
    .replace(/^(00)+(?=..)/, '');
  return hex.length % 2 === 1 ? `0${hex}` : hex;
}

const digits = (text: string): string => text.replace(/[\s.]/g, '');

function choice<T extends string>(text: string, values: readonly T[], words: (value: T) => string): T | undefined {
  if (text === '') return undefined;
  const wanted = fold(text);
  return values.find((value) => value === text || fold(words(value)) === wanted);
}

/** `dd/MM/yyyy` or `yyyy-MM-dd`; undefined when empty, null when it is no day. */
function dayOf(text: string): string | undefined | null {
  if (text === '') return undefined;
  const written = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  const day = written === null ? text : `${written[3]}-${written[2]!.padStart(2, '0')}-${written[1]!.padStart(2, '0')}`;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : new Date(NaN);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) ? day : null;
}

function columnOf(path: readonly PropertyKey[]): string {
  const [first, second] = path.map(String);
  if (first !== 'keeper') return first ?? '';
  const inside: Readonly<Record<string, string>> = {
    fullName: 'Name',
    title: 'Title',
    citizenNumber: 'CitizenNumber',
    mail: 'Mail',
    phone: 'Phone',
  };
  return `keeper${inside[second ?? ''] ?? ''}`;
}

function codeOf(column: string, issue: string): string {
  if (issue === 'too_big') return 'needs.cell-too-long';
  if (/citizenNumber$/i.test(column)) return 'needs.cell-citizen-number';
  if (/mail$/i.test(column)) return 'needs.cell-mail';
  if (/phone$/i.test(column)) return 'needs.cell-phone';
  if (column === 'hostNames') return 'needs.cell-host-name';
  return 'needs.cell-characters';
}
