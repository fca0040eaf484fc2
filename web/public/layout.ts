import { html, raw } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import { paths } from '../paths.ts';
import type { PageAssets } from './assets.ts';
import { publicWords } from '../i18n/words/public.ts';
import { translator } from '../i18n/catalogue.ts';

/** What `hono/html` gives: a string that is already escaped, or a promise of it. */
export type Html = ReturnType<typeof html>;

export interface Document {
  readonly language: Language;
  readonly title: string;
  readonly assets: PageAssets;
  readonly body: Html;
  readonly className?: string;
}

/**
 * The document around every server-rendered page. No inline script or style: `script-src 'self'; style-src 'self'`.
 */
export function documentShell(page: Document): Html {
  return html`<!doctype html>
    <html lang="${page.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="same-origin" />
        <title>${page.title}</title>
        <link rel="icon" type="image/svg+xml" href="/assets/mark.svg" />
        ${page.assets.styles.map((href) => html`<link rel="stylesheet" href="${href}" />`)}
        ${page.assets.preload.map((href) => html`<link rel="modulepreload" href="${href}" />`)}
        <script type="module" src="${page.assets.script}"></script>
      </head>
      <body class="${page.className ?? ''}">
        ${page.body}
      </body>
    </html>`;
}

/** The mark: a seal's square with the stroke of a brush in it, in ink. */
export const mark = raw(
  '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">' +
    '<rect x="2.5" y="2.5" width="27" height="27" rx="4" fill="none" stroke="currentColor" stroke-width="2.4"/>' +
    '<path d="M9 23 16 8l7 15M11.6 18.2h8.8" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>' +
    '</svg>',
);

/** Name, places and language of the public pages. `here` is the path the language link comes back to. */
export function publicHeader(
  language: Language,
  here: { vi: string; en: string },
  current: 'start' | 'sign-in' | 'verify',
): Html {
  const t = translator(publicWords, language);
  const other = language === 'vi' ? 'en' : 'vi';
  const link = (name: typeof current, href: string, text: string) =>
    html`<a href="${href}" ${name === current ? raw('aria-current="page"') : ''}>${text}</a>`;
  return html`<a class="skip" href="#main">${t('skip')}</a>
    <header class="public-head">
      <a class="brand" href="${paths.start}">${mark}<span>Ấn Tín</span></a>
      <nav aria-label="${t('nav')}">
        ${link('verify', paths.verify[language], t('nav.verify'))} ${link('sign-in', paths.signIn, t('nav.sign-in'))}
        <a class="language" href="${here[other]}?lang=${other}" hreflang="${other}" lang="${other}" data-language="${other}"
          >${other === 'en' ? 'English' : 'Tiếng Việt'}</a
        >
      </nav>
    </header>`;
}

export function publicFooter(language: Language): Html {
  const t = translator(publicWords, language);
  return html`<footer class="public-foot">
    <p>${t('foot.what')}</p>
    <p>${t('foot.time')}</p>
  </footer>`;
}
