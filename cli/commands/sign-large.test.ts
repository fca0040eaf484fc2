import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLargePdf } from '@antin/testkit/large/large-pdf';
import { signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';

const SIZE = 500_000_000;
const LIMIT_MB = 200;

let desk: SigningDesk;
let input: string;
beforeAll(async () => {
  desk = await signingDesk();
  input = desk.file('bản vẽ.pdf');
  writeLargePdf(input, SIZE, 'table');
});
afterAll(() => desk.close());

/** The command in a process of its own, whose peak of memory is then that of the command, its own judge included. */
const SCRIPT = `
const { main } = await import(process.argv[1]);
const code = await main(process.argv.slice(2), process);
process.stdout.write(JSON.stringify({ peakMB: process.resourceUsage().maxRSS / 1024 }));
process.exitCode = code;
`;

describe('antin sign takes 500 MB, judges what it made, and stays below 200 MB', () => {
  it.each([
    ['PAdES', []],
    ['CAdES', ['--format', 'CAdES']],
    ['ASiC-E', ['--format', 'ASiC-E']],
  ])('%s', (form, more) => {
    const out = desk.file('ra');
    const key = ['--p12', desk.p12('leader'), '--pass-file', desk.passFile];
    const args = ['sign', input, '-o', out, ...key, ...more, '--json'];
    const script = ['--input-type=module', '-e', SCRIPT, join(import.meta.dirname, '..', 'main.ts'), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const [said = '', told = ''] = stdout.split('\n');
    expect(JSON.parse(said)).toMatchObject({ format: form, level: 'B-B' });
    expect((JSON.parse(told) as { peakMB: number }).peakMB).toBeLessThan(LIMIT_MB);
    expect(statSync(out).size).toBeGreaterThan(SIZE);
    rmSync(out);
  });
});
