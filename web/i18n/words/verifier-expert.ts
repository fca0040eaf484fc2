import type { Words } from '../catalogue.ts';

/** The tabs for experts behind the answer. */
export const expertWords = {
  expert: ['Dành cho chuyên gia', 'For experts'],
  checks: ['Các bước kiểm tra', 'Checks'],
  facts: ['Dữ kiện', 'Facts'],
  etsi: ['Báo cáo ETSI', 'ETSI report'],
  pieces: ['Chứng thư và bằng chứng', 'Certificates and evidence'],
  'checks.text': [
    'Mỗi dòng là một bước kiểm tra và điều khoản tiêu chuẩn của nó. Chính sách: {policy}.',
    'Each row is one check with the clause of its standard. Policy: {policy}.',
  ],
  'checks.none': ['Tệp không có chữ ký để kiểm tra.', 'The file has no signature to check.'],
  'facts.text': [
    'Những gì đọc và tính được từ tệp, chưa có kết luận nào.',
    'What was read and computed from the file; no conclusion is in it.',
  ],
  'etsi.text': [
    'Báo cáo XML theo ETSI TS 119 102-2, cho phần mềm khác đọc. Bản này không được ký.',
    'XML report per ETSI TS 119 102-2, for other software. This copy is not signed.',
  ],
  'etsi.none': [
    'Tệp không có chữ ký: tiêu chuẩn ETSI TS 119 102-2 không có báo cáo cho trường hợp này.',
    'The file has no signature: ETSI TS 119 102-2 has no report for that.',
  ],
  'pieces.text': [
    'Những gì kết luận dựa vào, lấy từ tệp và từ máy chủ này.',
    'What the conclusion rests on, from the file and from this server.',
  ],
  'pieces.none': ['Không có gì để tải.', 'There is nothing to save.'],
  'piece.certificate': ['Chứng thư', 'Certificate'],
  'piece.crl': ['Danh sách thu hồi', 'Revocation list'],
  'piece.ocsp': ['Trả lời OCSP', 'OCSP answer'],
  'piece.time-stamp': ['Dấu thời gian', 'Time-stamp'],
  'signature.n': ['Chữ ký {n}', 'Signature {n}'],
  'best.proven': ['Có từ trước thời điểm (theo dấu thời gian):', 'Existed at (by time-stamp):'],
  'best.now': ['Xét tại thời điểm:', 'Judged at:'],
  check: ['Bước kiểm tra', 'Check'],
  clause: ['Điều khoản', 'Clause'],
  result: ['Kết quả', 'Result'],
  'status.passed': ['đạt', 'passed'],
  'status.failed': ['không đạt', 'failed'],
  'status.warned': ['lưu ý', 'warned'],
  'status.informed': ['thông tin', 'informed'],
  'status.ignored': ['bỏ qua', 'ignored'],
  'status.not-applicable': ['không áp dụng', 'not applicable'],
  save: ['Tải về', 'Save'],
  'save.named': ['Tải {name}', 'Save {name}'],
} as const satisfies Words;
