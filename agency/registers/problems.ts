import type { ProblemRows } from '@antin/adapters/http/problem';

export const registersProblems: ProblemRows = {
  'issue.no-series': {
    status: 409,
    title: {
      vi: 'Cơ quan chưa mở sổ hoặc dãy số cho loại văn bản này',
      en: 'No number series is open for this kind of document',
    },
    remedy: { vi: 'Hãy đề nghị quản trị viên mở dãy số.', en: 'Ask the administrator to open a series.' },
  },
  'issue.books-closed': {
    status: 409,
    title: { vi: 'Sổ đã khóa từ ngày này', en: 'The books are closed from that day on' },
  },
  'issue.date-in-future': {
    status: 422,
    title: { vi: 'Ngày văn bản không được ở tương lai', en: 'The date may not lie in the future' },
  },
  'issue.date-before-signature': {
    status: 422,
    title: { vi: 'Ngày văn bản không được trước ngày ký', en: 'The date may not be before the day of signing' },
  },
  'issue.date-out-of-order': {
    status: 422,
    title: {
      vi: 'Ngày văn bản không được trước ngày của số liền trước',
      en: 'The date may not be before that of the number before',
    },
  },
  'issue.notation-taken': {
    status: 409,
    title: { vi: 'Số và ký hiệu này đã có trong năm', en: 'This number and notation exists already in this year' },
    remedy: {
      vi: 'Hai dãy số đang dùng cùng một ký hiệu; hãy trả lại văn bản để sửa ký hiệu.',
      en: 'Two series use one notation; return the document so that the notation can be changed.',
    },
  },
  'seal.nothing-reserved': { status: 409, title: { vi: 'Văn bản không giữ số nào', en: 'The document holds no number' } },
  'seal.device-has-not-denied': {
    status: 409,
    title: {
      vi: 'Chưa có xác nhận của thiết bị rằng khóa chưa được dùng',
      en: 'The device has not proven that its key was not used',
    },
    remedy: {
      vi: 'Hãy đóng dấu lại với số này, hoặc hủy số và ghi lý do.',
      en: 'Seal again with this number, or void it with a reason.',
    },
  },
  'seal.not-same-day': {
    status: 409,
    title: { vi: 'Số đã được giữ từ ngày hôm trước', en: 'The number was reserved on an earlier day' },
    remedy: { vi: 'Hãy đóng dấu lại, hoặc hủy số và ghi lý do.', en: 'Seal again, or void the number with a reason.' },
  },
  'seal.higher-number-given': {
    status: 409,
    title: { vi: 'Số lớn hơn đã được cấp', en: 'A higher number has been given' },
    remedy: { vi: 'Hãy đóng dấu lại, hoặc hủy số và ghi lý do.', en: 'Seal again, or void the number with a reason.' },
  },
  'register.no-book': {
    status: 409,
    title: { vi: 'Chưa mở sổ văn bản đến của năm này', en: 'No incoming book is open for this year' },
  },
  'register.book-closed': { status: 409, title: { vi: 'Sổ văn bản đến đã khóa', en: 'The incoming book is closed' } },
};
