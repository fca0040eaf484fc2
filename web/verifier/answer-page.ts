import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import type { ValidationReport } from '@antin/signature/validation/types';
import { nameOf, sentenceFor } from '@antin/signature/words/sentence';
import { translator } from '../i18n/catalogue.ts';
import { exactText } from '../i18n/dates.ts';
import { verifierWords } from '../i18n/words/verifier.ts';
import { paths } from '../paths.ts';
import type { PageAssets } from '../public/assets.ts';
import { documentShell, publicFooter, publicHeader, type Html } from '../public/layout.ts';
import { uploadForm } from './page.ts';

/** What came of an upload: a report, or words why there is none. */
export type UploadAnswer =
  | { readonly report: ValidationReport }
  | { readonly problem: { readonly title: string; readonly remedy?: string | undefined; readonly code: string } };

export interface AnswerPage {
  readonly language: Language;
  readonly assets: PageAssets;
  readonly answer: UploadAnswer;
}

/** The sentence and the four answers without a line of script, for those who uploaded; the form again below it. */
export function answerPage({ language, assets, answer }: AnswerPage): Html {
  const t = translator(verifierWords, language);
  return documentShell({
    language,
    title: t('answer.title'),
    assets,
    className: 'public',
    body: html`${publicHeader(language, paths.verify, 'verify')}
      <main id="main" class="public-main verifier">
        <h1>${t('answer.heading')}</h1>
        <div id="result">${'report' in answer ? reportPart(language, answer.report) : problemPart(language, answer.problem)}</div>
        <p class="quiet">${t('answer.removed')}</p>
        <p><a class="button" href="${paths.verify[language]}">${t('again')}</a></p>
        <noscript>${uploadForm(language)}</noscript>
      </main>
      ${publicFooter(language)}`,
  });
}

function problemPart(language: Language, { title, remedy, code }: Extract<UploadAnswer, { problem: object }>['problem']): Html {
  const t = translator(verifierWords, language);
  return html`<div class="problem-summary" role="alert">
    <h2>${t('fault.title')}</h2>
    <p>${title}</p>
    ${remedy === undefined ? '' : html`<p>${remedy}</p>`}
    <p class="quiet">${code}</p>
  </div>`;
}

const WORD = { TOTAL_PASSED: 'valid', TOTAL_FAILED: 'invalid', INDETERMINATE: 'indeterminate' } as const;
const TONE = { valid: 'green', invalid: 'red', indeterminate: 'amber' } as const;

function reportPart(language: Language, report: ValidationReport): Html {
  const t = translator(verifierWords, language);
  const { heading, next, answers } = sentenceFor(report, language);
  const rows = [
    [t('answer.changed'), answers.changed],
    [t('answer.who'), answers.signed],
    [t('answer.sealed'), answers.sealed],
    [t('answer.inForce'), answers.inForce],
  ] as const;
  const fact = (label: string, value: unknown) =>
    html`<div>
      <dt>${label}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<div class="verdict ${report.verdict} wordless">
      <div>
        <p class="word">${t(`verdict.${report.verdict}`)}</p>
        <h2>${heading}</h2>
        ${next === undefined ? '' : html`<p class="next">${next}</p>`}
      </div>
    </div>
    <dl class="answers">
      ${rows.map(
        ([question, one]) =>
          html`<div class="tone-${one.tone}">
            <dt>${question}</dt>
            <dd>${one.text}</dd>
          </div>`,
      )}
    </dl>
    <dl class="facts">
      ${fact(t('file'), report.file)} ${fact(t('format'), t(`format.${report.format}`))}
      ${fact(t('sha256'), html`<span class="mono">${report.sha256}</span>`)}
      ${fact(t('checked-at'), exactText(report.validationTime))}
    </dl>
    ${report.signatures.map((one, i) => {
      const word = WORD[one.indication];
      const name = nameOf(one.signer) || t('sig.unknown');
      return html`<article class="signature-block">
        <h3>${t('signature.n', { n: i + 1 })}: ${name} <span class="tag ${TONE[word]}">${t(`verdict.${word}`)}</span></h3>
        <dl class="facts">
          ${one.signer === null ? '' : fact(t('sig.signer'), one.signer.subject)}
          ${one.signer === null ? '' : fact(t('sig.issuer'), one.signer.issuer)}
          ${fact(t('sig.time'), one.bestSignatureTimeFrom === 'time-stamp' ? exactText(one.bestSignatureTime) : t('sig.none'))}
          ${fact(t('sig.level'), `${one.format} · ${one.level ?? t('sig.level.none')}`)}
          ${(one.covers ?? [])
            .slice(0, 50)
            .map((part) => fact(t('sig.covers'), `${t(`covers.${part.kind}`)} ${part.name} (${t(`covers.${part.intact}`)})`))}
        </dl>
      </article>`;
    })}`;
}
