import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

// Processes are started and waited for; a busy computer may take its time.
vi.setConfig({ testTimeout: 120_000 });

const house = fileURLToPath(new URL('../..', import.meta.url));
const antin = join(house, 'cli/antin.mjs');

/** The first Node of PATH that is older than ours: what a distribution brings. */
const olderNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find(
    (path) => existsSync(path) && Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1]) < 24,
  );

describe.each([
  { name: 'our own Node', node: process.execPath },
  { name: 'an older Node (needs an older Node)', node: olderNode },
])('started on $name', ({ node }) => {
  test.skipIf(node === undefined)('exit codes and output come through', () => {
    const wrong = spawnSync(node!, [antin, 'nonsense'], { encoding: 'utf8' });
    expect([wrong.status, wrong.stderr]).toEqual([64, expect.stringContaining('there is no command "nonsense"')]);
    const help = spawnSync(node!, [antin, '--help'], { encoding: 'utf8' });
    expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('antin validate')]);
    expect(spawnSync(node!, [antin, 'serve', '--prot', '1'], { encoding: 'utf8' }).status).toBe(64);
  });

  test.skipIf(node === undefined)('signals reach the command, also when only the launcher gets them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'antin launcher '));
    const child = spawn(node!, [antin, 'serve', '--services', 'authority', '--port', '0', '--data', join(folder, 'data')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(line).toMatch(/^Antin: http/);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(join(folder, 'data/running.json'))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});

describe('installing', () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'antin checkout '));
    mkdirSync(join(copy, 'node_modules'));
    mkdirSync(join(copy, 'bin'));
    cpSync(join(house, 'cli'), join(copy, 'cli'), { recursive: true, filter: (path) => !/\.test\.ts$|node_modules/.test(path) });
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(house, file), join(copy, file));
    // An npm that notes how it was called and installs by pointing at the real tree.
    writeFileSync(
      join(copy, 'bin/npm'),
      `#!/bin/sh\necho "$@" "$NODE_ENV" >> '${copy}/calls'\nrmdir '${copy}/node_modules'\nln -s '${join(house, 'node_modules')}' '${copy}/node_modules'\n`,
      {
        mode: 0o755,
      },
    );
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  const start = (...argv: string[]) =>
    spawnSync(process.execPath, [join(copy, 'cli/antin.mjs'), ...argv], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(copy, 'bin')}${delimiter}${process.env['PATH']}`, NODE_ENV: 'production' },
    });

  test('npm ci runs when packages are missing, with what builds and tests, and not again', () => {
    const first = start('check', '--only', 'nothing of this name');
    expect(first.stderr).toContain('installing');
    expect(readFileSync(join(copy, 'calls'), 'utf8')).toMatch(/^ci --include=dev --include=optional .*--no-fund.* \n$/);
    start('check', '--only', 'nothing of this name');
    expect(readFileSync(join(copy, 'calls'), 'utf8').split('\n')).toHaveLength(2);
  });

  test('an install by hand counts: nothing runs when the tree already holds what the lock file names', () => {
    rmSync(join(copy, 'node_modules'), { recursive: true });
    symlinkSync(join(house, 'node_modules'), join(copy, 'node_modules'));
    start('check', '--only', 'nothing of this name');
    expect(existsSync(join(copy, 'calls'))).toBe(false);
  });

  test('another version in the lock file is installed, and a failing npm is said', () => {
    rmSync(join(copy, 'node_modules'), { recursive: true });
    symlinkSync(join(house, 'node_modules'), join(copy, 'node_modules'));
    const lock = JSON.parse(readFileSync(join(copy, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    lock.packages['node_modules/hono']!.version = '999.0.0';
    writeFileSync(join(copy, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(copy, 'bin/npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const done = start('check', '--only', 'nothing of this name');
    expect([done.status, done.stderr]).toEqual([70, expect.stringContaining('npm ci failed')]);
  });
});
