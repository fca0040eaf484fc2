import type { Column } from '@antin/adapters/tables/header';
import type { ImportKind } from '@antin/protocol/office/directory-import';
import type { Role } from '@antin/protocol/office/session';
import type { Capacity } from '../types.ts';
import { fold } from '@antin/adapters/db/folding';

export type Key =
  | 'code'
  | 'oldCode'
  | 'name'
  | 'shortName'
  | 'parentCode'
  | 'level'
  | 'levelName'
  | 'place'
  | 'notation'
  | 'validFrom'
  | 'validTo'
  | 'groundsNumber'
  | 'groundsDate'
  | 'fullName'
  | 'citizenNumber'
  | 'birthDay'
  | 'mail'
  | 'phone'
  | 'signInName'
  | 'agencyCode'
  | 'title'
  | 'unit'
  | 'capacity'
  | 'roles';

const column = (key: Key, headings: readonly string[], required = false): Column<Key> => ({
  key,
  headings,
  ...(required ? { required } : {}),
});

const from = column('validFrom', ['Ngày hiệu lực', 'Từ ngày', 'Ngày bắt đầu', 'Valid from', 'From']);
const grounds = [
  column('groundsNumber', ['Số quyết định', 'Căn cứ', 'Decision number', 'Grounds']),
  column('groundsDate', ['Ngày quyết định', 'Decision date']),
];
const citizen = column('citizenNumber', ['Số định danh cá nhân', 'Số CCCD', 'CCCD', 'Số căn cước', 'Citizen number']);
const signIn = column('signInName', ['Tên đăng nhập', 'Tài khoản', 'Sign-in name', 'User name']);
const post = [
  column('agencyCode', ['Mã định danh cơ quan', 'Mã cơ quan', 'Mã đơn vị', 'Agency code'], true),
  column('title', ['Chức vụ', 'Chức danh', 'Title', 'Position'], true),
  column('unit', ['Phòng ban', 'Bộ phận', 'Đơn vị công tác', 'Unit', 'Department']),
  column('roles', ['Vai trò', 'Quyền', 'Roles']),
  from,
];

/** Columns of the three kinds of tables; first headings are those of our own export and of the empty form. */
export const COLUMNS: Readonly<Record<ImportKind, readonly Column<Key>[]>> = {
  agencies: [
    column('code', ['Mã định danh', 'Mã cơ quan', 'Mã đơn vị', 'Code'], true),
    column('name', ['Tên cơ quan', 'Tên đơn vị', 'Tên', 'Name'], true),
    column('shortName', ['Tên viết tắt', 'Viết tắt', 'Short name']),
    column('parentCode', ['Mã cơ quan chủ quản', 'Mã cơ quan cấp trên', 'Mã đơn vị cha', 'Parent code']),
    column('level', ['Cấp', 'Level']),
    column('levelName', ['Tên cấp', 'Level name']),
    column('place', ['Địa danh', 'Place']),
    column('notation', ['Ký hiệu', 'Ký hiệu văn bản', 'Notation']),
    column('oldCode', ['Mã QCVN 102', 'Mã cũ', 'Old code']),
    from,
    ...grounds,
  ],
  people: [
    column('fullName', ['Họ và tên', 'Họ tên', 'Full name'], true),
    citizen,
    column('birthDay', ['Ngày sinh', 'Birthday', 'Date of birth']),
    column('mail', ['Thư điện tử công vụ', 'Thư điện tử', 'Email', 'E-mail', 'Mail']),
    column('phone', ['Số điện thoại', 'Điện thoại', 'Phone']),
    signIn,
    ...post,
    ...grounds,
  ],
  positions: [
    citizen,
    signIn,
    ...post.slice(0, 3),
    column('capacity', ['Thẩm quyền ký', 'Capacity']),
    post[3]!,
    from,
    column('validTo', ['Đến ngày', 'Ngày kết thúc', 'Valid to', 'To']),
    ...grounds,
  ],
};

const ROLES: readonly (readonly [Role, readonly string[]])[] = [
  ['drafter', ['Soạn thảo', 'Chuyên viên', 'drafter']],
  ['leader', ['Lãnh đạo', 'Người ký', 'leader']],
  ['clerk', ['Văn thư', 'clerk']],
  ['certificate-officer', ['Cán bộ quản lý chứng thư số', 'Quản lý chứng thư số', 'certificate-officer']],
  ['administrator', ['Quản trị', 'Quản trị viên', 'administrator']],
];

/** `Văn thư; Soạn thảo` → roles; undefined when a word names none. */
export function readRoles(text: string): Role[] | undefined {
  const words = text
    .split(/[,;+/]/)
    .map(fold)
    .filter((word) => word !== '');
  const roles = words.map((word) => ROLES.find(([, names]) => names.some((name) => fold(name) === word))?.[0]);
  return roles.every((role) => role !== undefined) ? [...new Set(roles as Role[])] : undefined;
}

export function writtenRoles(roles: readonly Role[]): string {
  return roles.map((role) => ROLES.find(([one]) => one === role)![1][0]).join('; ');
}

const CAPACITIES: readonly Capacity[] = ['', 'TM.', 'Q.', 'KT.', 'TL.', 'TUQ.'];

export function readCapacity(text: string): Capacity | undefined {
  const written = text.trim().toUpperCase().replace(/\.?$/, '.');
  return text.trim() === '' ? '' : CAPACITIES.find((capacity) => capacity === written);
}
