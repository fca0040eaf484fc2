import { basename, dirname } from 'node:path';
import { readHierarchy } from '@antin/authority/keys/hierarchy';
import { readSecret } from '../commands/sign/secret.ts';

/**
 * In production an authority runs only with keys that a ceremony made in hardware. Keys in files stay refused, whatever lies in
 * the folder.
 *
 * @throws `serve.practice-only`
 */
export function requireCeremonyKeys(folder: string, profile: 'practice' | 'production'): void {
  if (profile !== 'production') return;
  const hierarchy = readHierarchy(folder);
  if (hierarchy?.profile === 'production') return;
  const why =
    hierarchy === undefined
      ? 'the practice authority keeps its keys in files and does not run in the production profile; install what a ceremony made (docs/ceremony.md)'
      : 'the installed hierarchy was made for practice';
  throw Object.assign(new Error(why), { code: 'serve.practice-only' });
}

/** The PIN of a signer whose file wants it from a person: asked at the terminal that starts the services, never kept. */
export function signerPin(signer: string): Promise<Buffer> {
  return readSecret('-', `PIN (${basename(dirname(signer))})`, process);
}
