import type { ProblemRows } from '@antin/adapters/http/problem';

const row = (status: number, vi: string, en: string, remedy?: { vi: string; en: string }) => ({
  status,
  title: { vi, en },
  ...(remedy === undefined ? {} : { remedy }),
});

export const documentsProblems: ProblemRows = {
  'document.not-found': row(404, 'Không tìm thấy văn bản này trong cơ quan của bạn', 'There is no such document in your agency'),
  'document.not-your-agency': row(403, 'Văn bản thuộc cơ quan khác', 'The document belongs to another agency'),
  'document.wrong-state': row(
    409,
    'Văn bản không ở trạng thái cho phép thao tác này',
    'The document is not in a state that allows this',
  ),
  'document.changed-meanwhile': row(409, 'Người khác vừa thay đổi văn bản này', 'Somebody has changed this document meanwhile', {
    vi: 'Hãy tải lại trang, xem thay đổi rồi làm lại.',
    en: 'Reload the page, look at the change, then try again.',
  }),
  'document.fields-not-right': row(422, 'Một số thông tin của văn bản chưa đúng', 'Some fields of the document are not right'),
  'document.type-unknown': row(422, 'Loại văn bản không có trong danh mục', 'There is no such kind of document'),
  'document.notation-form': row(
    422,
    'Ký hiệu chỉ gồm chữ, số và các dấu “-”, “/”, “.”, không có khoảng trắng, ví dụ STC-NS',
    'The notation has letters, digits and “-”, “/”, “.”, no spaces, e.g. STC-NS',
  ),
  'document.signer-without-authority': row(
    422,
    'Người ký không có thẩm quyền ký loại văn bản này vào hôm nay',
    'The signer has no authority over this type of document today',
  ),
  'document.signer-unknown': row(
    422,
    'Người này hiện không có thẩm quyền ký của cơ quan bạn',
    'This person may not sign for your agency today',
  ),
  'document.addressee-self': row(
    422,
    'Không thể gửi văn bản cho chính cơ quan mình',
    'A document cannot be sent to one’s own agency',
  ),
  'document.addressee-closed': row(
    422,
    'Cơ quan nhận không còn hoạt động và chưa có cơ quan kế thừa',
    'The addressee exists no more and nobody took over',
  ),
  'document.file-not-uploaded': row(422, 'Tệp này chưa được tải lên', 'This file has not been uploaded'),
  'document.file-name-twice': row(422, 'Hai tệp có cùng tên', 'Two files have the same name'),
  'document.main-not-pdf': row(422, 'Tệp chính của văn bản phải là PDF', 'The main file must be a PDF'),
  'document.main-already-signed': row(422, 'Tệp chính đã có chữ ký số', 'The main file is signed already', {
    vi: 'Hãy tải lên bản chưa ký; chữ ký của lãnh đạo được thực hiện trong hệ thống.',
    en: 'Upload the unsigned file; the leader signs it here.',
  }),
  'document.place-outside-page': row(422, 'Vị trí nằm ngoài trang', 'The place lies outside the page'),
  'document.places-missing': row(422, 'Chưa chọn vị trí số và ngày', 'The places of number and date are not chosen'),
  'upload.name-missing': row(400, 'Tệp không có tên hợp lệ', 'The file has no usable name'),
  'upload.empty': row(422, 'Tệp rỗng', 'The file is empty'),
  'upload.type-not-accepted': row(
    415,
    'Loại tệp không được chấp nhận, hoặc nội dung không đúng với đuôi tệp',
    'This kind of file is not accepted, or its content is not what its name says',
    {
      vi: 'Dùng PDF, Word, Excel, PowerPoint, ODF, ảnh, CSV, TXT, XML hoặc ZIP.',
      en: 'Use PDF, Word, Excel, PowerPoint, ODF, images, CSV, TXT, XML or ZIP.',
    },
  ),
  'upload.pdf-encrypted': row(422, 'Tệp PDF được bảo vệ bằng mật khẩu', 'The PDF is encrypted', {
    vi: 'Hãy bỏ mật khẩu rồi tải lên lại.',
    en: 'Remove the protection, then upload it again.',
  }),
  'upload.pdf-damaged': row(422, 'Tệp PDF bị hỏng hoặc sai cấu trúc', 'The PDF is damaged', {
    vi: 'Hãy xuất lại tệp từ chương trình soạn thảo.',
    en: 'Export the file again from the program that made it.',
  }),
  'upload.pdf-no-page': row(422, 'Tệp PDF không có trang nào', 'The PDF has no page'),
  'upload.pdf-too-many-pages': row(422, 'Tệp PDF có quá nhiều trang (tối đa 5000)', 'The PDF has too many pages (5000 at most)'),
  'upload.pdf-active-content': row(
    422,
    'Tệp PDF chứa mã lệnh, tệp nhúng hoặc nội dung động',
    'The PDF holds scripts, embedded files or other active content',
    { vi: 'Hãy in lại ra PDF thường rồi tải lên.', en: 'Print it to a plain PDF, then upload that.' },
  ),
  'upload.pdf-too-complex': row(422, 'Tệp PDF quá phức tạp để kiểm tra', 'The PDF is too complex to be looked through', {
    vi: 'Hãy in lại ra PDF thường rồi tải lên.',
    en: 'Print it to a plain PDF, then upload that.',
  }),
  'upload.pdf-locked': row(
    422,
    'Tệp PDF đã bị khóa bởi chữ ký chứng thực, không thể thêm chữ ký',
    'The PDF is locked by a certifying signature; nothing may be added',
  ),
  'role.drafter-needed': row(403, 'Chỉ người soạn thảo được làm việc này', 'Only drafters may do this'),
  'role.leader-needed': row(403, 'Chỉ lãnh đạo được làm việc này', 'Only leaders may do this'),
  'role.clerk-needed': row(403, 'Chỉ văn thư được làm việc này', 'Only clerks may do this'),
};
