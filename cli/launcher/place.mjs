import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const platform = process.platform === 'win32' ? 'win' : process.platform;

/** Package of the Node that comes with the install, for this computer. */
export const nodePackage = `node-${platform}-${process.arch}`;

/** The Node that runs the TypeScript: the one that came along, else this one when it is new enough. */
export function newNode() {
  // Named by its package: npm 10 loses `.bin/node` when the packages of several platforms offer it.
  const came = join(root, 'node_modules', nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(came)) return came;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}
