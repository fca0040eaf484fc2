import { printable } from '../../printable.ts';
import type { JournalAnswer } from './check.ts';
import type { JudgedHead } from './judge-head.ts';

const WORDS = {
  vi: {
    entry: { valid: 'Mục này có trong nhật ký.', other: 'Chưa chứng minh được mục này có trong nhật ký.' },
    growth: {
      valid: 'Nhật ký sau chứa nguyên vẹn nhật ký trước.',
      other: 'Chưa chứng minh được nhật ký sau chứa nguyên vẹn nhật ký trước.',
    },
    copy: { valid: 'Bản sao nhật ký nguyên vẹn.', other: 'Chưa thể kết luận bản sao nhật ký nguyên vẹn.' },
    invalid: 'KHÔNG ĐÚNG',
    head: 'Đầu nhật ký',
    entries: 'mục',
    signed: 'ký bởi',
    stamped: 'dấu thời gian',
    brokenAt: 'Sai hoặc không có chữ ký từ mục',
    place: 'Vị trí',
    verdict: { valid: 'hợp lệ', invalid: 'không hợp lệ', indeterminate: 'chưa kết luận được' },
  },
  en: {
    entry: { valid: 'This entry stands in the journal.', other: 'It is not proven that this entry stands in the journal.' },
    growth: {
      valid: 'The later journal begins with the whole earlier one.',
      other: 'It is not proven that the later journal begins with the whole earlier one.',
    },
    copy: { valid: 'The copy of the journal is whole.', other: 'It cannot be concluded that the copy of the journal is whole.' },
    invalid: 'DOES NOT HOLD',
    head: 'Head',
    entries: 'entries',
    signed: 'signed by',
    stamped: 'time-stamped',
    brokenAt: 'Wrong or unsigned from entry',
    place: 'Place',
    verdict: { valid: 'valid', invalid: 'not valid', indeterminate: 'cannot be concluded' },
  },
} as const;

/** The answer for people, first what it means, then what it rests on. */
export function answerText(answer: JournalAnswer, language: 'vi' | 'en'): string {
  const words = WORDS[language];
  const sentence = words[answer.subject][answer.verdict === 'valid' ? 'valid' : 'other'];
  const lines = [
    answer.verdict === 'invalid' ? `${words.invalid}. ${sentence} [${answer.code}]` : suffixed(sentence, answer.code),
    ...(answer.brokenAt === undefined ? [] : [`${words.brokenAt}: ${answer.brokenAt}`]),
    ...(answer.leafIndex === undefined ? [] : [`${words.place}: ${answer.leafIndex}`]),
    ...answer.heads.map((head) => headLine(head, words)),
    ...(answer.entry === undefined ? [] : JSON.stringify(answer.entry, null, 2).split('\n')),
  ];
  // Origin, signer and entry are a stranger's words: they must not repaint the answer above them.
  return `${lines.map(printable).join('\n')}\n`;
}

function suffixed(sentence: string, code: string | null): string {
  return code === null ? sentence : `${sentence} [${code}]`;
}

function headLine(head: JudgedHead, words: (typeof WORDS)['vi' | 'en']): string {
  const parts = [
    `${words.head} ${head.origin}: ${head.size} ${words.entries}`,
    ...(head.signer === null ? [] : [`${words.signed} ${head.signer}`]),
    ...(head.at === null ? [] : [`${words.stamped} ${head.at}`]),
    words.verdict[head.verdict],
  ];
  return parts.join(' · ');
}
