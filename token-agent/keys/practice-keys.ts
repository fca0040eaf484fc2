import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { algorithmOfKey } from '@antin/adapters/p12/key-algorithm';
import { readSecretFile, readSecretLine } from '@antin/adapters/p12/secret-file';
import { softwareKey } from '@antin/adapters/p12/software-key';
import { checkValues } from '@antin/adapters/pkcs11/key';
import { Base64 } from '@antin/protocol/basics';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { AgentFault } from '../fault.ts';
import type { AgentFolder } from '../folder.ts';
import type { HeldCertificate, KeyHolder } from './holder.ts';

const INDEX = 'keys.json';
const PASSPHRASE = 'passphrase';
/** The passphrase is 256 random bits in the next file: stretching it would only slow the practice down. */
const ITERATIONS = 2048;
const Index = z.array(z.object({ key: z.string(), certificate: Base64, file: z.string() }));

export interface PracticeKeys extends KeyHolder {
  /** Keeps a key with its chain (leaf first) under a name of the caller's; a second one of that name replaces the first. */
  store(key: string, pkcs8: Uint8Array, chain: readonly Uint8Array[]): void;
  /** Names that have a key, with their certificates. */
  entries(): readonly { readonly key: string; readonly certificate: Uint8Array }[];
}

/** Software keys in the agent's own folder, each a PKCS#12 file of mode 0600. Practice only: consent, no PIN. */
export function practiceKeys(folder: AgentFolder): PracticeKeys {
  if (!existsSync(folder.file(PASSPHRASE))) folder.write(PASSPHRASE, randomBytes(32).toString('base64url'));
  let index = Index.parse(folder.readJson(INDEX) ?? []);

  const held = (): HeldCertificate[] =>
    index.flatMap((entry) => {
      const certificate = new Uint8Array(Buffer.from(entry.certificate, 'base64'));
      const algorithm = algorithmOfKey(parseCertificate(certificate));
      const id = createHash('sha256').update(certificate).digest('hex');
      return algorithm === undefined ? [] : [{ id, certificate, algorithm, place: entry.file }];
    });

  return {
    kind: 'practice',
    entries: () =>
      index.map(({ key, certificate }) => ({ key, certificate: new Uint8Array(Buffer.from(certificate, 'base64')) })),
    store(key, pkcs8, chain) {
      const [leaf] = chain;
      if (leaf === undefined) throw new AgentFault('agent.usage', 'a key needs its certificate');
      const sha256 = createHash('sha256').update(leaf).digest('hex');
      const file = `keys/${sha256.slice(0, 16)}.p12`;
      const passphrase = readSecretLine(folder.file(PASSPHRASE));
      const p12 = writePkcs12({ pkcs8, certificates: chain, friendlyName: key }, passphrase, nodeSecrets, {
        iterations: ITERATIONS,
      });
      folder.write(file, p12);
      const entry = { key, certificate: Buffer.from(leaf).toString('base64'), file };
      index = [...index.filter((other) => other.key !== key), entry];
      folder.write(INDEX, JSON.stringify(index));
    },
    certificates: () => Promise.resolve(held()),
    condition: (id) =>
      Promise.resolve({
        pin: 'none',
        pinCountLow: false,
        ...(held().some((entry) => entry.id === id) ? {} : { blocked: 'absent' as const }),
      }),
    async sign(id, data) {
      const found = held().find((entry) => entry.id === id);
      if (found === undefined) throw new AgentFault('agent.no-keys', 'no practice key for this certificate');
      const key = softwareKey(readSecretFile(folder.file(found.place)), readSecretLine(folder.file(PASSPHRASE)), {
        profile: 'practice',
        certificate: found.certificate,
      });
      const values = await Promise.all(data.map((piece) => key.sign(piece)));
      checkValues(key.certificate, key.algorithm, data, values);
      return values;
    },
    close: () => Promise.resolve(),
  };
}
