import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { z } from 'zod';
import { Base64, Id } from '@antin/protocol/basics';
import type { AgentFolder } from './folder.ts';

/** Who this agent is towards servers: an Ed25519 key that never leaves the folder. */
export interface Identity {
  /** 32 octets. */
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Buffer;
}

const IDENTITY = 'identity.json';
const StoredIdentity = z.object({ privateKey: Base64 });

/** Reads the identity or makes one on the first start. */
export function loadIdentity(folder: AgentFolder): Identity {
  let stored = StoredIdentity.optional().parse(folder.readJson(IDENTITY));
  if (stored === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    stored = { privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') };
    folder.write(IDENTITY, JSON.stringify(stored));
  }
  const key = createPrivateKey({ key: Buffer.from(stored.privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(x as string, 'base64url')),
    sign: (data) => sign(null, data, key),
  };
}

/** What pairing taught us: the one server we take orders from, and the key that signs them. */
export const Pairing = z.object({
  agentId: Id,
  /** Where requests go. */
  serverUrl: z.url(),
  /** What orders must name; equals the origin of `serverUrl` unless this machine reaches the server by another name. */
  origin: z.url(),
  /** Ed25519, 32 octets. */
  platformKey: Base64,
  person: z.string(),
});
export type Pairing = z.infer<typeof Pairing>;

const PAIRING = 'pairing.json';

export function loadPairing(folder: AgentFolder): Pairing | undefined {
  return Pairing.optional().parse(folder.readJson(PAIRING));
}

export function savePairing(folder: AgentFolder, pairing: Pairing): void {
  folder.write(PAIRING, JSON.stringify(pairing));
}
