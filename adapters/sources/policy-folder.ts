import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FormatFault } from '@antin/formats/fault';
import { VIETNAM_POLICY, type ValidationPolicy } from '@antin/signature/validation/policy';
import { readPolicy } from '@antin/signature/validation/policy-file';

/** `broken`: a file has this name and cannot be used; its reason went to the log. */
export type PolicyByName = (name: string) => ValidationPolicy | 'broken' | undefined;

interface Held {
  /** Of the file, by which a change is seen. */
  readonly version: string;
  readonly policy: ValidationPolicy | 'broken';
}

const MAX_BYTES = 1 << 20;

/**
 * Validation policies of an installation as files: `strict.json` answers to `strict`, and to the name in it where no other file has
 * that one. Looked at again at each question: who changes a file need not restart anything. The policy that comes with the software
 * keeps its name.
 *
 * @param onWarning for each version of a file that cannot be used, once: `policy.*`, `json.*`
 * @throws NodeJS.ErrnoException when the folder cannot be read
 */
export function openPolicyFolder(folder: string, onWarning: (code: string, message: string) => void): PolicyByName {
  const held = new Map<string, Held>();
  const look = (): void => {
    const there = new Set(readdirSync(folder).filter((name) => name.endsWith('.json')));
    for (const name of held.keys()) if (!there.has(name)) held.delete(name);
    for (const name of there) {
      const path = join(folder, name);
      const version = versionOf(path);
      if (version === undefined || held.get(name)?.version === version) continue;
      held.set(name, { version, policy: read(path, onWarning) });
    }
  };
  look();
  return (name) => {
    if (name === VIETNAM_POLICY.name) return VIETNAM_POLICY;
    look();
    // Names are looked up among what is there: none becomes a path.
    const file = held.get(`${name}.json`);
    if (file !== undefined) return file.policy;
    const [one, more] = [...held.values()].filter(({ policy }) => policy !== 'broken' && policy.name === name);
    return more === undefined ? one?.policy : 'broken';
  };
}

/** Undefined for one that went away in between, and for what is no file. */
function versionOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found?.isFile() === true ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : undefined;
}

function read(path: string, onWarning: (code: string, message: string) => void): ValidationPolicy | 'broken' {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new FormatFault('policy.value', `a policy has at most ${MAX_BYTES} bytes`);
    const policy = readPolicy(new Uint8Array(readFileSync(path)));
    // Its name stands in every report: a stranger must not sail under it.
    if (policy.name !== VIETNAM_POLICY.name) return policy;
    throw new FormatFault('policy.value', `"${policy.name}" is the policy that comes with the software`);
  } catch (fault) {
    const code = fault instanceof FormatFault ? fault.code : 'policy.unreadable';
    onWarning(code, `${path}: ${(fault as Error).message}`);
    return 'broken';
  }
}
