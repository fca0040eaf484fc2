import type { ProblemRows } from '../http/problem.ts';

export const deviceProblems: ProblemRows = {
  'device.no-documents': {
    status: 422,
    title: { vi: 'Lệnh ký phải có từ 1 đến 50 tệp', en: 'A signing order holds 1 to 50 files' },
  },
  'device.credential-not-usable': {
    status: 409,
    title: {
      vi: 'Chứng thư này hiện không dùng được trên thiết bị ký của bạn',
      en: 'This certificate cannot be used on your signing device now',
    },
    remedy: {
      vi: 'Cắm thiết bị, mở chương trình ký trên máy rồi chọn lại chứng thư.',
      en: 'Plug the token in, open the token agent on your computer and choose the certificate again.',
    },
  },
  'device.job-not-found': {
    status: 404,
    title: { vi: 'Không có lệnh ký này', en: 'There is no such signing order' },
  },
  'device.values-count': {
    status: 422,
    title: { vi: 'Số giá trị chữ ký không khớp số tệp', en: 'The number of signature values differs from the number of files' },
  },
  'device.answer-malformed': {
    status: 400,
    title: { vi: 'Trả lời của thiết bị không đúng mẫu', en: 'The device’s answer is malformed' },
  },
  'device.proof-missing': {
    status: 401,
    title: { vi: 'Yêu cầu của thiết bị không có bằng chứng', en: 'The device’s request carries no proof' },
  },
  'device.proof-invalid': {
    status: 401,
    title: { vi: 'Bằng chứng của thiết bị không đúng', en: 'The device’s proof is wrong' },
    remedy: { vi: 'Ghép lại thiết bị với tài khoản.', en: 'Pair the device with the account again.' },
  },
  'device.proof-skew': {
    status: 401,
    title: { vi: 'Đồng hồ của thiết bị lệch quá hai phút', en: 'The device’s clock is off by more than two minutes' },
    remedy: { vi: 'Chỉnh lại giờ trên máy có thiết bị ký.', en: 'Set the clock of the computer with the token.' },
  },
  'device.proof-replayed': {
    status: 401,
    title: { vi: 'Yêu cầu này đã được gửi trước đó', en: 'This request was sent before' },
  },
  'device.not-paired': {
    status: 403,
    title: { vi: 'Thiết bị chưa được ghép với tài khoản nào', en: 'The device is not paired with an account' },
    remedy: {
      vi: 'Nhập mã hiện trên thiết bị vào trang Thiết bị ký.',
      en: 'Type the code it shows on the page Signing devices.',
    },
  },
  'device.key-known': {
    status: 409,
    title: { vi: 'Thiết bị này đã được đăng ký', en: 'This device is registered already' },
  },
  'device.key-malformed': {
    status: 400,
    title: { vi: 'Khóa của thiết bị không đúng dạng Ed25519', en: 'The device’s key is not an Ed25519 key' },
  },
  'device.practice-refused': {
    status: 403,
    title: {
      vi: 'Khóa phần mềm chỉ để thực hành, không dùng ở hệ thống chính thức',
      en: 'Software keys are for practice only and are refused in production',
    },
    remedy: { vi: 'Dùng thiết bị ký (token).', en: 'Use a token.' },
  },
  'device.too-many-pairings': {
    status: 429,
    title: { vi: 'Quá nhiều yêu cầu ghép thiết bị đang chờ', en: 'Too many pairings are waiting' },
    remedy: { vi: 'Thử lại sau mười phút.', en: 'Try again in ten minutes.' },
  },
  'device.code-unknown': {
    status: 404,
    title: { vi: 'Mã ghép không đúng hoặc đã hết hạn', en: 'The pairing code is wrong or has expired' },
    remedy: {
      vi: 'Xem lại mã trên thiết bị; mã có hiệu lực mười phút.',
      en: 'Look at the device again; a code lives ten minutes.',
    },
  },
  'device.code-attempts': {
    status: 429,
    title: { vi: 'Nhập sai mã ghép quá nhiều lần', en: 'Too many wrong pairing codes' },
    remedy: { vi: 'Thử lại sau mười phút.', en: 'Try again in ten minutes.' },
  },
  'device.not-found': {
    status: 404,
    title: { vi: 'Không có thiết bị này trong tài khoản của bạn', en: 'There is no such device in your account' },
  },
  'device.late-answer': {
    status: 409,
    title: {
      vi: 'Chữ ký đến sau khi lệnh đã đóng nên không được nhận',
      en: 'The value came after the order was closed and was not taken',
    },
  },
  'device.unknown': {
    status: 409,
    title: { vi: 'Thiết bị không biết khóa đã được dùng hay chưa', en: 'The device does not know whether the key was used' },
    remedy: { vi: 'Ký lại; số giữ nguyên.', en: 'Sign again; the number stays.' },
  },
  'device.refused': { status: 409, title: { vi: 'Người ký đã từ chối trên thiết bị', en: 'Refused on the device' } },
  'device.cancelled': {
    status: 409,
    title: { vi: 'Lệnh ký đã được hủy, khóa chưa dùng', en: 'Cancelled, the key was not used' },
  },
  'device.expired': { status: 409, title: { vi: 'Lệnh ký hết hạn, khóa chưa dùng', en: 'Expired, the key was not used' } },
  'device.wrong-pin': {
    status: 409,
    title: { vi: 'Mã PIN không đúng, khóa chưa dùng', en: 'Wrong PIN, the key was not used' },
    remedy: { vi: 'Gửi lại lệnh ký và nhập đúng mã PIN.', en: 'Send the order again and enter the right PIN.' },
  },
  'device.no-key': {
    status: 409,
    title: { vi: 'Không tìm thấy khóa của chứng thư trên thiết bị', en: 'The device has no key for the certificate' },
    remedy: { vi: 'Cắm đúng thiết bị ký rồi gửi lại.', en: 'Plug the right token in and send again.' },
  },
  'device.mismatch': {
    status: 409,
    title: {
      vi: 'Thiết bị thấy nội dung không khớp nên không ký',
      en: 'The device found that the content does not match and did not sign',
    },
  },
  'device.device-error': {
    status: 409,
    title: { vi: 'Thiết bị ký gặp lỗi, khóa chưa dùng', en: 'The token failed, the key was not used' },
  },
};
