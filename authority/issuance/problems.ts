import type { ProblemRows } from '@antin/adapters/http/problem';

/** Why an approved request was not issued; `detail` says what was found. */
export const issuanceProblems: ProblemRows = {
  'issuance.not-approved': {
    status: 409,
    title: { vi: 'Yêu cầu chưa được duyệt hoặc đã được cấp', en: 'The request is not approved, or was issued already' },
  },
  'issuance.same-officer': {
    status: 403,
    title: { vi: 'Người duyệt không được cấp phát', en: 'Who approved a request does not issue it' },
  },
  'issuance.no-certificate-asked': {
    status: 409,
    title: { vi: 'Yêu cầu này không cấp chứng thư', en: 'Nothing is issued for this request' },
  },
  'issuance.key-missing': {
    status: 409,
    title: { vi: 'Chưa có khóa công khai để cấp chứng thư', en: 'There is no public key to certify yet' },
    remedy: { vi: 'Hãy tạo khóa trên thiết bị của thuê bao.', en: 'Make the key on the subscriber’s device.' },
  },
  'issuance.key-damaged': { status: 400, title: { vi: 'Không đọc được khóa công khai', en: 'The public key cannot be read' } },
  'issuance.key-unsupported': {
    status: 400,
    title: { vi: 'Loại khóa không được hỗ trợ', en: 'This kind of key is not certified' },
  },
  'issuance.key-weak': { status: 400, title: { vi: 'Khóa không đủ mạnh', en: 'The key is too weak' } },
  'issuance.key-compromised': {
    status: 409,
    title: { vi: 'Khóa đã bị lộ, không được dùng lại', en: 'The key was given up as compromised' },
  },
  'issuance.key-of-another-subject': {
    status: 409,
    title: { vi: 'Khóa đã thuộc về thuê bao khác', en: 'The key belongs to another subscriber' },
  },
  'issuance.proof-of-possession': {
    status: 400,
    title: { vi: 'Không chứng minh được việc giữ khóa bí mật', en: 'The private key is not proven to be held' },
  },
  'issuance.renewed-unknown': {
    status: 409,
    title: { vi: 'Không tìm thấy chứng thư cần gia hạn', en: 'The certificate to renew is not known' },
  },
  'issuance.renewed-not-good': {
    status: 409,
    title: { vi: 'Chứng thư cần gia hạn không còn hiệu lực', en: 'The certificate to renew is not valid any more' },
  },
  'issuance.lint': {
    status: 409,
    title: { vi: 'Chứng thư dự kiến không đạt kiểm tra kỹ thuật', en: 'The intended certificate does not pass the checks' },
  },
  'issuance.validity': { status: 409, title: { vi: 'Thời hạn không hợp lệ', en: 'The validity is not right' } },
  'issuance.validity-too-long': {
    status: 409,
    title: { vi: 'Thời hạn dài hơn quy định', en: 'The validity is longer than law allows' },
  },
  'issuance.outside-issuer': {
    status: 409,
    title: { vi: 'Thời hạn vượt quá đơn vị cấp', en: 'The validity would outlive its issuer' },
  },
  'issuance.subject-invalid': {
    status: 409,
    title: { vi: 'Tên thuê bao có ký tự không cho phép', en: 'The subscriber’s name has characters that are not allowed' },
  },
  'issuance.subject-too-long': {
    status: 409,
    title: { vi: 'Tên thuê bao quá dài', en: 'The subscriber’s name is too long for a certificate' },
  },
  'issuance.subject-incomplete': {
    status: 409,
    title: { vi: 'Tên thuê bao còn thiếu thành phần', en: 'A part of the subscriber’s name is missing' },
  },
  'issuance.subject-not-of-profile': {
    status: 409,
    title: { vi: 'Tên thuê bao không hợp với loại chứng thư', en: 'The subscriber’s name does not fit the kind of certificate' },
  },
  'issuance.host-invalid': { status: 409, title: { vi: 'Tên máy chủ không hợp lệ', en: 'A host name is not valid' } },
  'issuance.mail-invalid': { status: 409, title: { vi: 'Địa chỉ thư không hợp lệ', en: 'The mail address is not valid' } },
};
