import type { Words } from '../catalogue.ts';

export const findingWords = {
  'list.all': ['Tất cả', 'All'],
  'list.filter': ['Lọc theo trạng thái', 'Filter by state'],
  'list.search': ['Tìm trong danh sách', 'Search this list'],
  'list.count': ['{n} văn bản', 'Documents: {n}'],
  'list.none': ['Không có văn bản nào khớp.', 'No document matches.'],
  'list.none.text': [
    'Bỏ bớt điều kiện lọc hoặc thử từ khác; có thể gõ không dấu.',
    'Loosen the filter or try another word; diacritics may be left out.',
  ],
  'list.outgoing.empty': ['Cơ quan chưa có văn bản đi nào.', 'Your agency has no outgoing documents yet.'],
  'list.incoming.empty': ['Chưa có văn bản nào gửi đến cơ quan.', 'No documents have come to your agency yet.'],
  'list.incoming.empty.text': [
    'Văn bản đến sẽ được kiểm tra tự động rồi hiện ở đây.',
    'Incoming documents are checked automatically and appear here.',
  ],
  'page.previous': ['Trang trước', 'Previous page'],
  'page.next': ['Trang sau', 'Next page'],
  'page.of': ['Trang {page} / {pages}', 'Page {page} of {pages}'],
  'search.title': ['Kết quả tìm “{q}”', 'Results for “{q}”'],
  'search.none.text': [
    'Thử từ khác hoặc ít từ hơn; có thể gõ không dấu. Chỉ tìm trong văn bản của cơ quan.',
    'Try other or fewer words; diacritics may be left out. Only documents of your agency are searched.',
  ],
  'search.empty': [
    'Gõ số, ký hiệu hoặc trích yếu vào ô tìm ở trên cùng.',
    'Type a number, notation or subject in the search box above.',
  ],
} as const satisfies Words;
