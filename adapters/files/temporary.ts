import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileSource, type OpenSource } from './source.ts';

/**
 * What somebody sent, as a file without a name: it is written where only this user reads, and removed before anybody looks into it, so
 * that neither a crash nor a kill leaves it behind. It is gone when the source is closed.
 *
 * @throws whatever `pieces` throws; nothing stays behind
 */
export async function temporarySource(pieces: AsyncIterable<Uint8Array>): Promise<OpenSource> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-received-'));
  const path = join(folder, 'received');
  try {
    await pipeline(Readable.from(pieces), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    return fileSource(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
