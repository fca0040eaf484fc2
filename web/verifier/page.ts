import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import { translator } from '../i18n/catalogue.ts';
import { verifierWords } from '../i18n/words/verifier.ts';
import { paths } from '../paths.ts';
import type { PageAssets } from '../public/assets.ts';
import { documentShell, publicFooter, publicHeader, type Html } from '../public/layout.ts';

export interface VerifierPage {
  readonly language: Language;
  /** `WebAssets.verifier`. */
  readonly assets: PageAssets;
  readonly profile?: 'practice' | 'production';
}

/** For browsers without scripts: the only way on which a file leaves its owner's computer, and it says so. */
export function uploadForm(language: Language): Html {
  const t = translator(verifierWords, language);
  return html`<form class="upload" method="post" action="${paths.verify[language]}" enctype="multipart/form-data">
    <p class="note amber">${t('script')}</p>
    <p><label for="upload-file">${t('script.file')}</label><input id="upload-file" name="file" type="file" required /></p>
    <p><label for="upload-data">${t('script.data')}</label><input id="upload-data" name="data" type="file" multiple /></p>
    <p class="formats">${t('formats')}</p>
    <p><button class="button primary" type="submit">${t('script.send')}</button></p>
  </form>`;
}

/** The public verifier: this shell, the island that takes the file, and the engine in a worker that it loads when needed. */
export function verifierPage(page: VerifierPage): Html {
  const t = translator(verifierWords, page.language);
  return documentShell({
    language: page.language,
    title: t('page'),
    assets: page.assets,
    className: 'public',
    body: html`${publicHeader(page.language, paths.verify, 'verify')}
      ${page.profile === 'practice' ? html`<p class="practice-banner"><strong>${t('practice.tag')}</strong> ${t('practice')}</p>` : ''}
      <main id="main" class="public-main verifier">
        <h1>${t('title')}</h1>
        <p class="lead">${t('lead')}</p>
        <div class="drop" id="drop">
          <p class="drop-title">${t('drop')}</p>
          <p class="drop-or">${t('or')}</p>
          <label class="button primary" for="file">${t('choose')}</label>
          <input id="file" type="file" multiple class="file-input" aria-describedby="private formats" />
          <p id="formats" class="formats">${t('formats')}</p>
          <p id="private" class="private">${t('private')}</p>
        </div>
        <noscript>${uploadForm(page.language)}</noscript>
        <div id="progress" class="verify-progress" role="status" aria-live="polite" hidden></div>
        <div id="result" tabindex="-1" aria-live="polite"></div>
        <section class="how" id="how">
          <h2>${t('how')}</h2>
          <ol>
            <li>${t('how.1')}</li>
            <li>${t('how.2')}</li>
            <li>${t('how.3')}</li>
          </ol>
        </section>
      </main>
      ${publicFooter(page.language)}`,
  });
}
