import { createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSecretFile } from '@antin/adapters/p12/secret-file';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { decodePem, encodePem } from '@antin/pki/pem';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { AuthorityFault } from '../../fault.ts';
import type { CeremonyKeyKind } from '../signer-process/ceremony-desk.ts';
import { SignerClient } from '../signer-process/client.ts';
import type { SignerFile } from '../signer-process/config.ts';
import { OP } from '../signer-process/frame.ts';
import { superviseSigner } from '../signer-process/supervise.ts';
import type { KeyPlace } from './file.ts';

/** The key of a ceremony, for as long as the ceremony lasts. */
export interface KeyHolder {
  generate(kind: CeremonyKeyKind, label: string): Promise<Uint8Array>;
  sign(spki: Uint8Array, algorithm: SignatureAlgorithm, tbs: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * A token, through a signer process that was started for this ceremony alone and ends with it.
 *
 * @param pin zeroed here; empty for a reader with its own keypad
 */
export async function tokenHolder(place: Extract<KeyPlace, { where: 'token' }>, pin: Buffer): Promise<KeyHolder> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-ceremony-'));
  const { module, label, serialNumber } = place;
  const file: SignerFile = {
    antinSigner: 1,
    module,
    token: { label, ...(serialNumber === undefined ? {} : { serialNumber }) },
    socket: 'ceremony.sock',
    sessions: 1,
    pin: pin.length === 0 ? 'keypad' : { descriptor: 4 },
    ceremony: true,
    keys: [],
  };
  const config = join(folder, 'signer.json');
  writeFileSync(config, JSON.stringify(file), { mode: 0o600 });
  try {
    const process = await superviseSigner({ config, ...(pin.length === 0 ? {} : { pin }) });
    const client = new SignerClient({ socketPath: join(folder, file.socket), timeoutMs: 180_000 });
    const ask = (request: object) => client.ask(OP.ceremony, Buffer.from(JSON.stringify(request)));
    return {
      async generate(kind, keyLabel) {
        const answer = JSON.parse((await ask({ generate: { kind, label: keyLabel } })).toString('utf8')) as { spki: string };
        return new Uint8Array(Buffer.from(answer.spki, 'base64'));
      },
      async sign(spki, algorithm, tbs) {
        const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
        return new Uint8Array(await ask({ sign: { spki: base64(spki), algorithm, tbs: base64(tbs) } }));
      },
      async close() {
        client.close();
        await process.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Practice: a key in a file that only its owner may read. */
export function softwareHolder(place: Extract<KeyPlace, { where: 'software' }>, folder: string): KeyHolder {
  const path = resolve(folder, place.file);
  return {
    async generate(kind) {
      if (existsSync(path)) throw new AuthorityFault('ceremony.exists', `${place.file} is there already`);
      const pair = nodeSecrets.generateKeyPair(kind);
      writeFileSync(path, encodePem('PRIVATE KEY', pair.pkcs8), { mode: 0o600, flag: 'wx' });
      return pair.spki;
    },
    async sign(spki, algorithm, tbs) {
      const pem = readSecretFile(path);
      const pkcs8 = decodePem(pem.toString('latin1'))[0]?.bytes;
      pem.fill(0);
      if (pkcs8 === undefined) throw new AuthorityFault('ceremony.input', `${place.file}: expected PRIVATE KEY`);
      const own = createPublicKey({ key: Buffer.from(encodePem('PRIVATE KEY', pkcs8)), format: 'pem' });
      if (Buffer.compare(own.export({ format: 'der', type: 'spki' }), spki) !== 0) {
        throw new AuthorityFault('ca.key-mismatch', `${place.file} is not the key that must sign`);
      }
      return nodeSecrets.sign(pkcs8, algorithm, tbs);
    },
    async close() {},
  };
}
