import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { addCounterSignature, addSigner } from '@antin/signature/cades/embed';
import { extendCades } from '@antin/signature/cades/extend';
import { readFrame } from '@antin/signature/cades/frame';
import { prepareCades, prepareCounterSignature } from '@antin/signature/cades/prepare';
import { signCades } from '@antin/signature/cades/sign';
import type { SigningKey } from '@antin/signature/making/signer';
import { extendPades } from '@antin/signature/pades/extend';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { doors, signedPdf } from '@antin/testkit/pdf/signing';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { DssAnswer, DssQuestion } from './dss.ts';
import { askDss, dssClassPath } from './dss.ts';

const person = (name: string, key: 'p-384' | 'p-521' | 'ed25519') => ({
  ...DEFAULT_PKI.entities['leader']!,
  subject: [
    ['C', 'VN'],
    ['CN', name],
  ] as const,
  key,
});
const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    p384: person('Khóa P-384', 'p-384'),
    p521: person('Khóa P-521', 'p-521'),
    ed25519: person('Khóa Ed25519', 'ed25519'),
  },
});
const MINUTE = 60_000;
const LEVELS = ['B-T', 'B-LT', 'B-LTA'] as const;
const { door } = doors;
const data = utf8('Thông báo số 1\n');
const content = memorySource(data);
const letter = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
const keys: Record<string, SigningKey> = {
  'P-256': pki.signingKey('leader'),
  'P-384': pki.signingKey('p384'),
  'P-521': pki.signingKey('p521'),
  RSA: pki.signingKey('leaderRsa'),
  PSS: pki.signingKey('leaderRsa', 'rsa-pss'),
  Ed25519: pki.signingKey('ed25519'),
};
const leader = keys['P-256']!;
const seal = pki.signingKey('seal');
const all = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));

function world() {
  let time = pki.now;
  const timeStamp = timeStampSource(pki, () => (time += 1000));
  return {
    timeStamp,
    to: (level: (typeof LEVELS)[number]) => ({
      ...doors,
      level,
      anchors: pki.anchors,
      at: time + MINUTE,
      timeStamp,
      evidenceFor: evidenceSource(pki, () => time),
    }),
  };
}

async function pdfs(): Promise<DssQuestion[]> {
  const out: DssQuestion[] = [];
  for (const [kind, key] of Object.entries(keys)) {
    const { timeStamp, to } = world();
    const bare = await signedPdf(letter, key, { signingTime: pki.now });
    const stamped = await signedPdf(letter, key, {
      signingTime: pki.now,
      level: 'B-T',
      timeStamp: (hash) => timeStamp({ digest: 'SHA-256', hash }),
    });
    out.push({ name: `PAdES ${kind} B-B`, bytes: bare }, { name: `PAdES ${kind} B-T`, bytes: stamped });
    let bytes = stamped;
    for (const level of ['B-LT', 'B-LTA'] as const) {
      bytes = concatBytes(bytes, await extendPades(memorySource(bytes), to(level)));
      out.push({ name: `PAdES ${kind} ${level}`, bytes });
    }
    if (key !== leader) continue;
    const raised = async (of: Uint8Array) => concatBytes(of, await extendPades(memorySource(of), to('B-LTA')));
    out.push({ name: 'PAdES time-stamped-late B-LTA', bytes: await raised(bare) });
    out.push({ name: 'PAdES renewed B-LTA', bytes: await raised(bytes) });
    out.push({ name: 'PAdES two-signers B-LTA', bytes: await raised(await signedPdf(stamped, seal, { signingTime: pki.now })) });
  }
  return out;
}

async function files(): Promise<DssQuestion[]> {
  const out: DssQuestion[] = [];
  for (const [kind, key] of Object.entries(keys)) {
    for (const packaging of ['attached', 'detached'] as const) {
      const { to } = world();
      const detached = packaging === 'detached' ? { detached: { 'data.txt': data } } : {};
      let cms = await signCades(content, key, { door, signingTime: pki.now, packaging });
      out.push({ name: `CAdES ${packaging} ${kind} B-B`, bytes: all(cms), ...detached });
      for (const level of LEVELS) {
        cms = await extendCades(cms, { ...to(level), content });
        out.push({ name: `CAdES ${packaging} ${kind} ${level}`, bytes: all(cms), ...detached });
      }
    }
  }
  const { to } = world();
  const who = { door, signingTime: pki.now, certificate: seal.certificate, chain: [], algorithm: seal.algorithm };
  const first = await signCades(content, leader, { door, signingTime: pki.now, packaging: 'attached' });
  const tbs = prepareCades(content, who);
  const both = addSigner(readFrame(first), undefined, tbs, await seal.sign(tbs.signedAttributes), { door });
  out.push({ name: 'CAdES two-signers B-LTA', bytes: all(await extendCades(both, to('B-LTA'))) });
  const over = prepareCounterSignature(readFrame(first), 0, who);
  const counter = addCounterSignature(readFrame(first), 0, over, await seal.sign(over.signedAttributes), { door });
  out.push({ name: 'CAdES counter-signed B-LTA', bytes: all(await extendCades(counter, to('B-LTA'))) });
  const once = await extendCades(first, to('B-LTA'));
  const renewed = await extendCades(once, { ...to('B-LTA'), digest: 'SHA-512' });
  out.push({ name: 'CAdES renewed B-LTA', bytes: all(renewed) });
  out.push({ name: 'CAdES SHA-3 B-LTA', bytes: all(await extendCades(first, { ...to('B-LTA'), digest: 'SHA3-256' })) });
  return out;
}

const SIGNATURES: Readonly<Record<string, number>> = { 'two-signers': 2, 'counter-signed': 2 };
const classPath = dssClassPath();

describe.skipIf(classPath === undefined)('EU DSS calls every signature by its level', () => {
  let answers: ReadonlyMap<string, DssAnswer>;
  beforeAll(async () => {
    const trust = pki.anchors.map((one) => one.certificate.raw);
    answers = askDss(classPath as string, [...(await pdfs()), ...(await files())], { trust, at: pki.now + 60 * MINUTE });
  });

  it('in PDF and CMS, one signer or two, for every kind of key', () => {
    expect(answers.size).toBeGreaterThan(75);
    for (const [name, { signatures, failure }] of answers) {
      expect(failure, name).toBeUndefined();
      const [, form, kind, level] = /^(\w+) (?:attached |detached )?(\S+) (B-\w+)$/.exec(name) ?? [];
      expect(signatures.length, name).toBe(SIGNATURES[kind ?? ''] ?? 1);
      for (const [i, one] of signatures.entries()) {
        // A counter-signature is one of DSS's list; nobody raised it by itself.
        const own = kind === 'counter-signed' && i > 0 ? 'B' : level?.slice(2);
        expect(one, name).toMatchObject({ level: `${form}-BASELINE-${own}`, intact: true, structure: '' });
        expect(
          one.timeStamps.filter((stamp) => !stamp.intact),
          name,
        ).toEqual([]);
        // Its policy of 2024 does not authorise EdDSA; B-B and B-T lack revocation data, which it is not given.
        if (kind === 'Ed25519' || !['LT', 'LTA'].includes(own ?? '')) continue;
        expect(one, name).toMatchObject({ indication: 'TOTAL_PASSED', errors: [] });
      }
    }
  });
});
