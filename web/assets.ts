import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageAssets, WebAssets } from './public/assets.ts';

/** Folder of the built files; `/assets/*` of a server is `<distFolder>/assets/*`, immutable because names carry a hash. */
export const distFolder = join(dirname(fileURLToPath(import.meta.url)), 'dist');

interface ManifestChunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/**
 * Addresses of what the pages load, read from the build's manifest.
 *
 * @throws Error `web.not-built` when `vite build web` has not run
 */
export function readWebAssets(folder: string = distFolder): WebAssets {
  const path = join(folder, '.vite', 'manifest.json');
  if (!existsSync(path)) throw new Error('web.not-built: run `npm run build` first, the pages have no scripts and styles yet');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, ManifestChunk>;
  return {
    office: pageAssets(manifest, 'office/main.tsx'),
    authority: pageAssets(manifest, 'authority/main.tsx'),
    verifier: pageAssets(manifest, 'verifier/island.ts'),
    public: pageAssets(manifest, 'public/island.ts'),
  };
}

function pageAssets(manifest: Record<string, ManifestChunk>, entry: string): PageAssets {
  const chunk = manifest[entry];
  if (chunk === undefined) throw new Error(`web.not-built: the manifest has no ${entry}`);
  const styles = new Set<string>();
  const preload = new Set<string>();
  const visit = (piece: ManifestChunk): void => {
    for (const name of piece.imports ?? []) {
      const imported = manifest[name];
      if (imported === undefined || preload.has(`/${imported.file}`)) continue;
      preload.add(`/${imported.file}`);
      visit(imported);
    }
    for (const style of piece.css ?? []) styles.add(`/${style}`);
  };
  visit(chunk);
  return { script: `/${chunk.file}`, styles: [...styles], preload: [...preload] };
}
