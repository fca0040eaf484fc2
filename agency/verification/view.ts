import type { VerificationView } from '@antin/protocol/office/incoming';
import { sentenceFor } from '@antin/signature/words/sentence';
import type { ValidationReport } from '@antin/signature/validation/types';

export interface JudgedFile {
  readonly role: 'main' | 'annex';
  readonly name: string;
  readonly report: ValidationReport;
}

const WORST_FIRST = ['invalid', 'unsigned', 'indeterminate', 'valid'] as const;

/**
 * One verdict for a document of several files: the worst of them. The sentence is the main file's; when an annex is
 * worse, its name and sentence come first, because that is what the clerk must act on.
 */
export function verificationView(files: readonly JudgedFile[], at: Date): VerificationView {
  const [main] = files.filter((file) => file.role === 'main');
  const worst = [...files].sort((a, b) => rank(a) - rank(b))[0];
  if (main === undefined || worst === undefined) return nothingToJudge(at);
  const deciding = rank(worst) < rank(main) ? worst : main;
  const vi = sentenceFor(deciding.report, 'vi');
  const en = sentenceFor(deciding.report, 'en');
  const named = deciding === main ? { vi: '', en: '' } : { vi: `Phụ lục “${deciding.name}”: `, en: `Annex “${deciding.name}”: ` };
  return {
    verdict: deciding.report.verdict,
    sentence: { vi: `${named.vi}${withNext(vi)}`, en: `${named.en}${withNext(en)}` },
    answers: {
      changed: { vi: vi.answers.changed.text, en: en.answers.changed.text },
      who: { vi: vi.answers.signed.text, en: en.answers.signed.text },
      sealed: { vi: vi.answers.sealed.text, en: en.answers.sealed.text },
      inForce: { vi: vi.answers.inForce.text, en: en.answers.inForce.text },
    },
    checkedAt: at.toISOString(),
    report: { files: files.map(({ role, name, report }) => ({ role, name, ...report })) },
  };
}

/** What could not be concluded is said with the next step. */
function withNext({ heading, next }: { readonly heading: string; readonly next?: string }): string {
  return next === undefined ? heading : `${heading} ${next}`;
}

function rank(file: JudgedFile): number {
  return WORST_FIRST.indexOf(file.report.verdict);
}

function nothingToJudge(at: Date): VerificationView {
  const sentence = {
    vi: 'Văn bản không có tệp PDF nào để kiểm tra chữ ký số.',
    en: 'The document has no PDF file whose signatures could be checked.',
  };
  return {
    verdict: 'unsigned',
    sentence,
    answers: { changed: sentence, who: sentence, sealed: sentence, inForce: sentence },
    checkedAt: at.toISOString(),
    report: { files: [] },
  };
}
