import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AuthorityFault } from '../../fault.ts';

const FIRST = '0'.repeat(64);

/** What the witnesses sign by hand at the end: it stands for every line above it. */
export interface Transcript {
  write(event: string, facts?: object): void;
  readonly hash: string;
  close(): void;
}

/**
 * A log of a ceremony. Each line is `HASH {json}`, where HASH is SHA-256 of the line before's hash, a space and the JSON: one
 * changed, left-out or added line changes every hash after it. A file that is there is checked and continued.
 *
 * @throws {AuthorityFault} `ceremony.transcript-broken`
 */
export function openTranscript(path: string, clock: () => number): Transcript {
  let { hash, lines } = existsSync(path) ? checkTranscript(readFileSync(path, 'utf8')) : { hash: FIRST, lines: 0 };
  const fd = openSync(path, 'a', 0o600);
  return {
    write(event, facts = {}) {
      const json = JSON.stringify({ n: ++lines, at: new Date(clock()).toISOString(), event, ...facts });
      hash = chained(hash, json);
      writeSync(fd, `${hash} ${json}\n`);
      // What was witnessed must not be lost with the power.
      fsyncSync(fd);
    },
    get hash() {
      return hash;
    },
    close: () => closeSync(fd),
  };
}

function chained(previous: string, json: string): string {
  return createHash('sha256').update(`${previous} ${json}`).digest('hex');
}

/** @throws {AuthorityFault} `ceremony.transcript-broken` with the first line that does not follow from the one before */
export function checkTranscript(text: string): { readonly hash: string; readonly lines: number } {
  let hash = FIRST;
  const lines = text.split('\n');
  const broken = (n: number) => new AuthorityFault('ceremony.transcript-broken', `line ${n} does not follow from the one before`);
  if (lines.pop() !== '') throw broken(lines.length + 1);
  for (const [at, line] of lines.entries()) {
    const json = line.slice(65);
    if (line.slice(0, 65) !== `${chained(hash, json)} `) throw broken(at + 1);
    hash = line.slice(0, 64);
  }
  return { hash, lines: lines.length };
}
