import type { Command } from '../io.ts';

/** One file a command, `commands/NAME.ts` with `run`. */
export const commandNames: readonly string[] = [
  'serve',
  'sign',
  'extend',
  'timestamp',
  'validate',
  'path',
  'revocation',
  'journal',
  'inspect',
  'agent',
  'ceremony',
  'signer',
  'database',
  'officers',
  'bench',
  'faults',
  'check',
  'judges',
];

/** Loaded only when asked for, so that `antin sign` does not wait for the servers. */
export async function loadCommand(name: string): Promise<Command> {
  const { run } = (await import(new URL(`./${name}.ts`, import.meta.url).href)) as { run: Command };
  return run;
}
