import type { AuthoritySeed, Capacity } from '@antin/agency/directory/types';
import type { Role } from '@antin/protocol/office/session';
import type { DemoPerson } from '../data.ts';

const NOW = '2025-07-01';

type Post = readonly [key: string, title: string, unit: string | undefined, capacity: Capacity, roles: readonly Role[]];

function person(
  agency: string,
  signInName: string,
  fullName: string,
  post: Post,
  dates: { from?: string; to?: string } = {},
  ...further: readonly Post[]
): DemoPerson {
  return {
    signInName,
    fullName,
    email: `${signInName}@sonha.gov.vn.example`,
    positions: [post, ...further].map(([key, title, unit, capacity, roles]) => ({
      key: `${agency}.${key}`,
      agency,
      title,
      ...(unit === undefined ? {} : { unit }),
      capacity,
      roles,
      validFrom: dates.from ?? NOW,
      ...(dates.to === undefined ? {} : { validTo: dates.to }),
      ...(capacity === 'KT.' ? { authorities: [DEPUTIES] } : {}),
    })),
  };
}

/** Deputies sign for the head by the decision that shares out the work of the leadership. */
const DEPUTIES: AuthoritySeed = { capacity: 'KT.', grounds: { number: '02/QĐ-UBND', date: NOW }, validFrom: NOW };

const clerk = (unit = 'Văn phòng'): Post => ['clerk', 'Văn thư', unit, '', ['clerk']];
/** Keeps the directory of the agency and of all below it. */
const administrator = ([key, title, unit, capacity, roles]: Post): Post => [
  key,
  title,
  unit,
  capacity,
  [...roles, 'administrator'],
];
const official = (unit: string): Post => ['official', 'Chuyên viên', unit, '', ['drafter']];
/** Who also answers for the agency's certificates and devices. */
const officer = ([key, title, unit, capacity, roles]: Post): Post => [
  key,
  title,
  unit,
  capacity,
  [...roles, 'certificate-officer'],
];
const chairman: Post = ['leader', 'Chủ tịch', undefined, 'TM.', ['leader']];
const communeClerk: Post = ['clerk', 'Công chức Văn phòng - Văn thư', 'Văn phòng HĐND và UBND', '', ['clerk', 'drafter']];

export const provincePeople: readonly DemoPerson[] = [
  person('centre', 'bnv.khanh', 'Phan Duy Khánh', [
    'leader',
    'Cục trưởng Cục Văn thư và Lưu trữ nhà nước',
    undefined,
    'TL.',
    ['leader'],
  ]),
  person('centre', 'bnv.tuyet', 'Lê Ánh Tuyết', administrator(officer(clerk('Văn phòng Bộ')))),

  person('province', 'ub.son', 'Hoàng Ngọc Sơn', chairman),
  person('province', 'ub.hai', 'Vũ Thanh Hải', ['deputy', 'Phó Chủ tịch', undefined, 'KT.', ['leader']]),
  person('province', 'ub.mai', 'Đặng Thị Mai', clerk('Văn phòng UBND tỉnh')),
  person('province', 'ub.tung', 'Bùi Sơn Tùng', administrator(officer(official('Phòng Kinh tế - Tổng hợp')))),

  person('finance', 'stc.hung', 'Trần Quốc Hùng', ['leader', 'Giám đốc', undefined, '', ['leader']]),
  // A deputy who is also acting head of a division: signs in the one position, drafts in the other.
  person('finance', 'stc.yen', 'Ngô Hải Yến', ['deputy', 'Phó Giám đốc', undefined, 'KT.', ['leader']], {}, [
    'acting-head',
    'Phụ trách phòng',
    'Phòng Quản lý ngân sách',
    '',
    ['drafter'],
  ]),
  person('finance', 'stc.hoa', 'Phạm Thị Hoa', clerk()),
  person('finance', 'stc.lan', 'Nguyễn Thị Lan', officer(official('Phòng Quản lý ngân sách'))),

  person('home-affairs', 'snv.binh', 'Đỗ Thái Bình', ['leader', 'Giám đốc', undefined, '', ['leader']]),
  person('home-affairs', 'snv.thu', 'Trịnh Minh Thu', clerk()),
  person('home-affairs', 'snv.duc', 'Lý Anh Đức', officer(official('Phòng Cải cách hành chính'))),

  person('science', 'skhcn.quang', 'Mai Xuân Quang', ['leader', 'Giám đốc', undefined, '', ['leader']]),
  person('science', 'skhcn.nga', 'Hồ Thúy Nga', clerk()),
  person('science', 'skhcn.minh', 'Tạ Quang Minh', administrator(officer(official('Phòng Chuyển đổi số')))),

  person('binh-an', 'binhan.dung', 'Nguyễn Tiến Dũng', chairman),
  person('binh-an', 'binhan.huong', 'Lê Thu Hương', officer(communeClerk)),
  person('dong-tien', 'dongtien.long', 'Phạm Hoàng Long', chairman),
  person('dong-tien', 'dongtien.van', 'Trần Thị Vân', officer(communeClerk)),
  person('phu-hoa', 'phuhoa.cuong', 'Võ Mạnh Cường', chairman),
  person('phu-hoa', 'phuhoa.ha', 'Đinh Ngọc Hà', officer(communeClerk)),
  person('tan-lap', 'tanlap.kien', 'Lương Trung Kiên', chairman),
  person('tan-lap', 'tanlap.oanh', 'Nguyễn Kiều Oanh', officer(communeClerk)),
  person('minh-khai', 'minhkhai.phuc', 'Dương Hồng Phúc', chairman),
  person('minh-khai', 'minhkhai.ly', 'Cao Khánh Ly', officer(communeClerk)),
  person('suoi-nghe', 'suoinghe.thang', 'Hà Quyết Thắng', chairman),
  person('suoi-nghe', 'suoinghe.diep', 'Vương Ngọc Diệp', officer(communeClerk)),

  person('dong-son', 'dongson.thanh', 'Nguyễn Chí Thành', chairman, { from: '2021-06-15', to: NOW }),
  person('dong-son', 'dongson.loan', 'Trần Bích Loan', clerk('Văn phòng HĐND và UBND'), { from: '2019-03-01', to: NOW }),
  person('tay-ha', 'tayha.vinh', 'Phùng Quang Vinh', chairman, { from: '2021-06-15', to: NOW }),
];
