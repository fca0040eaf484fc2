import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * pdf.js asks for its standard fonts, character maps and image decoders by address when a page needs them. They are
 * served by the installation itself: nothing of a document's viewer comes from elsewhere.
 */
function pdfjsData(): Plugin {
  const root = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  return {
    name: 'antin-pdfjs-data',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'assets/mark.svg', source: readFileSync(join(here, 'ui/mark.svg')) });
      for (const folder of ['standard_fonts', 'cmaps', 'wasm', 'iccs']) {
        for (const name of readdirSync(join(root, folder))) {
          if (/quickjs|LICENSE_PDFJS/.test(name)) continue;
          this.emitFile({
            type: 'asset',
            fileName: `assets/pdfjs/${folder}/${name}`,
            source: readFileSync(join(root, folder, name)),
          });
        }
      }
    },
  };
}

/**
 * What zod can do and no browser asks it for: sentences for what it refuses (words come from the catalogue), and making JSON
 * Schema (that is for `protocol/openapi.ts`, on servers). A tenth of the first load; called all the same, it says so.
 */
function withoutZodExtras(): Plugin {
  return {
    name: 'antin-without-zod-extras',
    apply: 'build',
    load(id) {
      if (/[\\/]zod[\\/]v4[\\/]locales[\\/]en\.js$/.test(id)) return 'export default () => ({});';
      if (!/[\\/]zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/.test(id)) return undefined;
      const source = readFileSync(id, 'utf8');
      const names = [
        ...[...source.matchAll(/^export (?:function|const) (\w+)/gm)].map((found) => found[1]),
        ...[...source.matchAll(/^export \{ \w+ as (\w+) \};/gm)].map((found) => found[1]),
      ];
      return [
        "const absent = () => { throw new Error('no JSON Schema in a browser'); };",
        `export { ${names.map((name) => `absent as ${name}`).join(', ')} };`,
      ].join('\n');
    },
  };
}

export default defineConfig({
  root: here,
  base: '/',
  publicDir: false,
  plugins: [react(), pdfjsData(), withoutZodExtras()],
  // Loaded when a file needs it: see there.
  resolve: { alias: [{ find: /^libxml2-wasm$/, replacement: join(here, 'verifier/xml-parser.ts') }] },
  build: {
    outDir: join(here, 'dist'),
    // Names carry a hash: a running server, and a page opened before an upgrade, still find the files they were told of.
    emptyOutDir: false,
    manifest: true,
    target: 'es2023',
    // A strict content security policy allows neither inline styles nor data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
    rollupOptions: {
      // On a busy computer a newcomer would be told how long plugins took.
      checks: { bundlerTimings: false },
      input: {
        office: join(here, 'office/main.tsx'),
        authority: join(here, 'authority/main.tsx'),
        verifier: join(here, 'verifier/island.ts'),
        public: join(here, 'public/island.ts'),
      },
    },
  },
  worker: { format: 'es' },
});
