import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { boolean, context, contextValue, enumerated, integer, octetString, oid, sequence, time } from '@antin/formats/der/writer';
import { signatureAlgorithmIdentifier } from '../x509/algorithm.ts';
import { extension } from '../x509/build.ts';
import { buildName } from '../x509/name.ts';
import { buildTbsCertList, crlFrom, encodeRevokedEntry } from './build.ts';
import type { RevokedEntry, TbsCertListParts } from './build.ts';
import { parseCrl } from './parse.ts';
import { processorSince } from '@antin/testkit/processor-time';

const algorithm = signatureAlgorithmIdentifier({ scheme: 'ecdsa', digest: 'SHA-256' });
const AT = Date.parse('2026-03-02T02:00:00Z');
const DAY = 86_400_000;

function build(entries: readonly Uint8Array[], more: Partial<TbsCertListParts> = {}): Uint8Array {
  const tbs = buildTbsCertList({
    signatureAlgorithm: algorithm,
    issuer: buildName([['CN', 'CA']]),
    thisUpdate: AT,
    nextUpdate: AT + DAY,
    crlNumber: 7,
    authorityKeyIdentifier: new Uint8Array(20),
    entries,
    ...more,
  });
  return crlFrom(tbs, algorithm, new Uint8Array(70));
}
const serial = (value: number) => Uint8Array.of(0x41, value >> 16, (value >> 8) & 0xff, value & 0xff);

describe('a CRL', () => {
  test('is read back as it was written', () => {
    const positive = fc.uint8Array({ minLength: 1, maxLength: 19 }).map((bytes) => concatBytes(Uint8Array.of(0x41), bytes));
    const entry = fc.record({
      serialNumber: positive,
      revokedAt: fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => s * 1000),
      reason: fc.constantFrom(undefined, 1, 3, 4, 5, 9),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (one) => one.serialNumber.join(), maxLength: 20 }), (list) => {
        const crl = parseCrl(build(list.map((one) => encodeRevokedEntry(one as RevokedEntry))));
        expect(crl.entryCount).toBe(list.length);
        for (const one of list) {
          expect(crl.find(one.serialNumber)).toMatchObject({ revokedAt: one.revokedAt });
          expect(crl.find(one.serialNumber)?.reason).toBe(one.reason);
        }
        expect(crl.find(Uint8Array.of(0x42))).toBeUndefined();
        expect(crl.crlNumber).toBe(7n);
      }),
    );
  });

  test('of 100 000 entries is written, surveyed and searched in a fraction of a second each', () => {
    const entries = Array.from({ length: 100_000 }, (_, i) =>
      encodeRevokedEntry({ serialNumber: serial(i), revokedAt: AT, reason: 4 }),
    );
    const der = build(entries);
    const started = process.cpuUsage();
    const crl = parseCrl(der);
    expect(crl.entryCount).toBe(100_000);
    expect(crl.find(serial(99_999))).toMatchObject({ reason: 4 });
    expect(crl.find(serial(100_000))).toBeUndefined();
    // Generous for a shared machine; a tree of nodes takes tens of seconds (pki.md §5).
    expect(processorSince(started)).toBeLessThan(5000);
    expect(() => parseCrl(der, { maxEntries: 99_999 })).toThrow(expect.objectContaining({ code: 'crl.entries' }));
  });

  test('announces critical extensions nobody knows, in the list and in entries', () => {
    const strange = extension('2.999.1', true, integer(1));
    expect(parseCrl(build([], { extraExtensions: [strange] })).unknownCritical).toEqual(['2.999.1']);
    const entry = sequence(integer(5), time(AT), sequence(sequence(oid('2.999.2'), boolean(true), octetString(integer(1)))));
    expect(parseCrl(build([entry])).unknownCritical).toEqual(['2.999.2']);
    const harmless = extension('2.999.1', false, integer(1));
    expect(parseCrl(build([], { extraExtensions: [harmless] })).unknownCritical).toEqual([]);
  });

  test('says what an issuingDistributionPoint restricts it to', () => {
    const value = sequence(
      contextValue(1, Uint8Array.of(0xff)),
      contextValue(3, Uint8Array.of(6, 0x40)),
      contextValue(4, Uint8Array.of(0xff)),
    );
    const crl = parseCrl(build([], { extraExtensions: [extension('2.5.29.28', true, value)] }));
    expect(crl.idp).toMatchObject({ onlyContainsUserCerts: true, onlyContainsCACerts: false, indirectCRL: true });
    expect([...(crl.idp?.onlySomeReasons ?? [])]).toEqual([1]);
    const point = parseCrl(build([], { distributionPointUrl: 'http://ca.test/1.crl' })).idp?.distributionPoint;
    expect(point).toEqual({ kind: 'full-name', names: [{ kind: 'uri', value: 'http://ca.test/1.crl' }] });
  });

  const good = build([encodeRevokedEntry({ serialNumber: serial(1), revokedAt: AT, reason: 1 })]);
  test.each([
    ['bytes behind it', concatBytes(good, Uint8Array.of(0)), 'der.trailing-bytes'],
    [
      'another outer algorithm',
      crlFrom(parseCrl(good).tbs, signatureAlgorithmIdentifier({ scheme: 'ecdsa', digest: 'SHA-1' }), new Uint8Array(70)),
      'crl.algorithm-mismatch',
    ],
    [
      'an extension twice',
      build([], { extraExtensions: [extension('2.5.29.20', false, integer(8))] }),
      'x509.duplicate-extension',
    ],
    ['an entry without a serial', build([sequence(time(AT))]), 'der.unexpected-tag'],
    ['an entry without a moment', build([sequence(integer(1))]), 'der.time'],
    ['an entry that is no SEQUENCE', build([integer(1)]), 'der.unexpected-tag'],
    [
      'fields of the distribution point out of order',
      build([], {
        extraExtensions: [
          extension('2.5.29.28', true, sequence(contextValue(2, Uint8Array.of(0xff)), contextValue(1, Uint8Array.of(0xff)))),
        ],
      }),
      'crl.idp',
    ],
    [
      'an unknown field of the distribution point',
      build([], { extraExtensions: [extension('2.5.29.28', true, sequence(context(7, integer(1))))] }),
      'crl.idp',
    ],
  ])('with %s is refused', (_, der, code) => {
    expect(() => parseCrl(der)).toThrow(expect.objectContaining({ code }));
  });

  test('cut anywhere is refused, never half read', () => {
    for (let length = 0; length < good.length; length++) expect(() => parseCrl(good.subarray(0, length))).toThrow();
  });

  test('an entry whose reason stands among other extensions is found too', () => {
    const extensions = sequence(
      sequence(oid('2.5.29.24'), octetString(Uint8Array.from([0x18, 15, ...new TextEncoder().encode('20260101000000Z')]))),
      sequence(oid('2.5.29.21'), octetString(enumerated(6))),
    );
    const crl = parseCrl(build([sequence(integer(5), time(AT), extensions)]));
    expect(crl.find(Uint8Array.of(5))).toMatchObject({ reason: 6, invalidityDate: Date.parse('2026-01-01T00:00:00Z') });
  });
});
