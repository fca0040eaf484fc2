import type { ProblemRows } from '@antin/adapters/http/problem';

/** Why a revocation or suspension was not done, in words. */
export const revocationProblems = {
  'revocation.reason-not-allowed': {
    status: 400,
    title: { vi: 'Không được dùng lý do thu hồi này', en: 'This reason may not be given' },
  },
  'revocation.day-invalid': {
    status: 400,
    title: { vi: 'Ngày mất tin cậy không hợp lệ', en: 'The day from which it is not trusted is not a day' },
  },
  'revocation.unknown-serial': {
    status: 404,
    title: { vi: 'Không có chứng thư với số hiệu này', en: 'No certificate of this number was issued here' },
  },
  'revocation.moment-in-future': {
    status: 409,
    title: { vi: 'Thời điểm thu hồi nằm trong tương lai', en: 'The moment of revocation is in the future' },
  },
  'revocation.moment-before-issue': {
    status: 409,
    title: {
      vi: 'Thời điểm thu hồi trước khi chứng thư có hiệu lực',
      en: 'The moment of revocation is before the certificate began',
    },
  },
  'revocation.already-revoked': {
    status: 409,
    title: { vi: 'Chứng thư đã bị thu hồi', en: 'The certificate is already revoked' },
  },
  'revocation.already-suspended': {
    status: 409,
    title: { vi: 'Chứng thư đang tạm dừng', en: 'The certificate is already suspended' },
  },
  'revocation.not-suspended': {
    status: 409,
    title: { vi: 'Chứng thư không ở trạng thái tạm dừng', en: 'The certificate is not suspended' },
  },
  'revocation.not-suspendable': {
    status: 409,
    title: {
      vi: 'Chứng thư chuyên dùng công vụ không có chế độ tạm dừng',
      en: 'Certificates of this kind cannot be suspended',
    },
    remedy: {
      vi: 'Nghị định 68/2024/NĐ-CP chỉ quy định thu hồi; hãy thu hồi nếu không còn tin cậy.',
      en: 'Decree 68/2024 knows revocation only: revoke it when it must not be trusted.',
    },
  },
  'revocation.second-officer-needed': {
    status: 403,
    title: { vi: 'Người tạm dừng không được tự khôi phục', en: 'Whoever suspended a certificate may not end it' },
    remedy: { vi: 'Hãy để một cán bộ khác khôi phục.', en: 'Another officer has to do it.' },
  },
  'revocation.expired': { status: 409, title: { vi: 'Chứng thư đã hết hạn', en: 'The certificate has expired' } },
} as const satisfies ProblemRows;
