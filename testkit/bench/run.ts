/**
 * `npm run bench`: one JSON line a figure, each beside the limit measured in the same run. Words behind it choose the
 * figures whose names contain one of them: `npm run bench -- sign/ p-256`.
 *
 * Signing: the limit is one SHA-256 pass over the file, one private-key operation and one verification, since a value is
 * checked before it is embedded. Validating: one SHA-256 pass and the verification of each value that only this file has
 * (the signer's, the time-stamp's); issuers and their CRLs are the same from file to file and are remembered. Opening: one
 * SHA-256 pass, which anybody who signs or judges makes anyway.
 */
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { digestOf } from '@antin/pki/crypto';
import { embedPades, timeStampImprint } from '@antin/signature/pades/embed';
import { preparePades } from '@antin/signature/pades/prepare';
import { validate } from '@antin/signature/validation/validate';
import { DEFAULT_PKI } from '../pki/description.ts';
import type { EntityDescription } from '../pki/description.ts';
import { testPki } from '../pki/test-pki.ts';
import { measure, type Contest } from './figure.ts';
import { manyPagesPdf, samplePdf } from './sample.ts';

const people = DEFAULT_PKI.entities;
const leaderRsa3072: EntityDescription = { ...(people['leaderRsa'] as EntityDescription), key: 'rsa-3072' };
const pki = testPki({ ...DEFAULT_PKI, entities: { ...people, leaderRsa3072 } });

type Level = 'B-B' | 'B-T';

interface Sample {
  readonly name: string;
  readonly pdf: Uint8Array;
}

const SMALL = '100kB';
const LONG = '5MB-500pages';
const KEYS = { 'rsa-2048': 'leaderRsa', 'rsa-3072': 'leaderRsa3072', 'p-256': 'leader' } as const;
type Key = keyof typeof KEYS;

/** Each makes its files only when it is measured. */
const CONTESTS: readonly (readonly [name: string, make: (name: string) => Contest])[] = [
  ...signings(SMALL, ['rsa-2048', 'rsa-3072', 'p-256']),
  ...signings(LONG, ['rsa-2048', 'p-256']),
  ...validations(SMALL, 'B-B', ['rsa-2048', 'p-256']),
  ...validations(SMALL, 'B-T', ['rsa-2048', 'p-256']),
  ...validations(LONG, 'B-B', ['rsa-2048', 'p-256']),
  [`open/pdf/${LONG}`, (name) => opening(name, sampleOf(LONG))],
];

function signings(size: string, keys: readonly Key[]) {
  return keys.map(
    (key) => [`sign/pades-b-b/${size}/${key}`, (name: string) => signing(name, sampleOf(size), KEYS[key])] as const,
  );
}

function validations(size: string, level: Level, keys: readonly Key[]) {
  return keys.map((key) => {
    const name = `validate/pades-${level.toLowerCase()}/${size}/${key}`;
    return [name, (own: string) => validating(own, sampleOf(size), KEYS[key], level)] as const;
  });
}

const samples = new Map<string, Sample>();

function sampleOf(name: string): Sample {
  let sample = samples.get(name);
  if (sample === undefined) {
    sample = { name, pdf: name === SMALL ? samplePdf(100_000) : manyPagesPdf(5_000_000, 500) };
    samples.set(name, sample);
  }
  return sample;
}

function sign(pdf: Uint8Array, entityName: string, level: Level): Uint8Array {
  const entity = pki.entity(entityName);
  const source = memorySource(pdf);
  const tbs = preparePades(source, {
    door: nodeCrypto,
    inflate: nodeInflate,
    certificate: entity.certificate,
    chain: chainOf(entityName),
    algorithm: entity.algorithm,
    signingTime: pki.now,
    level,
  });
  const value = entity.signNow(tbs.signedAttributes);
  if (level === 'B-B') return embedPades(source, tbs, value, { door: nodeCrypto });
  const imprint = { digest: 'SHA-256', hash: timeStampImprint(value, nodeCrypto) } as const;
  return embedPades(source, tbs, value, { door: nodeCrypto, timeStampToken: pki.timeStampToken(imprint, pki.now - 60_000) });
}

const chains = new Map<string, readonly Uint8Array[]>();

function chainOf(entityName: string): readonly Uint8Array[] {
  const chain = chains.get(entityName) ?? pki.chain(entityName).map((one) => one.raw);
  chains.set(entityName, chain);
  return chain;
}

function signing(name: string, { pdf }: Sample, entityName: string): Contest {
  const entity = pki.entity(entityName);
  return {
    name,
    work: () => void sign(pdf, entityName, 'B-B'),
    limit() {
      const hash = digestOf(nodeCrypto, 'SHA-256', pdf);
      verified(entity, hash, entity.signNow(hash));
    },
  };
}

function verified(entity: ReturnType<typeof pki.entity>, data: Uint8Array, signature: Uint8Array): void {
  const { certificate, algorithm } = entity;
  if (nodeCrypto.verify({ spki: certificate.spki, algorithm, data, signature }) !== 'valid') throw new Error('not valid');
}

function validating(name: string, { pdf }: Sample, entityName: string, level: Level): Contest {
  const signers = [pki.entity(entityName), ...(level === 'B-T' ? [pki.entity('tsa')] : [])];
  const signed = concatBytes(pdf, sign(pdf, entityName, level));
  const evidence = pki.evidence(pki.now);
  const context = { door: nodeCrypto, inflate: nodeInflate, trust: pki.anchors, evidence, at: pki.now };
  const { report } = validate(memorySource(signed), context);
  // A figure of wrong answers would be worse than none.
  if (report.verdict !== 'valid' || report.signatures[0]?.level !== level)
    throw new Error(`the bench file is judged ${report.verdict}: ${JSON.stringify(report.signatures[0]?.errors)}`);
  const data = signed.subarray(0, 300);
  const values = signers.map((entity) => entity.signNow(data));
  return {
    name,
    work: () => void validate(memorySource(signed), context),
    limit() {
      digestOf(nodeCrypto, 'SHA-256', signed);
      signers.forEach((entity, i) => verified(entity, data, values[i] as Uint8Array));
    },
  };
}

function opening(name: string, { pdf }: Sample): Contest {
  return {
    name,
    work: () => void openPdf(memorySource(pdf), { inflate: nodeInflate, mode: 'strict' }).last.page(0),
    limit: () => void digestOf(nodeCrypto, 'SHA-256', pdf),
  };
}

// A reader that has seen enough (`| head`) ends the run.
process.stdout.on('error', () => process.exit());
const wanted = process.argv.slice(2);
for (const [name, make] of CONTESTS) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  process.stdout.write(`${JSON.stringify(measure(make(name)))}\n`);
}
