import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classPathOf } from './maven.ts';

const MINUTES = 60_000;

export const poiClassPath = (): string | undefined => classPathOf({ folder: 'poi', called: 'Apache POI', drivers: ['Poi.java'] });

export interface PoiAnswer {
  /** One for each signature. */
  readonly valid?: readonly boolean[];
  readonly failure?: string;
}

export interface PoiKey {
  readonly pkcs12: Uint8Array;
  readonly passphrase: string;
  readonly alias: string;
  /** Signing time, milliseconds since 1970. */
  readonly at: number;
}

export interface PoiSigning {
  readonly bytes: Uint8Array;
  readonly digest: 'sha256' | 'sha384' | 'sha512';
}

/** Asks about all files at once: one Java machine takes a second to start. */
export function askPoi(classPath: string, files: Readonly<Record<string, Uint8Array>>): Record<string, PoiAnswer> {
  return inFolder((put) => {
    const names = Object.keys(files);
    const lines = names.map((name, i) => `verify\t${put(`${i}.${name.split('.').at(-1)}`, files[name] as Uint8Array)}`);
    const answers = run(classPath, put('list.txt', lines.join('\n')), '');
    return Object.fromEntries(names.map((name, i) => [name, JSON.parse(answers[i] ?? '{}') as PoiAnswer]));
  });
}

/** The files as POI signs them, all at once. */
export function signByPoi(
  classPath: string,
  { pkcs12, passphrase, alias, at }: PoiKey,
  files: Readonly<Record<string, PoiSigning>>,
): Record<string, Uint8Array> {
  return inFolder((put) => {
    const key = put('key.p12', pkcs12);
    const signed = Object.entries(files).map(([name, { bytes, digest }], i) => {
      const path = put(`${i}.${name.split('.').at(-1)}`, bytes);
      return { name, path, line: ['sign', path, key, alias, digest, String(at)].join('\t') };
    });
    const answers = run(classPath, put('list.txt', signed.map((one) => one.line).join('\n')), passphrase);
    const wrong = answers.find((one) => one !== '{"signed":true}');
    if (wrong !== undefined || answers.length !== signed.length) throw new Error(`POI did not sign: ${wrong ?? 'no answer'}`);
    return Object.fromEntries(signed.map(({ name, path }) => [name, new Uint8Array(readFileSync(path))]));
  });
}

function inFolder<T>(use: (put: (name: string, content: Uint8Array | string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'antin-poi-'));
  try {
    return use((name, content) => {
      const path = join(folder, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(classPath: string, list: string, passphrase: string): string[] {
  // Santuario breaks long digests into lines, which Office does not accept.
  const options = ['-Dorg.apache.xml.security.ignoreLineBreaks=true', '-Dfile.encoding=UTF-8'];
  const { stdout, stderr, status } = spawnSync('java', [...options, '-cp', classPath, 'Poi', list], {
    encoding: 'utf8',
    timeout: 5 * MINUTES,
    env: { ...process.env, LC_ALL: 'C.UTF-8', POI_PASSPHRASE: passphrase },
  });
  if (status !== 0) throw new Error(`POI failed: ${stderr.slice(0, 1000)}`);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'));
}
