import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimDataFolder } from './data-folder.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'antin folder ')), 'dữ liệu');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

test('a folder is one process’s at a time, and the other hears where to go', () => {
  const mine = claimDataFolder(path, { fresh: false });
  expect(() => claimDataFolder(path, { fresh: true })).toThrow(
    expect.objectContaining({ code: 'serve.already-running', message: expect.stringContaining('starting') }),
  );
  mine.announce('http://127.0.0.1:8080');
  expect(() => claimDataFolder(path, { fresh: false })).toThrow(/http:\/\/127\.0\.0\.1:8080 \(process \d+\)/);
  mine.release();
  claimDataFolder(path, { fresh: false }).release();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('the note of a killed process is nobody’s, also when its number is in use again', async () => {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { claimDataFolder } from ${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)};
     claimDataFolder(${JSON.stringify(path)}, { fresh: false }); console.log('mine'); setInterval(() => {}, 1000);`,
  ]);
  await once(child.stdout, 'data');
  expect(() => claimDataFolder(path, { fresh: false })).toThrow(expect.objectContaining({ code: 'serve.already-running' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  claimDataFolder(path, { fresh: false }).release();
  // Our own number with another start time: a process of the last boot.
  writeFileSync(join(path, 'running.json'), JSON.stringify({ pid: process.pid, started: '1', address: 'http://x' }));
  claimDataFolder(path, { fresh: false }).release();
  writeFileSync(join(path, 'running.json'), 'half writ');
  claimDataFolder(path, { fresh: false }).release();
});

test('begin again removes our data and nothing else; a folder of somebody else is left alone', () => {
  const first = claimDataFolder(path, { fresh: false });
  mkdirSync(first.files);
  writeFileSync(join(first.files, 'x'), 'x');
  first.release();
  claimDataFolder(path, { fresh: true }).release();
  expect(existsSync(first.files)).toBe(false);

  const home = join(path, '..', 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'thesis.odt'), 'precious');
  for (const fresh of [false, true]) {
    expect(() => claimDataFolder(home, { fresh })).toThrow(expect.objectContaining({ code: 'serve.foreign-folder' }));
  }
  expect(readFileSync(join(home, 'thesis.odt'), 'utf8')).toBe('precious');
});

test('what a ceremony made is put into an empty folder before the first start, and beginning again keeps it', () => {
  const authority = join(path, 'authority');
  mkdirSync(join(authority, 'signer'), { recursive: true });
  writeFileSync(join(authority, 'x'), 'x');
  // A folder that only has the name is somebody else's.
  expect(() => claimDataFolder(path, { fresh: false })).toThrow(expect.objectContaining({ code: 'serve.foreign-folder' }));
  writeFileSync(join(authority, 'hierarchy.json'), '{}');
  writeFileSync(join(path, 'thesis.odt'), 'precious');
  expect(() => claimDataFolder(path, { fresh: false })).toThrow(expect.objectContaining({ code: 'serve.foreign-folder' }));
  rmSync(join(path, 'thesis.odt'));
  claimDataFolder(path, { fresh: false }).release();
  const again = claimDataFolder(path, { fresh: true });
  expect(readdirSync(authority).sort()).toEqual(['hierarchy.json', 'signer']);
  again.release();
});

test('a file in its place is said in words', () => {
  writeFileSync(path, 'thesis');
  expect(() => claimDataFolder(path, { fresh: true })).toThrow(
    expect.objectContaining({ code: 'serve.unusable-folder', message: expect.stringContaining('--data') }),
  );
  expect(readFileSync(path, 'utf8')).toBe('thesis');
});
