import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { buildTbsCertList } from '@antin/pki/crl/build';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints, buildTbsCertificate, certificateFrom, extKeyUsage, keyUsage, ski } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { KeyUsageBit } from '@antin/pki/x509/extensions';
import { buildName } from '@antin/pki/x509/name';
import { softToken } from '@antin/testkit/softhsm';
import type { SoftToken } from '@antin/testkit/softhsm';
import type { SignerFile, SignerFileKey } from './signer-process/config.ts';

export const NOW = Date.parse('2026-11-22T02:00:00Z');
export const YEAR = 365 * 86_400_000;

/** Keys are made once a file: RSA takes its time. */
export interface TestKey {
  readonly name: string;
  readonly pkcs8: Uint8Array;
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Certificate;
}

export const ECDSA: SignatureAlgorithm = { scheme: 'ecdsa', digest: 'SHA-256' };

export function testKey(name: string, kind: KeyKind, algorithm: SignatureAlgorithm = ECDSA, ca = true): TestKey {
  const pair = nodeSecrets.generateKeyPair(kind);
  const tbs = certificateTbs({ issuer: name, subject: name, spki: pair.spki, algorithm, ca, years: 20 });
  const signature = nodeSecrets.sign(pair.pkcs8, algorithm, tbs);
  const certificate = parseCertificate(certificateFrom(tbs, signatureAlgorithmIdentifier(algorithm), signature));
  return { name, ...pair, algorithm, certificate };
}

export interface TbsInput {
  readonly issuer: string;
  readonly subject: string;
  readonly spki: Uint8Array;
  readonly algorithm?: SignatureAlgorithm;
  readonly ca?: boolean;
  readonly notBefore?: number;
  readonly years?: number;
  readonly serial?: Uint8Array;
  readonly purposes?: readonly string[];
  readonly usage?: readonly KeyUsageBit[];
}

export function certificateTbs(input: TbsInput): Uint8Array {
  const { ca = false, notBefore = NOW, years = 1 } = input;
  const usage = input.usage ?? (ca ? (['keyCertSign', 'cRLSign'] as const) : (['digitalSignature'] as const));
  const extensions = [keyUsage(...usage), ski(createHash('sha1').update(input.spki).digest())];
  if (ca) extensions.push(basicConstraints(true));
  if (input.purposes !== undefined) extensions.push(extKeyUsage(...input.purposes));
  return buildTbsCertificate({
    serialNumber: input.serial ?? Uint8Array.of(0x41, ...nodeSecrets.random(16)),
    signatureAlgorithm: signatureAlgorithmIdentifier(input.algorithm ?? ECDSA),
    issuer: buildName([['CN', input.issuer]]),
    notBefore,
    notAfter: notBefore + years * YEAR - 1000,
    subject: buildName([['CN', input.subject]]),
    spki: input.spki,
    extensions,
  });
}

export function crlTbs(
  key: TestKey,
  input: {
    readonly number?: number | bigint;
    readonly thisUpdate?: number;
    readonly days?: number;
    readonly url?: string;
    readonly issuer?: string;
    readonly extra?: readonly Uint8Array[];
  } = {},
): Uint8Array {
  const { number = 1, thisUpdate = NOW, days = 3 } = input;
  return buildTbsCertList({
    signatureAlgorithm: signatureAlgorithmIdentifier(key.algorithm),
    issuer: buildName([['CN', input.issuer ?? key.name]]),
    thisUpdate,
    nextUpdate: thisUpdate + days * 86_400_000,
    crlNumber: number,
    authorityKeyIdentifier: createHash('sha1').update(key.spki).digest(),
    entries: [],
    ...(input.url === undefined ? {} : { distributionPointUrl: input.url }),
    ...(input.extra === undefined ? {} : { extraExtensions: input.extra }),
  });
}

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export function caPolicy(
  key: TestKey,
  more: Partial<Extract<SignerFileKey['policy'], { use: 'ca' }>> = {},
): SignerFileKey['policy'] {
  const limits = { caFlag: 'refused', maxDays: 366 * 5, maxCrlDays: 180, links: [], services: [] } as const;
  return { use: 'ca', certificate: base64(key.certificate.raw), ...limits, ...more };
}

/** A folder with a SoftHSM token and signers' files in it. */
export class SignersForTests {
  readonly folder = mkdtempSync(join(tmpdir(), 'antin-signer-'));
  readonly token: SoftToken;

  private constructor(token: SoftToken) {
    this.token = token;
  }

  static async make(module: string, keys: readonly TestKey[]): Promise<SignersForTests> {
    const entries = keys.map(({ pkcs8, certificate }, n) => ({ pkcs8, certificate: certificate.raw, id: `0${n + 1}` }));
    return new SignersForTests(await softToken(module, 'ca-token', entries));
  }

  /** Writes a signer's file with the token's PIN beside it. */
  file(
    keys: readonly { readonly key: TestKey; readonly policy: SignerFileKey['policy']; readonly perSecond?: number }[],
    change: Partial<SignerFile> = {},
  ): string {
    const folder = mkdtempSync(join(this.folder, 's-'));
    writeFileSync(join(folder, 'pin'), this.token.pin, { mode: 0o600 });
    const file: SignerFile = {
      antinSigner: 1,
      module: this.token.module,
      token: { label: 'ca-token' },
      socket: 'signer.sock',
      sessions: 1,
      pin: { file: 'pin' },
      keys: keys.map(({ key, policy, perSecond = 100_000 }) => ({
        name: key.name,
        spki: base64(key.spki),
        algorithm: key.algorithm,
        perSecond,
        policy,
      })),
      ...change,
    };
    const path = join(folder, 'signer.json');
    writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
    return path;
  }

  close(): void {
    this.token.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
