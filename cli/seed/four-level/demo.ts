import type { Demo, DemoAgency, DemoPerson } from '../data.ts';

/** The tree as it was before 2025-07-01, with four levels: levels are data, not code. */
function agency(
  level: 1 | 2 | 3 | 4,
  key: string,
  code: string,
  name: string,
  shortName: string,
  place: string,
  notation: string,
  parent?: string,
): DemoAgency {
  return {
    key,
    code,
    name,
    shortName,
    level,
    levelName: ['Trung ương', 'Cấp tỉnh', 'Cấp huyện', 'Cấp xã'][level - 1] as string,
    ...(parent === undefined ? {} : { parent }),
    validFrom: '2004-01-01',
    place,
    notation,
    seal: { upper: place, centre: level === 1 ? ['Cơ sở', 'thực hành'] : ['Ủy ban', 'nhân dân'] },
    lastNumber: 100 * (5 - level),
    lastIncomingNumber: 300 * (5 - level),
  };
}

function staff(agencyKey: string, prefix: string, leader: string, clerk: string, official: string): DemoPerson[] {
  const one = (name: string, fullName: string, key: string, title: string, role: 'leader' | 'clerk' | 'drafter'): DemoPerson => ({
    signInName: `${prefix}.${name}`,
    fullName,
    email: `${prefix}.${name}@nuixanh.gov.vn.example`,
    positions: [
      {
        key: `${agencyKey}.${key}`,
        agency: agencyKey,
        title,
        capacity: role === 'leader' ? 'TM.' : '',
        // One official of each agency also answers for its certificates and devices, and keeps its directory.
        roles: role === 'drafter' ? [role, 'certificate-officer', 'administrator'] : [role],
        validFrom: '2021-06-15',
      },
    ],
  });
  return [
    one('lanhdao', leader, 'leader', 'Chủ tịch', 'leader'),
    one('vanthu', clerk, 'clerk', 'Văn thư', 'clerk'),
    one('chuyenvien', official, 'official', 'Chuyên viên', 'drafter'),
  ];
}

export const fourLevelDemo: Demo = {
  name: 'Cây bốn cấp (thực hành)',
  agencies: [
    agency(1, 'centre', 'G91', 'Bộ Nội vụ (cơ sở thực hành)', 'Bộ Nội vụ (thực hành)', 'Hà Nội', 'BNV-VP'),
    agency(2, 'province', 'H91', 'Ủy ban nhân dân tỉnh Núi Xanh', 'UBND tỉnh Núi Xanh', 'Núi Xanh', 'UBND-TH', 'centre'),
    agency(
      3,
      'district',
      'H91.21',
      'Ủy ban nhân dân huyện Thượng Nguồn',
      'UBND huyện Thượng Nguồn',
      'Thượng Nguồn',
      'UBND',
      'province',
    ),
    agency(4, 'commune-1', 'H91.21.01', 'Ủy ban nhân dân xã Khe Trúc', 'UBND xã Khe Trúc', 'Khe Trúc', 'UBND', 'district'),
    agency(4, 'commune-2', 'H91.21.02', 'Ủy ban nhân dân xã Đá Bạc', 'UBND xã Đá Bạc', 'Đá Bạc', 'UBND', 'district'),
  ],
  people: [
    ...staff('centre', 'bo', 'Phan Duy Khánh', 'Lê Ánh Tuyết', 'Trương Gia Bảo'),
    ...staff('province', 'tinh', 'Hoàng Ngọc Sơn', 'Đặng Thị Mai', 'Bùi Sơn Tùng'),
    ...staff('district', 'huyen', 'Nguyễn Chí Thành', 'Trần Bích Loan', 'Lò Văn Hải'),
    ...staff('commune-1', 'khetruc', 'Giàng A Páo', 'Sùng Thị Mỷ', 'Vàng A Tủa'),
    ...staff('commune-2', 'dabac', 'Lường Văn Khoa', 'Quàng Thị Inh', 'Cầm Văn Thoa'),
  ],
  past: [],
  drafts: [],
};
