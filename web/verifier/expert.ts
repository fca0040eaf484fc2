import type { SignatureDetail } from '@antin/signature/validation/detailed';
import { translator } from '../i18n/catalogue.ts';
import { exactText } from '../i18n/dates.ts';
import { expertWords } from '../i18n/words/verifier-expert.ts';
import { h } from './dom.ts';
import type { Piece, PieceKind } from './material.ts';
import type { Expert } from './messages.ts';
import { save } from './save.ts';

const TABS = ['checks', 'facts', 'etsi', 'pieces'] as const;
type Tab = (typeof TABS)[number];
type Say = ReturnType<typeof translator<typeof expertWords>>;

/** For experts: every check with its clause, the facts, the report of ETSI, and what all of it rests on. Drawn when opened. */
export function expertView(expert: Expert, fileName: string): HTMLElement {
  const t = translator(expertWords, document.documentElement.lang === 'en' ? 'en' : 'vi');
  const body = h('div', { class: 'expert-body' });
  const details = h('details', { class: 'more no-print' }, h('summary', {}, t('expert')), body);
  details.addEventListener('toggle', () => {
    if (body.childElementCount === 0) body.append(...tabs(t, expert, fileName));
  });
  return details;
}

function tabs(t: Say, expert: Expert, fileName: string): HTMLElement[] {
  const panel = h('div', { role: 'tabpanel', id: 'expert-panel', tabindex: '0', class: 'expert-panel' });
  const buttons = TABS.map((name) => {
    const button = h('button', { type: 'button', role: 'tab', id: `expert-${name}`, 'aria-controls': 'expert-panel' }, t(name));
    button.addEventListener('click', () => choose(name));
    return button;
  });
  const choose = (chosen: Tab): void => {
    TABS.forEach((name, i) => {
      buttons[i]?.setAttribute('aria-selected', String(name === chosen));
      buttons[i]?.setAttribute('tabindex', name === chosen ? '0' : '-1');
    });
    panel.setAttribute('aria-labelledby', `expert-${chosen}`);
    panel.replaceChildren(...panelOf(t, chosen, expert, fileName));
  };
  const row = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('expert') }, ...buttons);
  row.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    if (step === 0 || at === -1) return;
    event.preventDefault();
    const next = (at + step + TABS.length) % TABS.length;
    choose(TABS[next] as Tab);
    buttons[next]?.focus();
  });
  choose('checks');
  return [row, panel];
}

function panelOf(t: Say, tab: Tab, expert: Expert, fileName: string): HTMLElement[] {
  if (tab === 'checks') return checksPanel(t, expert, fileName);
  if (tab === 'facts') return textPanel(t, t('facts.text'), expert.diagnostic, `${fileName}.diagnostic.json`, 'application/json');
  if (tab === 'pieces') return piecesPanel(t, expert.pieces);
  if (expert.etsi === undefined) return [h('p', {}, t('etsi.none'))];
  return textPanel(t, t('etsi.text'), expert.etsi, `${fileName}.ts119102-2.xml`, 'application/xml');
}

function checksPanel(t: Say, { detailed }: Expert, fileName: string): HTMLElement[] {
  const json = JSON.stringify(detailed, undefined, 2);
  return [
    h('p', {}, t('checks.text', { policy: detailed.policy })),
    saveButton(t, `${fileName}.detailed.json`, 'application/json', json),
    ...detailed.signatures.map((one, i) => checksTable(t, one, i + 1)),
    ...(detailed.signatures.length === 0 ? [h('p', {}, t('checks.none'))] : []),
  ];
}

const TONE = { passed: 'green', failed: 'red', warned: 'amber', informed: 'ink', ignored: '', 'not-applicable': '' } as const;

function checksTable(t: Say, one: SignatureDetail, n: number): HTMLElement {
  const done = one.checks.filter((check) => check.status !== 'not-applicable');
  const sub = one.subIndication === null ? '' : ` / ${one.subIndication}`;
  const proven = one.bestSignatureTimeFrom === 'time-stamp';
  return h(
    'section',
    {},
    h('h3', {}, `${t('signature.n', { n })}: ${one.indication}${sub}`),
    h('p', { class: 'quiet' }, `${t(proven ? 'best.proven' : 'best.now')} ${exactText(one.bestSignatureTime)}`),
    h(
      'div',
      { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': t('signature.n', { n }) },
      h(
        'table',
        { class: 'table' },
        h(
          'thead',
          {},
          h('tr', {}, ...(['check', 'clause', 'result'] as const).map((name) => h('th', { scope: 'col' }, t(name)))),
        ),
        h(
          'tbody',
          {},
          ...done.map((check) =>
            h(
              'tr',
              {},
              h(
                'td',
                {},
                h('span', { class: 'mono' }, check.id),
                ...check.findings.map((finding) =>
                  h('div', { lang: 'en', class: 'quiet' }, `${finding.code}: ${finding.message}`),
                ),
              ),
              h('td', { class: 'nowrap' }, check.clause),
              h('td', {}, h('span', { class: `tag ${TONE[check.status]}` }, t(`status.${check.status}`))),
            ),
          ),
        ),
      ),
    ),
  );
}

const EXTENSION: Readonly<Record<PieceKind, string>> = { certificate: 'cer', crl: 'crl', ocsp: 'ors', 'time-stamp': 'tst' };

function piecesPanel(t: Say, pieces: readonly Piece[]): HTMLElement[] {
  if (pieces.length === 0) return [h('p', {}, t('pieces.none'))];
  const rows = pieces.map((piece, i) => {
    const name = `${piece.kind}-${i + 1}.${EXTENSION[piece.kind]}`;
    const button = h('button', { type: 'button', class: 'button small', 'aria-label': t('save.named', { name }) }, t('save'));
    button.addEventListener('click', () => save(name, 'application/octet-stream', piece.bytes));
    const about = /^\d{4}-/.test(piece.about) ? exactText(piece.about) : piece.about;
    return h(
      'tr',
      {},
      h('td', { class: 'nowrap' }, t(`piece.${piece.kind}`)),
      h('td', {}, about),
      h('td', { class: 'right nowrap' }, button),
    );
  });
  return [
    h('p', {}, t('pieces.text')),
    h(
      'div',
      { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': t('pieces') },
      h('table', { class: 'table' }, h('tbody', {}, ...rows)),
    ),
  ];
}

function textPanel(t: Say, explained: string, text: string, name: string, type: string): HTMLElement[] {
  // Large facts of long documents would make the page slow; all of it is in the file.
  const shown = text.length > 200_000 ? `${text.slice(0, 200_000)}\n…` : text;
  return [
    h('p', {}, explained),
    saveButton(t, name, type, text),
    h('pre', { class: 'report', tabindex: '0', lang: 'en' }, shown),
  ];
}

function saveButton(t: Say, name: string, type: string, text: string): HTMLElement {
  const button = h('button', { type: 'button', class: 'button small' }, t('save.named', { name }));
  button.addEventListener('click', () => save(name, type, text));
  return button;
}
