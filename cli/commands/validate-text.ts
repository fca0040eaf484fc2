import type { SignatureReport, ValidationReport, Verdict } from '@antin/signature/validation/types';
import type { Language, Sentence } from '@antin/signature/words/catalogue';
import { nameOf, sentenceFor, vietnamTime } from '@antin/signature/words/sentence';
import { printable } from '../printable.ts';

const LABELS = {
  vi: {
    changed: 'Có bị thay đổi không?',
    signed: 'Ai ký, có thẩm quyền không?',
    sealed: 'Cơ quan, tổ chức nào ký?',
    inForce: 'Còn hiệu lực không?',
    signature: 'Chữ ký',
    by: 'của',
    issuer: 'do',
    level: 'mức',
    time: 'thời điểm',
    proven: 'theo dấu thời gian',
    claimed: 'theo khai báo',
    covers: { file: 'bao trùm cả tệp', revision: 'bao trùm một phiên bản', part: 'bao trùm một phần', broken: 'phạm vi hỏng' },
    part: 'phần được ký',
    partChanged: 'đã bị thay đổi',
    partMissing: 'không có ở đây',
    parts: { document: 'toàn bộ tài liệu', element: 'phần tử', file: 'tệp', signature: 'giá trị chữ ký', payload: 'dữ liệu' },
    error: 'lỗi',
    warning: 'lưu ý',
    information: 'để biết',
    nameNotSigned: 'tên tệp không được ký',
    rule: 'chưa đạt mức chuẩn vì',
    change: 'thay đổi sau khi ký',
  },
  en: {
    changed: 'Has it changed?',
    signed: 'Who signed, entitled then?',
    sealed: 'Which organisation sealed?',
    inForce: 'Still in force?',
    signature: 'Signature',
    by: 'by',
    issuer: 'issued by',
    level: 'level',
    time: 'time',
    proven: 'by time-stamp',
    claimed: 'as claimed',
    covers: { file: 'covers the whole file', revision: 'covers a revision', part: 'covers a part', broken: 'coverage broken' },
    part: 'signed part',
    partChanged: 'changed',
    partMissing: 'not at hand',
    parts: { document: 'the whole document', element: 'element', file: 'file', signature: 'signature value', payload: 'payload' },
    error: 'error',
    warning: 'note',
    information: 'for information',
    nameNotSigned: 'the name is not signed',
    rule: 'not a baseline signature because',
    change: 'changed after signing',
  },
} as const;

/** The sentence first, then the four answers, then a few lines for each signature. */
export function reportText(report: ValidationReport, language: Language): string {
  const words = LABELS[language];
  const lines = sentenceText(sentenceFor(report, language), report.verdict, language);
  for (const one of report.signatures) lines.push('', ...signatureLines(one, language));
  for (const finding of report.errors) lines.push(`${words.error}: ${finding.code}: ${printable(finding.message)}`);
  for (const finding of report.warnings) lines.push(`${words.warning}: ${finding.code}: ${printable(finding.message)}`);
  for (const { code, message } of report.information ?? []) lines.push(`${words.information}: ${code}: ${printable(message)}`);
  return `${lines.join('\n')}\n`;
}

/** The sentence and its four answers. */
export function sentenceText(sentence: Sentence, verdict: Verdict, language: Language): string[] {
  const words = LABELS[language];
  const { changed, signed, sealed, inForce } = sentence.answers;
  const lines = [sentence.heading];
  if (sentence.next !== undefined) lines.push(sentence.next);
  if (verdict === 'unsigned') return lines;
  lines.push('', `${words.changed} ${changed.text}`, `${words.signed} ${signed.text}`);
  lines.push(`${words.sealed} ${sealed.text}`, `${words.inForce} ${inForce.text}`);
  return lines;
}

function signatureLines(one: SignatureReport, language: Language): string[] {
  const words = LABELS[language];
  const verdict = one.subIndication === null ? one.indication : `${one.indication}/${one.subIndication}`;
  const name = printable(nameOf(one.signer));
  const who = name === '' ? '' : ` ${words.by} ${name}`;
  const lines = [`${words.signature} ${one.id}${who}: ${verdict}`];
  const field = one.field === undefined ? '' : ` (${printable(one.field)})`;
  lines.push(`  ${one.format}${field}, ${words.level} ${one.level ?? '–'}, ${words.covers[one.coverage]}`);
  if (one.signatureFile !== undefined) lines.push(`  ${printable(one.signatureFile)}`);
  for (const { kind, name: part, intact, nameSigned } of one.covers ?? []) {
    const plain = kind === 'document' || kind === 'payload';
    const bare = nameSigned === false ? ` (${words.nameNotSigned})` : '';
    const state = intact === true ? '' : `: ${intact === false ? words.partChanged : words.partMissing}`;
    lines.push(`  ${words.part}: ${words.parts[kind]}${plain ? '' : ` ${printable(part)}`}${bare}${state}`);
  }
  if (one.signer !== null)
    lines.push(
      `  ${printable(one.signer.subject)}`,
      `  ${words.issuer} ${printable(one.signer.issuer)}, ${one.signer.serialNumber}`,
    );
  const proven = one.bestSignatureTimeFrom === 'time-stamp';
  const time = proven ? one.bestSignatureTime : one.claimedSigningTime;
  if (time !== null) lines.push(`  ${words.time} ${vietnamTime(time)} (${proven ? words.proven : words.claimed})`);
  for (const change of one.changes) {
    const where = change.page === undefined ? '' : `, p. ${change.page}`;
    const reason = change.reason === undefined ? '' : `: ${printable(change.reason)}`;
    lines.push(
      `  ${change.allowed ? '·' : '!'} ${words.change}: ${change.class} ${change.what} (${change.object}${where})${reason}`,
    );
  }
  for (const finding of one.errors)
    lines.push(`  ${words.error}: ${finding.code} [${finding.clause}] ${printable(finding.message)}`);
  for (const finding of one.warnings) lines.push(`  ${words.warning}: ${finding.code} ${printable(finding.message)}`);
  for (const { code, message } of one.information ?? []) lines.push(`  ${words.information}: ${code} ${printable(message)}`);
  if (one.levelFailures.length > 0) {
    lines.push(`  ${words.rule}:`);
    for (const rule of one.levelFailures) lines.push(`    ${rule.message} [${rule.clause}]`);
  }
  return lines;
}
