import type { PdfFile } from '@antin/formats/pdf/file';
import { SignatureFault } from '../fault.ts';

/** Bits of `/P` by their number in ISO 32000-2 Table 22. */
const bit = (number: number): number => 1 << (number - 1);
const MODIFY = bit(4);
const ANNOTATE_AND_FILL = bit(6);
const FILL = bit(9);

/**
 * Whether the password a file was opened with allows what is to be done; files without encryption and owners allow everything.
 *
 * A password is no lock, since whoever can read can also copy; but a program that signs for an office keeps to what the author
 * of the file asked for.
 *
 * @param act `fill` an existing field (a signature field too), `add-field`, or `store` evidence
 * @throws {SignatureFault} `pades.password-forbids`
 */
export function requirePasswordPermission({ encryption }: PdfFile, act: 'fill' | 'add-field' | 'store'): void {
  if (encryption === undefined || encryption.unlocked.owner) return;
  const { permissions } = encryption.unlocked;
  const has = (bits: number): boolean => (permissions & bits) === bits;
  const allowed = {
    fill: has(FILL) || has(ANNOTATE_AND_FILL),
    'add-field': has(MODIFY | ANNOTATE_AND_FILL),
    store: has(MODIFY) || has(FILL) || has(ANNOTATE_AND_FILL),
  }[act];
  if (allowed) return;
  const what = { fill: 'filling fields', 'add-field': 'adding fields', store: 'changes' }[act];
  throw new SignatureFault('pades.password-forbids', `the user's password does not allow ${what}; the owner's does`);
}
