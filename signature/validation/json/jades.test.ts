import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { extendJades } from '@antin/signature/jades/extend';
import { signJades } from '@antin/signature/jades/sign';
import type { SignJadesOptions } from '@antin/signature/jades/sign';
import type { JadesInput } from '@antin/signature/jades/content';
import { contextOf } from '@antin/testkit/judging/documents';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import type { ValidationContext, ValidationReport } from '../types.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const MINUTE = 60_000;
const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const;
const payload = utf8('{"biên nhận":"H29.12-260302-0001"}');
const FILES: Record<string, Uint8Array> = { 'phụ lục.pdf': new Uint8Array((3 << 18) + 10).fill(7), 'thư/b.txt': utf8('một') };
const attached: JadesInput = { packaging: 'attached', payload, mimeType: 'application/json' };
const detached: JadesInput = {
  packaging: 'detached',
  files: Object.entries(FILES).map(([name, bytes]) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' })),
};
const fileNamed = (files: Record<string, Uint8Array>) => (name: string) => {
  const bytes = Object.hasOwn(files, name) ? files[name] : undefined;
  return bytes === undefined ? undefined : memorySource(bytes);
};
const content = { file: (uri: string) => fileNamed(FILES)(decodeURIComponent(uri)) };

const sign = (input: JadesInput, more: Partial<SignJadesOptions> = {}, who = 'leader') =>
  signJades(input, pki.signingKey(who), { door, signingTime: pki.now, serialization: 'flattened', ...more });

async function raise(document: Uint8Array, levels: readonly ('B-T' | 'B-LT' | 'B-LTA')[]): Promise<Uint8Array> {
  let time = pki.now;
  for (const level of levels) {
    document = await extendJades(document, {
      door,
      level,
      anchors: pki.anchors,
      at: time + 10 * MINUTE,
      timeStamp: timeStampSource(pki, () => (time += MINUTE)),
      evidenceFor: evidenceSource(pki, () => time),
      content,
    });
  }
  return document;
}

const judge = (file: Uint8Array, more: Partial<ValidationContext> = {}): ValidationReport =>
  validate(memorySource(file), contextOf(pki, pki.now + 60 * MINUTE, more)).report;
const short = ({ verdict, signatures }: ValidationReport) => [
  verdict,
  ...signatures.map((one) => one.level ?? one.subIndication),
];

describe('a JSON signature', () => {
  it.each([
    ['attached', attached, {}],
    ['attached, unencoded', attached, { encodePayload: false }],
    ['detached', detached, {}],
    ['detached, unencoded', detached, { encodePayload: false }],
    ['general', attached, { serialization: 'general' }],
  ] as const)('%s: passes at every level', async (_, input, more) => {
    let document = await sign(input, more);
    const given = { detachedByName: fileNamed(FILES) };
    for (const level of LEVELS) {
      if (level !== 'B-B') document = await raise(document, [level]);
      const report = judge(document, given);
      expect(short(report), JSON.stringify(report, null, 1)).toEqual(['valid', level]);
      expect(report.format).toBe('JAdES');
    }
    const again = await raise(document, ['B-LTA']);
    expect(short(judge(again, given))).toEqual(['valid', 'B-LTA']);
  });

  it('compact: passes at B-B', async () => {
    const document = await sign(attached, { serialization: 'compact' });
    expect(short(judge(document))).toEqual(['valid', 'B-B']);
    expect(short(judge(utf8(`${fromUtf8(document)}\n`)))).toEqual(['valid', 'B-B']);
  });
});
