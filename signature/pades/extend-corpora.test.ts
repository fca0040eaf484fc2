import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { corpus } from '@antin/testkit/corpora';
import { doors, joined, signedPdf } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { SignatureFault } from '../fault.ts';
import { validate } from '../validation/validate.ts';
import { extendPades } from './extend.ts';

const pki = testPki();
const FIELDS = ['Ký thử 1', 'Ký thử 2'];

/** Signs twice, raises both to B-LTA; undefined for what cannot be signed or is signed so that nothing may follow. */
async function raised(input: Uint8Array): Promise<{ signed: Uint8Array; lta: Uint8Array } | string | undefined> {
  let time = pki.now;
  const timeStamp = (hash: Uint8Array) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, time));
  let signed = input;
  try {
    signed = await signedPdf(signed, pki.signingKey('leader'), { fieldName: FIELDS[0]!, level: 'B-T', timeStamp });
    signed = await signedPdf(signed, pki.signingKey('seal'), { fieldName: FIELDS[1]! });
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof SignatureFault) return undefined;
    throw fault;
  }
  const extending = extendPades(memorySource(signed), {
    ...doors,
    level: 'B-LTA',
    fields: FIELDS,
    anchors: pki.anchors,
    at: time + 3_600_000,
    timeStamp: timeStampSource(pki, () => (time += 60_000)),
    evidenceFor: evidenceSource(pki, () => time),
  });
  try {
    return { signed, lta: joined(signed, await extending) };
  } catch (fault) {
    if (fault instanceof SignatureFault) return fault.code;
    throw fault;
  }
}

/**
 * Files damaged where only a reader of the whole file looks: they can be signed, but our judge does not accept a second
 * revision over objects it cannot read, and nobody time-stamps what is not accepted.
 */
const DAMAGED = {
  'pyhanko-pdf': [
    'broken-objstream4.pdf',
    'circular-page-tree.pdf',
    'page-tree-direct-kid.pdf',
    'safedocs/CompactedPDFSyntaxTest.pdf',
  ],
  'libpdf-pdf': ['malformed/pdfbox/PDFBOX-3947.pdf', 'malformed/pdfbox/PDFBOX-3964.pdf', 'malformed/pdfbox/genko_oc_shiryo1.pdf'],
} as const;

describe.each([
  ['pyhanko-pdf', 83],
  ['libpdf-pdf', 26],
] as const)('the signable files of corpus %s', (name, expected) => {
  const folder = corpus(name);
  const files = folder ? globSync('**/*.pdf', { cwd: folder }).sort() : [];

  it.skipIf(!folder)('are signed twice and raised to B-LTA, nothing before it touched', { timeout: 240_000 }, async () => {
    let count = 0;
    const refused: string[] = [];
    for (const file of files) {
      const made = await raised(new Uint8Array(readFileSync(join(folder as string, file))));
      if (made === undefined) continue;
      if (typeof made === 'string') {
        refused.push(`${file}: ${made}`);
        continue;
      }
      count++;
      const { signed, lta } = made;
      expect(Buffer.compare(lta.subarray(0, signed.length), signed), file).toBe(0);
      const evidence = { certificates: [], crls: [], ocsps: [] };
      const { report } = validate(memorySource(lta), { ...doors, trust: pki.anchors, evidence, at: pki.now + 3_600_000 });
      const ours = report.signatures.filter((one) => FIELDS.includes(one.field ?? ''));
      expect(ours, file).toMatchObject(FIELDS.map((field) => ({ field, level: 'B-LTA', intact: true, cryptoValid: true })));
    }
    expect(refused).toEqual(DAMAGED[name].map((file) => `${file}: extend.signature-broken`));
    expect(count).toBe(expected);
  });
});
