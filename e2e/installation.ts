import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Installation extends AsyncDisposable {
  readonly url: string;
  readonly data: string;
  readonly password: string;
  /** Page of the practice agent, with the secret of this launch. */
  readonly agentPage: string;
  readonly output: () => string;
  /** Ctrl-C, or kill -9 of the whole process group. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `npm start` on a folder of its own, with `--port 0`; what it printed is what a newcomer has to go by. */
export async function startInstallation(
  options: { data?: string; args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<Installation> {
  const own = options.data === undefined;
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'antin e2e '));
  const antin = fileURLToPath(new URL('../cli/antin.mjs', import.meta.url));
  const child = spawn(process.execPath, [antin, 'start', '--port', '0', '--data', data, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ANTIN_AGENT_OPENER: 'none', ...options.env },
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (output += piece.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    const look = setInterval(() => {
      if (!output.includes('Ctrl-C')) return;
      clearInterval(look);
      resolve();
    }, 50);
    void exited.then((code) => {
      clearInterval(look);
      reject(new Error(`npm start ended with ${code}:\n${output}`));
    });
  });
  const found = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? '';
  const stop = async (signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null)
      process.kill(signal === 'SIGKILL' ? -(child.pid as number) : (child.pid as number), signal);
    return exited;
  };
  return {
    url: found(/Antin: (http\S+)/),
    data,
    password: (JSON.parse(readFileSync(join(data, 'practice-sign-in.json'), 'utf8')) as { password: string }).password,
    agentPage: found(/(http:\/\/127\.0\.0\.1:\d+\/#\S+)/),
    output: () => output,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (own) rmSync(data, { recursive: true, force: true });
    },
  };
}
