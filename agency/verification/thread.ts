import { parentPort } from 'node:worker_threads';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { answerTo } from './answer.ts';
import type { AnchorData, FromThread, ToThread } from './messages.ts';

let trusted: ReturnType<typeof anchorsOf> = [];

function anchorsOf(anchors: readonly AnchorData[]) {
  return anchors.map(({ certificate, ...rest }) => ({ ...rest, certificate: parseCertificate(certificate) }));
}

/** One question at a time, each answered from what came with it: nothing is kept but whom to trust. */
parentPort?.on('message', ({ question, anchors, evidence }: ToThread) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const reply = (message: FromThread): void => parentPort?.postMessage(message);
  try {
    if (anchors !== undefined) trusted = anchorsOf(anchors);
    reply({ answer: answerTo(question, { anchors: trusted, evidence }) });
  } catch (fault) {
    const { code, message, stack } = fault as { code?: unknown; message?: string; stack?: string };
    reply({ fault: { code: typeof code === 'string' ? code : undefined, message: message ?? String(fault), stack } });
  }
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage({ ready: true } satisfies FromThread);
