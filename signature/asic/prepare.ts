import { SignatureFault } from '../fault.ts';
import type { PrepareXadesOptions } from '../xades/prepare.ts';
import { prepareXades } from '../xades/prepare.ts';
import type { AsicContainer } from './container.ts';
import type { ContainerKind } from './names.ts';
import { META_INF, SIGNATURES } from './names.ts';
import type { AsicInput } from './input.ts';
import { filesOf } from './input.ts';
import type { AsicToBeSigned } from './to-be-signed.ts';

/**
 * A detached XAdES signature over all files of a container, new or there already.
 *
 * ASiC-S holds one file, and all its signatures stand in one signature file; ASiC-E gets a new signature file for each. Files
 * are read once, in pieces.
 *
 * @throws {SignatureFault} `asic.files`, `asic.other-form`, and what `prepareXades` throws
 * @see ETSI EN 319 162-1 clauses 4.3.3 and 4.4.3
 */
export function prepareAsic(input: AsicInput, options: PrepareXadesOptions): AsicToBeSigned {
  if ('existing' in input && input.existing.cades.length + input.existing.timeStamps.length > 0) {
    throw new SignatureFault('asic.other-form', 'a container with CMS signatures takes no XML signature');
  }
  const given = filesOf(input);
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
