import type { ProblemRow, ProblemRows } from '@antin/adapters/http/problem';

const row = (status: number, vi: string, en: string, remedyVi?: string, remedyEn?: string): ProblemRow => ({
  status,
  title: { vi, en },
  ...(remedyVi === undefined ? {} : { remedy: { vi: remedyVi, en: remedyEn! } }),
});

export const reorganisationProblems: ProblemRows = {
  'reorganisation.unknown': row(404, 'Không có đợt sắp xếp này', 'There is no such reorganisation'),
  'reorganisation.wrong-state': row(
    409,
    'Đợt sắp xếp đã sang bước khác',
    'The reorganisation has gone on meanwhile',
    'Hãy tải lại trang.',
    'Load the page again.',
  ),
  'reorganisation.plan-twice': row(
    422,
    'Một cơ quan hoặc chức vụ xuất hiện hai lần trong phương án',
    'An agency or a position stands in the plan twice',
  ),
  'reorganisation.stopped': row(
    409,
    'Còn vướng mắc phải xử lý trước',
    'Something stands against it',
    'Xem danh sách vướng mắc của lần kiểm tra.',
    'See the list of the check.',
  ),
  'reorganisation.changed-since-check': row(
    409,
    'Danh mục đã thay đổi sau lần kiểm tra',
    'The directory is different from what was checked',
    'Hãy kiểm tra lại rồi quyết định.',
    'Check again, then decide.',
  ),
  'reorganisation.documents-in-progress': row(
    409,
    'Còn văn bản chưa phát hành',
    'Documents are not issued yet',
    'Nên phát hành hoặc hủy trước ngày hiệu lực.',
    'Issue or drop them before the day.',
  ),
  'reorganisation.certificate-incomplete': row(
    409,
    'Thiếu thông tin để đề nghị cấp chứng thư số',
    'Data for a new certificate are missing',
    'Bổ sung thông tin của người giữ thiết bị.',
    'Complete the data of who keeps the device.',
  ),
  'reorganisation.item-unknown': row(404, 'Không có đề nghị này trong đợt sắp xếp', 'The reorganisation has no such item'),
  'reorganisation.item-complete': row(
    409,
    'Đề nghị này đã đủ thông tin',
    'Nothing is missing in this item any more',
    'Hãy tải lại trang.',
    'Load the page again.',
  ),
  'reorganisation.keeper-not-needed': row(
    422,
    'Chứng thư cá nhân không cần người giữ thiết bị',
    'A personal certificate needs nobody to keep its device',
  ),
  'reorganisation.keeper-elsewhere': row(
    422,
    'Người giữ thiết bị phải có chức vụ ở cơ quan đó',
    'Who keeps the device must hold a post in that agency',
    'Thêm người vào cơ quan trước, hoặc chọn người khác.',
    'Add the person to the agency first, or choose another one.',
  ),
  'reorganisation.nothing-ready': row(
    409,
    'Chưa có đề nghị nào đủ thông tin để gửi',
    'Nothing is complete that could be asked for',
  ),
};
