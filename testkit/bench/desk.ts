import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { memorySource } from '@antin/formats/bytes/source';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor, DigestAlgorithm, VerifyInput } from '@antin/pki/crypto';
import type { Evidence } from '@antin/signature/making/evidence';
import type { SigningKey } from '@antin/signature/making/signer';
import { signPades } from '@antin/signature/pades/sign';
import { signPadesLongTerm } from '@antin/signature/pades/sign-long-term';
import { DEFAULT_PKI } from '../pki/description.ts';
import type { EntityDescription } from '../pki/description.ts';
import { testPki } from '../pki/test-pki.ts';
import type { Entity } from '../pki/types.ts';
import { manyPagesPdf, samplePdf } from './sample.ts';

/** What every figure works with: keys, files, and sources that answer from memory. */

const people = DEFAULT_PKI.entities;
const leaderRsa3072: EntityDescription = { ...(people['leaderRsa'] as EntityDescription), key: 'rsa-3072' };
export const pki = testPki({ ...DEFAULT_PKI, entities: { ...people, leaderRsa3072 } });

export const SMALL = '100kB';
export const LONG = '5MB-500pages';
export type Size = typeof SMALL | typeof LONG;

const KEYS = { 'rsa-2048': 'leaderRsa', 'rsa-3072': 'leaderRsa3072', 'p-256': 'leader' } as const;
export type Key = keyof typeof KEYS;

export const entityOf = (key: Key): Entity => pki.entity(KEYS[key]);

const made = new Map<string, unknown>();

/** Once in a run, and only when it is asked for. */
export function once<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}

export function pdfOf(size: Size): Uint8Array {
  return once(`pdf ${size}`, () => (size === SMALL ? samplePdf(100_000) : manyPagesPdf(5_000_000, 500)));
}

export function chainOf(key: Key): readonly Uint8Array[] {
  return once(`chain ${key}`, () => pki.chain(KEYS[key]).map((one) => one.raw));
}

export const at = pki.now;

/** The answers of sources that stand beside us, the same arrays from file to file. */
export const evidence = (): Evidence => once('evidence', () => pki.evidence(pki.now));

export const token = (imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array }): Uint8Array =>
  pki.timeStampToken(imprint, pki.now - 60_000);

export function signingKeyOf(key: Key): SigningKey {
  return once(`signer ${key}`, () => pki.signingKey(KEYS[key]));
}

/** @returns what is appended to the file */
export function signPdf(pdf: Uint8Array, key: Key, level: 'B-B' | 'B-T'): Promise<Uint8Array> {
  return signPades(memorySource(pdf), signingKeyOf(key), {
    door: nodeCrypto,
    inflate: nodeInflate,
    signingTime: at,
    level,
    timeStamp: (hash) => Promise.resolve(token({ digest: 'SHA-256', hash })),
  });
}

/** In one go. @returns what is appended to the file */
export function signPdfLongTerm(pdf: Uint8Array, key: Key): Promise<Uint8Array> {
  return signPadesLongTerm(memorySource(pdf), signingKeyOf(key), {
    door: nodeCrypto,
    inflate: nodeInflate,
    level: 'B-LT',
    signingTime: at,
    anchors: once('anchors', () => pki.anchors),
    timeStamp: (imprint) => Promise.resolve(token(imprint)),
    evidenceFor: () => Promise.resolve(evidence()),
  });
}

/** The different questions that are put to the door during some work. */
export function verificationsOf(work: (door: CryptoDoor) => void): readonly VerifyInput[] {
  const asked = new Map<string, VerifyInput>();
  work({
    ...nodeCrypto,
    verify(input) {
      const parts = [input.spki, input.data, input.signature].map((one) => Buffer.from(one).toString('base64'));
      asked.set(parts.join(' '), input);
      return nodeCrypto.verify(input);
    },
  });
  return [...asked.values()];
}

function requireValid({ certificate, algorithm }: Entity, data: Uint8Array, signature: Uint8Array): void {
  if (nodeCrypto.verify({ spki: certificate.spki, algorithm, data, signature }) !== 'valid') throw new Error('not valid');
}

/** Hash, sign, verify: what nobody who signs can do without. */
export function rawSigning(data: Uint8Array, key: Key): () => void {
  const entity = entityOf(key);
  return () => {
    const hash = digestOf(nodeCrypto, 'SHA-256', data);
    requireValid(entity, hash, entity.signNow(hash));
  };
}

/** Hash, and verify each of these: what nobody can do without who judges and remembers nothing. */
export function rawVerifying(data: Uint8Array, values: readonly VerifyInput[]): () => void {
  return () => {
    digestOf(nodeCrypto, 'SHA-256', data);
    for (const one of values) if (nodeCrypto.verify(one) !== 'valid') throw new Error('not valid');
  };
}

/** Hash, and verify one value of each of these: what nobody who judges can do without. */
export function rawJudging(data: Uint8Array, signers: readonly Entity[]): () => void {
  const some = data.subarray(0, 300);
  const values = signers.map((entity) => entity.signNow(some));
  return () => {
    digestOf(nodeCrypto, 'SHA-256', data);
    signers.forEach((entity, i) => requireValid(entity, some, values[i] as Uint8Array));
  };
}
