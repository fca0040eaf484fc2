import type { ProblemRows } from '@antin/adapters/http/problem';

export const certificatesProblems: ProblemRows = {
  'certificate.agency-unknown': {
    status: 404,
    title: { vi: 'Không có cơ quan này trong phạm vi của bạn.', en: 'There is no such agency within your reach.' },
  },
  'certificate.not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy chứng thư số này.', en: 'This certificate was not found.' },
  },
  'certificate.changed-meanwhile': {
    status: 409,
    title: { vi: 'Thông tin vừa được người khác cập nhật.', en: 'Somebody else has just changed this.' },
    remedy: { vi: 'Tải lại trang rồi làm lại.', en: 'Reload the page and try again.' },
  },
  'certificate.not-in-force': {
    status: 409,
    title: { vi: 'Chứng thư số không còn hoặc chưa có hiệu lực.', en: 'The certificate is not in force.' },
  },
  'certificate.act-pending': {
    status: 409,
    title: {
      vi: 'Đã có một đề nghị đang chờ xử lý cho chứng thư số này.',
      en: 'Something is already asked for this certificate.',
    },
  },
  'certificate.renewed-already': {
    status: 422,
    title: {
      vi: 'Chứng thư số đã được gia hạn đủ số lần cho phép.',
      en: 'The certificate has been renewed as often as allowed.',
    },
    remedy: { vi: 'Hãy đề nghị cấp mới.', en: 'Ask for a new certificate.' },
  },
  'certificate.renewal-too-late': {
    status: 422,
    title: {
      vi: 'Thời hạn còn lại ít hơn số ngày tối thiểu để gia hạn.',
      en: 'Fewer days are left than renewal needs.',
    },
    remedy: { vi: 'Hãy đề nghị cấp mới.', en: 'Ask for a new certificate.' },
  },
  'certificate.cause-does-not-fit': {
    status: 422,
    title: { vi: 'Lý do thu hồi không áp dụng cho loại thuê bao này.', en: 'This cause does not apply to such a subscriber.' },
  },
  'certificate.subject-of-another-form': {
    status: 422,
    title: { vi: 'Thông tin thay đổi thuộc mẫu khác.', en: 'What is to be changed belongs to another form.' },
  },
  'certificate.issuer-unknown': {
    status: 422,
    title: {
      vi: 'Chưa biết chứng thư của nơi cấp nên chưa gửi đề nghị được.',
      en: 'The certificate of its issuer is not known, so nothing can be asked yet.',
    },
    remedy: { vi: 'Hãy nhập chứng thư của nơi cấp vào danh sách tin cậy.', en: 'Add the issuer to the trusted certificates.' },
  },
  'certificate.act-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy đề nghị này.', en: 'What was asked was not found.' },
  },
  'certificate.act-sent': {
    status: 409,
    title: { vi: 'Đề nghị đã được gửi đi nên không thể rút.', en: 'It has been sent and cannot be withdrawn.' },
  },
  'certificate.not-issued': {
    status: 409,
    title: { vi: 'Chứng thư số chưa ở bước bàn giao.', en: 'The certificate is not at the step of hand-over.' },
  },
  'certificate.receiver-not-subscriber': {
    status: 422,
    title: {
      vi: 'Người nhận phải là thuê bao, hoặc người của cơ quan quản lý thiết bị.',
      en: 'The receiver must be the subscriber, or a person of the agency that keeps the device.',
    },
  },
  'certificate.device-taken': {
    status: 422,
    title: {
      vi: 'Thiết bị có số hiệu này đang chứa chứng thư số khác.',
      en: 'The device with this serial number carries another certificate.',
    },
  },
  'certificate.device-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy thiết bị này.', en: 'This device was not found.' },
  },
  'certificate.device-not-now': {
    status: 409,
    title: { vi: 'Thiết bị không ở trạng thái phù hợp cho việc này.', en: 'The device is not in a state for this.' },
  },
  'certificate.hand-over-not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy biên bản bàn giao này.', en: 'This hand-over record was not found.' },
  },
  'certificate.hand-over-not-now': {
    status: 409,
    title: { vi: 'Biên bản đã được ký hoặc đã hủy.', en: 'The record is signed or was cancelled.' },
  },
  'certificate.record-changed': {
    status: 422,
    title: { vi: 'Tệp đã ký không phải biên bản này.', en: 'The signed file is not this record.' },
    remedy: { vi: 'Tải lại biên bản và ký lại, không sửa nội dung.', en: 'Get the record again and sign it unchanged.' },
  },
  'certificate.record-not-signed': {
    status: 422,
    title: {
      vi: 'Biên bản chưa có chữ ký số hợp lệ trên toàn bộ tệp.',
      en: 'The record carries no intact signature over the whole file.',
    },
  },
  'certificate.other-key': {
    status: 422,
    title: {
      vi: 'Biên bản phải được ký bằng chính chứng thư số được bàn giao.',
      en: 'The record must be signed with the very certificate that is handed over.',
    },
  },
  'certificate.sign-elsewhere': {
    status: 422,
    title: {
      vi: 'Khóa của thiết bị, dịch vụ không nằm trên thiết bị ký của bạn; hãy ký biên bản bằng chương trình khác rồi tải lên.',
      en: 'The key of a service does not live on your device: sign the record with another program and bring it here.',
    },
  },
  'certificate.import-damaged': {
    status: 422,
    title: { vi: 'Không đọc được tệp chứng thư số.', en: 'The file of certificates cannot be read.' },
  },
  'certificate.import-not-a-certificate': {
    status: 422,
    title: { vi: 'Tệp này không phải chứng thư số.', en: 'This file is no certificate.' },
  },
  'certificate.import-authority': {
    status: 422,
    title: { vi: 'Đây là chứng thư của tổ chức chứng thực, không phải của thuê bao.', en: 'This is an authority’s certificate.' },
  },
  'certificate.import-foreign': {
    status: 422,
    title: { vi: 'Nơi cấp không nằm trong danh sách tin cậy.', en: 'The issuer is not among the trusted ones.' },
  },
  'certificate.owner-unknown': {
    status: 422,
    title: {
      vi: 'Không có người hoặc cơ quan này trong phạm vi của bạn.',
      en: 'There is no such person or agency within your reach.',
    },
  },
  'certificate.owner-first': {
    status: 409,
    title: { vi: 'Chưa rõ chứng thư số này của ai.', en: 'It is not known whose this certificate is.' },
    remedy: { vi: 'Chọn chủ của chứng thư trước.', en: 'Say whose it is first.' },
  },
  'certificate.file-missing': {
    status: 409,
    title: {
      vi: 'Sổ chưa có tệp của chứng thư số này nên chưa bàn giao được.',
      en: 'The register does not hold the file of this certificate, so it cannot be handed over.',
    },
    remedy: {
      vi: 'Nhập tệp chứng thư số (.cer) do nơi cấp gửi.',
      en: 'Take in the certificate file that the issuer sent.',
    },
  },
  'certificate.subject-unknown': {
    status: 409,
    title: {
      vi: 'Chứng thư số này nhập từ tệp nên chưa có đủ thông tin thuê bao để đề nghị thay đổi.',
      en: 'This certificate was taken in from a file: too little is known of its subscriber to ask for a change.',
    },
    remedy: {
      vi: 'Hãy đề nghị cấp mới với thông tin đúng và đề nghị thu hồi chứng thư này.',
      en: 'Ask for a new one with the right facts, and for this one to be revoked.',
    },
  },
  'certificate.owner-settled': {
    status: 409,
    title: { vi: 'Không đổi được chủ của chứng thư số này nữa.', en: 'Whose this certificate is cannot be changed any more.' },
    remedy: {
      vi: 'Chỉ đổi được khi chứng thư nhập từ tệp do người chọn chủ, đang có hiệu lực, chưa gắn thiết bị và không có đề nghị đang chờ.',
      en: 'Only one taken in from a file whose owner a person chose, in force, without a device and with nothing asked for it can be changed.',
    },
  },
  'certificate.owner-same': {
    status: 422,
    title: { vi: 'Chứng thư số này đã là của người hoặc cơ quan đó.', en: 'The certificate is theirs already.' },
  },
  'certificate.owner-known': {
    status: 409,
    title: { vi: 'Chứng thư số này đã có chủ thể.', en: 'It is known whose this certificate is.' },
  },
};
