import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeCluster } from '@antin/adapters/db/postgres/place';
import { HIERARCHY_FILE } from '@antin/authority/keys/hierarchy';
import { takeLock, thisProcess, type Holder } from '@antin/adapters/process/lock';

/** The folder of one installation. What is in it belongs to one feature each. */
export interface DataFolder {
  readonly path: string;
  readonly postgres: string;
  readonly files: string;
  readonly authority: string;
  /** The practice agent's own: no server opens it. */
  readonly agent: string;
  /** Tells later starts where we answer. */
  announce(address: string): void;
  /** Forgets everything in it; only while nothing of it is in use. */
  forget(): void;
  release(): void;
}

/** Codes: `serve.already-running`, `serve.foreign-folder`, `serve.unusable-folder`. */
export class DataFolderFault extends Error {
  override readonly name = 'DataFolderFault';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Note extends Holder {
  readonly address: string;
}

const MARK = 'antin.json';
const NOTE = 'running.json';

/**
 * Takes a folder for this process, and forgets what is in it if told so.
 *
 * @throws {DataFolderFault} when another process has it (named with its address), or when the folder holds something
 *   that is not ours: `--fresh` with a mistyped folder must not remove a home; or when it cannot be read or written
 */
export function claimDataFolder(path: string, options: { fresh: boolean }): DataFolder {
  try {
    return claim(path, options);
  } catch (fault) {
    if (fault instanceof DataFolderFault) throw fault;
    const said = (fault as Error).message;
    throw new DataFolderFault('serve.unusable-folder', `${path} cannot be used (${said}); choose another folder with --data`);
  }
}

function claim(path: string, options: { fresh: boolean }): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const marked = existsSync(join(path, MARK));
  const inside = readdirSync(path).filter((name) => !name.startsWith(`${NOTE}.`));
  // What a ceremony made was put here before the first start.
  const ceremony = existsSync(join(path, 'authority', HIERARCHY_FILE));
  if (!marked && inside.length > 0 && !(ceremony && inside.length === 1)) {
    throw new DataFolderFault(
      'serve.foreign-folder',
      `${path} is not empty and holds no data of Antin; choose another folder with --data`,
    );
  }
  const note = join(path, NOTE);
  const other = takeLock<Note>(note, { ...thisProcess(), address: '' });
  if (other !== undefined) {
    const where = other.address === '' ? 'it is still starting' : other.address;
    throw new DataFolderFault('serve.already-running', `Antin already runs on ${path}: ${where} (process ${other.pid})`);
  }
  const forget = () => {
    removeCluster(join(path, 'postgres'));
    for (const name of readdirSync(path))
      if (![NOTE, MARK, 'authority'].includes(name)) rmSync(join(path, name), { recursive: true, force: true });
    // What a ceremony installed is not made again by a start.
    const authority = join(path, 'authority');
    const kept = existsSync(join(authority, HIERARCHY_FILE)) ? [HIERARCHY_FILE, 'signer'] : [];
    if (kept.length === 0) rmSync(authority, { recursive: true, force: true });
    else for (const name of readdirSync(authority)) if (!kept.includes(name)) rmSync(join(authority, name), { recursive: true });
  };
  if (options.fresh) forget();
  if (!marked) writeFileSync(join(path, MARK), `${JSON.stringify({ antin: 1 })}\n`, { mode: 0o600 });
  return {
    path,
    postgres: join(path, 'postgres'),
    files: join(path, 'files'),
    authority: join(path, 'authority'),
    agent: join(path, 'agent'),
    announce(address) {
      const beside = `${note}.${process.pid}`;
      writeFileSync(beside, JSON.stringify({ ...thisProcess(), address } satisfies Note), { mode: 0o600 });
      renameSync(beside, note);
    },
    forget,
    release: () => rmSync(note, { force: true }),
  };
}
