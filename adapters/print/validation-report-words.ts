import type { Language } from '@antin/signature/words/catalogue';

/** What stands around the sentence in the printed report. */
export interface PrintWords {
  readonly title: string;
  readonly verdict: Readonly<Record<'valid' | 'invalid' | 'indeterminate' | 'unsigned', string>>;
  readonly file: string;
  readonly size: string;
  readonly bytes: string;
  readonly checkedAt: string;
  readonly policy: string;
  readonly questions: Readonly<Record<'changed' | 'signed' | 'sealed' | 'inForce', string>>;
  readonly answers: string;
  readonly signatures: string;
  readonly signature: string;
  readonly seal: string;
  readonly of: string;
  readonly organisation: string;
  readonly result: Readonly<Record<'TOTAL_PASSED' | 'TOTAL_FAILED' | 'INDETERMINATE', string>>;
  readonly conclusion: string;
  readonly time: string;
  readonly proven: string;
  readonly claimed: string;
  readonly level: string;
  readonly noLevel: string;
  readonly certificate: string;
  readonly serial: string;
  readonly until: string;
  readonly covers: string;
  readonly notes: string;
  readonly about: string;
  readonly sealed: string;
  readonly unsealed: string;
  readonly page: (n: number, of: number) => string;
}

export const PRINT_WORDS: Readonly<Record<Language, PrintWords>> = {
  vi: {
    title: 'BÁO CÁO KIỂM TRA CHỮ KÝ SỐ',
    verdict: { valid: 'HỢP LỆ', invalid: 'KHÔNG HỢP LỆ', indeterminate: 'CHƯA THỂ KẾT LUẬN', unsigned: 'KHÔNG CÓ CHỮ KÝ SỐ' },
    file: 'Tệp được kiểm tra',
    size: 'Kích thước',
    bytes: 'byte',
    checkedAt: 'Thời điểm kiểm tra',
    policy: 'Quy định áp dụng',
    questions: {
      changed: 'Có bị thay đổi không?',
      signed: 'Ai ký, có thẩm quyền không?',
      sealed: 'Cơ quan, tổ chức nào ký?',
      inForce: 'Còn hiệu lực không?',
    },
    answers: 'Bốn câu hỏi',
    signatures: 'Từng chữ ký',
    signature: 'Chữ ký số cá nhân',
    seal: 'Chữ ký số cơ quan, tổ chức',
    of: 'Người ký',
    organisation: 'Cơ quan, tổ chức',
    result: { TOTAL_PASSED: 'đạt', TOTAL_FAILED: 'không đạt', INDETERMINATE: 'chưa thể kết luận' },
    conclusion: 'Kết luận',
    time: 'Thời điểm ký',
    proven: 'theo dấu thời gian',
    claimed: 'theo người ký khai',
    level: 'Định dạng, mức',
    noLevel: 'chưa đạt mức chuẩn',
    certificate: 'Chứng thư do',
    serial: 'Số hiệu chứng thư',
    until: 'Hiệu lực chứng thư',
    covers: 'Phạm vi ký',
    notes: 'Ghi chú của phần mềm',
    about: 'Báo cáo do phần mềm Antin lập tự động. Kết luận chỉ đúng với tệp có mã băm SHA-256 nêu trên, tại thời điểm kiểm tra.',
    sealed: 'Báo cáo được ký số bởi hệ thống kiểm tra; bản không còn chữ ký số này không có giá trị đối chiếu.',
    unsealed:
      'Báo cáo này KHÔNG được ký số: hệ thống kiểm tra chưa có khóa ký báo cáo. Nội dung có thể bị sửa mà không ai biết; cần chắc chắn thì kiểm tra lại tệp gốc.',
    page: (n, of) => `Trang ${n}/${of}`,
  },
  en: {
    title: 'SIGNATURE VALIDATION REPORT',
    verdict: { valid: 'VALID', invalid: 'NOT VALID', indeterminate: 'NO CONCLUSION POSSIBLE', unsigned: 'NOT SIGNED' },
    file: 'File',
    size: 'Size',
    bytes: 'bytes',
    checkedAt: 'Checked at',
    policy: 'Policy',
    questions: {
      changed: 'Has it changed?',
      signed: 'Who signed, entitled then?',
      sealed: 'Which organisation sealed?',
      inForce: 'Still in force?',
    },
    answers: 'Four questions',
    signatures: 'Each signature',
    signature: "A person's signature",
    seal: "An organisation's seal",
    of: 'Signer',
    organisation: 'Organisation',
    result: { TOTAL_PASSED: 'passed', TOTAL_FAILED: 'failed', INDETERMINATE: 'no conclusion possible' },
    conclusion: 'Conclusion',
    time: 'Signed at',
    proven: 'by time-stamp',
    claimed: 'as claimed',
    level: 'Format, level',
    noLevel: 'no baseline level',
    certificate: 'Certificate issued by',
    serial: 'Certificate number',
    until: 'Certificate valid',
    covers: 'Covers',
    notes: 'Notes of the software',
    about:
      'Made by the software Antin without human help. The conclusion holds for the file with the SHA-256 above, at the time of checking.',
    sealed: 'Sealed by the verifying system; a copy that no longer carries this seal proves nothing.',
    unsealed:
      'This report is NOT sealed: the verifying system has no key for its reports. It can be altered without anybody noticing; to be sure, check the original file again.',
    page: (n, of) => `Page ${n} of ${of}`,
  },
};
