import type { ProblemRows } from '@antin/adapters/http/problem';

export const statementsProblems: ProblemRows = {
  'statement.not-yours': {
    status: 403,
    title: { vi: 'Không thể ký thay cán bộ khác', en: 'Nobody signs for another officer' },
  },
  'statement.credential-not-usable': {
    status: 409,
    title: { vi: 'Thiết bị ký của bạn chưa sẵn sàng', en: 'Your signing device is not ready' },
    remedy: {
      vi: 'Mở chương trình ký trên máy, cắm thiết bị có chứng thư đã đăng ký cho bạn, rồi thử lại.',
      en: 'Start the signing program, plug in the device with the certificate registered for you, and try again.',
    },
  },
};
