import type { ProblemRows } from '@antin/adapters/http/problem';

export const enrolmentProblems: ProblemRows = {
  'enrolment.not-a-device': {
    status: 409,
    title: {
      vi: 'Chỉ thiết bị, dịch vụ, phần mềm (Mẫu 03) mới có tài khoản tự động',
      en: 'Only devices, services and software (Form 03) have accounts that renew by themselves',
    },
  },
  'enrolment.not-approved': {
    status: 409,
    title: { vi: 'Yêu cầu này chưa được duyệt', en: 'This request is not approved' },
  },
  'enrolment.same-officer': {
    status: 403,
    title: {
      vi: 'Người duyệt yêu cầu không được mở tài khoản cho chính yêu cầu đó',
      en: 'The approver of a request does not open its account',
    },
  },
  'enrolment.until-not-allowed': {
    status: 400,
    title: {
      vi: 'Ngày hết hạn không hợp lệ: sau hôm nay và không quá 5 năm',
      en: 'The last day must come after today and within 5 years',
    },
  },
  'enrolment.account-closed': { status: 409, title: { vi: 'Tài khoản đã đóng', en: 'The account is closed' } },
  'enrolment.no-such-key': {
    status: 409,
    title: { vi: 'Tài khoản không có khóa ACME này đang hiệu lực', en: 'The account has no such ACME key in force' },
  },
};
