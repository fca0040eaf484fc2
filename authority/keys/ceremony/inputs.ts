import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { decodePem } from '@antin/pki/pem';
import { signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import { parseCertificationRequest } from '@antin/pki/x509/request';
import { isUsableKey } from '../../ca/public-key.ts';
import { AuthorityFault } from '../../fault.ts';
import type { CeremonyFile } from './file.ts';

/** Files that a ceremony's file names, beside it. */
export function ceremonyInputs(folder: string) {
  const bytesOf = (file: string, label: string): Uint8Array => {
    const bytes = readFileSync(resolve(folder, file));
    const text = bytes.toString('latin1');
    if (!text.includes('-----BEGIN ')) return new Uint8Array(bytes);
    const block = decodePem(text).find((one) => one.label === label);
    if (block === undefined) throw new AuthorityFault('ceremony.input', `${file}: expected ${label}`);
    return block.bytes;
  };
  const certificate = (file: string): Certificate => parseCertificate(bytesOf(file, 'CERTIFICATE'));
  const publicKey = (file: string): Uint8Array => usable(bytesOf(file, 'PUBLIC KEY'), file);
  return {
    certificate,
    publicKey,
    crl: (file: string): Uint8Array => bytesOf(file, 'X509 CRL'),
    /** The key to certify, from a public key or from a request that proves its possession. */
    subjectKey({ publicKey: file, request }: Pick<CeremonyFile, 'publicKey' | 'request'>): Uint8Array {
      if (request === undefined) return publicKey(file as string);
      const csr = parseCertificationRequest(bytesOf(request, 'CERTIFICATE REQUEST'));
      const algorithm = signatureAlgorithmOf(csr.signatureAlgorithm);
      const proven =
        algorithm !== undefined &&
        nodeCrypto.verify({ spki: csr.spki, algorithm, data: csr.info, signature: csr.signature }) === 'valid';
      if (!proven) throw new AuthorityFault('ceremony.input', `${request}: the request does not prove that its key is held`);
      return usable(csr.spki, request);
    },
  };
}

export type CeremonyInputs = ReturnType<typeof ceremonyInputs>;

function usable(spki: Uint8Array, file: string): Uint8Array {
  if (parsePublicKey(spki) === undefined || !isUsableKey(spki))
    throw new AuthorityFault('ceremony.input', `${file}: no usable key`);
  return spki;
}

/** How a key signs here: the digest follows the strength of the key. */
export function ceremonyAlgorithm(spki: Uint8Array, pss: boolean): SignatureAlgorithm {
  const key = parsePublicKey(spki);
  if (key?.kind === 'ec') return { scheme: 'ecdsa', digest: key.curve === 'P-384' ? 'SHA-384' : 'SHA-256' };
  if (key?.kind !== 'rsa') throw new AuthorityFault('ceremony.input', 'CAs have RSA, P-256 or P-384 keys');
  if (pss) return { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 };
  return { scheme: 'rsa-pkcs1', digest: 'SHA-256' };
}
