import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsic } from '@antin/signature/asic/extend';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import type { AsicInput } from '@antin/signature/asic/input';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { contextOf } from '@antin/testkit/judging/documents';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { sentenceFor } from '../../words/sentence.ts';
import type { ValidationContext, ValidationReport } from '../types.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const MINUTE = 60_000;
const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const;
type Level = (typeof LEVELS)[number];
const file = (name: string, text: string) => ({ name, content: memorySource(utf8(text)), mimeType: 'application/pdf' });
const LETTER = file('Công văn.pdf', '%PDF-1.7 công văn');
const ANNEX = file('phụ lục/a+b.docx', 'phụ lục');
const bytesOf = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));

const SIGNERS = { XAdES: signAsic, CAdES: signAsicCades } as const;
const sign = async (form: 'XAdES' | 'CAdES', input: AsicInput, who = 'leader') =>
  bytesOf(await SIGNERS[form](input, pki.signingKey(who), { door, level: 'B-B', signingTime: pki.now }));

function raiser(form: 'XAdES' | 'CAdES') {
  let time = pki.now;
  return async (bytes: Uint8Array, level: Exclude<Level, 'B-B'>) => {
    const container = openAsic(memorySource(bytes), { inflateRaw });
    const to = {
      ...{ door, inflateRaw, level, anchors: pki.anchors, at: time + 10 * MINUTE },
      timeStamp: timeStampSource(pki, () => (time += MINUTE)),
      evidenceFor: evidenceSource(pki, () => time),
    };
    return bytesOf(await (form === 'XAdES' ? extendAsic(container, to) : extendAsicCades(container, to)));
  };
}

const judge = (bytes: Uint8Array, more: Partial<ValidationContext> = {}): ValidationReport =>
  validate(memorySource(bytes), contextOf(pki, pki.now + 120 * MINUTE, more)).report;
const short = ({ verdict, signatures }: ValidationReport) => [
  verdict,
  ...signatures.map((one) => one.level ?? one.subIndication),
];

describe.each(['CAdES', 'XAdES'] as const)('a container with %s', (form) => {
  it.each(['ASiC-S', 'ASiC-E'] as const)('%s: passes at every level, renewed too', async (container) => {
    const files = container === 'ASiC-S' ? [LETTER] : [LETTER, ANNEX];
    const raise = raiser(form);
    let bytes = await sign(form, { container, files });
    for (const level of [...LEVELS, 'B-LTA', 'B-LTA'] as const) {
      if (level !== 'B-B') bytes = await raise(bytes, level);
      const report = judge(bytes);
      expect(short(report), JSON.stringify(report, null, 1)).toEqual(['valid', level]);
      expect(report).toMatchObject({ format: container, errors: [], warnings: [] });
      expect(report.signatures[0]).toMatchObject({ format: form, coverage: 'file' });
      expect(sentenceFor(report, 'vi').tone).toBe('good');
      const bare = form === 'CAdES' && container === 'ASiC-S' ? { nameSigned: false } : {};
      expect(report.signatures[0]?.covers).toEqual(files.map(({ name }) => ({ kind: 'file', name, intact: true, ...bare })));
    }
  });
});
