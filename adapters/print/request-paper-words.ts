const DEVICE = { 'pki-token': 'PKI Token', 'sim-pki': 'SIM PKI', remote: 'Ký số từ xa', pkcs10: 'Tệp yêu cầu PKCS#10' } as const;
export const deviceWords = (kind: keyof typeof DEVICE): string => DEVICE[kind];

export const USES = {
  'tls-server': 'Máy chủ TLS',
  'tls-client': 'Máy khách TLS',
  'document-service': 'Dịch vụ ký văn bản',
  'mail-gateway': 'Cổng thư điện tử',
  'code-signing': 'Ký mã phần mềm',
  other: 'Khác',
} as const;

/** Legal causes of Decree 68/2024 Art. 17 in its own words, as forms print them. */
export const CAUSE_WORDS = {
  'key-compromised': 'Khóa bí mật bị lộ',
  'key-suspected': 'Nghi ngờ khóa bí mật bị lộ',
  'device-lost': 'Thiết bị lưu khóa bí mật bị thất lạc',
  'device-broken': 'Thiết bị lưu khóa bí mật bị hỏng',
  'requested-by-prosecution': 'Theo yêu cầu của cơ quan tiến hành tố tụng, cơ quan công an',
  'requested-by-agency': 'Theo yêu cầu của cơ quan, tổ chức quản lý trực tiếp',
  'post-changed': 'Cá nhân thay đổi vị trí công tác, thông tin không còn phù hợp',
  retired: 'Cá nhân nghỉ hưu',
  resigned: 'Cá nhân nghỉ việc',
  died: 'Cá nhân từ trần',
  'organisation-dissolved': 'Cơ quan, tổ chức giải thể',
  'organisation-split': 'Cơ quan, tổ chức chia, tách',
  'organisation-merged': 'Cơ quan, tổ chức sáp nhập, hợp nhất',
  'device-stopped': 'Thiết bị, dịch vụ, phần mềm ngừng hoạt động',
  'information-changed': 'Thay đổi nội dung thông tin chứng thư',
  superseded: 'Được thay thế bằng chứng thư khác',
} as const;
