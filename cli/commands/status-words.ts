import type { PathVerdictCode } from '@antin/pki/path/judge';
import type { Language } from '@antin/signature/words/catalogue';

/** What stands beside a certificate and not in the engine: files that could not be read, questions that make no sense. */
type CommandCode =
  | 'revocation.not-the-issuer'
  | 'ocsp.no-response'
  | 'ocsp.malformed-request'
  | 'ocsp.internal-error'
  | 'ocsp.try-later'
  | 'ocsp.sig-required'
  | 'ocsp.unauthorized'
  | 'ocsp.nonce-mismatch';
type Code = PathVerdictCode | CommandCode;

/** Code, Vietnamese, English. */
const WORDS: Readonly<Record<Code, readonly [vi: string, en: string]>> = {
  'path.none': ['không có đường dẫn nào tới chứng thư tin cậy', 'no path leads to a trusted certificate'],
  'path.limit-length': ['đường dẫn dài hơn giới hạn tìm kiếm', 'paths are longer than the search goes'],
  'path.limit-paths': ['có quá nhiều đường dẫn để xét hết', 'there are more paths than are looked at'],
  'path.limit-steps': ['có quá nhiều chứng thư cùng tên để xét hết', 'there are more certificates of one name than are tried'],
  'path.empty': ['đường dẫn rỗng', 'the path is empty'],
  'path.name-chaining': ['tên người cấp không khớp với chứng thư ở trên', 'the issuer named is not the one above'],
  'path.no-subject': ['chứng thư không ghi tên chủ thể', 'the certificate names nobody'],
  'path.signature-invalid': ['chữ ký của người cấp trên chứng thư không đúng', 'the signature of the issuer is wrong'],
  'path.algorithm-mismatch': ['chứng thư ghi hai thuật toán ký khác nhau', 'the certificate names two signature algorithms'],
  'path.not-yet-valid': ['chứng thư chưa có hiệu lực', 'the certificate is not yet in force'],
  'path.expired': ['chứng thư đã hết hạn', 'the certificate has expired'],
  'path.not-a-ca': [
    'chứng thư cấp trên không phải là của tổ chức cấp chứng thư',
    'a certificate above is not that of an authority',
  ],
  'path.length-exceeded': ['số cấp trung gian vượt mức cho phép', 'more authorities than allowed stand between'],
  'path.key-usage': ['khóa không được dùng vào việc này', 'the key is not made for this use'],
  'path.extended-key-usage': ['chứng thư không được cấp cho mục đích này', 'the certificate is not made for this purpose'],
  'path.name-constraints': ['tên nằm ngoài phạm vi của tổ chức cấp', 'a name is outside of what the authority may certify'],
  'path.policy-required': ['không có chính sách chứng thư được chấp nhận', 'no acceptable certificate policy holds'],
  'path.policy-mapping': ['ánh xạ chính sách không hợp lệ', 'a policy mapping is not allowed'],
  'path.unknown-critical-extension': [
    'có phần mở rộng bắt buộc mà không ai ở đây hiểu',
    'a critical extension is not known here',
  ],
  'path.weak-algorithm': ['thuật toán ký đã yếu', 'the signature algorithm is too weak'],
  'path.unsupported-algorithm': ['thuật toán ký chưa được hỗ trợ', 'the signature algorithm is not supported'],
  'path.unsupported-name-constraint': [
    'không so sánh được tên với phạm vi của tổ chức cấp',
    'a name cannot be held against its constraint',
  ],
  'revocation.revoked': ['chứng thư đã bị thu hồi', 'the certificate was revoked'],
  'revocation.no-evidence': [
    'không có dữ liệu thu hồi nào về chứng thư này',
    'nothing at hand says anything about this certificate',
  ],
  'revocation.after-expiry': [
    'dữ liệu có sau khi chứng thư hết hạn và không còn lưu chứng thư hết hạn',
    'the data is from after expiry and does not keep expired certificates',
  ],
  'revocation.reasons-incomplete': ['dữ liệu chỉ nói về một số lý do thu hồi', 'the data covers only some reasons of revocation'],
  'revocation.limit-checks': ['dữ liệu thu hồi rối đến mức không xét hết', 'the data is so entangled that not all was looked at'],
  'revocation.not-the-issuer': ['chứng thư này do tổ chức khác cấp', 'the certificate was issued by somebody else'],
  'crl.signature-invalid': ['chữ ký trên danh sách thu hồi không đúng', 'the signature of the list is wrong'],
  'crl.unsupported-algorithm': ['thuật toán ký danh sách thu hồi chưa được hỗ trợ', 'the algorithm of the list is not supported'],
  'crl.weak-algorithm': ['thuật toán ký danh sách thu hồi đã yếu', 'the algorithm of the list is too weak'],
  'crl.issuer-not-authorised': ['người ký danh sách thu hồi không có thẩm quyền', 'the signer of the list has no authority'],
  'crl.not-yet-valid': ['danh sách thu hồi ghi thời điểm ở tương lai', 'the list is from the future'],
  'crl.stale': ['danh sách thu hồi đã quá hạn', 'the list is out of date'],
  'crl.no-next-update': ['danh sách thu hồi không ghi lần cập nhật sau', 'the list does not say until when it counts'],
  'crl.period-reversed': ['danh sách thu hồi hết hạn trước khi có hiệu lực', 'the list ends before it begins'],
  'crl.remove-from-full-list': [
    'danh sách thu hồi đầy đủ lại ghi mục gỡ bỏ',
    'a full list holds an entry that only a delta may hold',
  ],
  'crl.unknown-critical-extension': [
    'danh sách thu hồi có phần mở rộng bắt buộc mà không ai ở đây hiểu',
    'a critical extension of the list is not known here',
  ],
  'crl.out-of-scope': ['danh sách thu hồi không bao gồm chứng thư này', 'the list does not cover this certificate'],
  'crl.indirect-not-announced': [
    'danh sách thu hồi gián tiếp nhưng không ghi như vậy',
    'the list is indirect and does not say so',
  ],
  'crl.delta-without-base': ['danh sách thu hồi bổ sung thiếu danh sách gốc', 'a delta list came without the list it builds on'],
  'ocsp.signature-invalid': ['chữ ký trên câu trả lời OCSP không đúng', 'the signature of the answer is wrong'],
  'ocsp.unsupported-algorithm': [
    'thuật toán ký câu trả lời OCSP chưa được hỗ trợ',
    'the algorithm of the answer is not supported',
  ],
  'ocsp.weak-algorithm': ['thuật toán ký câu trả lời OCSP đã yếu', 'the algorithm of the answer is too weak'],
  'ocsp.responder-not-authorised': ['máy chủ OCSP không có thẩm quyền', 'the responder has no authority'],
  'ocsp.responder-revoked': ['chứng thư của máy chủ OCSP đã bị thu hồi', 'the certificate of the responder was revoked'],
  'ocsp.responder-status-unknown': [
    'chưa biết chứng thư của máy chủ OCSP có bị thu hồi hay không',
    'whether the responder was revoked is not known',
  ],
  'ocsp.responder-expired': [
    'khi trả lời, chứng thư của máy chủ OCSP không còn hạn',
    'the responder was not in force when it answered',
  ],
  'ocsp.not-yet-valid': ['câu trả lời OCSP ghi thời điểm ở tương lai', 'the answer is from the future'],
  'ocsp.period-reversed': ['câu trả lời OCSP hết hạn trước khi có hiệu lực', 'the answer ends before it begins'],
  'ocsp.stale': ['câu trả lời OCSP đã quá hạn', 'the answer is out of date'],
  'ocsp.status-unknown': ['máy chủ OCSP không biết chứng thư này', 'the responder does not know this certificate'],
  'ocsp.unknown-critical-extension': [
    'câu trả lời OCSP có phần mở rộng bắt buộc mà không ai ở đây hiểu',
    'a critical extension of the answer is not known here',
  ],
  'ocsp.certificate-hash-mismatch': ['câu trả lời OCSP nói về một chứng thư khác', 'the answer is about another certificate'],
  'ocsp.no-response': ['câu trả lời OCSP thuộc loại không đọc được', 'the answer is of a kind that is not read'],
  'ocsp.malformed-request': ['máy chủ OCSP trả lời: câu hỏi sai dạng', 'the responder says that the question was malformed'],
  'ocsp.internal-error': ['máy chủ OCSP báo lỗi', 'the responder has a fault'],
  'ocsp.try-later': ['máy chủ OCSP hẹn hỏi lại sau', 'the responder asks to try later'],
  'ocsp.sig-required': ['máy chủ OCSP đòi câu hỏi có chữ ký', 'the responder wants signed questions'],
  'ocsp.unauthorized': ['máy chủ OCSP không trả lời về chứng thư này', 'the responder does not answer for this certificate'],
  'ocsp.nonce-mismatch': ['câu trả lời OCSP không dành cho câu hỏi này', 'the answer is not to this question: the nonce differs'],
};

/** What a code means, and the code. One that is not here comes from a reader: the file is damaged. */
export function codeText(code: string, language: Language): string {
  const words = (WORDS as Readonly<Record<string, readonly [string, string] | undefined>>)[code];
  const damaged = language === 'vi' ? 'dữ liệu hỏng, không đọc được' : 'damaged, cannot be read';
  return `${words === undefined ? damaged : words[language === 'vi' ? 0 : 1]} [${code}]`;
}
