import { utf8 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { withXml } from '@antin/formats/xml/document';
import { element } from '@antin/formats/xml/write';
import { readCmsManifest } from './cms-manifest.ts';
import type { AsicContainer } from './container.ts';
import type { ContainerKind } from './names.ts';
import { MANIFEST, MIME_TYPE } from './names.ts';

const NAMESPACE = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';

/** The OpenDocument manifest that ASiC-E with XAdES carries: which file is of which type (EN 319 162-1 clause 4.4.3.2). */
export function manifestOf(
  container: ContainerKind,
  files: readonly { readonly name: string; readonly mimeType: string }[],
): Uint8Array {
  const line = (name: string, mimeType: string) =>
    element('manifest:file-entry', { 'manifest:full-path': name, 'manifest:media-type': mimeType });
  const root = element(
    'manifest:manifest',
    { 'xmlns:manifest': NAMESPACE, 'manifest:version': '1.2' },
    line('/', MIME_TYPE[container]),
    ...files.map(({ name, mimeType }) => line(name, mimeType)),
  );
  return utf8(`<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}`);
}

/** Types by name as the container's manifests tell them: a hint, no more. */
export function mediaTypes({ zip, manifests }: AsicContainer): ReadonlyMap<string, string> {
  const entry = zip.entry(MANIFEST);
  const types = new Map<string, string>();
  for (const one of manifests) {
    const content = zip.content(one);
    for (const { name, mimeType } of readCmsManifest(content.read(0, content.size)).parts) {
      if (mimeType !== undefined) types.set(name, mimeType);
    }
  }
  if (entry === undefined) return types;
  const content = zip.content(entry);
  try {
    for (const [name, type] of fileTypes(content.read(0, content.size))) if (type !== '') types.set(name, type);
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
  }
  return types;
}

/** What an OpenDocument manifest lists, `/` for the container itself. @throws {FormatFault} `xml.*` */
export function fileTypes(bytes: Uint8Array): ReadonlyMap<string, string> {
  return withXml(bytes, ({ root }) => {
    const types = new Map<string, string>();
    for (const one of root.childrenNamed(NAMESPACE, 'file-entry')) {
      const name = one.attribute('full-path', NAMESPACE);
      if (name !== undefined) types.set(name, one.attribute('media-type', NAMESPACE) ?? '');
    }
    return types;
  });
}
