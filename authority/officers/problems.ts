import type { ProblemRows } from '@antin/adapters/http/problem';

export const officersProblems: ProblemRows = {
  'officer.session-needed': {
    status: 401,
    title: { vi: 'Bạn chưa đăng nhập hoặc phiên làm việc đã hết', en: 'You are not signed in, or the session has ended' },
    remedy: { vi: 'Hãy đăng nhập lại.', en: 'Sign in again.' },
  },
  'officer.wrong-credentials': {
    status: 401,
    title: { vi: 'Tên đăng nhập hoặc mật khẩu không đúng', en: 'The name or the password is not right' },
  },
  'officer.credentials-after-restore': {
    status: 401,
    title: {
      vi: 'Tên đăng nhập hoặc mật khẩu không đúng; hệ thống vừa được khôi phục từ bản sao lưu',
      en: 'The name or the password is not right; this system was restored from a backup',
    },
    remedy: {
      vi: 'Mật khẩu đã đổi sau bản sao lưu không còn dùng được, cũ hay mới: hai cán bộ quản trị đặt lại mật khẩu cho bạn.',
      en: 'A password changed since the backup opens nothing, neither old nor new: two officers of operation give you a new one.',
    },
  },
  'officer.two-can-act': {
    status: 409,
    title: { vi: 'Còn ít nhất hai cán bộ quản trị dùng được', en: 'Two officers of operation can still act' },
    remedy: { vi: 'Hai người đó đặt lại mật khẩu cho cán bộ khác.', en: 'These two give the others a new password.' },
  },
  'officer.not-shut-out': {
    status: 409,
    title: { vi: 'Cán bộ này vẫn đăng nhập được', en: 'This officer can still sign in' },
  },
  'officer.too-many-attempts': {
    status: 429,
    title: { vi: 'Nhập sai mật khẩu quá nhiều lần', en: 'Too many wrong passwords' },
    remedy: { vi: 'Hãy chờ 15 phút rồi thử lại.', en: 'Wait 15 minutes, then try again.' },
  },
  'officer.no-role': {
    status: 403,
    title: { vi: 'Hôm nay bạn không có vai trò nào trong hệ thống', en: 'You hold no role here today' },
    remedy: { vi: 'Hãy liên hệ cán bộ quản trị.', en: 'Ask an officer of operation.' },
  },
  'officer.role-needed': {
    status: 403,
    title: { vi: 'Vai trò của bạn không được làm việc này', en: 'Your roles do not allow this' },
  },
  'officer.password-to-change': {
    status: 403,
    title: { vi: 'Bạn phải đổi mật khẩu trước khi làm việc', en: 'Change your password before you go on' },
  },
  'officer.password-unchanged': {
    status: 409,
    title: { vi: 'Mật khẩu mới trùng mật khẩu cũ', en: 'The new password is the old one' },
  },
  'officer.unknown': { status: 404, title: { vi: 'Không có cán bộ này', en: 'There is no such officer' } },
  'officer.name-taken': { status: 409, title: { vi: 'Tên đăng nhập đã có người dùng', en: 'The sign-in name is taken' } },
  'officer.role-held': {
    status: 409,
    title: { vi: 'Cán bộ đã có vai trò này trong thời gian đó', en: 'The officer holds this role in that time already' },
  },
  'officer.role-not-held': {
    status: 409,
    title: { vi: 'Cán bộ không có vai trò này', en: 'The officer does not hold this role' },
  },
  'officer.roles-incompatible': {
    status: 409,
    title: { vi: 'Hai vai trò này không được giao cho cùng một người', en: 'One person must not hold these two roles' },
    remedy: {
      vi: 'Hãy kết thúc vai trò kia trước, hoặc giao cho người khác.',
      en: 'End the other role first, or give it to somebody else.',
    },
  },
  'officer.term-empty': {
    status: 409,
    title: { vi: 'Ngày kết thúc phải sau ngày bắt đầu', en: 'The end must be after the beginning' },
  },
  'officer.end-in-past': {
    status: 409,
    title: { vi: 'Không kết thúc vai trò vào một ngày đã qua', en: 'A role is not ended on a day that is past' },
  },
  'officer.change-decided': {
    status: 409,
    title: { vi: 'Đề nghị này đã được quyết định', en: 'This change has been decided already' },
  },
  'officer.change-own': {
    status: 403,
    title: { vi: 'Người đề nghị không được tự xác nhận', en: 'Who proposed a change does not confirm it' },
    remedy: { vi: 'Cần một cán bộ quản trị khác xác nhận.', en: 'Another officer of operation must confirm it.' },
  },
  'officer.change-about-self': {
    status: 403,
    title: { vi: 'Không tự xác nhận thay đổi về chính mình', en: 'Nobody confirms a change about themselves' },
  },
  'officer.certificate-unreadable': {
    status: 400,
    title: { vi: 'Không đọc được chứng thư', en: 'The certificate cannot be read' },
  },
  'officer.certificate-bound': {
    status: 409,
    title: { vi: 'Chứng thư đã gắn với người hoặc cơ quan khác', en: 'The certificate is bound to somebody else' },
  },
  'officer.no-certificate': {
    status: 403,
    title: { vi: 'Chưa có chứng thư nào được gắn với bạn để ký', en: 'No certificate is bound to you for signing' },
    remedy: { vi: 'Hãy nhờ cán bộ quản trị gắn chứng thư.', en: 'Ask an officer of operation to bind it.' },
  },
  'sender.signature-needed': {
    status: 409,
    title: { vi: 'Trong vận hành thật, yêu cầu phải được ký số', en: 'In production a request must be signed' },
  },
};
