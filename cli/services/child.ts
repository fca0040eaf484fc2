import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@antin/adapters/log/log';

export interface Supervised {
  stop(): Promise<void>;
}

/**
 * Keeps a process of our own running beside the services: started again after it ends, with growing pauses.
 *
 * It gets a channel that ends when we die (also by kill -9): `process.on('disconnect', …)` is its sign to leave.
 * Secrets go through its own folder, never through arguments or the environment.
 */
export function superviseChild(options: {
  name: string;
  module: string;
  args: readonly string[];
  log: Log;
  env?: NodeJS.ProcessEnv;
}): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const ended = (async () => {
    for (let failures = 0; !stopping.signal.aborted;) {
      const since = performance.now();
      child = spawn(process.execPath, [options.module, ...options.args], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        // Its own session: Ctrl-C reaches us, and we end it after the servers that use it.
        detached: true,
        ...(options.env === undefined ? {} : { env: options.env }),
      });
      const how = await new Promise<string>((done) => {
        child!.once('error', (fault) => done(fault.message));
        child!.once('exit', (code, signal) => done(signal ?? `exit code ${code}`));
      });
      if (stopping.signal.aborted) return;
      failures = performance.now() - since > 60_000 ? 1 : failures + 1;
      options.log.error({ child: options.name, how }, 'a child process ended and is started again');
      await sleep(Math.min(60_000, 500 * 2 ** failures), undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    async stop() {
      stopping.abort();
      child?.kill('SIGTERM');
      const timer = setTimeout(() => child?.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}
