import type { BatchProgress } from '@antin/signature/making/batch';
import type { Io } from '../../io.ts';

/** On a terminal only: a line that is written over. */
export function progressOn({ stderr }: Io): { readonly show: (progress: BatchProgress) => void; readonly clear: () => void } {
  if ((stderr as { readonly isTTY?: boolean }).isTTY !== true) return { show: () => {}, clear: () => {} };
  let shown = false;
  const clear = () => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    clear,
    show({ phase, done, of }) {
      clear();
      stderr.write(`${phase} ${done}/${of}`);
      shown = true;
    },
  };
}
