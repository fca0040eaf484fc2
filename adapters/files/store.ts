import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileSource, type OpenSource } from './source.ts';
import { FileFault } from './fault.ts';

export interface Stored {
  /** Lower-case hex; also the name of the content. */
  readonly sha256: string;
  readonly size: number;
}

/** Content by its SHA-256: the same bytes are one file, a name never changes its content, nothing is overwritten. */
export interface FileStore {
  /**
   * Keeps bytes. Returns only after they are on disk (fsync of file and folder).
   * @throws {FileFault} `file.too-large` past `maxBytes`; nothing stays behind
   */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, limits?: { maxBytes?: number }): Promise<Stored>;
  /** Random access over a file descriptor; close it (`using`). @throws {FileFault} `file.not-found` */
  source(sha256: string): OpenSource;
  /** Pieces for an answer over HTTP. @throws {FileFault} `file.not-found` */
  stream(sha256: string): Promise<{ size: number; body: ReadableStream<Uint8Array> }>;
  /** All of it in memory: only for what is known to be small. */
  bytes(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
  /**
   * Takes a content away for good; nothing when it is not there. Only for content whose every use the caller knows: what was
   * put twice is one file.
   */
  remove(sha256: string): Promise<void>;
}

/** Opens (and makes) a store in a folder of its own, 0700, files 0600. */
export function openFileStore(folder: string): FileStore {
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  clearAbandoned(incoming);

  const pathOf = (sha256: string): string => {
    // The name comes from URLs and rows: anything but a digest would leave the folder.
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new FileFault('file.not-found', 'not the name of a stored file');
    return join(folder, sha256.slice(0, 2), sha256);
  };

  return {
    async put(content, { maxBytes = Infinity } = {}) {
      const beside = join(incoming, randomUUID());
      const file = await open(beside, 'wx', 0o600);
      try {
        const stored = await writeHashed(file, content instanceof Uint8Array ? [content] : content, maxBytes);
        await file.sync();
        await file.close();
        await moveInto(beside, pathOf(stored.sha256), stored.size);
        return stored;
      } catch (fault) {
        await file.close().catch(() => {});
        await rm(beside, { force: true });
        throw fault;
      }
    },
    source: (sha256) => fileSource(pathOf(sha256)),
    async stream(sha256) {
      const file = await open(pathOf(sha256)).catch(notFound);
      const { size } = await file.stat();
      return { size, body: readable(file) };
    },
    async bytes(sha256) {
      const file = await open(pathOf(sha256)).catch(notFound);
      try {
        return new Uint8Array(await file.readFile());
      } finally {
        await file.close();
      }
    },
    has: (sha256) =>
      stat(pathOf(sha256)).then(
        () => true,
        () => false,
      ),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}

async function writeHashed(
  file: FileHandle,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Stored> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > maxBytes) throw new FileFault('file.too-large', `more than ${maxBytes} bytes`);
    hash.update(piece);
    await file.writeFile(piece);
  }
  return { sha256: hash.digest('hex'), size };
}

async function moveInto(beside: string, target: string, size: number): Promise<void> {
  const there = await stat(target).catch(() => undefined);
  // Same digest, same content. A shorter file can only be a damaged disk: the good copy replaces it.
  if (there?.size === size) return rm(beside);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await rename(beside, target);
  for (const folder of [dirname(target), dirname(dirname(target))]) {
    const handle = await open(folder);
    await handle.sync().finally(() => handle.close());
  }
}

function readable(file: FileHandle): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(1 << 16), 0, 1 << 16);
        if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 1 },
  );
}

function notFound(cause: NodeJS.ErrnoException): never {
  if (cause.code === 'ENOENT') throw new FileFault('file.not-found', 'no stored file of this SHA-256', { cause });
  throw cause;
}

/** What a killed process left half written; younger files may belong to another process that is still writing. */
function clearAbandoned(incoming: string): void {
  const dayAgo = Date.now() - 86_400_000;
  for (const name of readdirSync(incoming)) {
    const path = join(incoming, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < dayAgo) rmSync(path, { force: true });
  }
}
