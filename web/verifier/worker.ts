import { FormatFault } from '@antin/formats/fault';
import type { CheckMessage, CheckRequest } from './messages.ts';

const say = (message: CheckMessage): void => {
  (self as unknown as { postMessage(message: CheckMessage, transfer: Transferable[]): void }).postMessage(message, []);
};

/**
 * The engine comes after the listener: its XML parser is instantiated asynchronously while it loads, and a message that arrives
 * at a worker before anybody listens is lost.
 */
self.addEventListener('message', (event: MessageEvent<CheckRequest>) => {
  const checked = import('./check.ts').then(({ check }) => check(event.data, say));
  checked.catch((cause: unknown) => {
    const code = (cause as { code?: string }).code ?? (cause instanceof Error ? cause.name : 'unknown');
    console.error(cause);
    say({ kind: 'failed', why: cause instanceof FormatFault ? 'format' : 'engine', code });
  });
});
