import type { ProblemRows } from '@antin/adapters/http/problem';

export const incomingProblems: ProblemRows = {
  'incoming.not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy văn bản đến này.', en: 'This incoming document was not found.' },
  },
  'incoming.other-agency': {
    status: 403,
    title: { vi: 'Văn bản này gửi đến cơ quan khác.', en: 'This document was sent to another agency.' },
  },
  'incoming.not-now': {
    status: 409,
    title: {
      vi: 'Bước này không còn phù hợp với trạng thái hiện tại của văn bản.',
      en: 'The document is no longer in a state for this step.',
    },
    remedy: { vi: 'Tải lại trang để xem trạng thái mới.', en: 'Reload the page to see its present state.' },
  },
  'incoming.clerk-only': {
    status: 403,
    title: {
      vi: 'Chỉ văn thư cơ quan được vào sổ hoặc từ chối văn bản đến.',
      en: 'Only the agency’s clerk may register or refuse incoming documents.',
    },
  },
  'incoming.leader-or-clerk-only': {
    status: 403,
    title: { vi: 'Chỉ lãnh đạo hoặc văn thư được phân công xử lý.', en: 'Only a leader or the clerk may assign.' },
  },
  'incoming.assignee-only': {
    status: 403,
    title: { vi: 'Chỉ người được phân công xác nhận đã xử lý xong.', en: 'Only the assignee may say that it is dealt with.' },
  },
  'incoming.not-verified-yet': {
    status: 409,
    title: {
      vi: 'Hệ thống đang kiểm tra chữ ký số, xin chờ vài giây.',
      en: 'The signatures are being checked; please wait a few seconds.',
    },
  },
  'incoming.changed-meanwhile': {
    status: 409,
    title: { vi: 'Văn bản vừa được người khác cập nhật.', en: 'Somebody else has just changed this document.' },
    remedy: { vi: 'Tải lại trang rồi làm lại.', en: 'Reload the page and try again.' },
  },
  'incoming.assignee-unknown': {
    status: 422,
    title: {
      vi: 'Người được phân công không giữ vị trí nào trong cơ quan hôm nay.',
      en: 'The assignee holds no position in the agency today.',
    },
  },
  'incoming.day-impossible': {
    status: 422,
    title: {
      vi: 'Ngày đến không được sau hôm nay hoặc trước ngày văn bản tới Hệ thống.',
      en: 'The day of arrival cannot be after today or before the document reached the system.',
    },
  },
  'incoming.file-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy tệp này trong văn bản.', en: 'This document has no such file.' },
  },
};
