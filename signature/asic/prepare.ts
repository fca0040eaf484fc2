import type { ByteSource } from '@antin/formats/bytes/source';
import { wrongName } from '@antin/formats/zip/names';
import { SignatureFault } from '../fault.ts';
import type { PrepareXadesOptions } from '../xades/prepare.ts';
import { prepareXades } from '../xades/prepare.ts';
import type { AsicContainer } from './container.ts';
import type { ContainerKind } from './names.ts';
import { META_INF, MIMETYPE, SIGNATURES } from './names.ts';
import type { AsicToBeSigned } from './to-be-signed.ts';
import { mediaTypes } from './manifest.ts';

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

/**
 * A detached XAdES signature over all files of a container, new or there already.
 *
 * ASiC-S holds one file, and all its signatures stand in one signature file; ASiC-E gets a new signature file for each. Files
 * are read once, in pieces.
 *
 * @throws {SignatureFault} `asic.files`, `asic.cades-container`, and what `prepareXades` throws
 * @see ETSI EN 319 162-1 clauses 4.3.3 and 4.4.3
 */
export function prepareAsic(input: AsicInput, options: PrepareXadesOptions): AsicToBeSigned {
  const given = 'files' in input ? { container: input.container, files: input.files } : filesOf(input.existing);
  requireNames(given.container, given.files);
  const xades = prepareXades({ packaging: 'detached', files: given.files }, options);
  return {
    kind: 'asic',
    container: given.container,
    signatureFile: 'files' in input ? firstName(input.container) : nextName(input.existing),
    files: given.files.map(({ name, mimeType, content }) => ({ name, mimeType, size: content.size })),
    at: options.signingTime,
    xades,
  };
}

function filesOf(existing: AsicContainer): { readonly container: ContainerKind; readonly files: readonly AsicFile[] } {
  if (existing.cades.length + existing.timeStamps.length > 0) {
    throw new SignatureFault('asic.cades-container', 'a container with CMS signatures takes no XML signature');
  }
  const types = mediaTypes(existing);
  const files = existing.files.map((entry) => ({
    name: entry.name,
    content: existing.zip.content(entry),
    mimeType: types.get(entry.name) ?? 'application/octet-stream',
  }));
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

function firstName(container: ContainerKind): string {
  return container === 'ASiC-S' ? SIGNATURES : `${META_INF}signatures001.xml`;
}

function nextName(existing: AsicContainer): string {
  if (existing.kind === 'ASiC-S') return existing.xades[0]?.name ?? SIGNATURES;
  for (let n = existing.xades.length + 1; ; n++) {
    const name = `${META_INF}signatures${String(n).padStart(3, '0')}.xml`;
    if (existing.zip.entry(name) === undefined) return name;
  }
}
