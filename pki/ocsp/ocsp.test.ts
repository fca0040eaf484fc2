import { describe, expect, test } from 'vitest';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { boolean, context, generalizedTime, integer, octetString, oid, sequence } from '@antin/formats/der/writer';
import { nodeCrypto } from '../../adapters/crypto/node.ts';
import { testPki } from '../../testkit/pki/test-pki.ts';
import { buildResponseData, ocspErrorResponse, ocspResponseFrom } from './build.ts';
import type { ResponseDataParts } from './build.ts';
import { certId, certIdMatches, readCertId } from './certificate-id.ts';
import { buildOcspRequest, parseOcspRequest } from './request.ts';
import { parseOcspResponse, sameNonce } from './response.ts';

const pki = testPki();
const AT = pki.now;
const issuer = pki.certificate('issuing');
const { serialNumber } = pki.certificate('leader');
const id = certId(issuer, serialNumber, 'SHA-256', nodeCrypto);
const algorithm = sequence(oid('1.2.840.10045.4.3.2'));

const response = (parts: Partial<ResponseDataParts> = {}) =>
  ocspResponseFrom(
    buildResponseData({
      responderId: { keyHash: new Uint8Array(20) },
      producedAt: AT,
      responses: [{ certId: id, status: { kind: 'good' }, thisUpdate: AT, nextUpdate: AT + 1000, archiveCutoff: 0 }],
      ...parts,
    }),
    algorithm,
    new Uint8Array(70),
    [],
  );

describe('a CertID', () => {
  test.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const)('made with %s names its certificate only', (digest) => {
    const made = readCertId(certId(issuer, serialNumber, digest, nodeCrypto));
    expect(certIdMatches(made, issuer, serialNumber, nodeCrypto)).toBe(true);
    expect(certIdMatches(made, issuer, Uint8Array.of(1), nodeCrypto)).toBe(false);
    expect(certIdMatches(made, pki.certificate('root'), serialNumber, nodeCrypto)).toBe(false);
    // The same name with another key is another issuer.
    const namesake = certId({ ...issuer, publicKey: new Uint8Array(65) }, serialNumber, digest, nodeCrypto);
    expect(certIdMatches(readCertId(namesake), issuer, serialNumber, nodeCrypto)).toBe(false);
  });
});

describe('a request', () => {
  test('is read back with its nonce', () => {
    const nonce = Uint8Array.from({ length: 32 }, (_, i) => i);
    const request = parseOcspRequest(buildOcspRequest([id, id], nonce));
    expect(request.requests.map((one) => one.certId.raw)).toEqual([id, id]);
    expect(request.nonce).toEqual(nonce);
    expect(parseOcspRequest(buildOcspRequest([id])).nonce).toBeUndefined();
  });

  const inner = (...parts: Uint8Array[]) => sequence(sequence(...parts));
  test.each([
    ['nothing in it', inner(sequence()), 'ocsp.request-count'],
    ['a version to come', inner(context(0, integer(1)), sequence(sequence(id))), 'ocsp.version'],
    ['a nonce of 129 octets', buildOcspRequest([id], new Uint8Array(129)), 'ocsp.nonce-length'],
    ['too many questions', buildOcspRequest(Array.from({ length: 65 }, () => id)), 'ocsp.request-count'],
    [
      'a critical extension nobody knows',
      inner(sequence(sequence(id)), context(2, sequence(sequence(oid('2.999.1'), boolean(true), octetString(integer(1)))))),
      'ocsp.critical-extension',
    ],
    ['bytes behind it', concatBytes(buildOcspRequest([id]), Uint8Array.of(0)), 'der.trailing-bytes'],
    ['half a CertID', inner(sequence(sequence(sequence(algorithm, octetString(new Uint8Array(20)))))), 'ocsp.cert-id'],
  ])('with %s is malformed', (_, der, code) => {
    expect(() => parseOcspRequest(der)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a response', () => {
  test.each([
    [{ kind: 'good' }],
    [{ kind: 'unknown' }],
    [{ kind: 'revoked', at: AT - 5000 }],
    [{ kind: 'revoked', at: AT - 5000, reason: 1 }],
  ] as const)('of %j is read back', (status) => {
    const { basic } = parseOcspResponse(response({ responses: [{ certId: id, status, thisUpdate: AT, nextUpdate: AT + 1000 }] }));
    expect(basic?.responses).toMatchObject([{ status, thisUpdate: AT, nextUpdate: AT + 1000 }]);
  });

  test('gives nonce and archive cut-off', () => {
    const nonce = new Uint8Array(16).fill(7);
    const { basic } = parseOcspResponse(response({ nonce }));
    expect(basic?.responses[0]?.archiveCutoff).toBe(0);
    expect(basic !== undefined && sameNonce(basic, nonce)).toBe(true);
    expect(basic !== undefined && sameNonce(basic, new Uint8Array(16))).toBe(false);
    const without = parseOcspResponse(response()).basic;
    expect(without !== undefined && sameNonce(without, nonce)).toBe(false);
  });

  test.each(['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const)(
    '%s is a status',
    (status) => {
      expect(parseOcspResponse(ocspErrorResponse(status))).toEqual({ status });
    },
  );

  test('cut anywhere is refused', () => {
    const good = response();
    for (let length = 0; length < good.length; length++) expect(() => parseOcspResponse(good.subarray(0, length))).toThrow();
  });

  test('with fractional seconds is refused, as PKIX demands', () => {
    const text = new TextEncoder().encode('20260302020000.5Z');
    const odd = sequence(context(2, octetString(new Uint8Array(20))), Uint8Array.from([0x18, text.length, ...text]), sequence());
    expect(() => parseOcspResponse(ocspResponseFrom(odd, algorithm, new Uint8Array(70), []))).toThrow(
      expect.objectContaining({ code: 'der.time' }),
    );
  });

  test('announces critical extensions nobody knows', () => {
    const strange = context(1, sequence(sequence(oid('2.999.1'), boolean(true), octetString(integer(1)))));
    const tbs = sequence(context(2, octetString(new Uint8Array(20))), generalizedTime(AT), sequence(), strange);
    expect(parseOcspResponse(ocspResponseFrom(tbs, algorithm, new Uint8Array(70), [])).basic?.unknownCritical).toEqual([
      '2.999.1',
    ]);
  });
});
