import { FormatFault } from '@antin/formats/fault';

/** The code with which a reader refuses, or `no fault`. Anything else that is thrown is the test's own trouble. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (fault) {
    if (fault instanceof FormatFault) return fault.code;
    throw fault;
  }
  return 'no fault';
}
