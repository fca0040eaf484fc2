import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import { WORKER_POLICY } from './guard.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.bcmap': 'application/octet-stream',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Serves a built folder from a list made at start: a path that is not in the list does not exist, so that no `..`,
 * no link and no file that appears later can be reached.
 *
 * @param immutable names carry a hash of their content: browsers never ask again
 */
export function staticFiles(options: { folder: string; prefix: string; immutable: boolean }): MiddlewareHandler {
  const files = new Map<string, string>();
  if (existsSync(options.folder)) {
    for (const entry of readdirSync(options.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !(extname(entry.name) in TYPES)) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(options.prefix + relative(options.folder, path).split(sep).join('/'), path);
    }
  }
  const compressed = new Map<string, Uint8Array<ArrayBuffer>>();
  const cacheControl = options.immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
  return async (c, next) => {
    const path = c.req.method === 'GET' || c.req.method === 'HEAD' ? files.get(decodePath(c.req.path)) : undefined;
    if (path === undefined) return next();
    const type = TYPES[extname(path)]!;
    const headers: Record<string, string> = { 'content-type': type, 'cache-control': cacheControl, vary: 'accept-encoding' };
    if (type.startsWith('text/javascript')) headers['content-security-policy'] = WORKER_POLICY;
    const small = /text|json|svg|wasm/.test(type) && /\bbr\b/.test(c.req.header('accept-encoding') ?? '');
    if (!small) return c.body(new Uint8Array(readFileSync(path)), 200, headers);
    let body = compressed.get(path);
    if (body === undefined) {
      body = new Uint8Array(brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }));
      compressed.set(path, body);
    }
    return c.body(body, 200, { ...headers, 'content-encoding': 'br' });
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
