import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { sameName } from '@antin/pki/x509/name';
import type { SigningKey } from '@antin/signature/making/signer';
import { nodeCrypto } from '../crypto/node.ts';
import { chosenAlgorithm } from '../p12/key-algorithm.ts';
import { Pkcs11Fault } from './fault.ts';
import type { TokenView } from './messages.ts';
import { ModuleProcess } from './module-process.ts';

/** Where the PIN comes from when it is needed: a file, a prompt. Called once a signature; the buffer is zeroed after use. */
export type PinSource = () => Promise<Buffer>;

export interface Pkcs11KeyOptions {
  /** Path of the module, or one already started (then the caller closes it). */
  readonly module: string | ModuleProcess;
  /** Label of the token; may be left out when one token is plugged in. */
  readonly slotLabel?: string;
  readonly pin: PinSource;
  /** DER of the certificate to use when the token holds several. */
  readonly certificate?: Uint8Array;
  /** Or chosen once the certificate is known; default by the kind of its key. */
  readonly algorithm?: SignatureAlgorithm | ((certificate: Certificate) => SignatureAlgorithm | undefined);
  /** Try the PIN although one more wrong one locks the token. */
  readonly allowFinalTry?: boolean;
}

export interface Pkcs11Key extends SigningKey, AsyncDisposable {
  readonly token: TokenView;
  /** Several values under one login. */
  signAll(data: readonly Uint8Array[]): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

/**
 * A key on a token as the engine sees keys.
 *
 * Each value is checked against the certificate before it leaves: a token whose certificate and key are wrongly linked is
 * found here, not in the signed file.
 *
 * @throws {Pkcs11Fault} `pkcs11.no-token`, `pkcs11.no-certificate` and what `ModuleProcess` throws
 */
export async function pkcs11Key(options: Pkcs11KeyOptions): Promise<Pkcs11Key> {
  const module = typeof options.module === 'string' ? new ModuleProcess({ module: options.module }) : options.module;
  const close = async () => {
    if (typeof options.module === 'string') await module.close();
  };
  try {
    const token = chooseToken(await module.tokens(), options.slotLabel);
    const held = token.certificates.map((entry) => parsed(entry.certificate)).filter((entry) => entry !== undefined);
    const certificate = chooseCertificate(held, options.certificate);
    const algorithm = chosenAlgorithm(certificate, options.algorithm);
    if (algorithm === undefined) throw new Pkcs11Fault('pkcs11.mechanism-missing', 'the certificate’s key type is not supported');
    const signAll = async (data: readonly Uint8Array[]) => {
      const pin = token.protectedAuthenticationPath || !token.loginRequired ? Buffer.alloc(0) : await options.pin();
      const { slot, serialNumber } = token;
      const allowFinalTry = options.allowFinalTry ?? false;
      const values = await module.sign({ slot, serialNumber, certificate: certificate.raw, algorithm, data, pin, allowFinalTry });
      checkValues(certificate, algorithm, data, values);
      return values;
    };
    return {
      token,
      certificate,
      chain: chainOf(certificate, held),
      algorithm,
      signAll,
      sign: async (data) => (await signAll([data]))[0] as Uint8Array,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws {Pkcs11Fault} `pkcs11.value-mismatch` */
export function checkValues(
  certificate: Certificate,
  algorithm: SignatureAlgorithm,
  data: readonly Uint8Array[],
  values: readonly Uint8Array[],
): void {
  const good =
    values.length === data.length &&
    values.every((signature, n) => {
      const input = { spki: certificate.spki, algorithm, data: data[n] as Uint8Array, signature };
      return nodeCrypto.verify(input) === 'valid';
    });
  if (!good) {
    throw new Pkcs11Fault('pkcs11.value-mismatch', 'the token’s value does not fit the certificate', { keyUsed: true });
  }
}

function chooseToken(tokens: readonly TokenView[], label: string | undefined): TokenView {
  const found = label === undefined ? tokens : tokens.filter((token) => token.label === label);
  const [token] = found;
  if (token !== undefined && found.length === 1) return token;
  const there = tokens.map((entry) => `“${entry.label}”`).join(', ') || 'none';
  const wanted = label === undefined ? 'exactly one token' : `one token labelled “${label}”`;
  throw new Pkcs11Fault('pkcs11.no-token', `expected ${wanted}, plugged in: ${there}`);
}

function chooseCertificate(held: readonly Certificate[], exact: Uint8Array | undefined): Certificate {
  if (exact !== undefined) {
    const found = held.find((entry) => Buffer.from(entry.raw).equals(exact));
    if (found !== undefined) return found;
    throw new Pkcs11Fault('pkcs11.no-certificate', 'the token does not hold that certificate');
  }
  const ends = held.filter((entry) => entry.basicConstraints?.ca !== true);
  const forSigning = ends.filter((entry) => entry.keyUsage === undefined || entry.keyUsage.has('nonRepudiation'));
  const candidates = forSigning.length > 0 ? forSigning : ends;
  const [certificate] = candidates;
  if (certificate !== undefined && candidates.length === 1) return certificate;
  throw new Pkcs11Fault(
    'pkcs11.no-certificate',
    certificate === undefined ? 'the token holds no certificate for signing' : 'the token holds several certificates: name one',
  );
}

/** Issuers that the token carries, nearest first. */
function chainOf(certificate: Certificate, held: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  for (let last = certificate; chain.length < held.length;) {
    const issuer = held.find((entry) => entry !== last && !chain.includes(entry) && sameName(entry.subject, last.issuer));
    if (issuer === undefined || sameName(last.subject, last.issuer)) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

/** What lies on a token under the name of a certificate need not be one. */
function parsed(base64: string): Certificate | undefined {
  try {
    return parseCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
  } catch {
    return undefined;
  }
}
