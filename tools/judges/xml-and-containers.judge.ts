import { beforeAll, describe, expect, it } from 'vitest';
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
import type { SigningKey } from '@antin/signature/making/signer';
import type { XadesInput } from '@antin/signature/xades/content';
import { extendXades } from '@antin/signature/xades/extend';
import { signXades } from '@antin/signature/xades/sign';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { DssAnswer, DssQuestion } from './dss.ts';
import { askDss, dssClassPath } from './dss.ts';

const pki = testPki();
const MINUTE = 60_000;
const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const;
const letter = utf8('<a xmlns="urn:a"><letter Id="b" a="2">\r\nKính gửi</letter></a>');
const annex = utf8('%PDF-1.7 phụ lục');
const file = (name: string, bytes: Uint8Array) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' });
const keys: Record<string, SigningKey> = {
  'P-256': pki.signingKey('leader'),
  RSA: pki.signingKey('leaderRsa'),
  PSS: pki.signingKey('leaderRsa', 'rsa-pss'),
};
const inputs: Record<string, XadesInput> = {
  enveloped: { packaging: 'enveloped', document: letter },
  element: { packaging: 'enveloped', document: letter, target: 'b' },
  enveloping: {
    packaging: 'enveloping',
    objects: [
      { content: annex, mimeType: 'application/pdf', as: 'base64' },
      { content: letter, mimeType: 'text/xml', as: 'xml' },
    ],
  },
  detached: { packaging: 'detached', files: [file('phụ lục.pdf', annex)] },
};
const containers: Record<string, AsicInput> = {
  'ASiC-E': { container: 'ASiC-E', files: [file('Công văn số 1.pdf', letter), file('phụ lục/a+b.docx', annex)] },
  'ASiC-S': { container: 'ASiC-S', files: [file('Công văn.pdf', letter)] },
};

function world() {
  let time = pki.now;
  return (level: (typeof LEVELS)[number]) => ({
    door,
    inflateRaw,
    level: level as 'B-T' | 'B-LT' | 'B-LTA',
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
    detached: () => memorySource(annex),
  });
}

const options = { door, level: 'B-B', signingTime: pki.now } as const;
const all = (source: ByteSource) => new Uint8Array(source.read(0, source.size));
const opened = (source: ByteSource) => openAsic(memorySource(all(source)), { inflateRaw });

async function everything(): Promise<DssQuestion[]> {
  const out: DssQuestion[] = [];
  for (const [packaging, input] of Object.entries(inputs)) {
    for (const [kind, key] of Object.entries(keys)) {
      const to = world();
      const detached = packaging === 'detached' ? { detached: { 'phụ lục.pdf': annex } } : {};
      let bytes = await signXades(input, key, options);
      for (const level of LEVELS) {
        if (level !== 'B-B') bytes = await extendXades(bytes, to(level));
        out.push({ name: `XAdES ${packaging} ${kind} ${level}`, bytes, ...detached });
      }
    }
  }
  for (const [kind, input] of Object.entries(containers)) {
    for (const form of ['XAdES', 'CAdES'] as const) {
      const to = world();
      const [sign, extend] = form === 'XAdES' ? [signAsic, extendAsic] : [signAsicCades, extendAsicCades];
      let source = await sign(input, keys['P-256']!, options);
      source = await sign({ existing: opened(source) }, keys['RSA']!, options);
      for (const level of [...LEVELS, 'B-LTA'] as const) {
        if (level !== 'B-B') source = await extend(opened(source), to(level));
        const again = out.some((one) => one.name === `${form} in ${kind} ${level}`) ? ' again' : '';
        out.push({ name: `${form} in ${kind} ${level}${again}`, bytes: all(source) });
      }
    }
  }
  return out;
}

const classPath = dssClassPath();

describe.skipIf(classPath === undefined)('EU DSS calls every signature by its level', () => {
  let answers: ReadonlyMap<string, DssAnswer>;
  beforeAll(async () => {
    const trust = pki.anchors.map((one) => one.certificate.raw);
    answers = askDss(classPath as string, await everything(), { trust, at: pki.now + 60 * MINUTE });
  });

  it('in XML, in containers, one signer or two, for every kind of key', () => {
    expect(answers.size).toBeGreaterThan(60);
    for (const [name, { signatures, failure }] of answers) {
      expect(failure, name).toBeUndefined();
      const [, form, level] = /^(\w+) .*(B-\w+)(?: again)?$/.exec(name) ?? [];
      expect(signatures.length, name).toBe(name.includes(' in ') ? 2 : 1);
      for (const one of signatures) {
        expect(one, name).toMatchObject({ level: `${form}-BASELINE-${level?.slice(2)}`, intact: true, structure: '' });
        expect(
          one.timeStamps.filter((stamp) => !stamp.intact),
          name,
        ).toEqual([]);
        if (level === 'B-LT' || level === 'B-LTA') expect(one, name).toMatchObject({ indication: 'TOTAL_PASSED', errors: [] });
      }
    }
  });
});
