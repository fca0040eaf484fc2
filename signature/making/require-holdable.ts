import { SignatureFault } from '../fault.ts';

/** What is held takes six times its size while it becomes text in a signature: 80 MB at this limit. */
export const HOLDABLE_BYTES = 12 << 20;

/**
 * Where the signature carries what it signs as text (XAdES enveloping, JAdES attached), the whole of it is in memory several
 * times over; a large file would take a server's memory from everybody else. Whoever reads the file asks before reading it.
 *
 * @param size in bytes
 * @param instead how a file of any size is signed in this format
 * @throws {SignatureFault} `signature.content-too-large`
 */
export function requireHoldable(size: number, instead: string): void {
  if (size <= HOLDABLE_BYTES) return;
  const message = `${size} bytes do not fit into a signature that carries them, at most ${HOLDABLE_BYTES} do; ${instead}`;
  throw new SignatureFault('signature.content-too-large', message);
}
