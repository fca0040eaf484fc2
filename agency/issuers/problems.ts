import type { ProblemRows } from '@antin/adapters/http/problem';

export const issuersProblems: ProblemRows = {
  'role.certificate-officer-needed': {
    status: 403,
    title: { vi: 'Chỉ cán bộ quản lý chứng thư số được làm việc này.', en: 'Only a certificate officer may do this.' },
  },
  'sealed.does-not-open': {
    status: 500,
    title: {
      vi: 'Không mở được dữ liệu đã mã hóa: khóa của hệ thống không khớp, hoặc dữ liệu đã bị sửa.',
      en: 'Sealed data does not open: the key of this system does not fit it, or it was changed.',
    },
    remedy: {
      vi: 'Báo quản trị hệ thống khôi phục đúng tệp khóa platform-key.pem đi cùng cơ sở dữ liệu này.',
      en: 'Tell the administrator to put back the platform-key.pem that belongs to this database.',
    },
  },
  'issuer.request-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy hồ sơ đề nghị này.', en: 'This request was not found.' },
  },
  'issuer.request-not-now': {
    status: 409,
    title: {
      vi: 'Hồ sơ đề nghị không còn ở bước này.',
      en: 'The request is no longer in a state for this step.',
    },
    remedy: { vi: 'Tải lại trang để xem trạng thái mới.', en: 'Reload the page to see its present state.' },
  },
  'issuer.not-signed': {
    status: 409,
    title: {
      vi: 'Hồ sơ chưa được ký bằng chữ ký số của cơ quan nên chưa gửi được.',
      en: 'The request has not been signed with the organisation’s signature; it cannot be sent yet.',
    },
    remedy: {
      vi: 'Người giữ thiết bị chữ ký số của cơ quan mở hồ sơ và bấm Ký số.',
      en: 'Whoever keeps the organisation’s signing device opens the request and signs it.',
    },
  },
  'issuer.signed-already': {
    status: 409,
    title: { vi: 'Hồ sơ đã được ký.', en: 'The request is signed already.' },
    remedy: { vi: 'Tải lại trang để xem trạng thái mới.', en: 'Reload the page to see its present state.' },
  },
  'issuer.seal-holder-needed': {
    status: 403,
    title: {
      vi: 'Chỉ người được giao giữ chữ ký số của cơ quan (văn thư) ký được hồ sơ này.',
      en: 'Only who keeps the organisation’s signature (a clerk) may sign this request.',
    },
  },
  'issuer.leader-needed': {
    status: 403,
    title: {
      vi: 'Chỉ lãnh đạo của chính cơ quan này ký được với tư cách lãnh đạo.',
      en: 'Only a leader of this very agency may sign as its leader.',
    },
  },
  'issuer.leader-not-taken': {
    status: 422,
    title: {
      vi: 'Cấu hình hiện hành không dùng chữ ký của lãnh đạo trên hồ sơ đề nghị.',
      en: 'By the configuration of today a leader’s signature is not taken.',
    },
  },
  'issuer.leader-first': {
    status: 409,
    title: {
      vi: 'Lãnh đạo phải ký trước chữ ký số của cơ quan.',
      en: 'The leader signs before the organisation.',
    },
    remedy: { vi: 'Đề nghị lãnh đạo mở hồ sơ và ký số.', en: 'Ask the leader to open the request and sign it.' },
  },
  'issuer.leader-signed-already': {
    status: 409,
    title: { vi: 'Lãnh đạo đã ký hồ sơ.', en: 'The leader has signed the request.' },
    remedy: { vi: 'Tải lại trang để xem trạng thái mới.', en: 'Reload the page to see its present state.' },
  },
  'issuer.request-shredded': {
    status: 410,
    title: {
      vi: 'Hồ sơ đã rút và giấy tờ của nó đã bị hủy theo thời hạn lưu.',
      en: 'The request was taken apart, and its papers were destroyed when their time was over.',
    },
  },
  'issuer.nothing-to-request': {
    status: 422,
    title: { vi: 'Không có nội dung nào để lập hồ sơ đề nghị.', en: 'There is nothing to put into a request.' },
  },
  'issuer.connector-unknown': {
    status: 422,
    title: { vi: 'Không có kết nối này đến đơn vị cấp chứng thư số.', en: 'There is no such way to the issuer.' },
  },
  'issuer.act-not-offered': {
    status: 422,
    title: {
      vi: 'Kết nối này không nhận loại đề nghị đó; hãy in mẫu và gửi bằng văn bản.',
      en: 'This way to the issuer does not take such requests; print the form and send it by letter.',
    },
  },
  'issuer.item-not-complete': {
    status: 422,
    title: { vi: 'Một dòng của hồ sơ chưa đủ thông tin.', en: 'An item of the request is not complete.' },
  },
  'issuer.archive-damaged': {
    status: 422,
    title: { vi: 'Không đọc được tệp kết quả.', en: 'The result archive cannot be read.' },
    remedy: { vi: 'Hãy tải lại tệp từ đơn vị cấp rồi gửi lại.', en: 'Get the file from the issuer again.' },
  },
  'issuer.archive-unsealed': {
    status: 422,
    title: {
      vi: 'Tệp kết quả không có con dấu số kết luận được của đơn vị cấp.',
      en: 'The result archive has no seal of its issuer that can be relied on.',
    },
    remedy: { vi: 'Hãy đề nghị đơn vị cấp gửi lại tệp có con dấu số.', en: 'Ask the issuer for the sealed file.' },
  },
  'issuer.archive-seal-broken': {
    status: 422,
    title: {
      vi: 'Con dấu số trên tệp kết quả không đúng: tệp đã bị sửa hoặc không phải của đơn vị cấp.',
      en: 'The seal on the result archive does not hold: it was changed, or is not the issuer’s.',
    },
    remedy: {
      vi: 'Không dùng tệp này. Hãy tải lại tệp gốc từ đơn vị cấp và báo cho họ biết.',
      en: 'Do not use this file. Get the original from the issuer, and tell them.',
    },
  },
  'issuer.unmatched-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy kết quả chưa khớp này, hoặc đã xử lý.', en: 'This answer was not found, or it is settled.' },
  },
  'issuer.still-does-not-fit': {
    status: 422,
    title: {
      vi: 'Chứng thư này không thuộc đề nghị đã chọn: khóa, nơi cấp hoặc trạng thái không phù hợp.',
      en: 'This certificate cannot belong to that item: its key, issuer or state does not fit.',
    },
  },
  'issuer.name-differs': {
    status: 409,
    title: {
      vi: 'Tên trong chứng thư khác với tên đã đề nghị.',
      en: 'The name in the certificate differs from the one asked for.',
    },
    remedy: {
      vi: 'Nếu đúng là của thuê bao này, hãy nhập lại tên trong chứng thư để xác nhận.',
      en: 'If it is this subscriber’s all the same, write the name of the certificate to confirm.',
    },
  },
  'issuer.question-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy câu hỏi này.', en: 'This question was not found.' },
  },
  'issuer.question-answered': {
    status: 409,
    title: { vi: 'Câu hỏi đã được trả lời.', en: 'The question has been answered.' },
  },
};
