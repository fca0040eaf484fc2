import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretFile } from '../p12/secret-file.ts';

/** The key that signs orders to agents; each agent learns its public half at pairing and takes orders from no other. */
export interface PlatformKey {
  /** 32 octets. */
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
}

/**
 * Reads the platform's Ed25519 key from `dataDir/platform-key.pem`, making it on the first start.
 *
 * @throws {SecretFileFault} `secret-file.too-open` when others may read the file
 */
export function loadPlatformKey(dataDir: string): PlatformKey {
  const path = join(dataDir, 'platform-key.pem');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!existsSync(path)) create(path);
  return platformKeyOf(createPrivateKey(readSecretFile(path)));
}

export function platformKeyOf(key: KeyObject): PlatformKey {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(jwk.x as string, 'base64url')),
    sign: (data) => new Uint8Array(sign(null, data, key)),
  };
}

/** Two processes on one folder may start at once: the file appears whole by `link`, and the loser takes the winner's. */
function create(path: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  const own = `${path}.${randomUUID()}`;
  writeFileSync(own, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(own);
  }
}
