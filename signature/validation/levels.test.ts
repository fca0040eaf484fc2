import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { retag, sequence, tlv } from '@antin/formats/der/writer';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { OID } from '@antin/pki/oids';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { doors, joined, signedPdf } from '@antin/testkit/pdf/signing';
import { TWO_GENERATIONS } from '@antin/testkit/pki/description';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { extendCades } from '../cades/extend.ts';
import { frameSource, readFrame } from '../cades/frame.ts';
import type { CmsFrame } from '../cades/frame.ts';
import { signCades } from '../cades/sign.ts';
import { extendPades } from '../pades/extend.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { appendSecurityStore } from '../pades/security-store.ts';
import { embedDocumentTimeStamp, prepareDocumentTimeStamp } from '../pades/document-time-stamp.ts';
import type { Evidence, ValidationReport } from './types.ts';
import { validate } from './validate.ts';

const pki = testPki(TWO_GENERATIONS);
const MINUTE = 60_000;
const NONE: Evidence = { certificates: [], crls: [], ocsps: [] };
const data = utf8('Nghị quyết số 1\n');
const content = memorySource(data);
const { door } = doors;

const judge = (bytes: Uint8Array, at: number, more: { evidence?: Evidence; detached?: Uint8Array } = {}): ValidationReport =>
  validate(memorySource(bytes), {
    ...doors,
    trust: pki.anchors,
    evidence: more.evidence ?? NONE,
    at,
    ...(more.detached === undefined ? {} : { detached: memorySource(more.detached) }),
  }).report;

function world(start = pki.now, tsa = 'tsa') {
  let time = start;
  return (level: ExtendOptions['level']): ExtendOptions => ({
    door,
    level,
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: (imprint) => Promise.resolve(pki.timeStampToken(imprint, (time += MINUTE), { tsa })),
    evidenceFor: evidenceSource(pki, () => time),
  });
}

async function cades(level: 'B-B' | ExtendOptions['level'], packaging: 'attached' | 'detached' = 'attached', who = 'leader') {
  const signed = await signCades(content, pki.signingKey(who), { door, signingTime: pki.now, packaging });
  const made = level === 'B-B' ? signed : await extendCades(signed, { ...world()(level), content });
  return Uint8Array.from(made.read(0, made.size));
}

const changed = (cms: Uint8Array, edit: (frame: CmsFrame) => Partial<CmsFrame>): Uint8Array => {
  const frame = readFrame(memorySource(cms));
  const out = frameSource({ ...frame, ...edit(frame) });
  return Uint8Array.from(out.read(0, out.size));
};

/** The signer with its unsigned attributes exchanged. */
function withAttributes(cms: Uint8Array, edit: (attributes: Uint8Array[]) => Uint8Array[]): Uint8Array {
  return changed(cms, ({ signerInfos }) => ({
    signerInfos: signerInfos.map((raw) => {
      const parts = decodeDer(raw).children();
      const attributes = parts
        .at(-1)!
        .children()
        .map((one) => one.raw);
      return sequence(...parts.slice(0, -1).map((one) => one.raw), retag(tlv(TAG.SET, ...edit(attributes)), 0xa1));
    }),
  }));
}

const soon = pki.now + 30 * MINUTE;

