import type { SignatureReport, ValidationReport } from '@antin/signature/validation/types';
import type { Language, Tone } from '@antin/signature/words/catalogue';
import { nameOf, sentenceFor, vietnamTime } from '@antin/signature/words/sentence';
import { A4, Flow } from './flow.ts';
import { printedPdf } from './pages.ts';
import type { Colour } from './pages.ts';
import { PRINT_WORDS } from './validation-report-words.ts';
import type { PrintWords } from './validation-report-words.ts';

const BAND: Readonly<Record<Tone, { readonly background: Colour; readonly edge: Colour; readonly text: Colour }>> = {
  good: { background: [0.9, 0.96, 0.91], edge: [0.05, 0.45, 0.2], text: [0.04, 0.35, 0.16] },
  doubt: { background: [1, 0.96, 0.86], edge: [0.75, 0.5, 0.02], text: [0.45, 0.3, 0] },
  bad: { background: [0.99, 0.91, 0.9], edge: [0.72, 0.1, 0.1], text: [0.6, 0.05, 0.05] },
  neutral: { background: [0.94, 0.95, 0.96], edge: [0.45, 0.5, 0.55], text: [0.2, 0.24, 0.28] },
};

/**
 * The report for people, to be printed and kept: the sentence, the four answers, each signature, and by which digest the file is
 * known. Not sealed yet: the verifier signs it as any other PDF.
 *
 * @param will.seal whether the verifier is about to seal it: the paper says which of the two it is
 */
export function validationReportPdf(
  report: ValidationReport,
  language: Language,
  will: { readonly seal: boolean } = { seal: false },
): Uint8Array {
  const words = PRINT_WORDS[language];
  const sentence = sentenceFor(report, language);
  const flow = new Flow(A4);
  flow.text(words.title, { style: 'bold', size: 15, align: 'centre' });
  flow.space(10);
  const { background, edge, text } = BAND[sentence.tone];
  flow.band(background, edge, () => {
    flow.text(words.verdict[report.verdict], { style: 'bold', size: 12, colour: text });
    flow.text(shown(sentence.heading), { style: 'bold', size: 12 });
    if (sentence.next !== undefined) flow.text(shown(sentence.next), { size: 11 });
  });
  flow.space(6);
  flow.row(words.file, shown(fileName(report.file)));
  flow.row(words.size, `${report.size.toLocaleString(language === 'vi' ? 'vi-VN' : 'en-GB')} ${words.bytes}`);
  flow.row('SHA-256', report.sha256);
  flow.row(words.checkedAt, `${vietnamTime(report.validationTime)} (+07:00)`);
  flow.row(words.policy, shown(report.policy));
  if (report.verdict !== 'unsigned') {
    heading(flow, words.answers);
    for (const key of ['changed', 'signed', 'sealed', 'inForce'] as const) {
      flow.keep(30);
      flow.text(words.questions[key], { style: 'bold', size: 11 });
      flow.text(shown(sentence.answers[key].text), { size: 11, left: 12 });
      flow.space(3);
    }
    heading(flow, words.signatures);
    for (const one of report.signatures) signature(flow, one, words);
  }
  const notes = [...report.errors, ...report.warnings];
  if (notes.length > 0) {
    heading(flow, words.notes);
    for (const { code, message } of notes.slice(0, 40)) flow.text(shown(`${code}: ${message}`), { size: 9.5 });
  }
  flow.space(8);
  flow.keep(60);
  flow.rule();
  flow.text(words.about, { style: 'italic', size: 10 });
  flow.text(will.seal ? words.sealed : words.unsealed, { style: will.seal ? 'italic' : 'bold', size: 10 });
  const pages = flow.finish(words.page);
  const title = `${words.title}: ${shown(fileName(report.file))}`;
  return printedPdf({
    width: A4.width,
    height: A4.height,
    pages,
    title,
    producer: 'Antin',
    language: language === 'vi' ? 'vi-VN' : 'en',
  });
}

function heading(flow: Flow, text: string): void {
  flow.space(10);
  flow.keep(60);
  flow.text(text, { style: 'bold', size: 12.5 });
  flow.space(2);
}

function signature(flow: Flow, one: SignatureReport, words: PrintWords): void {
  flow.keep(110);
  const { signer } = one;
  flow.rule();
  flow.text(signer?.seal === true ? words.seal : words.signature, { style: 'bold', size: 11 });
  if (signer !== null) {
    flow.row(words.of, shown([nameOf(signer), signer.title].filter((part) => part !== undefined && part !== '').join(', ')));
    const place = [signer.organizationalUnit, signer.organization].filter((part) => part !== undefined && part !== '').join(', ');
    if (place !== '') flow.row(words.organisation, shown(place));
  }
  const sub = one.subIndication === null ? '' : ` (${one.subIndication})`;
  flow.row(words.conclusion, `${words.result[one.indication]}${sub}`);
  const proven = one.bestSignatureTimeFrom === 'time-stamp';
  const time = proven ? one.bestSignatureTime : one.claimedSigningTime;
  if (time !== null) flow.row(words.time, `${vietnamTime(time)} (${proven ? words.proven : words.claimed})`);
  flow.row(words.level, `${one.format}, ${one.level ?? words.noLevel}`);
  if (signer !== null) {
    flow.row(words.certificate, shown(commonNameIn(signer.issuer)));
    flow.row(words.serial, signer.serialNumber);
    flow.row(words.until, `${vietnamTime(signer.notBefore)} – ${vietnamTime(signer.notAfter)}`);
  }
  const covered = (one.covers ?? []).map((each) => each.name);
  if (covered.length > 0) flow.row(words.covers, shown(covered.slice(0, 50).join('; ')));
  for (const { code, message } of [...one.errors, ...one.warnings].slice(0, 20)) {
    flow.text(shown(`${code}: ${message}`), { size: 9.5, left: 12, colour: [0.35, 0.38, 0.42] });
  }
  flow.space(4);
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function commonNameIn(subject: string): string {
  const match = /(?:^|,)CN=((?:\\.|[^,\\])+)/.exec(subject);
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? subject;
}

/** Names come from files: what turns the direction of text, or is no text at all, is shown as a mark. */
function shown(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '\u25af')
    .normalize('NFC');
}
