import type { ProblemRows } from '@antin/adapters/http/problem';

export const consoleReadingProblems: ProblemRows = {
  'revocation.not-a-subscriber': {
    status: 403,
    title: {
      vi: 'Chứng thư này của chính cơ quan chứng thực, không phải của thuê bao',
      en: 'This certificate is the authority’s own, not a subscriber’s',
    },
    remedy: {
      vi: 'Khóa của cơ quan chứng thực được thay hoặc thu hồi bằng nghi thức khóa.',
      en: 'Keys of the authority are replaced or revoked in a key ceremony.',
    },
  },
  'calendar.day-past': {
    status: 409,
    title: { vi: 'Ngày này đã qua, hạn đã tính theo ngày đó được giữ nguyên', en: 'This day is over; limits counted by it stay' },
  },
  'calendar.day-unchanged': {
    status: 409,
    title: { vi: 'Lịch đã ghi ngày này đúng như vậy', en: 'The calendar says so already' },
  },
  'calendar.too-few-working-days': {
    status: 409,
    title: { vi: 'Lịch sẽ có quá nhiều ngày nghỉ liền nhau', en: 'The calendar would have too many days off in a row' },
  },
  'limit.unknown': { status: 404, title: { vi: 'Không có thời hạn này', en: 'There is no such limit' } },
  'limit.value-out-of-range': {
    status: 422,
    title: { vi: 'Giá trị ngoài khoảng cho phép', en: 'The value is out of range' },
    remedy: { vi: 'Kiểm tra lại con số và đơn vị tính.', en: 'Look at the number and its unit again.' },
  },
  'limit.day-past': {
    status: 409,
    title: {
      vi: 'Thời hạn chỉ thay đổi từ ngày mai trở đi; những ngày đã bắt đầu giữ giá trị cũ',
      en: 'A limit changes from tomorrow on; days that have begun keep what they had',
    },
    remedy: { vi: 'Chọn ngày áp dụng muộn hơn.', en: 'Choose a later day.' },
  },
  'limit.day-taken': {
    status: 409,
    title: { vi: 'Thời hạn này đã có giá trị từ ngày đó', en: 'This limit has a value from that day on' },
    remedy: { vi: 'Thu lại giá trị đã ghi, rồi đề nghị lại.', en: 'Take that value back, then propose again.' },
  },
  'limit.not-there': { status: 404, title: { vi: 'Không có giá trị nào từ ngày này', en: 'There is no value from that day' } },
  'export.too-many-rows': {
    status: 413,
    title: { vi: 'Quá nhiều dòng cho một tệp Excel', en: 'Too many rows for one workbook' },
    remedy: { vi: 'Thu hẹp bộ lọc, hoặc tải tệp CSV.', en: 'Narrow the filters, or take the CSV file.' },
  },
};
