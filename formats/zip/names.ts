import { fromUtf8 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';

const MAX_NAME_BYTES = 1024;

/**
 * The name of an entry: UTF-8, relative, without a way out of the folder it would be unpacked into.
 *
 * @throws {FormatFault} `zip.name`
 */
export function readEntryName(bytes: Uint8Array, offset: number): string {
  let name: string;
  try {
    name = fromUtf8(bytes);
  } catch (cause) {
    throw new FormatFault('zip.name', 'the name of an entry is not UTF-8', offset, { cause });
  }
  if (bytes.length > MAX_NAME_BYTES) throw new FormatFault('zip.name', 'the name of an entry is too long', offset);
  const why = wrongName(name);
  if (why !== undefined) throw new FormatFault('zip.name', `the name of an entry ${why}`, offset);
  return name;
}

/** Why nobody may use this name, or undefined. */
export function wrongName(name: string): string | undefined {
  if (name === '') return 'is empty';
  // oxlint-disable-next-line no-control-regex -- exactly the characters that no name may carry
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a control character';
  if (name.includes('\\')) return 'has a backslash';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'is absolute';
  const steps = name.replace(/\/$/, '').split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..')) return 'leaves its folder';
  return undefined;
}

/** Two names that some file system takes for one give the same key: Unicode form and case do not count. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
}
