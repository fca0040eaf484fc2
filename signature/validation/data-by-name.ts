import type { ByteSource } from '@antin/formats/bytes/source';

/**
 * Files by the names that a signature gives them. A browser tells only the last part of a path, so that folders are compared as far
 * as they are known. A name that fits two files finds none.
 */
export function dataByName(
  files: readonly { readonly name: string; readonly source: ByteSource }[],
): (name: string) => ByteSource | undefined {
  const plain = (text: string): string => text.replaceAll('\\', '/').replace(/^\.\//, '').normalize('NFC');
  return (name) => {
    const wanted = plain(name);
    const last = wanted.split('/').at(-1) ?? '';
    const [found, more] = files.filter((one) => plain(one.name) === wanted || plain(one.name) === last);
    return last === '' || more !== undefined ? undefined : found?.source;
  };
}
