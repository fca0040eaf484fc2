import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AuthorityFault } from '../../fault.ts';

export interface SignerProcess {
  /** Process id now; undefined between a death and the next start. */
  readonly pid: number | undefined;
  /** How the last one ended: its exit code, or the signal. */
  readonly ended: number | string | undefined;
  /** Why it is not started again, when that is so: a wrong PIN is never tried twice, and a wrong file stays wrong. */
  readonly fault: AuthorityFault | undefined;
  /** Ends one that hangs; it is started again. */
  kill(): void;
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  /** The signer's file. */
  readonly config: string;
  /** Written to descriptor 4 of the first start, for a file that says `pin: {descriptor: 4}`; zeroed here. */
  readonly pin?: Buffer;
  readonly onDeath?: (facts: { readonly code: string; readonly failures: number }) => void;
  /** Milliseconds before the first new start; doubled with each failure up to 30 s. */
  readonly backOffMs?: number;
}

/** Starting again would change nothing, or would cost a PIN attempt. */
const FINAL = [/^keys\.pin-/, /^keys\.config/, /^keys\.module-not-loaded$/, /^keys\.key-missing$/, /^secret-file\./];
const LONG_ENOUGH = 60_000;

/**
 * Starts a signer and starts it again when it dies. Resolves when it is ready.
 *
 * @throws {AuthorityFault} when the first start fails, with the signer's own code
 */
export async function superviseSigner(options: SuperviseOptions): Promise<SignerProcess> {
  const { backOffMs = 250 } = options;
  let child: ChildProcess | undefined;
  let fault: AuthorityFault | undefined;
  let stopping = false;
  let failures = 0;
  let ended: number | string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const start = async (pin: Buffer | undefined): Promise<void> => {
    const one = spawn(process.execPath, [fileURLToPath(new URL('process.ts', import.meta.url)), options.config], {
      // stdout and stderr are the module's playground: nothing it prints is believed or kept.
      stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'pipe'],
      // Of this process's surroundings the module needs to see little, and secrets among them must not reach a vendor's code.
      env: environment(),
    });
    child = one;
    one.stdin?.on('error', () => {});
    const pipe = one.stdio[4] as Writable;
    pipe.on('error', () => {});
    if (pin !== undefined) {
      const line = Buffer.concat([pin, Buffer.of(0x0a)]);
      pin.fill(0);
      pipe.end(line, () => line.fill(0));
    } else pipe.end();
    const since = performance.now();
    const ready = firstLine(one);
    one.once('exit', (exitCode, signal) => {
      ended = exitCode ?? signal ?? undefined;
      if (child === one) child = undefined;
      void ready.then(
        () => again(signal ?? 'exit', since),
        () => {},
      );
    });
    await ready;
  };

  const again = (code: string, since: number): void => {
    if (stopping || fault !== undefined) return;
    failures = performance.now() - since > LONG_ENOUGH ? 1 : failures + 1;
    options.onDeath?.({ code, failures });
    timer = setTimeout(
      () => {
        start(undefined).catch((error: unknown) => {
          const said = error instanceof AuthorityFault ? error : new AuthorityFault('keys.signer-down', String(error));
          if (FINAL.some((one) => one.test(said.code))) {
            fault = said;
            options.onDeath?.({ code: said.code, failures });
          } else again(said.code, performance.now());
        });
      },
      Math.min(30_000, backOffMs * 2 ** (failures - 1)),
    );
  };

  await start(options.pin);
  return {
    get pid() {
      return child?.pid;
    },
    get ended() {
      return ended;
    },
    get fault() {
      return fault;
    },
    kill: () => void child?.kill('SIGKILL'),
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const one = child;
      if (one === undefined || one.exitCode !== null) return;
      const gone = new Promise((resolve) => one.once('exit', resolve));
      one.stdin?.end();
      const force = setTimeout(() => one.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(force);
    },
  };
}

/** What the module may need to find its own configuration; everything else stays here. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'SOFTHSM2_CONF', 'P11_KIT_SERVER_ADDRESS', 'SystemRoot'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function firstLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    (child.stdio[3] as Readable).setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (!text.includes('\n')) return;
      const said = JSON.parse(text.slice(0, text.indexOf('\n'))) as { fault?: { code: string; message: string } };
      if (said.fault === undefined) resolve();
      else reject(new AuthorityFault(said.fault.code, said.fault.message));
    });
    child.once('close', () => reject(new AuthorityFault('keys.signer-down', 'the signer ended before it was ready')));
    child.once('error', (cause) => reject(new AuthorityFault('keys.signer-down', 'the signer could not be started', { cause })));
  });
}
