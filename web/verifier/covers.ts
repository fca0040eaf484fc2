import type { Covered, Finding, SignatureReport } from '@antin/signature/validation/types';
import { h, type Child } from './dom.ts';
import type { Say } from './say.ts';

const SHOWN = 50;
const TONE = { true: 'green', false: 'red', null: 'amber' } as const;

/** What a signature is over, where that is not the whole file: files by name, parts of a document. */
export function coversView(t: Say, one: SignatureReport): (readonly [string, Child])[] {
  const rows: (readonly [string, Child])[] = [];
  if (one.signatureFile !== undefined) rows.push([t('sig.file'), one.signatureFile]);
  const { covers = [] } = one;
  if (covers.length === 0) return rows;
  const more = covers.length > SHOWN ? [h('li', {}, t('covers.more', { n: covers.length - SHOWN }))] : [];
  rows.push([t('sig.covers'), h('ul', { class: 'covers' }, ...covers.slice(0, SHOWN).map((part) => line(t, part)), ...more)]);
  return rows;
}

/** Files in a container that no good signature is over: whoever opens it would take them for signed. */
export function unsignedView(t: Say, errors: readonly Finding[]): HTMLElement[] {
  const names = errors.filter((one) => one.code === 'asic.not-covered').flatMap((one) => one.about ?? []);
  if (names.length === 0) return [];
  const tag = (): HTMLElement => h('span', { class: 'tag amber' }, t('covers.unsigned'));
  return [
    h(
      'section',
      { 'aria-labelledby': 'unsigned-title' },
      h('h2', { id: 'unsigned-title', class: 'section-title' }, t('unsigned.files')),
      h('ul', { class: 'covers' }, ...names.slice(0, SHOWN).map((name) => h('li', {}, `${name} `, tag()))),
    ),
  ];
}

function line(t: Say, { kind, name, intact, nameSigned }: Covered): HTMLElement {
  const whole = kind === 'document' || kind === 'payload';
  const state = h('span', { class: `tag ${TONE[`${intact}`]}` }, t(`covers.${intact}`));
  const bare = nameSigned === false && [' ', h('span', { class: 'tag amber' }, t('covers.name'))];
  return h('li', {}, `${t(`covers.${kind}`)}${whole ? '' : ` ${name}`} `, state, ...(bare || []));
}

/** A second picker: the signature stands in a file of its own, and what it is about is still needed. */
export function missingView(t: Say, names: readonly string[], onFiles: (files: readonly File[]) => void): HTMLElement {
  const input = h('input', { id: 'data-files', type: 'file', multiple: '', class: 'file-input', 'aria-describedby': 'data-why' });
  input.addEventListener('change', () => {
    const files = [...((input as HTMLInputElement).files ?? [])];
    if (files.length > 0) onFiles(files);
  });
  const known = names.filter((name) => name !== '');
  return h(
    'div',
    { class: 'note amber missing no-print' },
    h('p', { id: 'data-why' }, t(known.length === 0 ? 'missing.unnamed' : 'missing')),
    known.length > 0 && h('ul', {}, ...known.slice(0, SHOWN).map((name) => h('li', {}, name))),
    h('div', { class: 'drop-file' }, h('label', { class: 'button primary', for: 'data-files' }, t('missing.choose')), input),
  );
}
