import { translator } from '../i18n/catalogue.ts';
import { verifierWords } from '../i18n/words/verifier.ts';
import { h } from './dom.ts';
import type { CheckMessage, CheckRequest, Failure } from './messages.ts';
import { missingData } from './missing-data.ts';
import { missingView } from './covers.ts';
import { resultView } from './result.ts';

/** Endings of files that are signatures and often nothing else, so that of several files one is taken to be over the others. */
const SIGNATURE_NAMES = /\.(p7s|p7m|p7|sig|jws|jades|xades|cades|xml|json)$/i;

/** What was given before and what is given now; of two files of one name the later one counts. */
function together(before: readonly File[], added: readonly File[]): File[] {
  return [...before.filter((old) => !added.some((one) => one.name === old.name)), ...added];
}

/** Ties the page together: a file comes in, the worker judges it, the answer is drawn. */
export function verifier(): void {
  const language = document.documentElement.lang === 'en' ? 'en' : 'vi';
  const t = translator(verifierWords, language);
  const input = document.querySelector<HTMLInputElement>('#file');
  const drop = document.querySelector<HTMLElement>('#drop');
  const progress = document.querySelector<HTMLElement>('#progress');
  const place = document.querySelector<HTMLElement>('#result');
  if (input === null || drop === null || progress === null || place === null) return;
  const how = document.querySelector<HTMLElement>('#how');
  let worker: Worker | undefined;

  const step = (text: string): void => {
    progress.hidden = false;
    progress.replaceChildren(h('span', {}, text), h('div', { class: 'bar moving' }, h('i')));
  };
  const show = (...nodes: readonly Node[]): void => {
    progress.hidden = true;
    place.replaceChildren(...nodes);
    if (how !== null) how.hidden = true;
    drop.classList.add('compact');
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: 'start' });
  };
  const again = (): void => {
    place.replaceChildren();
    if (how !== null) how.hidden = false;
    drop.classList.remove('compact');
    input.value = '';
    input.focus();
    scrollTo({ top: 0 });
  };

  const check = (file: File, data: readonly File[] = []): void => {
    // A worker that is still busy with another file is of no use any more.
    worker?.terminate();
    place.replaceChildren();
    step(t('step.engine'));
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const failed = (why: Failure, code: string): void =>
      show(
        h(
          'div',
          { class: 'problem-summary', role: 'alert' },
          h('h2', {}, t('fault.title')),
          h('p', {}, file.name),
          h('p', {}, t(`fault.${why}`, { code })),
        ),
      );
    worker.addEventListener('error', () => failed('engine', 'worker.failed'));
    worker.addEventListener('message', (event: MessageEvent<CheckMessage>) => {
      const message = event.data;
      if (message.kind === 'step') return step(t(`step.${message.step}`));
      worker?.terminate();
      worker = undefined;
      if (message.kind === 'failed') return failed(message.why, message.code);
      const names = missingData(message.report);
      const missing = names.length === 0 ? undefined : missingView(t, names, (added) => check(file, together(data, added)));
      show(...resultView(t, { ...message, missing, onAgain: again, onRetry: () => check(file, data) }));
      // For whoever measures: how long the engine took, without the network.
      place.dataset['spentMs'] = message.spentMs.toFixed(1);
    });
    const request: CheckRequest = { file, data, language };
    worker.postMessage(request, []);
  };

  /** A signature and what it is over may come together. */
  const checkAll = (files: readonly File[]): void => {
    const signature = files.find((file) => SIGNATURE_NAMES.test(file.name)) ?? files[0];
    if (signature !== undefined) {
      check(
        signature,
        files.filter((file) => file !== signature),
      );
    }
  };

  input.addEventListener('change', () => {
    checkAll([...(input.files ?? [])]);
  });
  for (const name of ['dragenter', 'dragover'] as const) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) drop.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    checkAll([...(event.dataTransfer?.files ?? [])]);
  });
}
