/**
 * `npm run bench`: one JSON line a figure, each beside the limit measured in the same run.
 *
 * Signing: the limit is one SHA-256 pass over the file, one private-key operation and one verification, since a value is
 * checked before it is embedded. Validating: one SHA-256 pass and one verification.
 */
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { digestOf } from '@antin/pki/crypto';
import { embedPades } from '@antin/signature/pades/embed';
import { preparePades } from '@antin/signature/pades/prepare';
import { validate } from '@antin/signature/validation/validate';
import { testPki } from '../pki/test-pki.ts';
import { measure, type Contest } from './figure.ts';
import { samplePdf } from './sample.ts';

const pki = testPki();
const SIZES = [
  ['100kB', 100_000],
  ['5MB', 5_000_000],
] as const;
const KEYS = [
  ['rsa-2048', 'leaderRsa'],
  ['p-256', 'leader'],
] as const;

function contests(): Contest[] {
  return SIZES.flatMap(([sizeName, size]) => {
    const pdf = samplePdf(size);
    return KEYS.flatMap(([keyName, entityName]) => [
      signing(sizeName, pdf, keyName, entityName),
      validating(sizeName, pdf, keyName, entityName),
    ]);
  });
}

function sign(pdf: Uint8Array, entityName: string): Uint8Array {
  const entity = pki.entity(entityName);
  const source = memorySource(pdf);
  const tbs = preparePades(source, {
    door: nodeCrypto,
    inflate: nodeInflate,
    certificate: entity.certificate,
    chain: pki.chain(entityName).map((one) => one.raw),
    algorithm: entity.algorithm,
    signingTime: pki.now,
    level: 'B-B',
  });
  return embedPades(source, tbs, entity.signNow(tbs.signedAttributes), { door: nodeCrypto });
}

function signing(sizeName: string, pdf: Uint8Array, keyName: string, entityName: string): Contest {
  const entity = pki.entity(entityName);
  return {
    name: `sign/pades-b-b/${sizeName}/${keyName}`,
    work: () => void sign(pdf, entityName),
    limit: () => {
      const hash = digestOf(nodeCrypto, 'SHA-256', pdf);
      const signature = entity.signNow(hash);
      nodeCrypto.verify({ spki: entity.certificate.spki, algorithm: entity.algorithm, data: hash, signature });
    },
  };
}

function validating(sizeName: string, pdf: Uint8Array, keyName: string, entityName: string): Contest {
  const entity = pki.entity(entityName);
  const signed = concatBytes(pdf, sign(pdf, entityName));
  const evidence = pki.evidence(pki.now);
  const context = { door: nodeCrypto, inflate: nodeInflate, trust: pki.anchors, evidence, at: pki.now };
  const { report } = validate(memorySource(signed), context);
  // A figure of wrong answers would be worse than none.
  if (report.verdict !== 'valid')
    throw new Error(`the bench file is judged ${report.verdict}: ${JSON.stringify(report.signatures[0]?.errors)}`);
  const signature = entity.signNow(signed.subarray(0, 32));
  return {
    name: `validate/pades-b-b/${sizeName}/${keyName}`,
    work: () => void validate(memorySource(signed), context),
    limit: () => {
      digestOf(nodeCrypto, 'SHA-256', signed);
      nodeCrypto.verify({ spki: entity.certificate.spki, algorithm: entity.algorithm, data: signed.subarray(0, 32), signature });
    },
  };
}

for (const contest of contests()) process.stdout.write(`${JSON.stringify(measure(contest))}\n`);
