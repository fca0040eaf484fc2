import type { DemoAgency } from '../data.ts';

/**
 * A province that does not exist (Sơn Hà, H90), as provinces are since 2025-07-01: centre, province, commune. The two
 * districts ended on that day and their successors receive what is still addressed to them.
 */
const REFORM = '2025-07-01';
const LONG_AGO = '2004-01-01';

const province = 'Tỉnh Sơn Hà';

function department(
  key: string,
  code: string,
  name: string,
  shortName: string,
  notation: string,
  lastNumber: number,
): DemoAgency {
  return {
    key,
    code,
    codeAliases: [{ code: `000.00.${code.slice(-2)}.H90`, validFrom: '2016-04-01' }],
    name,
    shortName,
    level: 2,
    levelName: 'Cấp tỉnh',
    parent: 'province',
    validFrom: LONG_AGO,
    place: 'Sơn Hà',
    notation,
    seal: { upper: province, centre: ['Sở', name.replace(/^Sở /, '')] },
    lastNumber,
    lastIncomingNumber: lastNumber * 2 + 117,
  };
}

function commune(key: string, code: string, kind: 'phường' | 'xã', place: string, lastNumber: number): DemoAgency {
  return {
    key,
    code,
    name: `Ủy ban nhân dân ${kind} ${place}`,
    shortName: `UBND ${kind} ${place}`,
    level: 3,
    levelName: 'Cấp xã',
    parent: 'province',
    validFrom: REFORM,
    place,
    notation: 'UBND',
    seal: { upper: `${kind} ${place} - T. Sơn Hà`, centre: ['Ủy ban', 'nhân dân'] },
    lastNumber,
    lastIncomingNumber: lastNumber + 204,
  };
}

function formerDistrict(key: string, code: string, place: string, successors: readonly string[]): DemoAgency {
  return {
    key,
    code,
    codeAliases: [{ code: `000.00.${code.slice(-2)}.H90`, validFrom: '2016-04-01', validTo: REFORM }],
    name: `Ủy ban nhân dân huyện ${place}`,
    shortName: `UBND huyện ${place}`,
    level: 3,
    levelName: 'Cấp huyện (đã kết thúc)',
    parent: 'province',
    validFrom: LONG_AGO,
    validTo: REFORM,
    successors,
    place,
    notation: 'UBND',
    seal: { upper: `Huyện ${place} - T. Sơn Hà`, centre: ['Ủy ban', 'nhân dân'] },
    lastNumber: 861,
    lastIncomingNumber: 1420,
  };
}

export const provinceAgencies: readonly DemoAgency[] = [
  {
    key: 'centre',
    code: 'G90',
    name: 'Bộ Nội vụ (cơ sở thực hành)',
    shortName: 'Bộ Nội vụ (thực hành)',
    level: 1,
    levelName: 'Trung ương',
    validFrom: LONG_AGO,
    place: 'Hà Nội',
    notation: 'BNV-VTLT',
    seal: { upper: 'Cơ sở thực hành', centre: ['Bộ', 'Nội vụ'] },
    lastNumber: 5218,
    lastIncomingNumber: 11873,
  },
  {
    key: 'province',
    code: 'H90',
    name: 'Ủy ban nhân dân tỉnh Sơn Hà',
    shortName: 'UBND tỉnh Sơn Hà',
    level: 2,
    levelName: 'Cấp tỉnh',
    parent: 'centre',
    validFrom: LONG_AGO,
    place: 'Sơn Hà',
    notation: 'UBND-KT',
    seal: { upper: province, centre: ['Ủy ban', 'nhân dân'], diameterMm: 42 },
    lastNumber: 4127,
    lastIncomingNumber: 9032,
  },
  department('finance', 'H90.11', 'Sở Tài chính', 'Sở Tài chính', 'STC-QLNS', 2490),
  department('home-affairs', 'H90.04', 'Sở Nội vụ', 'Sở Nội vụ', 'SNV-CCHC', 1876),
  department('science', 'H90.08', 'Sở Khoa học và Công nghệ', 'Sở KH&CN', 'SKHCN-CĐS', 1312),
  commune('binh-an', 'H90.31', 'phường', 'Bình An', 412),
  commune('dong-tien', 'H90.32', 'xã', 'Đồng Tiến', 287),
  commune('phu-hoa', 'H90.33', 'xã', 'Phú Hòa', 263),
  commune('tan-lap', 'H90.41', 'xã', 'Tân Lập', 301),
  commune('minh-khai', 'H90.42', 'phường', 'Minh Khai', 388),
  commune('suoi-nghe', 'H90.43', 'xã', 'Suối Nghệ', 198),
  formerDistrict('dong-son', 'H90.21', 'Đông Sơn', ['binh-an', 'dong-tien', 'phu-hoa']),
  formerDistrict('tay-ha', 'H90.22', 'Tây Hà', ['minh-khai', 'tan-lap', 'suoi-nghe']),
];
