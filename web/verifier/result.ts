import type { Finding, SignatureReport, ValidationReport } from '@antin/signature/validation/types';
import type { Sentence } from '@antin/signature/words/catalogue';
import { wordFor } from '../i18n/catalogue.ts';
import { exactText } from '../i18n/dates.ts';
import { verifierWords } from '../i18n/words/verifier.ts';
import { coversView, unsignedView } from './covers.ts';
import { h, icon, type Child } from './dom.ts';
import { expertView } from './expert.ts';
import type { Expert } from './messages.ts';
import { save } from './save.ts';
import type { Say } from './say.ts';

export interface Result {
  readonly report: ValidationReport;
  readonly sentence: Sentence;
  readonly expert: Expert;
  /** The second picker, where data that is signed is not at hand. */
  readonly missing: HTMLElement | undefined;
  readonly offline: 'trust' | 'evidence' | undefined;
  readonly onAgain: () => void;
  readonly onRetry: () => void;
}

/** One sentence, four answers, then who, when, by which rule. */
export function resultView(t: Say, result: Result): HTMLElement[] {
  const { report, sentence } = result;
  return [
    // What to do next is to ask again; what the sentence says assumes that everybody was asked.
    verdictView(t, report, offlineDecides(result) ? { ...sentence, next: undefined } : sentence),
    ...(result.missing === undefined ? [] : [result.missing]),
    ...(result.offline === undefined ? [] : [offlineView(t, result)]),
    answersView(t, sentence),
    actionsView(t, result),
    factsView([
      [t('file'), report.file],
      [t('format'), t(`format.${report.format}`)],
      [t('size'), `${report.size.toLocaleString(document.documentElement.lang)} byte`],
      [t('sha256'), mono(report.sha256)],
      [t('checked-at'), exactText(report.validationTime)],
    ]),
    ...(report.signatures.length === 0
      ? []
      : [
          h(
            'section',
            { 'aria-labelledby': 'signatures-title' },
            h('h2', { id: 'signatures-title', class: 'section-title' }, t('signatures')),
            ...report.signatures.map((signature, index) => signatureView(t, signature, index + 1)),
          ),
        ]),
    ...unsignedView(t, report.errors),
    ...(report.errors.length + report.warnings.length === 0 ? [] : [findingsView(t, report.errors, report.warnings)]),
    expertView(result.expert, report.file),
  ];
}

function offlineDecides({ offline, report }: Result): boolean {
  return offline !== undefined && report.verdict === 'indeterminate';
}

function verdictView(
  t: Say,
  report: ValidationReport,
  sentence: Pick<Sentence, 'heading'> & { readonly next?: string | undefined },
): HTMLElement {
  const { verdict } = report;
  return h(
    'div',
    { class: `verdict ${verdict}` },
    icon(verdict),
    h(
      'div',
      {},
      h('p', { class: 'word' }, t(`verdict.${verdict}`)),
      h('h2', {}, sentence.heading),
      sentence.next !== undefined && h('p', { class: 'next' }, sentence.next),
    ),
  );
}

function offlineView(t: Say, result: Result): HTMLElement {
  const retry = h('button', { type: 'button', class: 'button small no-print' }, t('retry'));
  retry.addEventListener('click', result.onRetry);
  return h(
    'div',
    { class: 'note amber offline' },
    h('p', {}, t(result.offline === 'trust' ? 'offline.trust' : 'offline')),
    retry,
  );
}

function answersView(t: Say, { answers }: Sentence): HTMLElement {
  const rows = [
    [t('answer.changed'), answers.changed],
    [t('answer.who'), answers.signed],
    [t('answer.sealed'), answers.sealed],
    [t('answer.inForce'), answers.inForce],
  ] as const;
  return h(
    'dl',
    { class: 'answers' },
    ...rows.map(([question, answer]) =>
      h('div', { class: `tone-${answer.tone}` }, h('dt', {}, question), h('dd', {}, answer.text)),
    ),
  );
}

function actionsView(t: Say, { report, onAgain }: Result): HTMLElement {
  const again = h('button', { type: 'button', class: 'button' }, t('again'));
  again.addEventListener('click', onAgain);
  const print = h('button', { type: 'button', class: 'button' }, t('print'));
  print.addEventListener('click', () => window.print());
  const download = h('button', { type: 'button', class: 'button' }, t('download'));
  download.addEventListener('click', () => {
    save(`${report.file.replace(/\.pdf$/i, '')}.report.json`, 'application/json', JSON.stringify(report, undefined, 2));
  });
  return h('div', { class: 'actions no-print' }, again, print, download);
}

