import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { updateZip } from '@antin/formats/zip/writer';
import { SignatureFault } from '../fault.ts';
import type { ExtendXadesOptions } from '../xades/extend.ts';
import { extendXades } from '../xades/extend.ts';
import type { AsicContainer } from './container.ts';
import { contentOf } from './container.ts';

/**
 * Raises every XML signature of a container to a level; all records but those of the signature files stay byte for byte.
 *
 * @returns the container, or its source as it was when the level is already reached
 * @throws {SignatureFault} `extend.*`, `asic.other-form`; `extend.nothing-signed` when there is no signature
 */
export async function extendAsic(container: AsicContainer, options: Omit<ExtendXadesOptions, 'detached'>): Promise<ByteSource> {
  if (container.cades.length > 0) {
    throw new SignatureFault('asic.other-form', 'CMS signatures in containers are raised elsewhere');
  }
  if (container.xades.length === 0) throw new SignatureFault('extend.nothing-signed', 'the container carries no signature');
  const detached = contentOf(container);
  const changed: { name: string; content: ByteSource }[] = [];
  for (const entry of container.xades) {
    const content = container.zip.content(entry);
    const before = content.read(0, content.size);
    const after = await extendXades(before, { ...options, detached });
    if (after.length !== before.length) changed.push({ name: entry.name, content: memorySource(after) });
  }
  return changed.length === 0 ? container.zip.source : updateZip(container.zip, changed, options.at);
}
