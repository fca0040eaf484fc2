import { describe, expect, it } from 'vitest';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { doors } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { ExtendXadesOptions } from '../../xades/extend.ts';
import { extendXades } from '../../xades/extend.ts';
import type { XadesInput } from '../../xades/content.ts';
import { signXades } from '../../xades/sign.ts';
import type { ValidationContext, ValidationReport } from '../types.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const MINUTE = 60_000;
const { door } = doors;
const NONE = { certificates: [], crls: [], ocsps: [] };
const letter = utf8('<công-văn xmlns="urn:vn"><letter Id="l1">Kính gửi &amp; <b/></letter></công-văn>');
const other = utf8('%PDF-1.7 phụ lục');
const name = 'phụ lục 1.pdf';
const inputs: Record<string, XadesInput> = {
  enveloped: { packaging: 'enveloped', document: letter },
  'one element': { packaging: 'enveloped', document: letter, target: 'l1' },
  enveloping: {
    packaging: 'enveloping',
    objects: [
      { content: other, mimeType: 'application/pdf', as: 'base64' },
      { content: letter, mimeType: 'text/xml', as: 'xml' },
    ],
  },
  detached: { packaging: 'detached', files: [{ name, content: memorySource(other), mimeType: 'application/pdf' }] },
};

function judge(document: Uint8Array, at: number, more: Partial<ValidationContext> = {}): ValidationReport {
  const context = { ...doors, trust: pki.anchors, evidence: NONE, at, ...more };
  return validate(memorySource(document), context).report;
}

async function made(input: XadesInput, level: 'B-B' | ExtendXadesOptions['level'], who = 'leader') {
  let time = pki.now;
  const signed = await signXades(input, pki.signingKey(who), { door, level: 'B-B', signingTime: pki.now });
  if (level === 'B-B') return signed;
  return extendXades(signed, {
    door,
    level,
    anchors: pki.anchors,
    at: pki.now + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
    detached: () => memorySource(other),
  });
}

const soon = pki.now + 30 * MINUTE;

describe('XAdES comes out of the judge as', () => {
  it.each(Object.entries(inputs))('B-B, B-T, B-LT and B-LTA: %s', async (kind, input) => {
    for (const level of ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const) {
      const evidence = level === 'B-B' || level === 'B-T' ? pki.evidence(soon) : NONE;
      const given = kind === 'detached' ? { detached: memorySource(other) } : {};
      const report = judge(await made(input, level), soon, { evidence, ...given });
      expect(report.signatures, `${kind} ${level} ${JSON.stringify(report.errors)}`).toMatchObject([
        { format: 'XAdES', level, indication: 'TOTAL_PASSED', levelFailures: [], errors: [], warnings: [] },
      ]);
      expect(report.verdict).toBe('valid');
    }
  });
});
