import type { BothLanguages } from '@antin/protocol/basics';

const both = (vi: string, en: string): BothLanguages => ({ vi, en });

/** Words about a document of several files; what concerns one file's signatures is the catalogue's of `signature/words`. */
export const VIEW_WORDS = {
  noMain: both(
    'Văn bản không có tệp chính để kiểm tra chữ ký số.',
    'The document has no main file whose signatures could be checked.',
  ),
  severalMains: (names: readonly string[]) =>
    both(
      `Văn bản có ${names.length} tệp chính (${quoted(names)}): chưa thể kết luận tệp nào là văn bản. Đề nghị nơi gửi gửi lại.`,
      `The document has ${names.length} main files (${quoted(names)}): which of them is the document cannot be said. Ask the sender to send it again.`,
    ),
  unreadableMain: (name: string) =>
    both(
      `Chưa thể kết luận: tệp chính “${name}” thuộc định dạng mà hệ thống không đọc được chữ ký số. Đề nghị nơi gửi gửi bản PDF đã ký số.`,
      `No conclusion possible: the main file “${name}” is of a format whose signatures are not read here. Ask the sender for the signed PDF.`,
    ),
  notPdf: (name: string) =>
    both(
      `Chưa thể kết luận: tệp “${name}” được gửi là PDF nhưng nội dung không phải PDF. Không mở tệp; đề nghị nơi gửi gửi lại.`,
      `No conclusion possible: the file “${name}” was sent as PDF, and its content is none. Do not open it; ask the sender to send it again.`,
    ),
  notPdfNorSigned: (name: string) =>
    both(
      `Tệp “${name}” được gửi là PDF nhưng nội dung không phải PDF và không có chữ ký số. Không mở tệp; đề nghị nơi gửi gửi lại.`,
      `The file “${name}” was sent as PDF; its content is none and carries no signature. Do not open it; ask the sender to send it again.`,
    ),
  noSignatureFile: (name: string) =>
    both(
      `Chưa thể kết luận: tệp chữ ký “${name}” không đọc được. Đề nghị nơi gửi gửi lại.`,
      `No conclusion possible: the signature file “${name}” cannot be read. Ask the sender to send it again.`,
    ),
  stopped: (name: string) =>
    both(
      `Chưa thể kết luận: kiểm tra tệp “${name}” cần quá nhiều thời gian hoặc bộ nhớ nên đã dừng lại. Báo cho quản trị viên hoặc hỏi nơi gửi.`,
      `No conclusion possible: checking the file “${name}” took too much time or memory and was stopped. Tell the administrator or ask the sender.`,
    ),
  unsignedAnnex: (name: string) =>
    both(
      `Phụ lục “${name}” không có chữ ký số riêng; được nhận đúng như bên gửi gửi.`,
      `Annex “${name}” carries no signature of its own; it is as the sender sent it.`,
    ),
  notChecked: both('Chưa kiểm tra được.', 'Could not be checked.'),
  annex: (name: string) => both(`Phụ lục “${name}”: `, `Annex “${name}”: `),
  main: (name: string) => both(`Tệp chính “${name}”: `, `Main file “${name}”: `),
  signatureFile: (name: string) => both(`Tệp chữ ký “${name}”: `, `Signature file “${name}”: `),
} as const;

function quoted(names: readonly string[]): string {
  return names.map((name) => `“${name}”`).join(', ');
}
