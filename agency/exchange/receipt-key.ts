import { createHash, createPublicKey, verify } from 'node:crypto';
import type { PlatformKey } from '@antin/adapters/devices/platform-key';
import type { ReceiptKey } from './receipts.ts';

/**
 * Receipts of this installation are signed with its platform key; its id is the hash of the public half.
 *
 * Receipts of partners come with the next installation: their keys will be rows of the directory.
 */
export function receiptKeyOf(platform: PlatformKey): ReceiptKey {
  const keyId = createHash('sha256').update(platform.publicKey).digest('hex').slice(0, 32);
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(platform.publicKey).toString('base64url') },
    format: 'jwk',
  });
  return {
    keyId,
    sign: (data) => platform.sign(data),
    verify: (id, data, signature) => id === keyId && verify(null, data, publicKey, signature),
  };
}
