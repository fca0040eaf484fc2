import type { BothLanguages } from '@antin/protocol/basics';

/** What each check looks at, said as what should be. */
export const CHECK_WORDS: Readonly<Record<string, BothLanguages>> = {
  'check.attachments-present': { vi: 'Đủ tệp đính kèm đã nêu', en: 'Every attachment that is named has come' },
  'check.papers-named': { vi: 'Có văn bản xác nhận kèm theo', en: 'Papers of confirmation are named' },
  'check.agency-of-sender': {
    vi: 'Cơ quan quản lý thuộc nơi gửi yêu cầu',
    en: 'The managing agency is the sender or stands below it',
  },
  'check.organisation-of-sender': {
    vi: 'Tổ chức đề nghị thuộc nơi gửi yêu cầu',
    en: 'The organisation is the sender or stands below it',
  },
  'check.name-fits': { vi: 'Tên cơ quan vừa trường tên trong chứng thư', en: 'The organisation’s name fits into a certificate' },
  'check.official-mail': { vi: 'Thư điện tử công vụ', en: 'The mail address is an official one' },
  'check.birth-fits-number': { vi: 'Năm sinh khớp số định danh', en: 'The year of birth fits the citizen number' },
  'check.host-names': { vi: 'Có tên máy chủ', en: 'Host names are given' },
  'check.key-named': { vi: 'Yêu cầu cấp chứng thư (PKCS#10) kèm theo khi cần', en: 'A PKCS#10 request comes when it must' },
  'check.key-unexpected': {
    vi: 'Khóa được tạo trên thiết bị, không kèm PKCS#10',
    en: 'The key is made on the device: no PKCS#10',
  },
  'check.key-held': { vi: 'Người gửi giữ khóa bí mật, khóa đủ mạnh', en: 'The private key is held, and strong enough' },
  'check.key-unused': { vi: 'Khóa chưa dùng cho chứng thư khác', en: 'The key is in no other certificate or request' },
  'check.holds-none': { vi: 'Thuê bao chưa có chứng thư còn hạn', en: 'The subscriber holds no certificate that is still valid' },
  'check.identity-evidence': { vi: 'Có căn cứ xác minh danh tính', en: 'There is evidence of identity' },
  'check.certificate-known': { vi: 'Chứng thư do đơn vị này cấp', en: 'The certificate was issued here' },
  'check.certificate-not-revoked': { vi: 'Chứng thư chưa bị thu hồi', en: 'The certificate is not revoked' },
  'check.certificate-not-expired': { vi: 'Chứng thư còn hạn', en: 'The certificate has not expired' },
  'check.certificate-of-agency': {
    vi: 'Chứng thư thuộc cơ quan gửi yêu cầu',
    en: 'The certificate belongs to the sender’s agencies',
  },
  'check.renewed-in-time': { vi: 'Gia hạn đủ sớm trước khi hết hạn', en: 'Renewed early enough before it expires' },
  'check.renewals-left': { vi: 'Chưa quá số lần gia hạn', en: 'Renewals are left' },
  'check.holder-named': {
    vi: 'Tên thuê bao nêu trong yêu cầu đúng với chứng thư',
    en: 'The certificate is of the holder that is named',
  },
  'check.asked-twice': { vi: 'Không có yêu cầu khác đang xử lý', en: 'No other request about it is open' },
};
