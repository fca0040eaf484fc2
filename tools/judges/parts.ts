import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import type { Asked } from './judge.ts';
import type { Detached } from './making/make.ts';

/** What tools without a notion of containers are given: the signature file, and what stands outside it by its name. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly detached?: Detached;
}

export function entriesOf(container: Uint8Array): Map<string, Uint8Array> {
  const zip = openZip(memorySource(container), { inflateRaw });
  return new Map(
    zip.entries
      .filter((one) => !one.folder)
      .map((one) => {
        const content = zip.content(one);
        return [one.name, Uint8Array.from(content.read(0, content.size))] as const;
      }),
  );
}

/** @returns of a container its one signature file with what it signs; of any other file the file itself */
export function signaturePart(file: Pick<Asked, 'shape' | 'bytes' | 'detached'>): Part {
  if (!file.shape.startsWith('ASiC')) return file;
  const entries = entriesOf(file.bytes);
  const meta = (pattern: RegExp) => [...entries].find(([name]) => pattern.test(name)) as [string, Uint8Array];
  const content = Object.fromEntries([...entries].filter(([name]) => name !== 'mimetype' && !name.startsWith('META-INF/')));
  if (file.shape.endsWith('XAdES')) return { bytes: meta(/^META-INF\/signatures.*\.xml$/)[1], detached: content };
  const cms = meta(/^META-INF\/signature.*\.p7s$/)[1];
  if (file.shape.startsWith('ASiC-S')) return { bytes: cms, detached: content };
  const [name, manifest] = meta(/^META-INF\/ASiCManifest.*\.xml$/);
  return { bytes: cms, detached: { [name]: manifest } };
}

/** The only thing outside, for what knows no more than one. */
export const onlyContent = ({ detached }: Part): Uint8Array | undefined => Object.values(detached ?? {})[0];
