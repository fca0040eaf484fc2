import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dssClassPath } from '../dss.ts';
import type { Detached } from '../making/make.ts';
import { pyHankoPython } from '../pyhanko.ts';
import { CONTENTS, desk } from './desk.ts';
import { joseSigned, opensslSigned, pkijsSigned, xmlsecSigned } from './small.ts';

/** A file that somebody else signed. */
export interface Theirs {
  readonly by: string;
  /** `XAdES enveloped`, `CMS detached` … */
  readonly form: string;
  /** Key or algorithm, in the words of who signed. */
  readonly who: string;
  /** What they were asked for; `B-B` for plain signatures too. */
  readonly level: string;
  readonly bytes: Uint8Array;
  readonly detached?: Detached;
}

/** The files of one of the engines that come from a registry: `FORM WHO LEVEL.ENDING`. */
function signedBy(by: string, folder: string, command: string, args: readonly string[]): Theirs[] {
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const done = spawnSync(command, [...args, folder], { encoding: 'utf8', maxBuffer: 64 << 20, timeout: 12 * 60_000 });
  const failures = done.stdout.split('\n').filter((line) => line.includes('\t'));
  if (done.status !== 0 || failures.length > 0) throw new Error(`${by} did not sign: ${failures.join('\n')} ${done.stderr}`);
  return readdirSync(out).map((file) => {
    const [, form, who, level] = /^(.*?) (\w+(?: certified)?) (B-\w+)\.\w+$/.exec(file) as unknown as [
      string,
      string,
      string,
      string,
    ];
    const name = form.startsWith('XAdES') ? 'letter.xml' : 'letter.txt';
    const content = form.startsWith('XAdES') ? CONTENTS.xml : CONTENTS.txt;
    const detached = form.endsWith(' detached') ? { detached: { [name]: content } } : {};
    return { by, form, who, level, bytes: new Uint8Array(readFileSync(join(out, file))), ...detached };
  });
}

/** Everything that the others sign; who is not here signs nothing. */
export async function everythingOfTheirs(): Promise<Theirs[]> {
  const folder = desk();
  try {
    const classPath = dssClassPath();
    const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=off', '-cp', classPath ?? '', 'Sign'];
    const python = fileURLToPath(new URL('../pyhanko/sign.py', import.meta.url));
    return [
      ...(classPath === undefined ? [] : signedBy('EU DSS', folder, 'java', java)),
      ...(pyHankoPython === undefined ? [] : signedBy('pyHanko', folder, pyHankoPython, [python])),
      ...opensslSigned(folder),
      ...xmlsecSigned(folder),
      ...(await pkijsSigned()),
      ...(await joseSigned()),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
