import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Brings what comes to disk and hashes it on the way; stops as soon as it is more than it may be.
 *
 * @returns undefined when it was more
 */
export async function takeFile(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  most: number,
): Promise<{ readonly sha256: string; readonly size: number } | undefined> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const file = createWriteStream(path, { mode: 0o600, flags: 'w' });
  let size = 0;
  try {
    for await (const piece of bytes) {
      size += piece.length;
      if (size > most) return undefined;
      hash.update(piece);
      if (!file.write(piece)) await once(file, 'drain');
    }
  } finally {
    file.end();
    await once(file, 'close');
  }
  return { sha256: hash.digest('hex'), size };
}
