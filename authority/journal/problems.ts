import type { ProblemRow, ProblemRows } from '@antin/adapters/http/problem';

/** Nothing is issued; status and revocation go on. */
const closed = (vi: string, en: string): ProblemRow => ({
  status: 503,
  title: { vi: `Tạm ngừng cấp chứng thư: ${vi}`, en: `No certificates are issued: ${en}` },
  remedy: {
    vi: 'Báo cho quản trị viên; thu hồi và tra cứu trạng thái vẫn hoạt động.',
    en: 'Tell the administrator; revocation and status go on.',
  },
});

/** Nothing is issued and no status is signed; what is revoked is written down. */
const forgetful = (vi: string, en: string): ProblemRow => ({
  status: 503,
  title: { vi: `Tạm ngừng: ${vi}`, en: `Closed: ${en}` },
  remedy: {
    vi: 'Báo cho quản trị viên: cần khôi phục phần đã quên từ bản sao nhật ký (antin journal restore). Trước đó không cấp chứng thư, không ký trạng thái, không đổi cán bộ; thu hồi vẫn được ghi lại.',
    en: 'Tell the administrator: what was forgotten is restored from the copy of the journal (antin journal restore). Until then nothing is issued, no status is signed, no officer is changed; revocations are written down.',
  },
});

/** Why the journal gives no proof, or keeps the authority from issuing, in words. */
export const journalProblems = {
  'journal.no-such-entry': {
    status: 404,
    title: { vi: 'Nhật ký không có mục này', en: 'The journal has no such entry' },
  },
  'journal.not-sealed-yet': {
    status: 409,
    title: {
      vi: 'Mục này chưa nằm dưới đầu nhật ký đã ký nên chưa có chứng minh',
      en: 'No signed head of the journal holds this entry yet, so there is no proof',
    },
    remedy: {
      vi: 'Đầu nhật ký được ký mỗi phút; hãy thử lại sau ít phút.',
      en: 'A head is signed every minute; try again in a few minutes.',
    },
  },
  'journal.set-back': forgetful(
    'cơ sở dữ liệu đã bị lùi về quá khứ so với bản sao nhật ký',
    'the database was set back behind the copy of its journal',
  ),
  'journal.forked': forgetful(
    'cơ sở dữ liệu và bản sao nhật ký không khớp nhau',
    'the database and the copy of its journal disagree',
  ),
  'journal.copy-missing': closed(
    'không thấy bản sao nhật ký ở nơi thứ hai',
    'the copy of the journal in the second place is not there',
  ),
  'journal.copy-foreign': closed(
    'nơi thứ hai chứa nhật ký của hệ thống khác',
    'the second place holds the journal of another installation',
  ),
  'journal.copy-failing': closed('không ghi được bản sao nhật ký ở nơi thứ hai', 'the copy of the journal cannot be written'),
  'journal.copy-damaged': closed('bản sao nhật ký ở nơi thứ hai bị hỏng', 'the copy of the journal is damaged'),
} as const satisfies ProblemRows;
