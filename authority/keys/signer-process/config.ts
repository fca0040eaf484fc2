import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { AuthorityFault } from '../../fault.ts';
import type { KeyPolicy } from './policy.ts';

/** The signer's file as it is written; a ceremony makes it and its hash stands in the transcript. */
export interface SignerFile {
  readonly antinSigner: 1;
  /** Path of the vendor's PKCS#11 module. */
  readonly module: string;
  readonly token: { readonly label: string; readonly serialNumber?: string };
  /** Name of the socket, beside the file. */
  readonly socket: string;
  /** Sessions of the token, each with one operation at a time. With one, signing is done in place; more use threads. */
  readonly sessions: number;
  /** A file with mode 0600 beside this one, or a descriptor the starter has opened. */
  readonly pin: { readonly file: string } | { readonly descriptor: number } | 'keypad';
  /** A signer of a user of its own: its group, the issuing process among it, may use the socket and enter the folder. */
  readonly shareWithGroup?: true;
  /** Sign nothing at all, but make keys and sign what a ceremony shows. */
  readonly ceremony?: true;
  readonly keys: readonly SignerFileKey[];
}

export interface SignerFileKey {
  readonly name: string;
  /** Base64 DER. */
  readonly spki: string;
  readonly algorithm: SignatureAlgorithm;
  readonly perSecond: number;
  readonly policy:
    | {
        readonly use: 'ca';
        readonly certificate: string;
        readonly caFlag: 'required' | 'refused' | 'allowed';
        readonly maxDays: number;
        readonly maxCrlDays: number;
        readonly clockSkewMs?: number;
        readonly links: readonly string[];
        readonly services: readonly string[];
      }
    | { readonly use: 'ocsp'; readonly clockSkewMs?: number }
    | { readonly use: 'tsp'; readonly certificate?: string };
}

export interface SignerKeyConfig {
  readonly id: string;
  readonly name: string;
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly perSecond: number;
  readonly policy: KeyPolicy;
}

export interface SignerConfig extends Omit<SignerFile, 'keys'> {
  readonly folder: string;
  readonly socketPath: string;
  /** SHA-256 of the file, hexadecimal: says which rules a signer follows. */
  readonly fileSha256: string;
  readonly keys: readonly SignerKeyConfig[];
}

/**
 * Reads a signer's file.
 *
 * @throws {AuthorityFault} `keys.config-not-private` when others may write it or enter its folder: they would set the rules
 *   or ask the key; `keys.config` when it is not what it must be
 */
export function readSignerConfig(path: string): SignerConfig {
  const folder = dirname(resolve(path));
  const text = privateText(path);
  let file: SignerFile;
  try {
    file = JSON.parse(text) as SignerFile;
    if (file.antinSigner !== 1) throw new Error('antinSigner is not 1');
    if (!Number.isInteger(file.sessions) || file.sessions < 1 || file.sessions > 64) throw new Error('sessions: 1 to 64');
    if (!/^[a-z0-9.-]+$/.test(file.socket)) throw new Error('socket is a bare file name');
    const keys = file.keys.map(keyOf);
    if (new Set(keys.map((key) => key.id)).size !== keys.length) throw new Error('one key twice');
    // A group may pass through to the socket; nobody else but the owner ever writes here.
    const closed = file.shareWithGroup === true ? 0o067 : 0o077;
    if (process.platform !== 'win32' && (statSync(folder).mode & closed) !== 0) {
      const mode = file.shareWithGroup === true ? '710' : '700';
      throw new AuthorityFault('keys.config-not-private', `${folder} must belong to the signer alone: chmod ${mode}`);
    }
    const fileSha256 = createHash('sha256').update(text).digest('hex');
    return { ...file, keys, folder, socketPath: resolve(folder, file.socket), fileSha256 };
  } catch (cause) {
    if (cause instanceof AuthorityFault) throw cause;
    throw new AuthorityFault('keys.config', `the signer’s file cannot be used: ${(cause as Error).message}`, { cause });
  }
}

function keyOf(key: SignerFileKey): SignerKeyConfig {
  const spki = bytesOf(key.spki);
  const id = createHash('sha256').update(spki).digest('hex');
  if (!(key.perSecond > 0)) throw new Error(`${key.name}: perSecond must be positive`);
  const { policy } = key;
  return {
    id,
    name: key.name,
    spki,
    algorithm: key.algorithm,
    perSecond: key.perSecond,
    policy: policyOf(policy, spki, key.name),
  };
}

function policyOf(policy: SignerFileKey['policy'], spki: Uint8Array, name: string): KeyPolicy {
  if (policy.use === 'ocsp') return { ...policy, spki };
  if (policy.use === 'tsp') {
    const { certificate } = policy;
    return certificate === undefined ? { use: 'tsp' } : { use: 'tsp', certificate: certificateOf(certificate, spki, name) };
  }
  const certificate = certificateOf(policy.certificate, spki, name);
  if (certificate.basicConstraints?.ca !== true) throw new Error(`${name}: its certificate is no CA's`);
  if (!(policy.maxDays > 0) || !(policy.maxCrlDays > 0)) throw new Error(`${name}: limits of validity are missing`);
  if (!['required', 'refused', 'allowed'].includes(policy.caFlag)) throw new Error(`${name}: caFlag`);
  if (!Array.isArray(policy.links) || !Array.isArray(policy.services)) throw new Error(`${name}: links, services`);
  return { ...policy, certificate };
}

function certificateOf(base64: string, spki: Uint8Array, name: string) {
  const certificate = parseCertificate(bytesOf(base64));
  if (Buffer.compare(certificate.spki, spki) !== 0) throw new Error(`${name}: the certificate has another key`);
  return certificate;
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function privateText(path: string): string {
  const fd = openSync(path, 'r');
  try {
    // On the open descriptor: a swap between check and read changes nothing.
    if (process.platform !== 'win32' && (fstatSync(fd).mode & 0o077) !== 0) {
      throw new AuthorityFault('keys.config-not-private', 'the signer’s file must be readable by its owner alone: chmod 600');
    }
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
