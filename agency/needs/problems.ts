import type { ProblemRow, ProblemRows } from '@antin/adapters/http/problem';

const cell = (vi: string, en: string): ProblemRow => ({ status: 422, title: { vi, en } });
const conflict = (vi: string, en: string): ProblemRow => ({ status: 409, title: { vi, en } });

export const needsProblems: ProblemRows = {
  'needs.round-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy đợt đăng ký nhu cầu này.', en: 'This round was not found.' },
  },
  'needs.sheet-not-found': { status: 404, title: { vi: 'Không tìm thấy bảng nhu cầu này.', en: 'This sheet was not found.' } },
  'needs.entry-not-found': { status: 404, title: { vi: 'Không tìm thấy dòng này.', en: 'This row was not found.' } },
  'needs.import-not-found': { status: 404, title: { vi: 'Không tìm thấy lần nhập tệp này.', en: 'This import was not found.' } },
  'needs.paper-not-found': { status: 404, title: { vi: 'Không tìm thấy tệp này.', en: 'This paper was not found.' } },
  'needs.paper-empty': cell('Tệp trống.', 'The file is empty.'),
  'needs.paper-type': {
    ...cell('Chỉ nhận tệp PDF, JPG hoặc PNG.', 'Only PDF, JPG or PNG files are taken.'),
    remedy: {
      vi: 'Loại tệp được xem theo nội dung, không theo tên. Hãy quét hoặc lưu lại thành PDF, JPG hoặc PNG.',
      en: 'What counts is the content, not the name. Scan it again or save it as PDF, JPG or PNG.',
    },
  },
  'needs.paper-damaged': cell(
    'Tệp bị hỏng hoặc thiếu phần cuối; hãy quét lại.',
    'The file is damaged or cut off; scan it again.',
  ),
  'needs.paper-encrypted': cell(
    'Tệp PDF có mật khẩu; hãy bỏ mật khẩu rồi tải lại.',
    'The PDF has a password; take it off first.',
  ),
  'needs.paper-active': cell(
    'Tệp PDF chứa mã chạy được hoặc tệp nhúng; hãy in lại thành PDF thường.',
    'The PDF holds scripts or embedded files; print it to a plain PDF.',
  ),
  'needs.paper-twice': conflict('Dòng này đã có chính tệp đó.', 'The row has this very file already.'),
  'needs.paper-too-many': conflict('Mỗi dòng có tối đa 10 tệp.', 'A row takes at most 10 files.'),
  'needs.paper-sheet-full': conflict(
    'Các tệp của bảng này đã đến giới hạn 500 MB.',
    'The files of this sheet have reached their limit of 500 MB.',
  ),
  'needs.changed-meanwhile': conflict(
    'Dữ liệu vừa được người khác cập nhật; hãy tải lại trang.',
    'Somebody else has just changed this; reload the page.',
  ),
  'needs.round-not-open': conflict('Đợt đăng ký nhu cầu không còn mở.', 'The round is not open.'),
  'needs.round-not-closed': conflict(
    'Hãy đóng đợt đăng ký trước khi lập hồ sơ đề nghị.',
    'Close the round before making its request.',
  ),
  'needs.deadline-past': cell('Hạn đăng ký phải từ hôm nay trở đi.', 'The deadline must not lie before today.'),
  'needs.deadline-passed': conflict('Đã quá hạn đăng ký nhu cầu.', 'The deadline has passed.'),
  'needs.not-your-sheet': {
    status: 403,
    title: { vi: 'Bảng nhu cầu này của cơ quan khác.', en: 'This sheet belongs to another agency.' },
  },
  'needs.not-yours-to-review': {
    status: 403,
    title: { vi: 'Bảng nhu cầu này không gửi đến cơ quan của bạn.', en: 'This sheet was not submitted to your agency.' },
  },
  'needs.sheet-submitted': conflict(
    'Bảng nhu cầu đã được gửi; hãy rút lại trước khi sửa.',
    'The sheet is submitted; take it back before changing it.',
  ),
  'needs.sheet-not-submitted': conflict(
    'Bảng nhu cầu chưa được gửi hoặc đã xử lý.',
    'The sheet is not submitted, or it is settled.',
  ),
  'needs.sheet-sent-up': conflict(
    'Cơ quan của bạn đã gửi tổng hợp lên cấp trên.',
    'Your agency has sent its synthesis further up.',
  ),
  'needs.rows-with-errors': conflict(
    'Còn dòng có lỗi; hãy sửa trước khi gửi.',
    'Some rows have errors; correct them before submitting.',
  ),
  'needs.sheets-outstanding': {
    status: 409,
    title: { vi: 'Còn đơn vị trực thuộc chưa gửi hoặc chưa được duyệt.', en: 'Sheets below are not accepted yet.' },
    remedy: { vi: 'Đôn đốc, hoặc gửi không chờ và nêu lý do.', en: 'Remind them, or submit without waiting and say why.' },
  },
  'needs.form-not-asked': cell('Đợt này không đăng ký mẫu đó.', 'The round does not ask for this form.'),
  'needs.nothing-to-undo': conflict('Không còn thay đổi nào để hoàn tác.', 'There is nothing to undo.'),
  'needs.import-running': conflict('Một tệp khác đang được nhập vào bảng này.', 'Another file is being taken into this sheet.'),
  'needs.file-unreadable': cell('Không đọc được tệp CSV hoặc XLSX này.', 'This file cannot be read as CSV or XLSX.'),
  'needs.columns-missing': {
    status: 422,
    title: { vi: 'Tệp thiếu cột bắt buộc.', en: 'The file lacks required columns.' },
    remedy: { vi: 'Hãy dùng tệp mẫu của đợt.', en: 'Use the template of the round.' },
  },
  'needs.too-many-rows': cell('Tệp có quá 20.000 dòng.', 'The file has more than 20,000 rows.'),
  'needs.duplicates-left': conflict('Còn thuê bao đăng ký trùng ở nhiều cơ quan.', 'Some subscribers are stated twice.'),
  'needs.request-made': conflict('Hồ sơ đề nghị của đợt này đã được lập.', 'The request of this round is made already.'),
  'needs.row-not-read': cell('Không đọc được dòng này.', 'This row cannot be read.'),
  'needs.import-stopped': conflict('Đã dừng theo yêu cầu.', 'Stopped on request.'),
  'needs.cell-missing': cell('Chưa nhập.', 'Missing.'),
  'needs.cell-too-long': cell('Quá dài.', 'Too long.'),
  'needs.cell-characters': cell('Có ký tự không được phép hoặc để trống.', 'Empty, or with characters that are not allowed.'),
  'needs.cell-citizen-number': cell('Số định danh phải gồm 12 chữ số.', 'A citizen number has 12 digits.'),
  'needs.cell-mail': cell('Địa chỉ thư điện tử chưa đúng.', 'Not a mail address.'),
  'needs.cell-phone': cell('Số điện thoại chưa đúng.', 'Not a telephone number.'),
  'needs.cell-day': cell('Ngày phải có dạng ngày/tháng/năm.', 'A day is written day/month/year.'),
  'needs.cell-choice': cell('Không nằm trong các giá trị cho phép.', 'Not one of the allowed values.'),
  'needs.cell-host-name': cell('Tên miền chưa đúng.', 'Not a host name.'),
  'needs.cell-serial': cell('Số hiệu chứng thư chưa đúng.', 'Not a serial number.'),
  'needs.person-elsewhere': cell('Người này không giữ vị trí nào trong cơ quan.', 'This person holds no post in the agency.'),
  'needs.person-unknown': cell(
    'Chưa có người này trong danh mục; hãy kiểm tra lại.',
    'The directory does not know this person; check again.',
  ),
  'needs.person-differs': cell('Họ tên khác với danh mục.', 'The name differs from the directory.'),
  'needs.title-differs': cell('Chức vụ khác với danh mục.', 'The title differs from the directory.'),
  'needs.has-certificate': cell('Đã có chứng thư số còn hiệu lực.', 'Holds a valid certificate already.'),
  'needs.duplicate-here': cell('Đăng ký trùng trong bảng này.', 'Stated twice in this sheet.'),
  'needs.duplicate-elsewhere': cell('Đã được cơ quan khác đăng ký trong đợt này.', 'Another agency has stated it in this round.'),
  'needs.code-differs': cell('Mã định danh không phải của cơ quan này.', 'The code is not this agency’s.'),
  'needs.renewal-not-found': cell(
    'Không có chứng thư số hiệu này trong cơ quan.',
    'The agency holds no certificate of this serial number.',
  ),
  'needs.renewal-not-possible': cell(
    'Chứng thư này không gia hạn được; hãy đề nghị cấp mới.',
    'This certificate cannot be renewed; ask for a new one.',
  ),
};
