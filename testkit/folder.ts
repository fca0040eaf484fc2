import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder of the tests of one file, gone afterwards; its name has a space, as many have. */
export function useFolder(): { readonly path: string; readonly put: (name: string, bytes: Uint8Array | string) => string } {
  const path = mkdtempSync(join(tmpdir(), 'antin test '));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    put: (name, bytes) => {
      const file = join(path, name);
      writeFileSync(file, bytes);
      return file;
    },
  };
}
