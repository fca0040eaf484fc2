import type { ProblemRows } from '@antin/adapters/http/problem';

export const sessionProblems: ProblemRows = {
  'session.needed': {
    status: 401,
    title: { vi: 'Bạn chưa đăng nhập hoặc phiên làm việc đã hết', en: 'You are not signed in, or the session has ended' },
    remedy: { vi: 'Hãy đăng nhập lại.', en: 'Sign in again.' },
  },
  'session.wrong-credentials': {
    status: 401,
    title: { vi: 'Tên đăng nhập hoặc mật khẩu không đúng', en: 'The name or the password is not right' },
  },
  'session.too-many-attempts': {
    status: 429,
    title: { vi: 'Nhập sai mật khẩu quá nhiều lần', en: 'Too many wrong passwords' },
    remedy: { vi: 'Hãy chờ 15 phút rồi thử lại.', en: 'Wait 15 minutes, then try again.' },
  },
  'session.no-position': {
    status: 403,
    title: { vi: 'Hôm nay bạn không giữ chức vụ nào trong hệ thống', en: 'You hold no position here today' },
    remedy: { vi: 'Hãy liên hệ quản trị viên của cơ quan.', en: 'Ask your agency’s administrator.' },
  },
  'session.not-your-position': {
    status: 403,
    title: { vi: 'Bạn không giữ chức vụ này', en: 'You do not hold this position' },
  },
};
