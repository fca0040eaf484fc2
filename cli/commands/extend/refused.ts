import { exit } from '../../exit.ts';
import type { Io } from '../../io.ts';
import { printable } from '../../printable.ts';
import { exitOf } from '../sign/fault.ts';
import { UsageFault } from '../options.ts';

/** Runs a command that writes a file; a refusal is one line on stderr with its code, and nothing is written. */
export async function refused(command: string, io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (fault) {
    const { message, code: reason } = fault as Error & { readonly code?: string };
    const asked = fault instanceof UsageFault || (typeof reason === 'string' && reason.startsWith('ERR_PARSE_ARGS'));
    // In `antin sign` only an authority can bring a damaged CMS; here it is the document itself.
    const code = asked ? exit.usage : reason?.startsWith('cms.') === true ? exit.unsupportedInput : exitOf(fault);
    if (code === undefined) throw fault;
    io.stderr.write(`antin ${command}: ${printable(message)} [${asked ? `${command}.usage` : reason}]\n`);
    if (asked) io.stderr.write(`"antin ${command} --help" shows the options.\n`);
    return code;
  }
}
