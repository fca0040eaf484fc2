import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { softwareKeyFromFile } from '@antin/adapters/p12/software-key';
import { checkValues } from '@antin/adapters/pkcs11/key';
import { AgentFault } from '../fault.ts';
import type { HeldCertificate, KeyHolder } from './holder.ts';

/** One PKCS#12 file of the person's own: practice only, and announced as such. */
export function fileKeys(path: string, passphrase: Buffer): KeyHolder {
  const key = softwareKeyFromFile(path, passphrase, { profile: 'practice' });
  const held: HeldCertificate = {
    id: createHash('sha256').update(key.certificate.raw).digest('hex'),
    certificate: key.certificate.raw,
    algorithm: key.algorithm,
    place: basename(path),
  };
  return {
    kind: 'practice',
    certificates: () => Promise.resolve([held]),
    condition: (id) =>
      Promise.resolve({ pin: 'none', pinCountLow: false, ...(id === held.id ? {} : { blocked: 'absent' as const }) }),
    async sign(id, data, pin) {
      pin.fill(0);
      if (id !== held.id) throw new AgentFault('agent.no-keys', 'no key for this certificate');
      const values = await Promise.all(data.map((piece) => key.sign(piece)));
      checkValues(key.certificate, key.algorithm, data, values);
      return values;
    },
    close: () => Promise.resolve(),
  };
}
