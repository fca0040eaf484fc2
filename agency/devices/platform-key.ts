import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The key that signs orders to agents; each agent learns its public half at pairing and takes orders from no other. */
export interface PlatformKey {
  /** 32 octets. */
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
}

/**
 * Reads the platform's Ed25519 key from `dataDir/platform-key.pem`, making it on the first start.
 *
 * @throws {PlatformKeyFault} `secret-file.too-open` when others may read the file
 */
export function loadPlatformKey(dataDir: string): PlatformKey {
  const path = join(dataDir, 'platform-key.pem');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!exists(path)) create(path);
  const mode = statSync(path).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new PlatformKeyFault('secret-file.too-open', `${path} has mode ${mode.toString(8)}, expected 600: chmod 600 it`);
  }
  return platformKeyOf(createPrivateKey(readFileSync(path)));
}

export function platformKeyOf(key: KeyObject): PlatformKey {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(jwk.x as string, 'base64url')),
    sign: (data) => new Uint8Array(sign(null, data, key)),
  };
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
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

export class PlatformKeyFault extends Error {
  override readonly name = 'PlatformKeyFault';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
