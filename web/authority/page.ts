import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import type { PageAssets } from '../public/assets.ts';
import { documentShell, mark, type Html } from '../public/layout.ts';

export interface ConsolePage {
  readonly language: Language;
  /** `WebAssets.authority`. */
  readonly assets: PageAssets;
}

/** The document in which the authority's console starts; answered for its path and every path below it. */
export function consolePage(page: ConsolePage): Html {
  const vi = page.language === 'vi';
  return documentShell({
    language: page.language,
    title: vi ? 'Cơ quan chứng thực · Ấn Tín' : 'Certification authority · Antin',
    assets: page.assets,
    className: 'office',
    body: html`<div id="app">
        <div class="starting" role="status">
          ${mark}<span>${vi ? 'Đang mở bàn làm việc của cơ quan chứng thực…' : 'Opening the authority’s console…'}</span>
        </div>
      </div>
      <noscript>
        <p class="problem-summary">${vi ? 'Trang làm việc cần JavaScript.' : 'The console needs JavaScript.'}</p>
      </noscript>`,
  });
}
