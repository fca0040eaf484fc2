import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsic } from '@antin/signature/asic/extend';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { extendJades } from '@antin/signature/jades/extend';
import { signJades } from '@antin/signature/jades/sign';
import type { ExtendOptions } from '@antin/signature/making/extend-options';
import type { SigningKey } from '@antin/signature/making/signer';
import { contextOf } from '@antin/testkit/judging/documents';
import { TWO_GENERATIONS } from '@antin/testkit/pki/description';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../types.ts';
import { validate } from '../validate.ts';

const pki = testPki(TWO_GENERATIONS);
const MINUTE = 60_000;
const NONE: Evidence = { certificates: [], crls: [], ocsps: [] };
const bytesOf = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));
const file = (name: string) => ({ name, content: memorySource(utf8(name)), mimeType: 'text/plain' });
const options = { door, level: 'B-B', signingTime: pki.now } as const;
const opened = (bytes: Uint8Array) => openAsic(memorySource(bytes), { inflateRaw });

interface Making {
  readonly sign: (key: SigningKey) => Promise<Uint8Array>;
  readonly raise: (bytes: Uint8Array, to: ExtendOptions) => Promise<Uint8Array>;
}

const files = [file('thư.txt'), file('phụ lục.txt')];
const MAKERS: Readonly<Record<string, Making>> = {
  'ASiC-E with CAdES': {
    sign: async (key) => bytesOf(await signAsicCades({ container: 'ASiC-E', files }, key, options)),
    raise: async (bytes, to) => bytesOf(await extendAsicCades(opened(bytes), { ...to, inflateRaw })),
  },
  'ASiC-S with CAdES': {
    sign: async (key) => bytesOf(await signAsicCades({ container: 'ASiC-S', files: files.slice(0, 1) }, key, options)),
    raise: async (bytes, to) => bytesOf(await extendAsicCades(opened(bytes), { ...to, inflateRaw })),
  },
  'ASiC-E with XAdES': {
    sign: async (key) => bytesOf(await signAsic({ container: 'ASiC-E', files }, key, options)),
    raise: async (bytes, to) => bytesOf(await extendAsic(opened(bytes), to)),
  },
  JAdES: {
    sign: (key) => signJades({ packaging: 'attached', payload: utf8('{}') }, key, { ...options, serialization: 'general' }),
    raise: (bytes, to) => extendJades(bytes, to),
  },
};

function world(start = pki.now, tsa = 'tsa') {
  let time = start;
  return (level: ExtendOptions['level']): ExtendOptions => ({
    ...{ door, level, anchors: pki.anchors, at: time + 10 * MINUTE },
    timeStamp: timeStampSource(pki, () => (time += MINUTE), { tsa }),
    evidenceFor: evidenceSource(pki, () => time),
  });
}

function judge(bytes: Uint8Array, at: number, evidence = NONE): string {
  const { report } = validate(memorySource(bytes), contextOf(pki, at, { evidence }));
  return `${report.verdict} ${report.signatures[0]?.level}`;
}

describe.each(Object.entries(MAKERS))('%s', (_, { sign, raise }) => {
  it('says of itself what is needed, and lasts as long as it is renewed in time', async () => {
    const to = world();
    // Revoked after it signed: only the time that is proven keeps the signature.
    const signed = await sign(pki.signingKey('revokedLater'));
    const lt = await raise(signed, to('B-LT'));
    expect(judge(lt, pki.now + 30 * MINUTE)).toBe('valid B-LT');
    const once = await raise(lt, to('B-LTA'));
    expect(judge(once, pki.now + 30 * MINUTE)).toBe('valid B-LTA');
    const twice = await raise(once, world(Date.parse('2029-06-01T00:00:00Z'), 'tsa2')('B-LTA'));
    const after = Date.parse('2034-01-01T00:00:00Z');
    const evidence = { ...NONE, crls: [pki.crlAt(after, 'issuing2'), pki.crlAt(after, 'root')] };
    expect(judge(twice, after, evidence)).toBe('valid B-LTA');
    expect(judge(once, after, evidence)).toMatch(/^indeterminate/);
    expect(judge(lt, after, evidence)).toMatch(/^indeterminate/);
  });
});
