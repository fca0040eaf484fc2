import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { memorySource } from '@antin/formats/bytes/source';
import type { KeyKind } from '@antin/pki/crypto';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { SigningKey } from '@antin/signature/making/signer';
import type { SignPadesOptions } from '@antin/signature/pades/sign';
import { signPades } from '@antin/signature/pades/sign';
import { selfSigned } from '../self-signed.ts';

/** The doors a test opens where a server would. */
export const doors = { inflate: nodeInflate, deflate: nodeDeflate, door: nodeCrypto } as const;

/** A key in memory with a certificate that only it vouches for. */
export function testKey(commonName: string, kind: KeyKind = 'p-256'): SigningKey {
  const { certificate, pkcs8, algorithm } = selfSigned(commonName, kind);
  return {
    certificate: parseCertificate(certificate),
    chain: [],
    algorithm,
    sign: (data) => Promise.resolve(nodeSecrets.sign(pkcs8, algorithm, data)),
  };
}

const SIGNING_TIME = Date.UTC(2026, 10, 21, 2, 3, 4);

/** Signs and returns the whole file. */
export async function signedPdf(
  bytes: Uint8Array,
  key: SigningKey,
  options: Partial<SignPadesOptions> = {},
): Promise<Uint8Array> {
  const appended = await signPades(memorySource(bytes), key, { ...doors, signingTime: SIGNING_TIME, level: 'B-B', ...options });
  return joined(bytes, appended);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Tinos: the metrics of Times New Roman, all Vietnamese letters, OFL. */
export function tinos(style: '400Regular' | '400Regular_Italic' | '700Bold' = '400Regular'): Uint8Array {
  const file = `@expo-google-fonts/tinos/${style}/Tinos_${style}.ttf`;
  return new Uint8Array(readFileSync(createRequire(import.meta.url).resolve(file)));
}
