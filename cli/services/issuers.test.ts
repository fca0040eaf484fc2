import { expect, test } from 'vitest';
import { issuersHere, requestSignatures } from './issuers.ts';

test('an issuer online is an https origin with a token, or nothing; the token does not cross a network in the clear', () => {
  const of = (url?: string, file?: string) => () =>
    issuersHere({
      ...(url === undefined ? {} : { ANTIN_ISSUER_URL: url }),
      ...(file === undefined ? {} : { ANTIN_ISSUER_TOKEN_FILE: file }),
    });
  expect(of()()).toEqual([]);
  expect(of('', '')()).toEqual([]);
  expect(of('https://ca.example/path', '/run/token')().map((one) => one.id)).toEqual(['api']);
  expect(of('http://127.0.0.1:8080', '/run/token')()).toHaveLength(1);
  expect(of('https://ca.example')).toThrow(/together/);
  expect(of(undefined, '/run/token')).toThrow(/together/);
  expect(of('http://ca.example', '/run/token')).toThrow(/https/);
  expect(of('not an address', '/run/token')).toThrow(/https/);
});

test('the organisation’s signature can be made a must in practice; without any authority for time none is waited for', () => {
  expect(requestSignatures({}, true)).toEqual({ unsealedRequests: 'when-said', stampsRequests: true });
  expect(requestSignatures({ ANTIN_REQUEST_SIGNATURE: 'organisation' }, false)).toEqual({
    ...{ unsealedRequests: 'refused', stampsRequests: false },
  });
  expect(requestSignatures({ ANTIN_TSA_URL: 'http://tsa.example' }, false).stampsRequests).toBe(true);
  expect(() => requestSignatures({ ANTIN_REQUEST_SIGNATURE: 'nobody' }, true)).toThrow(/ANTIN_REQUEST_SIGNATURE/);
});
