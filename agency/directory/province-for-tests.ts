import type { Role } from '@antin/protocol/office/session';
import { PASSWORD } from '../office-for-tests.ts';
import type { AgencySeed, DirectorySeed, PersonSeed } from './types.ts';

function agency(
  key: string,
  code: string,
  name: string,
  level: number,
  parent?: string,
  more: Partial<AgencySeed> = {},
): AgencySeed {
  const shared = {
    shortName: key,
    levelName: `Cấp ${level}`,
    validFrom: '2020-01-01',
    place: 'Nam Hà',
    notation: key,
    books: [],
  };
  return { key, code, name, level, ...(parent === undefined ? {} : { parent }), ...shared, ...more };
}

function person(
  signInName: string,
  fullName: string,
  agencyKey: string,
  roles: readonly Role[],
  title = 'Chuyên viên',
): PersonSeed {
  const position = { key: signInName, agency: agencyKey, title, roles, validFrom: '2024-01-01' };
  return { signInName, fullName, passwordHash: `plain:${PASSWORD}`, positions: [position] };
}

/** A province of three levels, and one beside it, with administrators above and below. For tests only. */
export const testProvince: DirectorySeed = {
  agencies: [
    agency('tw', 'G01', 'Bộ Nội vụ', 1),
    agency('tinh', 'H99', 'Ủy ban nhân dân tỉnh Nam Hà', 2, 'tw'),
    agency('so', 'H99.01', 'Sở Tài chính', 3, 'tinh', { codeAliases: [{ code: '000.00.01.H99', validFrom: '2020-01-01' }] }),
    agency('xa', 'H99.51', 'Ủy ban nhân dân xã Bình An', 3, 'tinh'),
    agency('xa2', 'H99.52', 'Ủy ban nhân dân xã Bình Lộc', 3, 'tinh'),
    agency('phong', 'H99.01.02', 'Phòng Ngân sách', 4, 'so'),
    agency('tinh2', 'H98', 'Ủy ban nhân dân tỉnh Bắc Sơn', 2, 'tw'),
  ],
  people: [
    person('qt.tw', 'Lê Văn Trung', 'tw', ['administrator']),
    person('qt.tinh', 'Đỗ Thị Tỉnh', 'tinh', ['administrator']),
    person('qt.so', 'Phạm Văn Sở', 'so', ['administrator']),
    person('gd.so', 'Nguyễn Văn An', 'so', ['leader'], 'Giám đốc'),
    person('pgd.so', 'Trần Thị Ánh', 'so', ['leader'], 'Phó Giám đốc'),
    person('ct.xa', 'Hoàng Văn Xã', 'xa', ['leader', 'clerk'], 'Chủ tịch'),
    person('cv.xa2', 'Vũ Thị Lộc', 'xa2', ['drafter', 'clerk']),
  ],
};
