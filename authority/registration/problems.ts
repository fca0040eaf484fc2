import type { ProblemRows } from '@antin/adapters/http/problem';

export const registrationProblems: ProblemRows = {
  'request.not-checked-yet': {
    status: 409,
    title: { vi: 'Yêu cầu vừa đến, đang được kiểm tra', en: 'The request has just come and is being checked' },
    remedy: { vi: 'Hãy mở lại sau ít giây.', en: 'Open it again in a few seconds.' },
  },
  'request.decided': { status: 409, title: { vi: 'Yêu cầu đã được quyết định', en: 'The request has been decided' } },
  'request.no-open-question': {
    status: 409,
    title: { vi: 'Không còn câu hỏi nào chờ trả lời', en: 'No question waits for an answer' },
  },
  'request.question-open': {
    status: 409,
    title: { vi: 'Còn câu hỏi chưa được trả lời', en: 'A question has not been answered yet' },
  },
  'request.not-received': { status: 409, title: { vi: 'Yêu cầu không ở bước kiểm tra', en: 'The request is not being checked' } },
  'request.checks-against': {
    status: 409,
    title: { vi: 'Còn điều kiện chưa đạt', en: 'A check stands against it' },
    remedy: { vi: 'Hãy bổ sung hồ sơ hoặc hỏi lại nơi gửi.', en: 'Complete the file, or ask the sender.' },
  },
  'request.shown-changed': {
    status: 409,
    title: { vi: 'Nội dung đã thay đổi so với lúc bạn xem', en: 'It is no longer what you were shown' },
    remedy: { vi: 'Hãy xem lại rồi quyết định.', en: 'Look at it again, then decide.' },
  },
  'request.not-proposed': { status: 409, title: { vi: 'Yêu cầu chưa được đề nghị duyệt', en: 'The request is not proposed' } },
  'request.own-approval': {
    status: 403,
    title: {
      vi: 'Người tiếp nhận, sửa hoặc đề nghị không được duyệt',
      en: 'Who brought in, edited or proposed a request does not approve it',
    },
    remedy: { vi: 'Cần cán bộ khác duyệt.', en: 'Another officer must approve it.' },
  },
  'request.own-issuance': {
    status: 403,
    title: { vi: 'Người đề nghị hoặc duyệt không được cấp phát', en: 'Who proposed or approved a request does not issue it' },
    remedy: { vi: 'Cần cán bộ khác cấp phát.', en: 'Another officer must issue it.' },
  },
  'request.not-approved': { status: 409, title: { vi: 'Yêu cầu chưa được duyệt', en: 'The request is not approved' } },
  'request.issues-nothing': {
    status: 409,
    title: { vi: 'Yêu cầu này không cấp chứng thư', en: 'Nothing is issued for this request' },
  },
  'request.not-issuing': { status: 409, title: { vi: 'Yêu cầu không ở bước cấp phát', en: 'The request is not being issued' } },
  'request.not-issued': { status: 409, title: { vi: 'Chứng thư chưa được cấp', en: 'No certificate has been issued for it' } },
  'request.other-act': { status: 409, title: { vi: 'Đây là loại yêu cầu khác', en: 'This is another kind of request' } },
  'request.revocation-is-direct': {
    status: 409,
    title: { vi: 'Thu hồi không cần đề nghị duyệt', en: 'A revocation is not proposed: it is done at once' },
  },
  'request.version-changed': {
    status: 409,
    title: { vi: 'Người khác đã sửa yêu cầu này', en: 'Somebody else has edited the request' },
    remedy: { vi: 'Hãy tải lại rồi sửa.', en: 'Load it again, then edit.' },
  },
  'request.act-fixed': {
    status: 409,
    title: { vi: 'Không đổi loại yêu cầu hoặc chứng thư được nêu', en: 'An edit does not change what is asked for' },
  },
  'request.statement-other': {
    status: 400,
    title: { vi: 'Văn bản ký không thuộc việc này', en: 'The signed statement is about something else' },
  },
  'request.statement-stale': {
    status: 409,
    title: { vi: 'Văn bản ký đã quá thời hạn', en: 'The signed statement is too old' },
    remedy: { vi: 'Hãy thực hiện và ký lại.', en: 'Do it again and sign anew.' },
  },
  'request.statement-unsigned': {
    status: 403,
    title: { vi: 'Việc này phải được ký bằng thiết bị của bạn', en: 'This must be signed with your own token' },
  },
  'request.signature-not-valid': {
    status: 400,
    title: { vi: 'Chữ ký không hợp lệ', en: 'The signature is not valid' },
  },
  'request.signer-not-bound': {
    status: 403,
    title: { vi: 'Chứng thư ký không phải chứng thư đã đăng ký', en: 'It was not signed with the registered certificate' },
  },
  'request.hand-over-other': {
    status: 400,
    title: { vi: 'Biên bản bàn giao không đúng nội dung đã lập', en: 'This is not the hand-over record that was written' },
  },
  'request.evidence-file-unknown': {
    status: 409,
    title: { vi: 'Chưa có tệp chụp hoặc quét này', en: 'This scan has not been stored' },
  },
  'submission.not-quarantined': {
    status: 409,
    title: { vi: 'Hồ sơ không nằm trong khu vực chờ xử lý', en: 'The file does not stand apart' },
  },
  'submission.no-answers-yet': {
    status: 409,
    title: { vi: 'Hồ sơ này chưa có kết quả nào để mang về', en: 'There is no answer to this request to carry yet' },
  },
  'submission.unreadable': { status: 400, title: { vi: 'Không đọc được tệp', en: 'The file cannot be read' } },
  'submission.too-large': { status: 413, title: { vi: 'Hồ sơ quá lớn', en: 'The request is too large' } },
  'submission.not-a-request': {
    status: 400,
    title: { vi: 'Tệp không chứa yêu cầu hợp lệ', en: 'The file holds no request that can be understood' },
  },
  'submission.not-canonical': {
    status: 400,
    title: { vi: 'Yêu cầu không ở dạng JSON chuẩn tắc', en: 'The request is not written as canonical JSON' },
  },
  'submission.item-twice': { status: 400, title: { vi: 'Một mục xuất hiện hai lần', en: 'One item stands twice' } },
  'submission.unsigned': { status: 400, title: { vi: 'Yêu cầu chưa được ký số', en: 'The request is not signed' } },
  'submission.signature-not-valid': {
    status: 400,
    title: { vi: 'Chữ ký số của yêu cầu không hợp lệ', en: 'The signature of the request is not valid' },
  },
  'submission.request-not-covered': {
    status: 400,
    title: { vi: 'Chữ ký không bao gồm nội dung yêu cầu', en: 'The signature does not cover the request' },
  },
  'submission.sender-unknown': {
    status: 403,
    title: { vi: 'Cơ quan gửi chưa được đăng ký', en: 'The sending agency is not registered' },
  },
  'submission.sender-inactive': {
    status: 403,
    title: { vi: 'Cơ quan gửi đã ngừng được tiếp nhận', en: 'The sending agency may not send any more' },
  },
  'submission.sender-other': {
    status: 403,
    title: { vi: 'Yêu cầu mang tên cơ quan khác', en: 'The request is in another agency’s name' },
  },
  'submission.signer-not-bound': {
    status: 403,
    title: {
      vi: 'Chứng thư ký không phải chứng thư đã đăng ký của cơ quan',
      en: 'It was not signed with the agency’s registered certificate',
    },
  },
  'submission.signers-too-many': {
    status: 400,
    title: {
      vi: 'Yêu cầu có nhiều chữ ký hơn chữ ký của một người lãnh đạo và của cơ quan',
      en: 'The request carries more signatures than a leader’s and the organisation’s',
    },
  },
  'submission.leader-missing': {
    status: 400,
    title: {
      vi: 'Yêu cầu chưa có chữ ký của lãnh đạo cơ quan',
      en: 'The leader of the agency has not signed the request',
    },
  },
  'submission.leader-signature-not-valid': {
    status: 400,
    title: {
      vi: 'Chữ ký của lãnh đạo cơ quan không hợp lệ',
      en: 'The leader’s signature is not valid',
    },
  },
  'submission.leader-not-person': {
    status: 400,
    title: {
      vi: 'Chữ ký thứ hai không phải chữ ký của cá nhân',
      en: 'The second signature is not a person’s',
    },
  },
  'submission.leader-of-other': {
    status: 403,
    title: {
      vi: 'Người ký không thuộc cơ quan gửi yêu cầu',
      en: 'The person who signed is not of the sending agency',
    },
  },
  'submission.leader-not-over-same': {
    status: 400,
    title: {
      vi: 'Lãnh đạo và cơ quan không ký trên cùng các tệp',
      en: 'Leader and organisation did not sign the same files',
    },
  },
  'submission.signed-in-wrong-order': {
    status: 400,
    title: {
      vi: 'Cơ quan ký trước lãnh đạo',
      en: 'The organisation signed before its leader',
    },
  },
  'submission.too-old': {
    status: 400,
    title: {
      vi: 'Yêu cầu đã ký quá lâu trước khi đến nơi',
      en: 'The request was signed too long before it came',
    },
  },
  'submission.signed-in-future': {
    status: 400,
    title: {
      vi: 'Thời điểm ký của yêu cầu ở tương lai',
      en: 'The request says that it was signed in the future',
    },
  },
  'submission.paper-differs': {
    status: 400,
    title: {
      vi: 'Bản in kèm theo không đúng nội dung của yêu cầu điện tử',
      en: 'The print that came along does not say what the request says',
    },
  },
  'submission.items-asked-before': {
    status: 409,
    title: {
      vi: 'Nội dung này đã được tiếp nhận trong một yêu cầu khác',
      en: 'The same was taken in already under another request',
    },
  },
  'submission.id-reused': {
    status: 409,
    title: { vi: 'Mã yêu cầu đã dùng cho nội dung khác', en: 'The request’s id was used for another content' },
  },
  'sender.token-needed': {
    status: 401,
    title: { vi: 'Thiếu hoặc sai mã truy cập của cơ quan', en: 'The agency’s token is missing or wrong' },
  },
  'sender.attachments-too-many': {
    status: 409,
    title: {
      vi: 'Cơ quan đã gửi trước quá nhiều tệp chưa có yêu cầu nào nêu tên',
      en: 'The agency has sent too many attachments ahead that no request names',
    },
    remedy: {
      vi: 'Gửi yêu cầu nêu các tệp đã gửi; tệp không dùng đến được xóa khi hết thời hạn.',
      en: 'Send the requests that name them; what stays unused is removed when its time is over.',
    },
  },
  'sender.attachment-again': {
    status: 409,
    title: { vi: 'Tệp chưa được lưu, hãy gửi lại', en: 'The attachment was not kept: send it again' },
  },
  'sender.attachment-other': {
    status: 400,
    title: { vi: 'Nội dung tệp không khớp mã băm', en: 'The file is not the one its hash names' },
  },
};
