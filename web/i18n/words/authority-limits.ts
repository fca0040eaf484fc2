import type { Words } from '../catalogue.ts';

/** The dated limits of the issuer, and how two officers change them. */
export const authorityLimitWords = {
  'limits.lead': [
    'Mỗi giá trị áp dụng từ ngày của nó; việc đã làm theo giá trị cũ vẫn đúng. Thay đổi cần hai cán bộ quản trị.',
    'A value holds from its day on; what was done under an older one stays right. Two officers of operation change it.',
  ],
  'limits.propose': ['Đề nghị đổi thời hạn', 'Propose a change'],
  'limits.proposed': [
    'Đã gửi đề nghị. Giá trị được ghi khi một cán bộ quản trị khác xác nhận:',
    'Proposed. It is written down when another officer of operation confirms it:',
  ],
  'limits.value': ['Giá trị mới', 'New value'],
  'limits.value.error': ['Nhập giá trị mới là một số', 'Enter the new value as a number'],
  'limits.holds': ['Hiện áp dụng: {value}', 'Holds now: {value}'],
  'limits.from.hint': ['Từ ngày mai trở đi.', 'From tomorrow on.'],
  'limits.from.error': ['Chọn ngày áp dụng từ ngày mai trở đi', 'Choose a day from tomorrow on'],
  'limits.source': ['Căn cứ pháp lý', 'Legal source'],
  'limits.source.hint': ['Số văn bản và điều, ví dụ Nghị định 68/2024/NĐ-CP Điều 11.', 'Number and article of the document.'],
  'limits.source.error': ['Nhập căn cứ pháp lý', 'Enter the legal source'],
  'limits.now': ['Đang áp dụng', 'In force'],
  'limits.ahead': ['Sắp áp dụng', 'Ahead'],
  'limits.over': ['Đã thay', 'Replaced'],
  'limits.withdraw': ['Đề nghị thu lại', 'Propose to take back'],
} as const satisfies Words;
