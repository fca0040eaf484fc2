import { beforeAll, describe, expect, it } from 'vitest';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { concatBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsic } from '@antin/signature/asic/extend';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import type { AsicInput } from '@antin/signature/asic/input';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { addCounterSignature, addSigner } from '@antin/signature/cades/embed';
import { extendCades } from '@antin/signature/cades/extend';
import { readFrame } from '@antin/signature/cades/frame';
import { prepareCades, prepareCounterSignature } from '@antin/signature/cades/prepare';
import { signCades } from '@antin/signature/cades/sign';
import { extendJades } from '@antin/signature/jades/extend';
import { signJades } from '@antin/signature/jades/sign';
import { extendPades } from '@antin/signature/pades/extend';
import { extendXades } from '@antin/signature/xades/extend';
import { signXades } from '@antin/signature/xades/sign';
import { doors, signedPdf } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import type { DssAnswer, DssQuestion } from './dss.ts';
import { askDss, dss, dssClassPath } from './dss.ts';
import { JSON_TEXT, JUDGED_AT, PDF, TEXT, XML } from './making/make.ts';
import { keyOf, pki } from './making/people.ts';

const MINUTE = 60_000;
const { door } = doors;
const leader = keyOf('P-256 SHA-256');
const seal = keyOf('RSA-3072 SHA-384');
const all = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));
const content = memorySource(TEXT);
const signing = { door, signingTime: pki.now } as const;

function world() {
  let time = pki.now;
  return (level: 'B-T' | 'B-LT' | 'B-LTA') => ({
    ...doors,
    inflateRaw,
    level,
    anchors: pki.anchors,
    at: time + MINUTE,
    timeStamp: timeStampSource(pki, () => (time += 1000)),
    evidenceFor: evidenceSource(pki, () => time),
  });
}

/** One that was expected: how many signatures, how many DSS calls B-LTA. */
interface Case extends DssQuestion {
  readonly signatures: number;
}

async function pdfs(): Promise<Case[]> {
  const raised = async (of: Uint8Array) => concatBytes(of, await extendPades(memorySource(of), world()('B-LTA')));
  const bare = await signedPdf(PDF, leader, { signingTime: pki.now });
  const once = await raised(bare);
  return [
    { name: 'PAdES time-stamped only by the document', bytes: once, signatures: 1 },
    { name: 'PAdES renewed', bytes: await raised(once), signatures: 1 },
    { name: 'PAdES two signers', bytes: await raised(await signedPdf(bare, seal, { signingTime: pki.now })), signatures: 2 },
  ];
}

async function files(): Promise<Case[]> {
  const who = { ...signing, certificate: seal.certificate, chain: seal.chain.map((one) => one.raw), algorithm: seal.algorithm };
  const first = await signCades(content, leader, { ...signing, packaging: 'attached' });
  const tbs = prepareCades(content, who);
  const both = addSigner(readFrame(first), undefined, tbs, await seal.sign(tbs.signedAttributes), { door });
  const over = prepareCounterSignature(readFrame(first), 0, who);
  const counter = addCounterSignature(readFrame(first), 0, over, await seal.sign(over.signedAttributes), { door });
  const raised = (of: ByteSource, more = {}) => extendCades(of, { ...world()('B-LTA'), ...more });
  return [
    { name: 'CAdES two signers', bytes: all(await raised(both)), signatures: 2 },
    { name: 'CAdES counter-signed', bytes: all(await raised(counter)), signatures: 2 },
    { name: 'CAdES renewed', bytes: all(await raised(await raised(first), { digest: 'SHA-512' })), signatures: 1 },
    { name: 'CAdES archived with SHA-3', bytes: all(await raised(first, { digest: 'SHA3-256' })), signatures: 1 },
  ];
}

async function texts(): Promise<Case[]> {
  const to = world();
  const element = await signXades({ packaging: 'enveloped', document: XML, target: 'b' }, leader, { ...signing, level: 'B-B' });
  const two = await signXades({ packaging: 'enveloped', document: element }, seal, { ...signing, level: 'B-B' });
  const payload = { packaging: 'attached', payload: JSON_TEXT, mimeType: 'application/json' } as const;
  const json = await signJades(payload, leader, { ...signing, serialization: 'general' });
  const more = await signJades(payload, seal, { ...signing, serialization: 'general', into: json });
  return [
    { name: 'XAdES one element', bytes: await extendXades(element, to('B-LTA')), signatures: 1 },
    { name: 'XAdES two signers', bytes: await extendXades(two, to('B-LTA')), signatures: 2 },
    { name: 'JAdES two signers', bytes: await extendJades(more, to('B-LTA')), signatures: 2 },
    { name: 'JAdES renewed', bytes: await extendJades(await extendJades(json, to('B-LTA')), to('B-LTA')), signatures: 1 },
  ];
}

async function containers(): Promise<Case[]> {
  const out: Case[] = [];
  const file = (name: string, bytes: Uint8Array) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' });
  const opened = (source: ByteSource) => openAsic(memorySource(all(source)), { inflateRaw });
  for (const container of ['ASiC-S', 'ASiC-E'] as const) {
    const input: AsicInput = {
      container,
      files: [file('Công văn.pdf', PDF), ...(container === 'ASiC-E' ? [file('b', XML)] : [])],
    };
    for (const form of ['XAdES', 'CAdES'] as const) {
      const [sign, extend] = form === 'XAdES' ? [signAsic, extendAsic] : [signAsicCades, extendAsicCades];
      const to = world();
      const alone = await sign(input, leader, { ...signing, level: 'B-B' });
      const two = await sign({ existing: opened(alone) }, seal, { ...signing, level: 'B-B' });
      const once = await extend(opened(two), to('B-LTA'));
      out.push({ name: `${form} in ${container} two signers`, bytes: all(once), signatures: 2 });
      const again = await extend(opened(once), to('B-LTA'));
      out.push({ name: `${form} in ${container} renewed`, bytes: all(again), signatures: 2 });
    }
  }
  return out;
}

describe.skipIf(dss.version === undefined)('EU DSS calls by their level', () => {
  let cases: readonly Case[];
  let answers: ReadonlyMap<string, DssAnswer>;
  beforeAll(async () => {
    cases = [...(await pdfs()), ...(await files()), ...(await texts()), ...(await containers())];
    const trust = pki.anchors.map((one) => one.certificate.raw);
    answers = askDss(dssClassPath() as string, cases, { trust, at: JUDGED_AT });
  });

  it('signatures beside others, signatures over others, signatures renewed', () => {
    expect(cases.length).toBe(19);
    for (const { name, signatures: expected } of cases) {
      const { signatures, failure } = answers.get(name) as DssAnswer;
      expect(failure, name).toBeUndefined();
      expect(signatures.length, name).toBe(expected);
      for (const [i, one] of signatures.entries()) {
        // A counter-signature is one of DSS's list; nobody raised it by itself.
        const own = name === 'CAdES counter-signed' && i > 0 ? 'B' : 'LTA';
        expect(one, name).toMatchObject({ intact: true, structure: '' });
        expect(one.level, name).toMatch(new RegExp(`-BASELINE-${own}$`));
        const broken = one.timeStamps.filter((stamp) => !stamp.intact);
        expect(broken, name).toEqual([]);
        if (own === 'LTA') expect(one, name).toMatchObject({ indication: 'TOTAL_PASSED', errors: [] });
      }
    }
  });
});