describe('CAdES comes out of the judge as', () => {
  it.each(['attached', 'detached'] as const)('B-B, B-T, B-LT and B-LTA, %s', async (packaging) => {
    const more = packaging === 'detached' ? { detached: data } : {};
    for (const level of ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const) {
      const evidence = level === 'B-B' || level === 'B-T' ? pki.evidence(soon) : NONE;
      const report = judge(await cades(level, packaging), soon, { ...more, evidence });
      expect(report.signatures, level).toMatchObject([{ format: 'CAdES', level, indication: 'TOTAL_PASSED', levelFailures: [] }]);
    }
  });

  it('B-LTA with its archive time-stamp in the report', async () => {
    const [one] = judge(await cades('B-LTA'), soon).signatures;
    expect(one!.timestamps.map((stamp) => [stamp.kind, stamp.indication])).toEqual([
      ['signature-time-stamp', 'PASSED'],
      ['archive-time-stamp', 'PASSED'],
    ]);
    expect(one!.warnings).toEqual([]);
  });

  it('valid twelve years later, when it was renewed in time', async () => {
    const once = await cades('B-LTA', 'attached', 'revokedLater');
    const renewed = await extendCades(memorySource(once), world(Date.parse('2029-06-01T00:00:00Z'), 'tsa2')('B-LTA'));
    const twice = Uint8Array.from(renewed.read(0, renewed.size));
    const after = Date.parse('2034-01-01T00:00:00Z');
    const evidence = { ...NONE, crls: [pki.crlAt(after, 'issuing2'), pki.crlAt(after, 'root')] };
    expect(judge(twice, after, { evidence })).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LTA' }] });
    expect(judge(once, after, { evidence }).verdict).toBe('indeterminate');
  });
});

it('a CMS around a content larger than memory is judged with its content in place', async () => {
  const size = 65 << 20;
  let largest = 0;
  const large = {
    size,
    read(offset: number, length: number) {
      largest = Math.max(largest, length);
      return new Uint8Array(length).fill(offset >> 20);
    },
  };
  const signed = await signCades(large, pki.signingKey('leader'), { door, signingTime: pki.now, packaging: 'attached' });
  const lt = await extendCades(signed, world()('B-LT'));
  const { report } = validate(lt, { ...doors, trust: pki.anchors, evidence: NONE, at: soon });
  expect(report).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LT', coverage: 'file' }] });
  expect(largest).toBeLessThanOrEqual(2 << 20);
});

it('a CMS around a PDF is judged as the CMS it is, with a PDF beside its content as no CMS', async () => {
  const pdf = buildPdf(plainObjects()).bytes;
  const cms = await signCades(memorySource(pdf), pki.signingKey('leader'), { door, signingTime: pki.now, packaging: 'attached' });
  const bytes = Uint8Array.from(cms.read(0, cms.size));
  const evidence = pki.evidence(soon);
  expect(judge(bytes, soon, { evidence })).toMatchObject({ verdict: 'valid', signatures: [{ format: 'CAdES', level: 'B-B' }] });
  const beside = changed(await cades('B-B'), ({ certificates }) => ({ certificates: [...certificates, tlv(0xa3, pdf)] }));
  expect(judge(beside, soon, { evidence }).verdict).not.toBe('valid');
});

describe('an archive time-stamp proves nothing', () => {
  it('when something it protects was taken out or exchanged', async () => {
    const lta = await cades('B-LTA');
    const frame = readFrame(memorySource(lta));
    for (let i = 0; i < frame.crls.length; i++) {
      const report = judge(
        changed(lta, ({ crls }) => ({ crls: crls.filter((_, n) => n !== i) })),
        soon,
      );
      const stamp = report.signatures[0]!.timestamps.find((one) => one.kind === 'archive-time-stamp');
      expect(stamp).toMatchObject({ indication: 'FAILED' });
      expect(report.signatures[0]!.level).not.toBe('B-LTA');
    }
    const fewer = withAttributes(lta, (attributes) =>
      attributes.filter(
        (raw) =>
          !decodeDer(raw)
            .children()[0]!
            .raw.join()
            .startsWith(encodeAttribute(OID.idAaSignatureTimeStampToken).subarray(2, 12).join()),
      ),
    );
    const [one] = judge(fewer, soon).signatures;
    expect(one!.timestamps.map((stamp) => [stamp.kind, stamp.indication])).toEqual([['archive-time-stamp', 'FAILED']]);
  });

  it('when it was made for another signature, another content, or without an index', async () => {
    const lta = await cades('B-LTA');
    const other = await cades('B-LTA', 'attached', 'seal');
    const archive = (cms: Uint8Array) =>
      parseSignedData(cms).signerInfos[0]!.unsignedAttrs.find((one) => one.oid === OID.idAaEtsArchiveTimestampV3)!;
    const swapped = withAttributes(lta, (attributes) => [
      ...attributes.filter((raw) => raw.join() !== archive(lta).raw.join()),
      archive(other).raw,
    ]);
    const bare = pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(32) }, pki.now);
    const indexless = withAttributes(lta, (attributes) => [
      ...attributes.filter((raw) => raw.join() !== archive(lta).raw.join()),
      encodeAttribute(OID.idAaEtsArchiveTimestampV3, bare),
    ]);
    for (const cms of [swapped, indexless]) {
      const [one] = judge(cms, soon, { evidence: pki.evidence(soon) }).signatures;
      expect(one!.timestamps.find((stamp) => stamp.kind === 'archive-time-stamp')).toMatchObject({ indication: 'FAILED' });
      expect(one!.level).not.toBe('B-LTA');
    }
    const detached = await cades('B-LTA', 'detached');
    const [one] = judge(detached, soon, { detached: utf8('khác') }).signatures;
    expect(one).toMatchObject({ indication: 'TOTAL_FAILED' });
  });

  it('while more than it protects may come later', async () => {
    const lta = await cades('B-LTA');
    const grown = changed(lta, ({ certificates }) => ({ certificates: [...certificates, pki.certificate('seal').raw] }));
    expect(judge(grown, soon).signatures).toMatchObject([{ level: 'B-LTA', indication: 'TOTAL_PASSED' }]);
  });
});

