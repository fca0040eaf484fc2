import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { exitOf } from './sign/fault.ts';

/** Of the agent's own codes, those that say that it was asked for something impossible; the rest is about the world. */
const WRONG_USE = ['agent.usage', 'agent.not-paired'];

/** `antin agent`: what a signer runs beside a token; everything else about it is in the room `token-agent`. */
export async function run(argv: string[], io: Io): Promise<number> {
  const code = await runOrExplain(argv, io);
  // Its page and sockets that wait for the office must not keep a stopped agent alive.
  if ((io as unknown) === process) process.exit(code);
  return code;
}

async function runOrExplain(argv: string[], io: Io): Promise<number> {
  const { runAgent } = await import('@antin/token-agent/main');
  try {
    return await runAgent(argv, io.env);
  } catch (fault) {
    const { code, message } = fault as { code?: string; message: string };
    const agents = code?.startsWith('agent.') === true ? exit.unavailable : exitOf(fault);
    if (code === undefined || agents === undefined) throw fault;
    io.stderr.write(`antin agent: ${message} [${code}]\n"antin agent --help" shows the options.\n`);
    return WRONG_USE.includes(code) ? exit.usage : agents;
  }
}
