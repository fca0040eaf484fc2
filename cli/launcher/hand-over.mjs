import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { LauncherFault } from './fault.mjs';
import { newNode, root } from './place.mjs';

/**
 * Runs `cli/main.ts` on the new Node with our terminal, signals and exit code.
 *
 * The channel between the two is silent: its end tells the child that we were killed, so that no server is left over.
 */
export async function handOver(args) {
  const node = newNode();
  if (node === undefined)
    throw new LauncherFault('nothing is installed yet: run "npm ci" (or "npm start") in the checkout first');
  // Compiled code of the last start: later starts load in a third of the time. Child processes inherit it.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'antin-compiled');
  if (sameFile(node, process.execPath)) {
    nodeModule.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
    const { main } = await import('../main.ts');
    return main(args, process);
  }
  const child = spawn(node, [join(root, 'cli', 'main.ts'), ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // From a terminal the child gets Ctrl-C itself, and once more from here: it counts signals close together as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  whenParentDies(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', (fault) => reject(new LauncherFault(`${node} cannot be started: ${fault.message}`)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** `npm start` after an install already runs on the new Node: nothing to hand over then. */
function sameFile(a, b) {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** npm that is killed tells nobody: its script sees only that it has another parent. */
function whenParentDies(act) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 500);
  timer.unref();
}
