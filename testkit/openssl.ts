import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The second opinion: `openssl` as a child process in a folder of its own. */
export interface OpenSsl {
  /** Puts a file into the folder and returns its path. */
  put(name: string, content: Uint8Array | string): string;
  get(name: string): Uint8Array;
  path(name: string): string;
  /** Runs `openssl …`; secrets go through `env`, never through the arguments. */
  run(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): { readonly ok: boolean; readonly out: string; readonly err: string };
  remove(): void;
}

export const opensslVersion: string | undefined = (() => {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  console.warn('SKIPPED: openssl is not installed, no second opinion on certificates, CMS, TSP and PKCS#12');
  return undefined;
})();

export function openssl(): OpenSsl {
  const folder = mkdtempSync(join(tmpdir(), 'antin-openssl-'));
  const path = (name: string) => join(folder, name);
  return {
    path,
    put(name, content) {
      writeFileSync(path(name), content, { mode: 0o600 });
      return path(name);
    },
    get(name) {
      return new Uint8Array(readFileSync(path(name)));
    },
    run(args, env = {}) {
      const done = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });
      return { ok: done.status === 0, out: done.stdout, err: done.stderr };
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
