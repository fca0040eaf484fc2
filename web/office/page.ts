import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import type { PageAssets } from '../public/assets.ts';
import { documentShell, mark, type Html } from '../public/layout.ts';

export interface OfficePage {
  readonly language: Language;
  /** `WebAssets.office`. */
  readonly assets: PageAssets;
}

/** The document in which the staff app starts; answered for `/lam-viec` and every path below it. */
export function officePage(page: OfficePage): Html {
  const vi = page.language === 'vi';
  return documentShell({
    language: page.language,
    title: 'Ấn Tín',
    assets: page.assets,
    className: 'office',
    body: html`<div id="app">
        <div class="starting" role="status">${mark}<span>${vi ? 'Đang mở Ấn Tín…' : 'Opening Antin…'}</span></div>
      </div>
      <noscript>
        <p class="problem-summary">${vi ? 'Trang làm việc cần JavaScript.' : 'The office needs JavaScript.'}</p>
      </noscript>`,
  });
}
