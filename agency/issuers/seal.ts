import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { writeZip } from '@antin/formats/zip/writer';
import { signAsicCades } from '@antin/signature/asic/sign';
import type { SigningKey } from '@antin/signature/making/signer';
import type { ReceiptKey } from '../exchange/receipts.ts';
import { sha256Of } from './digest.ts';

export interface TravelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
}

export interface SealedContainer {
  readonly container: Uint8Array;
  readonly mediaType: 'application/vnd.etsi.asic-e+zip' | 'application/json';
}

/** Who answers for what travels to the issuer. */
export interface RequestSealer {
  readonly sealedBy: 'organisation' | 'installation';
  seal(files: readonly TravelFile[], at: Date): Promise<SealedContainer>;
}

/** `SHA256SUMS`, as `sha256sum -c` reads it: whoever carries the archive can check it with what every system has. */
export function checksums(files: readonly TravelFile[]): TravelFile {
  const lines = files.map((file) => `${sha256Of(file.bytes)}  ${file.name}\n`);
  return { name: 'SHA256SUMS', bytes: utf8(lines.join('')), mimeType: 'text/plain' };
}

/** An ASiC-E with CAdES over every file (EN 319 162-1), by an organisation's key at hand. */
export function asicSealer(key: () => Promise<SigningKey>, sealedBy: RequestSealer['sealedBy']): RequestSealer {
  return {
    sealedBy,
    async seal(files, at) {
      const all = [...files, checksums(files)].map((file) => ({
        ...{ name: file.name, content: memorySource(file.bytes), mimeType: file.mimeType },
      }));
      const container = await signAsicCades({ container: 'ASiC-E', files: all }, await key(), {
        ...{ door: nodeCrypto, signingTime: at.getTime(), level: 'B-B' },
      });
      return { container: container.read(0, container.size), mediaType: 'application/vnd.etsi.asic-e+zip' };
    },
  };
}

/**
 * Without an organisation's key (practice, or an issuer that knows its senders otherwise): a ZIP whose list of checksums
 * is signed with the installation's own key. It says which installation sent it, and is no organisation's signature.
 */
export function installationSealer(key: ReceiptKey): RequestSealer {
  return {
    sealedBy: 'installation',
    seal(files, at) {
      const sums = checksums(files);
      const signature = { type: 'antin.installation-signature', over: sums.name, keyId: key.keyId, algorithm: 'Ed25519' };
      const value = toBase64(key.sign(sums.bytes));
      const entries = [...files, sums].map((file) => ({ name: file.name, content: memorySource(file.bytes) }));
      const sign = { name: 'installation-signature.json', content: memorySource(utf8(JSON.stringify({ ...signature, value }))) };
      const zip = writeZip([...entries, sign], at.getTime());
      return Promise.resolve({ container: zip.read(0, zip.size), mediaType: 'application/json' });
    },
  };
}
