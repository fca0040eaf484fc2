import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm, VerifyAnswer } from '@antin/pki/crypto';
import { ecdsaDerFromRaw } from '@antin/pki/ecdsa-value';
import { PkiFault } from '@antin/pki/fault';
import { parsePublicKey } from '@antin/pki/x509/public-key';

/** C2SP/wycheproof verification vectors (Apache-2.0) brought to the shape of our door. */
export interface WycheproofCase {
  readonly file: string;
  readonly id: number;
  readonly comment: string;
  readonly expected: 'valid' | 'invalid' | 'acceptable';
  readonly spki: Uint8Array;
  /** Undefined when our door has no name for it (SHAKE, SHA-512/256, Ed448 …). */
  readonly algorithm: SignatureAlgorithm | undefined;
  /** `ec` values as r‖s. */
  readonly rawValue: boolean;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

interface Group {
  readonly type: string;
  readonly sha?: string;
  readonly mgf?: string;
  readonly mgfSha?: string;
  readonly sLen?: number;
  readonly publicKeyDer: string;
  readonly tests: readonly { tcId: number; comment: string; msg: string; sig: string; result: WycheproofCase['expected'] }[];
}

export function wycheproofFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json'));
}

export function wycheproofCases(folder: string, file: string): WycheproofCase[] {
  const { testGroups } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { testGroups: Group[] };
  return testGroups.flatMap((group) => {
    const algorithm = algorithmOf(file, group);
    const spki = bytes(group.publicKeyDer);
    return group.tests.map((test) => ({
      file,
      id: test.tcId,
      comment: test.comment,
      expected: test.result,
      spki,
      algorithm,
      rawValue: file.includes('p1363'),
      data: bytes(test.msg),
      signature: bytes(test.sig),
    }));
  });
}

const DIGESTS: readonly string[] = [
  'SHA-1',
  'SHA-224',
  'SHA-256',
  'SHA-384',
  'SHA-512',
  'SHA3-256',
  'SHA3-384',
  'SHA3-512',
] satisfies DigestAlgorithm[];

function algorithmOf(file: string, group: Group): SignatureAlgorithm | undefined {
  if (file.startsWith('ed25519')) return { scheme: 'ed25519' };
  if (!DIGESTS.includes(group.sha ?? '')) return undefined;
  const digest = group.sha as DigestAlgorithm;
  if (file.startsWith('ecdsa')) return { scheme: 'ecdsa', digest };
  if (file.startsWith('rsa_signature')) return { scheme: 'rsa-pkcs1', digest };
  if (!file.startsWith('rsa_pss') || group.mgf !== 'MGF1' || !DIGESTS.includes(group.mgfSha ?? '')) return undefined;
  return { scheme: 'rsa-pss', digest, mgfDigest: group.mgfSha as DigestAlgorithm, saltLength: group.sLen as number };
}

/** Runs one case as the engine would, with r‖s converted by the same code as PKCS#11 values. */
export function runWycheproof(door: CryptoDoor, one: WycheproofCase): VerifyAnswer {
  if (one.algorithm === undefined) return 'unsupported';
  let signature = one.signature;
  if (one.rawValue) {
    const key = parsePublicKey(one.spki);
    if (key?.kind !== 'ec') return 'unsupported';
    const size = Math.ceil(key.order.toString(2).length / 8);
    if (signature.length !== 2 * size) return 'invalid';
    try {
      signature = ecdsaDerFromRaw(signature);
    } catch (error) {
      if (error instanceof PkiFault) return 'invalid';
      throw error;
    }
  }
  return door.verify({ spki: one.spki, algorithm: one.algorithm, data: one.data, signature });
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
