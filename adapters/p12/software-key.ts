import type { SecretDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import { isPractice } from '@antin/pki/path/practice';
import { readPkcs12 } from '@antin/pki/pkcs12/read';
import type { Certificate } from '@antin/pki/x509/certificate';
import { commonName, sameName } from '@antin/pki/x509/name';
import type { SigningKey } from '@antin/signature/making/signer';
import { nodeSecrets } from '../crypto/node.ts';
import { chosenAlgorithm } from './key-algorithm.ts';
import { readSecretFile } from './secret-file.ts';

/** A key that anybody who copies a file has: for practice, tests and the command line. */
export interface SoftwareKey extends SigningKey {
  readonly practiceOnly: true;
}

export interface SoftwareKeyOptions {
  readonly profile: 'practice' | 'production';
  /** Or chosen once the certificate is known; default by the kind of its key. */
  readonly algorithm?: SignatureAlgorithm | ((certificate: Certificate) => SignatureAlgorithm | undefined);
  /** DER of the certificate to use when the file holds several keys. */
  readonly certificate?: Uint8Array;
  /** Picks among several keys by certificate and friendly name. */
  readonly wanted?: (certificate: Certificate, friendlyName: string | undefined) => boolean;
  readonly secrets?: SecretDoor;
}

/**
 * The key of a PKCS#12 file, which must be readable by its owner only.
 *
 * @param password zeroed here after use
 * @throws {SecretFileFault} `secret-file.too-open` and others
 * @throws {SoftwareKeyFault} `software-key.practice-only` in the production profile, `software-key.no-key`,
 *   `software-key.several-keys`, `software-key.unsupported`
 * @throws {PkiFault} `pkcs12.wrong-password`, `pkcs12.legacy-cipher` and others
 */
export function softwareKeyFromFile(path: string, password: Buffer, options: SoftwareKeyOptions): SoftwareKey {
  refuseInProduction(options.profile);
  const file = readSecretFile(path);
  try {
    return softwareKey(file, password, options);
  } finally {
    file.fill(0);
  }
}

/**
 * The installation's own key from a file, in any profile: what the server says as itself (the seal of its printed reports), never a
 * person's or an agency's signature. A certificate made for practice does not serve in production.
 *
 * @throws as `softwareKeyFromFile`; {SoftwareKeyFault} `software-key.practice-only` for the certificate
 */
export function installationKeyFromFile(path: string, password: Buffer, options: SoftwareKeyOptions): SigningKey {
  const { practiceOnly: _, ...key } = softwareKeyFromFile(path, password, { ...options, profile: 'practice' });
  if (options.profile === 'production' && isPractice(key.certificate)) {
    throw new SoftwareKeyFault('software-key.practice-only', 'the certificate of this key was made for practice');
  }
  return key;
}

export function softwareKey(p12: Uint8Array, password: Buffer, options: SoftwareKeyOptions): SoftwareKey {
  refuseInProduction(options.profile);
  const secrets = options.secrets ?? nodeSecrets;
  try {
    const content = readPkcs12(p12, password, secrets);
    const exact = options.certificate;
    const usable = content.keys.flatMap(({ certificate, ...key }) =>
      certificate === undefined ? [] : [{ ...key, certificate }],
    );
    const found = usable
      .filter(({ certificate }) => exact === undefined || Buffer.from(certificate.raw).equals(exact))
      .filter(({ certificate, friendlyName }) => options.wanted?.(certificate, friendlyName) ?? true);
    const names = usable.map(
      (key) => `“${key.friendlyName ?? commonName(key.certificate.subject) ?? key.certificate.serialHex}”`,
    );
    const [held] = found;
    if (held === undefined) {
      const others =
        usable.length === 0 ? 'no key with the certificate that belongs to it' : `not that key, but ${names.join(', ')}`;
      throw new SoftwareKeyFault('software-key.no-key', `the file holds ${others}`);
    }
    if (found.length > 1) {
      throw new SoftwareKeyFault('software-key.several-keys', `the file holds several keys, name one: ${names.join(', ')}`);
    }
    const { certificate, pkcs8 } = held;
    const algorithm = chosenAlgorithm(certificate, options.algorithm);
    if (algorithm === undefined) throw new SoftwareKeyFault('software-key.unsupported', 'the key’s type is not supported');
    return {
      practiceOnly: true,
      certificate,
      chain: chainOf(certificate, content.certificates),
      algorithm,
      sign: (data) => Promise.resolve(secrets.sign(pkcs8, algorithm, data)),
    };
  } finally {
    password.fill(0);
  }
}

function refuseInProduction(profile: 'practice' | 'production'): void {
  if (profile === 'production') {
    throw new SoftwareKeyFault('software-key.practice-only', 'software keys are for practice; production signs with tokens');
  }
}

function chainOf(certificate: Certificate, all: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  for (let last = certificate; chain.length < all.length && !sameName(last.subject, last.issuer);) {
    const issuer = all.find((entry) => !chain.includes(entry) && sameName(entry.subject, last.issuer));
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

export class SoftwareKeyFault extends Error {
  override readonly name = 'SoftwareKeyFault';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
