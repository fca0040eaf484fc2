import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { readSecretFile } from '@antin/adapters/p12/secret-file';
import { takeLock, thisProcess } from '@antin/adapters/process/lock';
import { AgentFault } from './fault.ts';

/** The agent's own data folder, 0700: nobody else on the machine, and no server, reads it. */
export interface AgentFolder {
  readonly path: string;
  file(name: string): string;
  /** Undefined when there is no such file. @throws {SecretFileFault} `secret-file.too-open` */
  readJson(name: string): unknown;
  /** Whole or not at all, on disk when it returns; 0600. */
  write(name: string, content: string | Uint8Array): void;
  /** Gives the folder free for another agent. */
  release(): void;
}

/**
 * Opens the folder for this process alone: two agents with one identity would both answer one order.
 *
 * @throws {AgentFault} `agent.running` when another process uses it
 */
export function openFolder(path: string): AgentFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') chmodSync(path, 0o700);
  const lock = join(path, 'agent.lock');
  const other = takeLock(lock, thisProcess());
  if (other !== undefined) throw new AgentFault('agent.running', `another agent (process ${other.pid}) uses this folder`);
  return {
    path,
    file: (name) => join(path, name),
    readJson(name) {
      const file = join(path, name);
      return existsSync(file) ? JSON.parse(readSecretFile(file).toString('utf8')) : undefined;
    },
    write(name, content) {
      writeWhole(join(path, name), typeof content === 'string' ? Buffer.from(content) : content);
    },
    release: () => rmSync(lock, { force: true }),
  };
}

function writeWhole(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomUUID()}`;
  const descriptor = openSync(beside, 'wx', 0o600);
  try {
    for (let done = 0; done < content.length;) done += writeSync(descriptor, content, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, path);
}
