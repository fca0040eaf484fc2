import type { PathVerdict } from '@antin/pki/path/judge';
import type { RevocationFinding } from '@antin/pki/path/revocation-finding';
import { nameText } from '@antin/pki/x509/name';
import type { Language } from '@antin/signature/words/catalogue';
import { vietnamTime } from '@antin/signature/words/sentence';
import { printable } from '../printable.ts';
import type { Unreadable } from './revocation-inputs.ts';
import { codeText } from './status-words.ts';

const LABELS = {
  vi: {
    valid: 'Đường dẫn hợp lệ.',
    invalid: 'Đường dẫn không hợp lệ:',
    anchor: 'tin cậy',
    target: 'chứng thư được hỏi',
    until: 'hạn đến',
    revocation: { good: 'không bị thu hồi', revoked: 'đã bị thu hồi', unknown: 'chưa biết có bị thu hồi hay không' },
    on: 'ngày',
    unreadable: 'không đọc được',
    policies: 'chính sách',
  },
  en: {
    valid: 'The path is valid.',
    invalid: 'The path is not valid:',
    anchor: 'trusted',
    target: 'the certificate asked about',
    until: 'until',
    revocation: { good: 'not revoked', revoked: 'revoked', unknown: 'not known whether it was revoked' },
    on: 'on',
    unreadable: 'not read',
    policies: 'policies',
  },
} as const;

export type ShownVerdict = Omit<PathVerdict, 'code'> & { readonly code: string | null };

/** The verdict, then the path from the trusted certificate down, each with what is wrong with it. */
export function pathText(verdict: ShownVerdict, unreadable: readonly Unreadable[], language: Language): string {
  const words = LABELS[language];
  const lines = [verdict.code === null ? words.valid : `${words.invalid} ${codeText(verdict.code, language)}`];
  const last = verdict.path.length - 1;
  for (let index = last; index >= 0; index--) {
    const one = verdict.path[index]!;
    const indent = '  '.repeat(last - index + 1);
    const role = index === last ? ` (${words.anchor})` : index === 0 ? ` (${words.target})` : '';
    const until = `${words.until} ${vietnamTime(new Date(one.notAfter).toISOString())}`;
    lines.push(`${indent}${printable(nameText(one.subject))}, ${one.serialHex}, ${until}${role}`);
    for (const problem of verdict.problems) {
      if (problem.index !== index) continue;
      const detail = problem.detail === undefined ? '' : ` ${printable(problem.detail)}`;
      lines.push(`${indent}  ! ${codeText(problem.code, language)}${detail}`);
    }
    const finding = verdict.revocation[index];
    if (finding !== undefined) lines.push(`${indent}  ${statusText(finding, language)}`);
  }
  for (const one of unreadable) lines.push(`  ${words.unreadable}: ${printable(one.file)}: ${codeText(one.code, language)}`);
  if (verdict.policies.length > 0) lines.push(`  ${words.policies}: ${verdict.policies.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function statusText(finding: RevocationFinding, language: Language): string {
  const words = LABELS[language];
  const source = finding.source === undefined ? '' : ` (${finding.source.toUpperCase()})`;
  const when = finding.revokedAt === undefined ? '' : ` ${words.on} ${vietnamTime(new Date(finding.revokedAt).toISOString())}`;
  const why = (finding.why ?? []).map((code) => codeText(code, language)).join('; ');
  const mark = finding.status === 'good' ? '·' : '!';
  return `${mark} ${words.revocation[finding.status]}${when}${source}${why === '' ? '' : `: ${why}`}`;
}
