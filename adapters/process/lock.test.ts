import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock, thisProcess } from './lock.ts';
import { startTimeOf } from './start-time.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antin lock '));
  path = join(folder, 'lock.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock is for one: the second learns who has it', () => {
  expect(takeLock(path, { ...thisProcess(), address: 'here' })).toBeUndefined();
  expect(takeLock(path, thisProcess())).toEqual({ ...thisProcess(), address: 'here' });
  expect(readdirSync(folder)).toEqual(['lock.json']);
});

test('a process id that another process has by now holds nothing', () => {
  // As after a container was killed and started again on the same folder.
  writeFileSync(path, JSON.stringify({ pid: process.ppid, started: '1' }));
  expect(takeLock(path, thisProcess())).toBeUndefined();
});

test.each(['', '111', '{"pid":', 'null'])('what holds no holder (%j) holds nothing', (left) => {
  writeFileSync(path, left);
  expect(takeLock(path, thisProcess())).toBeUndefined();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(thisProcess());
});

test('a killed process that nobody collected yet holds nothing', async () => {
  // The shell becomes `sleep`, which collects no children: its first child stays a zombie.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  writeFileSync(path, JSON.stringify({ pid, started: startTimeOf(pid) }));
  expect(takeLock(path, thisProcess())).toMatchObject({ pid });
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => takeLock(path, thisProcess())).toBeUndefined();
  parent.kill();
});