function mono(text: string): HTMLElement {
  return h('span', { class: 'mono' }, text);
}

function factsView(rows: readonly (readonly [string, Child])[]): HTMLElement {
  return h('dl', { class: 'facts' }, ...rows.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
}

const verdictOf = { TOTAL_PASSED: 'valid', TOTAL_FAILED: 'invalid', INDETERMINATE: 'indeterminate' } as const;
const toneOf = { valid: 'green', invalid: 'red', indeterminate: 'amber' } as const;

function signatureView(t: Say, one: SignatureReport, n: number): HTMLElement {
  const verdict = verdictOf[one.indication];
  const sub = one.subIndication === null ? '' : ` / ${one.subIndication}`;
  const changes = one.changes.map((change) =>
    h(
      'li',
      {},
      [
        wordFor(verifierWords, `what.${change.what}`, document.documentElement.lang === 'en' ? 'en' : 'vi') ?? change.what,
        change.field === undefined
          ? change.object
          : (wordFor(verifierWords, `field.${change.field}`, document.documentElement.lang === 'en' ? 'en' : 'vi') ??
            change.field),
        change.page === undefined ? '' : t('page_n', { n: change.page }),
        t(change.allowed ? 'change.allowed' : 'change.forbidden'),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
  );
  const proven = one.bestSignatureTimeFrom === 'time-stamp' ? exactText(one.bestSignatureTime) : t('sig.none');
  const place = [one.signer?.title, one.signer?.organization].filter((part) => part !== undefined && part !== '').join(', ');
  return h(
    'article',
    { class: 'signature-block' },
    h(
      'h3',
      {},
      `${t('signature.n', { n })}: ${one.signer?.commonName ?? one.signer?.organization ?? t('sig.unknown')}`,
      h('span', { class: `tag ${toneOf[verdict]}` }, t(`verdict.${verdict}`)),
    ),
    factsView([
      ...(place === '' ? [] : [[t('sig.place'), place] as const]),
      [t('sig.time'), proven],
      ...coversView(t, one),
      ...lasting(t, one.level),
      ...(changes.length === 0 ? [] : [[t('sig.changes'), h('ul', {}, ...changes)] as const]),
    ]),
    h(
      'details',
      { class: 'more' },
      h('summary', {}, t('sig.more')),
      factsView([
        [t('sig.signer'), one.signer?.subject ?? t('sig.unknown')],
        [t('sig.issuer'), one.signer?.issuer ?? t('sig.unknown')],
        [t('sig.serial'), one.signer === null ? t('sig.unknown') : mono(one.signer.serialNumber)],
        [t('sig.claimed'), one.claimedSigningTime === null ? t('sig.none') : exactText(one.claimedSigningTime)],
        [t('sig.level'), `${one.format} · ${one.level ?? t('sig.level.none')}`],
        [t('sig.coverage'), t(`coverage.${one.coverage}`)],
        [t('sig.conclusion'), `${one.indication}${sub}`],
        ...(one.errors.length === 0 ? [] : [[t('sig.errors'), findings(one.errors)] as const]),
        ...(one.warnings.length === 0 ? [] : [[t('sig.warnings'), findings(one.warnings)] as const]),
      ]),
    ),
  );
}

/** What a baseline level means for who keeps the file. */
function lasting(t: Say, level: string | null): [string, string][] {
  if (level !== 'B-B' && level !== 'B-T' && level !== 'B-LT' && level !== 'B-LTA') return [];
  return [[t('sig.lasting'), `${t(`level.${level}`)} (${level})`]];
}

function findings(list: readonly Finding[]): HTMLElement {
  // What the engine says to administrators is English on every page.
  return h(
    'ul',
    {},
    ...list.map((finding) =>
      h('li', {}, mono(finding.code), ` · ${finding.clause} · `, h('span', { lang: 'en' }, finding.message)),
    ),
  );
}

function findingsView(t: Say, errors: readonly Finding[], warnings: readonly Finding[]): HTMLElement {
  return factsView([
    ...(errors.length === 0 ? [] : [[t('sig.errors'), findings(errors)] as const]),
    ...(warnings.length === 0 ? [] : [[t('sig.warnings'), findings(warnings)] as const]),
  ]);
}
