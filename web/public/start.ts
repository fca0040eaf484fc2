import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import { translator } from '../i18n/catalogue.ts';
import { publicWords } from '../i18n/words/public.ts';
import { paths } from '../paths.ts';
import type { PageAssets } from './assets.ts';
import { documentShell, publicFooter, publicHeader, type Html } from './layout.ts';

export interface StartPage {
  readonly language: Language;
  /** `WebAssets.public`. */
  readonly assets: PageAssets;
  /** Who runs it, e.g. `Ủy ban nhân dân tỉnh …`. */
  readonly operator?: string;
  readonly profile: 'practice' | 'production';
  /** How many agencies exist today. */
  readonly agencies?: number;
}

/** `/`: what this installation is, and the two ways in. */
export function startPage(page: StartPage): Html {
  const t = translator(publicWords, page.language);
  const rows: [string, string][] = [
    ...(page.operator === undefined ? [] : ([[t('start.operator'), page.operator]] as [string, string][])),
    [t('start.profile'), t(`start.profile.${page.profile}`)],
    ...(page.agencies === undefined ? [] : ([[t('start.agencies'), String(page.agencies)]] as [string, string][])),
    [t('start.basis'), t('start.basis.text')],
  ];
  return documentShell({
    language: page.language,
    title: t('start.title'),
    assets: page.assets,
    className: 'public',
    body: html`${publicHeader(page.language, { vi: paths.start, en: paths.start }, 'start')}
      ${page.profile === 'practice' ? html`<p class="practice-banner"><strong>${t('practice.tag')}</strong> ${t('practice.banner')}</p>` : ''}
      <main id="main" class="public-main start">
        <h1>${t('start.heading')}</h1>
        <p class="lead">${t('start.lead')}</p>
        <div class="ways">
          <a class="way" href="${paths.signIn}"><strong>${t('start.work')}</strong><span>${t('start.work.text')}</span></a>
          <a class="way" href="${paths.verify[page.language]}"
            ><strong>${t('start.verify')}</strong><span>${t('start.verify.text')}</span></a
          >
        </div>
        <section class="about">
          <h2>${t('start.installation')}</h2>
          <dl class="facts">
            ${rows.map(
              ([label, value]) =>
                html`<div>
                  <dt>${label}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
        </section>
      </main>
      ${publicFooter(page.language)}`,
  });
}
