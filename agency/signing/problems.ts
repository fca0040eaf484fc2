import type { ProblemRows } from '@antin/adapters/http/problem';

const row = (status: number, vi: string, en: string, remedy?: { vi: string; en: string }) => ({
  status,
  title: { vi, en },
  ...(remedy === undefined ? {} : { remedy }),
});

export const signingProblems: ProblemRows = {
  'sign.no-authority': row(
    403,
    'Hôm nay bạn không có thẩm quyền ký loại văn bản này',
    'You have no authority over this type of document today',
  ),
  'sign.not-addressed-to-you': row(403, 'Văn bản này được trình người khác ký', 'This document is addressed to another signer'),
  'sign.credential-not-usable': row(
    409,
    'Không có thiết bị nào của bạn đang giữ chứng thư này',
    'None of your devices holds this certificate',
    {
      vi: 'Hãy mở ứng dụng ký trên máy và cắm thiết bị, rồi thử lại.',
      en: 'Start the signing agent on your machine and plug in the token, then try again.',
    },
  ),
  'sign.credential-not-yours': row(
    403,
    'Chứng thư này không được cấp cho bạn hoặc cơ quan bạn',
    'This certificate is not bound to you or your agency',
  ),
  'sign.certificate-expired': row(
    409,
    'Chứng thư đã hết hạn hoặc chưa có hiệu lực',
    'The certificate is not in its period of validity',
    {
      vi: 'Hãy đề nghị gia hạn chứng thư.',
      en: 'Ask for a renewal.',
    },
  ),
  'sign.certificate-revoked': row(
    409,
    'Chứng thư đã bị thu hồi, không thể ký',
    'The certificate has been revoked; it cannot sign',
  ),
  'sign.key-type-unsupported': row(409, 'Loại khóa của chứng thư chưa được hỗ trợ', 'Keys of this type are not supported'),
  'sign.not-your-job': row(403, 'Lệnh ký này do người khác gửi', 'This order was sent by somebody else'),
  'batch.not-found': row(404, 'Không có đợt ký này', 'There is no such batch'),
  'batch.nothing-left': row(409, 'Đợt ký này không còn văn bản nào chưa ký', 'Nothing of this batch is left to sign'),
  'signing.under-way': row(409, 'Thiết bị đã ký xong, hệ thống đang hoàn tất', 'The device has signed; the system is finishing', {
    vi: 'Hãy chờ trong giây lát.',
    en: 'Wait a moment.',
  }),
  'signature.value-mismatch': row(
    409,
    'Giá trị chữ ký không khớp với chứng thư',
    'The signature value does not fit the certificate',
  ),
  'signature.check-failed': row(
    500,
    'Chữ ký vừa tạo không vượt qua bước kiểm tra',
    'The signature that was made did not pass its check',
  ),
  'document.place-too-small': row(
    422,
    'Ô số hoặc ô ngày quá nhỏ cho nội dung sẽ điền',
    'The place of number or date is too small for what will be filled in',
    {
      vi: 'Hãy kéo ô rộng hơn.',
      en: 'Make the box larger.',
    },
  ),
  'pades.field-exists': row(
    422,
    'Tệp PDF đã có trường biểu mẫu trùng tên với trường của hệ thống (số, ngày, chữ ký hoặc dấu)',
    'The PDF already has a form field with a name this system uses (number, date, signature or seal)',
    {
      vi: 'Hãy in lại ra PDF thường rồi tải lên.',
      en: 'Print it to a plain PDF, then upload that.',
    },
  ),
  'document.pdf-not-usable': row(
    422,
    'Không thể thêm trường hoặc chữ ký vào tệp PDF này',
    'No field or signature can be added to this PDF',
    {
      vi: 'Hãy in lại ra PDF thường rồi tải lên.',
      en: 'Print it to a plain PDF, then upload that.',
    },
  ),
  'pades.placement': row(422, 'Vị trí nằm ngoài trang', 'The place lies outside the page'),
  'pades.locked-by-certification': row(
    422,
    'Tệp PDF đã bị khóa, không thể thêm chữ ký',
    'The PDF is locked; no signature may be added',
  ),
  'pades.form-damaged': row(422, 'Biểu mẫu trong tệp PDF bị hỏng', 'The form inside the PDF is damaged'),
  'pades.no-glyph': row(422, 'Có ký tự không thể hiển thị trong văn bản', 'A character cannot be shown in the document'),
  'pades.value-too-long': row(422, 'Số và ký hiệu không vừa ô đã chọn', 'Number and notation do not fit the chosen place'),
};
