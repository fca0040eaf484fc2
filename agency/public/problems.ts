import type { ProblemRows } from '@antin/adapters/http/problem';

export const publicProblems: ProblemRows = {
  'format.unsupported': {
    status: 422,
    title: {
      vi: 'Tệp không thuộc định dạng nào có thể mang chữ ký số mà hệ thống đọc được',
      en: 'The file is of no format that carries signatures and that is read here',
    },
    remedy: {
      vi: 'Gửi tệp PDF, XML, JSON, Office, CMS hoặc ASiC; nếu chữ ký nằm trong tệp riêng, gửi tệp chữ ký kèm tệp được ký.',
      en: 'Send a PDF, XML, JSON, Office, CMS or ASiC file; where the signature is a file of its own, send it with what was signed.',
    },
  },
  'verify.no-file': {
    status: 400,
    title: { vi: 'Chưa có tệp nào để kiểm tra', en: 'There is no file to check' },
    remedy: { vi: 'Chọn một tệp không rỗng rồi gửi lại.', en: 'Choose a file that is not empty and send it again.' },
  },
  'verify.form-unreadable': {
    status: 400,
    title: { vi: 'Biểu mẫu gửi tệp không đọc được', en: 'The form that was sent cannot be read' },
  },
  'verify.time-over': {
    status: 422,
    title: {
      vi: 'Kiểm tra tệp này mất quá nhiều thời gian nên đã dừng lại; chưa kết luận được gì về tệp',
      en: 'Checking this file took too long and was stopped; nothing can be said about it',
    },
    remedy: {
      vi: 'Kiểm tra tệp bằng trang kiểm tra trên máy của mình, hoặc hỏi nơi gửi tệp.',
      en: 'Check it in your own browser, or ask who sent the file.',
    },
  },
  'verify.memory-over': {
    status: 422,
    title: {
      vi: 'Kiểm tra tệp này cần quá nhiều bộ nhớ nên đã dừng lại; chưa kết luận được gì về tệp',
      en: 'Checking this file needs too much memory and was stopped; nothing can be said about it',
    },
    remedy: {
      vi: 'Kiểm tra tệp bằng trang kiểm tra trên máy của mình, hoặc hỏi nơi gửi tệp.',
      en: 'Check it in your own browser, or ask who sent the file.',
    },
  },
  'verify.policy-unknown': {
    status: 422,
    title: {
      vi: 'Hệ thống này không có chính sách kiểm tra với tên đó',
      en: 'This installation has no validation policy of that name',
    },
  },
  'verify.policy-broken': {
    status: 503,
    title: {
      vi: 'Chính sách kiểm tra có tên đó nhưng tệp của nó trên hệ thống này đang hỏng',
      en: 'There is a validation policy of that name, but its file on this installation is damaged',
    },
    remedy: {
      vi: 'Báo cho quản trị viên, hoặc kiểm tra theo chính sách mặc định.',
      en: 'Tell the administrator, or check by the default policy.',
    },
  },
  'verify.seal-unavailable': {
    status: 503,
    title: {
      vi: 'Hệ thống tạm thời không ký được báo cáo in',
      en: 'The printed report cannot be sealed at the moment',
    },
    remedy: {
      vi: 'Xem kết quả trên màn hình, hoặc thử lại sau ít phút.',
      en: 'Use the report on the screen, or try again in a few minutes.',
    },
  },
  'verify.too-many-files': {
    status: 413,
    title: { vi: 'Một lần gửi có quá nhiều tệp', en: 'Too many files in one request' },
    remedy: {
      vi: 'Chia thành nhiều lần gửi, mỗi lần tối đa 100 tệp.',
      en: 'Send them in several requests of at most 100 files.',
    },
  },
  'verify.nothing-to-show': {
    status: 422,
    title: {
      vi: 'Chỉ tệp PDF đã ký mới có hình so sánh giữa bản đã ký và bản hiện tại',
      en: 'Only a signed PDF can be shown as it was signed and as it is now',
    },
  },
  'verify.nothing-to-report': {
    status: 422,
    title: {
      vi: 'Tệp không có chữ ký nên không có báo cáo ETSI TS 119 102-2',
      en: 'The file has no signature: there is no ETSI TS 119 102-2 report for it',
    },
  },
};
