import type { ByteSource } from '@antin/formats/bytes/source';
import { wrongName } from '@antin/formats/zip/names';
import { SignatureFault } from '../fault.ts';
import type { AsicContainer } from './container.ts';
import { mediaTypes } from './manifest.ts';
import type { ContainerKind } from './names.ts';
import { META_INF, MIMETYPE } from './names.ts';

export interface AsicFile {
  /** Path inside the container, with `/`. */
  readonly name: string;
  readonly content: ByteSource;
  readonly mimeType: string;
}

export type AsicInput =
  | { readonly container: ContainerKind; readonly files: readonly AsicFile[] }
  /** One more signature for a container, ours or another's, over all its files. */
  | { readonly existing: AsicContainer };

/** What the container holds or will hold. @throws {SignatureFault} `asic.files` */
export function filesOf(input: AsicInput): { readonly container: ContainerKind; readonly files: readonly AsicFile[] } {
  if ('files' in input) {
    requireNames(input.container, input.files);
    return input;
  }
  const { existing } = input;
  const types = mediaTypes(existing);
  const files = existing.files.map((entry) => ({
    name: entry.name,
    content: existing.zip.content(entry),
    mimeType: types.get(entry.name) ?? 'application/octet-stream',
  }));
  requireNames(existing.kind, files);
  return { container: existing.kind, files };
}

function requireNames(container: ContainerKind, files: readonly AsicFile[]): void {
  if (files.length === 0) throw new SignatureFault('asic.files', 'a container needs at least one file');
  if (container === 'ASiC-S' && files.length > 1) throw new SignatureFault('asic.files', 'ASiC-S holds exactly one file');
  for (const { name } of files) {
    const why = wrongName(name) ?? (name.endsWith('/') ? 'is a folder' : undefined);
    if (why !== undefined) throw new SignatureFault('asic.files', `the name "${name}" ${why}`);
    if (name === MIMETYPE || name.toUpperCase().startsWith(META_INF)) {
      throw new SignatureFault('asic.files', `the name "${name}" belongs to the container itself`);
    }
  }
}
