import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { opensslVersion } from '@antin/testkit/openssl';
import { AuthorityForTests, HOUR, openssl, pem } from '../authority-for-tests.ts';

let database: TestDatabase;
let t: AuthorityForTests;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  t = await new AuthorityForTests(database.db).open();
});
afterAll(async () => {
  t.close();
  await database.close();
});

describe('OCSP', () => {
  const post = (body: Uint8Array, type = 'application/ocsp-request') =>
    t.service.app.request('/ocsp', { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': type } });

  test.skipIf(opensslVersion === undefined)('openssl asks and believes the answer, with and without a nonce', async () => {
    const { certificate } = await t.issued();
    const certificateFile = t.file('asked.pem', pem(certificate));
    const issuerFile = t.file('issuer.pem', pem(t.issuer));
    for (const extra of [['-nonce'], ['-no_nonce']]) {
      const request = join(t.folder, 'request.der');
      openssl('ocsp', '-sha256', '-issuer', issuerFile, '-cert', certificateFile, ...extra, '-reqout', request);
      const response = await post(new Uint8Array(execFileSync('cat', [request])));
      expect(response.headers.get('content-type')).toBe('application/ocsp-response');
      const answer = t.file('answer.der', new Uint8Array(await response.arrayBuffer()));
      const said = openssl(
        'ocsp',
        // Else openssl replaces the nonce of the request it reads.
        '-no_nonce',
        '-reqin',
        request,
        '-respin',
        answer,
        '-sha256',
        '-issuer',
        issuerFile,
        '-cert',
        certificateFile,
        '-CAfile',
        t.file('root.pem', pem(t.root)),
        '-attime',
        String(t.now / 1000),
        '-validity_period',
        '3155760000',
      );
      expect(said).toMatch(/: good/);
    }
  });

  test('GET answers may be kept, answers to a nonce may not', async () => {
    const { certificate } = await t.issued();
    const path = `/ocsp/${encodeURIComponent(Buffer.from(t.ask(certificate.serialNumber)).toString('base64'))}`;
    const { answer, bytes } = await t.get(path);
    expect(parseOcspResponse(bytes).basic?.responses[0]?.status).toEqual({ kind: 'good' });
    expect(answer.headers.get('cache-control')).toContain('max-age=60');
    const again = await t.service.app.request(path, { headers: { 'if-none-match': answer.headers.get('etag') as string } });
    expect([200, 304]).toContain(again.status);
    const nonce = nodeSecrets.random(32);
    const response = await post(t.ask(certificate.serialNumber, nonce));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(parseOcspResponse(new Uint8Array(await response.arrayBuffer())).basic?.nonce).toEqual(nonce);
  });

  test.each([
    ['rubbish', () => Uint8Array.of(1, 2, 3), 'malformedRequest'],
    ['a nonce of 129 octets', () => t.ask(Uint8Array.of(5), new Uint8Array(129)), 'malformedRequest'],
    ['an empty nonce', () => t.ask(Uint8Array.of(5), new Uint8Array(0)), 'malformedRequest'],
    ['a foreign issuer', () => t.ask(Uint8Array.of(5), undefined, t.root), 'unauthorized'],
  ] as const)('answers %s with the error the RFC names', async (_, request, status) => {
    expect(parseOcspResponse(await t.service.ocsp(request())).status).toBe(status);
  });

  test('a serial never issued is unknown, and the root is not asked here', async () => {
    const response = parseOcspResponse(await t.service.ocsp(t.ask(Uint8Array.of(0x41, 1, 2))));
    expect(response.basic?.responses[0]?.status).toEqual({ kind: 'unknown' });
    expect((await post(t.ask(Uint8Array.of(5)), 'text/plain')).status).toBe(415);
    expect((await post(new Uint8Array(20_000))).status).toBe(413);
  });

  test('the responder certificate lives for weeks and is renewed in time', async () => {
    const responder = async () => {
      const basic = parseOcspResponse(await t.service.ocsp(t.ask(Uint8Array.of(5)))).basic;
      return parseCertificate(basic?.certificates[0] as Uint8Array);
    };
    const first = await responder();
    expect(first.notAfter - first.notBefore).toBeLessThan(32 * 24 * HOUR);
    expect(first.ocspNoCheck).toBe(true);
    t.now = first.notAfter - 5 * 24 * HOUR;
    await t.service.runJobs();
    const second = await responder();
    expect(second.serialHex).not.toBe(first.serialHex);
    expect(second.notAfter).toBeGreaterThan(first.notAfter);
  });
});
