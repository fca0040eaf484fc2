import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import type { PublishedCertificate } from '@antin/protocol/public/certificates';
import { translator, wordFor } from '../i18n/catalogue.ts';
import { certificateSearchWords } from '../i18n/words/certificate-search.ts';
import { publicWords } from '../i18n/words/public.ts';
import { paths } from '../paths.ts';
import type { PageAssets } from './assets.ts';
import { documentShell, publicFooter, publicHeader, type Html } from './layout.ts';

export interface CertificateSearchPage {
  readonly language: Language;
  /** `WebAssets.public`. */
  readonly assets: PageAssets;
  readonly profile: 'practice' | 'production';
  /** What was typed; empty at first. */
  readonly typed: string;
  /** Undefined when nothing was searched for yet, or too little was typed. */
  readonly found: readonly PublishedCertificate[] | undefined;
  readonly next: string | undefined;
  /** Whether this is the first page of the results. */
  readonly first: boolean;
}

/** Search of published certificates: a form and a table, without a script. */
export function certificateSearchPage(page: CertificateSearchPage): Html {
  const { language, typed, found } = page;
  const t = translator(certificateSearchWords, language);
  const common = translator(publicWords, language);
  const tooShort = typed !== '' && found === undefined;
  return documentShell({
    language,
    title: t('title'),
    assets: page.assets,
    className: 'public',
    body: html`${publicHeader(language, paths.certificates, 'start')}
      ${page.profile === 'practice' ? html`<p class="practice-banner"><strong>${common('practice.tag')}</strong> ${common('practice.banner')}</p>` : ''}
      <main id="main" class="public-main certificates">
        <h1>${t('title')}</h1>
        <p class="lead">${t('lead')}</p>
        <form method="get" action="${paths.certificates[language]}" role="search" class="certificate-form">
          <div class="field">
            <label for="q">${t('label')}</label>
            <input
              id="q"
              name="q"
              type="search"
              class="input"
              value="${typed}"
              maxlength="200"
              autocomplete="off"
              spellcheck="false"
              aria-describedby="q-hint${tooShort ? ' q-error' : ''}"
              ${tooShort ? html`aria-invalid="true"` : ''}
            />
            <p id="q-hint" class="hint">${t('hint')}</p>
            ${tooShort ? html`<p id="q-error" class="field-error">${t('too-short')}</p>` : ''}
          </div>
          <button type="submit" class="button primary">${t('search')}</button>
        </form>
        ${found === undefined ? '' : results(page, found)}
      </main>
      ${publicFooter(language)}`,
  });
}

function results(page: CertificateSearchPage, found: readonly PublishedCertificate[]): Html {
  const { language, typed, next, first } = page;
  const t = translator(certificateSearchWords, language);
  const here = paths.certificates[language];
  const query = `?q=${encodeURIComponent(typed)}`;
  if (found.length === 0) {
    return html`<div class="empty" role="status">
      <strong>${first ? t('none') : t('none.more')}</strong>
      <p>${first ? t('none.text') : html`<a href="${here}${query}">${t('again')}</a>`}</p>
    </div>`;
  }
  return html`<h2 id="results">${t('results')}</h2>
    <div class="table-wrap" role="region" aria-labelledby="results" tabindex="0">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${t('subject')}</th>
            <th scope="col">${t('state')}</th>
            <th scope="col">${t('validity')}</th>
            <th scope="col">${t('download')}</th>
          </tr>
        </thead>
        <tbody>
          ${found.map((one) => row(one, language))}
        </tbody>
      </table>
    </div>
    <p class="actions">
      ${first ? '' : html`<a href="${here}${query}">${t('again')}</a>`}
      ${next === undefined ? '' : html`<a rel="next" href="${here}${query}&amp;after=${next}">${t('next')}</a>`}
    </p>`;
}

const COLOUR = { valid: 'green', 'not-yet-valid': 'amber', expired: 'amber', suspended: 'amber', revoked: 'red' } as const;

function row(one: PublishedCertificate, language: Language): Html {
  const t = translator(certificateSearchWords, language);
  const reason = one.state === 'revoked' ? wordFor(certificateSearchWords, `reason.${one.reason}`, language) : undefined;
  const since = one.revokedAt === undefined ? undefined : t('since', { day: dayOf(one.revokedAt) });
  const link = (href: string, kind: string) =>
    html`<a href="${href}" aria-label="${t('download.of', { kind, subject: one.subject })}">${kind}</a>`;
  const { name, rest } = shownSubject(one.subject);
  return html`<tr>
    <th scope="row">
      <strong>${name}</strong>
      <span>${rest}</span>
      <span>${t('serial')} <span class="mono">${one.serialHex}</span></span>
    </th>
    <td>
      <span class="tag ${COLOUR[one.state]}">${t(`state.${one.state}`)}</span>
      <span>${[since, reason].filter((text) => text !== undefined).join(', ')}</span>
    </td>
    <td>${t('from-to', { from: dayOf(one.notBefore), to: dayOf(one.notAfter) })}</td>
    <td>
      ${one.download === undefined ? t('withheld') : html`${link(one.download, 'DER')} ${link(one.download.replace(/cer$/, 'pem'), 'PEM')}`}
    </td>
  </tr>`;
}

/** The name a person looks for, and behind it where they belong; the country is always the same. */
function shownSubject(subject: string): { readonly name: string; readonly rest: string } {
  const parts = subject
    .split(/, (?=(?:[A-Z]{1,3}|[\d.]+)=)/)
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
  const name = parts.find(([type]) => type === 'CN')?.[1] ?? subject;
  const rest = parts.filter(([type]) => ['T', 'OU', 'O', 'L', 'ST'].includes(type)).map(([, value]) => value);
  return { name, rest: rest.join(' · ') };
}

/** The day in Vietnam, as papers write it. */
function dayOf(instant: string): string {
  const [year, month, day] = new Date(Date.parse(instant) + 7 * 3_600_000).toISOString().slice(0, 10).split('-');
  return `${day}/${month}/${year}`;
}
