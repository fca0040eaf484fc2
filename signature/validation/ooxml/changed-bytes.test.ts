import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { contextOf } from '@antin/testkit/judging/documents';
import { bytesOf, docx, packed, unpacked } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { openOoxml } from '../../ooxml/package.ts';
import { signOoxml } from '../../ooxml/sign.ts';
import type { Verdict } from '../types.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const context = contextOf(pki, pki.now + 60_000, { inflateRaw });
const opened = (bytes: Uint8Array) => openOoxml(memorySource(bytes), { inflateRaw });
const verdictOf = (bytes: Uint8Array): Verdict => validate(memorySource(bytes), context).report.verdict;

/** What readers show: every part that is covered, its type, and where every relationship of it leads. */
function shown(bytes: Uint8Array): string {
  const file = opened(bytes);
  const parts = file.parts.filter((one) => one.name.startsWith('/word/'));
  return JSON.stringify([
    parts.map((one) => [one.name, one.contentType, [...bytesOf(file.content(one))]]).sort(),
    file.relationships.filter((one) => one.source.startsWith('/word/') || one.type.endsWith('/officeDocument')),
  ]);
}

describe('one changed byte', () => {
  let signed: Uint8Array;
  beforeAll(async () => {
    const made = await signOoxml(opened(docx()), pki.signingKey('leader'), { door, level: 'XAdES-EPES', signingTime: pki.now });
    signed = bytesOf(made);
  });

  it('of any item never passes, or shows nothing else', () => {
    const items = unpacked(signed);
    const before = shown(signed);
    const verdicts = new Map<Verdict, number>();
    let state = 20261121;
    const next = (below: number): number => (state = (state * 48271) % 0x7fffffff) % below;
    const names = Object.keys(items).filter((name) => items[name]!.length > 0);
    for (let i = 0; i < 400; i++) {
      const name = names[next(names.length)]!;
      const bytes = items[name]!.slice();
      const at = next(bytes.length);
      bytes[at] = (bytes[at]! ^ (1 << next(8))) & 0xff;
      const changed = packed({ ...items, [name]: bytes });
      const verdict = verdictOf(changed);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
      expect(verdict, `${name} ${at}`).not.toBe('unsigned');
      if (verdict === 'valid') expect(shown(changed), `${name} ${at}`).toBe(before);
    }
    // Mostly broken; some only in properties, or in certificates that come along.
    expect(verdicts.get('invalid')).toBeGreaterThan(200);
    expect(verdicts.get('valid')).toBeGreaterThan(10);
  });

  it('of the archive never passes with another content', () => {
    const before = shown(signed);
    for (let at = 4; at < signed.length; at += 29) {
      const bytes = signed.slice();
      bytes[at]! ^= 0x20;
      if (verdictOf(bytes) === 'valid') expect(shown(bytes), String(at)).toBe(before);
    }
  });
});