describe('B-LT needs', () => {
  it('evidence for the time-stamp too, in a PDF', async () => {
    const input = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
    const timeStamp = (hash: Uint8Array) =>
      Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now, { tsa: 'tsa2' }));
    const signed = await signedPdf(input, pki.signingKey('leader'), { level: 'B-T', timeStamp });
    const chain = [pki.certificate('issuing').raw];
    const half = { certificates: chain, crls: [pki.crlAt(pki.now), pki.crlAt(pki.now, 'root')], ocsps: [] };
    const poor = joined(signed, appendSecurityStore(memorySource(signed), half, doors)!);
    const brought = { ...half, crls: [...half.crls, pki.crlAt(pki.now, 'issuing2')] };
    expect(judge(poor, soon, { evidence: brought }).signatures).toMatchObject([{ level: 'B-T', indication: 'TOTAL_PASSED' }]);
    const rich = joined(signed, appendSecurityStore(memorySource(signed), brought, doors)!);
    expect(judge(rich, soon).signatures).toMatchObject([{ level: 'B-LT', indication: 'TOTAL_PASSED' }]);
    // A time-stamp over a store that says nothing about the first time-stamp archives nothing.
    const prepared = prepareDocumentTimeStamp(memorySource(poor), { ...doors, at: pki.now });
    const token = pki.timeStampToken({ digest: 'SHA-256', hash: prepared.documentDigest }, pki.now + MINUTE);
    const covered = joined(poor, embedDocumentTimeStamp(memorySource(poor), prepared, token));
    expect(judge(covered, soon, { evidence: brought }).signatures[0]!.level).toBe('B-T');
  });

  it('no values or references in attributes, in CAdES', async () => {
    const lt = await cades('B-LT');
    const old = withAttributes(lt, (attributes) => [...attributes, encodeAttribute(OID.idAaEtsCertValues, sequence())]);
    const [one] = judge(old, soon).signatures;
    expect(one).toMatchObject({ level: 'B-T', indication: 'TOTAL_PASSED' });
  });
});

it('a PDF signature without a time-stamp of its own reaches B-LTA by document time-stamps', async () => {
  const input = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
  const signed = await signedPdf(input, pki.signingKey('leader'));
  let time = pki.now;
  const lta = concatBytes(
    signed,
    await extendPades(memorySource(signed), {
      ...doors,
      level: 'B-LTA',
      anchors: pki.anchors,
      at: time + 10 * MINUTE,
      timeStamp: timeStampSource(pki, () => (time += MINUTE)),
      evidenceFor: evidenceSource(pki, () => time),
    }),
  );
  expect(judge(lta, soon).signatures).toMatchObject([{ level: 'B-LTA', indication: 'TOTAL_PASSED' }]);
});
