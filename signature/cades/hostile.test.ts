import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { octetString, oid, sequence, tlv } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import { doors } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { SignatureFault } from '../fault.ts';
import { validate } from '../validation/validate.ts';
import { extendCades } from './extend.ts';
import { frameSource, readFrame } from './frame.ts';
import { signCades } from './sign.ts';
import { fixedFields } from './signer-info.ts';

const pki = testPki();
const door = nodeCrypto;
const options = (level: 'B-T' | 'B-LTA') => ({
  door,
  level,
  anchors: pki.anchors,
  at: pki.now + 60_000,
  timeStamp: timeStampSource(pki, () => pki.now + 1000),
  evidenceFor: evidenceSource(pki, () => pki.now),
});
let lta: Uint8Array;
beforeAll(async () => {
  const content = memorySource(utf8('nội dung'));
  const signed = await signCades(content, pki.signingKey('leader'), { door, signingTime: pki.now, packaging: 'attached' });
  const source = await extendCades(signed, options('B-LTA'));
  lta = Uint8Array.from(source.read(0, source.size));
});

const known = (fault: unknown): boolean =>
  fault instanceof FormatFault || fault instanceof SignatureFault || fault instanceof PkiFault;

describe('a damaged CMS', () => {
  it('is refused by a code or keeps its signature; it never crashes the one who raises it', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (place, mask, cut) => {
        const at = place % lta.length;
        const bytes = cut ? lta.subarray(0, at) : lta.with(at, (lta[at] as number) ^ mask);
        try {
          const out = await extendCades(memorySource(bytes), options('B-T'));
          expect(out.size).toBeGreaterThan(0);
        } catch (fault) {
          expect(known(fault), String(fault)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never comes out as B-LTA with a byte of what is protected changed', { timeout: 60_000 }, () => {
    const evidence = { certificates: [], crls: [], ocsps: [] };
    const levelOf = (bytes: Uint8Array) =>
      validate(memorySource(bytes), { ...doors, trust: pki.anchors, evidence, at: pki.now + 120_000 }).report;
    expect(levelOf(lta)).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LTA' }] });
    const frame = readFrame(memorySource(lta));
    // Slices of the file: where they lie says what the archive time-stamp protects.
    const ranges = [
      ...frame.certificates,
      ...frame.crls,
      ...frame.signerInfos.flatMap((info) => fixedFields(info).map((node) => node.raw)),
    ].map((part) => [part.byteOffset - lta.byteOffset, part.byteOffset - lta.byteOffset + part.length] as const);
    expect(ranges.length).toBeGreaterThan(10);
    expect(ranges.every(([start, end]) => start >= 0 && end <= lta.length)).toBe(true);
    const isProtected = (at: number) => ranges.some(([start, end]) => at >= start && at < end);
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, mask) => {
        const at = place % lta.length;
        let report;
        try {
          report = levelOf(lta.with(at, (lta[at] as number) ^ mask));
        } catch (fault) {
          // Not recognised as a CMS any more.
          expect((fault as { code?: string }).code).toBe('format.unsupported');
          return;
        }
        const [one] = report.signatures;
        if (isProtected(at)) expect(one?.level).not.toBe('B-LTA');
        // Elsewhere are versions, announced digests and the time-stamps' own unsigned parts: the signature is what it was.
        else if (report.verdict === 'valid') expect(one).toMatchObject({ intact: true, cryptoValid: true });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the frame', () => {
  it('put together again is the same file', () => {
    const source = frameSource(readFrame(memorySource(lta)));
    expect(Uint8Array.from(source.read(0, source.size))).toEqual(lta);
  });

  const signedData = (...parts: Uint8Array[]) => sequence(oid(OID.idSignedData), tlv(0xa0, sequence(...parts)));
  const one = Uint8Array.of(2, 1, 1);
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['another content type', sequence(oid(OID.idData), tlv(0xa0, octetString(new Uint8Array(1))))],
    ['no signerInfos', signedData(one, tlv(0x31), sequence(oid(OID.idData)))],
    ['a member too many', signedData(one, tlv(0x31), sequence(oid(OID.idData)), tlv(0x31), one)],
    ['members in another order', signedData(one, sequence(oid(OID.idData)), tlv(0x31), tlv(0x31))],
    ['content of two values', signedData(one, tlv(0x31), sequence(oid(OID.idData), tlv(0xa0, tlv(4), tlv(4))), tlv(0x31))],
    ['bytes behind it', Uint8Array.of(...signedData(one, tlv(0x31), sequence(oid(OID.idData)), tlv(0x31)), 0)],
    ['a length that promises more', Uint8Array.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 6, 1, 0)],
    ['a length of eight octets', Uint8Array.of(0x30, 0x88, 1, 1, 1, 1, 1, 1, 1, 1)],
  ])('refuses %s', (_, bytes) => {
    expect(() => readFrame(memorySource(bytes))).toThrow(FormatFault);
  });
});
