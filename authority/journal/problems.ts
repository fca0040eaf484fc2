import type { ProblemRows } from '@antin/adapters/http/problem';

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
} as const satisfies ProblemRows;
