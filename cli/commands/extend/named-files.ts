import type { ByteSource } from '@antin/formats/bytes/source';

/**
 * Files by the relative references of a detached signature: the exact name, or its NFC form, without folders.
 *
 * A reference that leads elsewhere (an address, a path outside) finds nothing: only what was named on the command line is read.
 */
export function byReference(
  files: readonly { readonly name: string; readonly source: ByteSource }[],
): (uri: string) => ByteSource | undefined {
  return (uri) => {
    let name: string;
    try {
      name = decodeURIComponent(uri).replace(/^\.\//, '');
    } catch {
      return undefined;
    }
    const plain = (text: string) => text.normalize('NFC');
    const found = files.find((one) => one.name === name) ?? files.find((one) => plain(one.name) === plain(name));
    return found?.source;
  };
}
