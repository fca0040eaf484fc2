import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe.skipIf(opensslVersion === undefined)('time-stamps', () => {
  const post = async (body: Uint8Array) => {
    const headers = { 'content-type': 'application/timestamp-query' };
    return t.service.app.request('/tsa', { method: 'POST', body: new Uint8Array(body), headers });
  };
  const query = (...options: string[]) => {
    const out = join(t.folder, 'query.tsq');
    openssl('ts', '-query', '-data', t.file('data.txt', 'công văn'), ...options, '-out', out);
    return new Uint8Array(execFileSync('cat', [out]));
  };
  const text = async (request: Uint8Array) => {
    const reply = t.file('reply.tsr', new Uint8Array(await (await post(request)).arrayBuffer()));
    return openssl('ts', '-reply', '-in', reply, '-text');
  };

  test.each([
    [['-sha256', '-cert']],
    [['-sha512', '-cert', '-no_nonce']],
    [['-sha256']],
    [['-sha384', '-cert', '-tspolicy', '2.999.68.2024.2']],
  ])('openssl verifies the answer to %s', async (options) => {
    const answer = await post(query(...options));
    expect(answer.headers.get('content-type')).toBe('application/timestamp-reply');
    const reply = t.file('reply.tsr', new Uint8Array(await answer.arrayBuffer()));
    const tsa = await sql<{
      der: Buffer;
    }>`select der from authority.certificate where profile = 'tsa' and state = 'good'`.execute(t.db);
    const untrusted = t.file(
      'untrusted.pem',
      pem(t.issuer) + tsa.rows.map((row) => pem(parseCertificate(new Uint8Array(row.der)))).join(''),
    );
    const args = [
      '-CAfile',
      t.file('root.pem', pem(t.root)),
      '-untrusted',
      untrusted,
      '-attime',
      String(Math.ceil(t.now / 1000)),
    ];
    expect(openssl('ts', '-verify', '-in', reply, '-queryfile', join(t.folder, 'query.tsq'), ...args)).toContain('OK');
  });

  test('refuses weak hashes, other policies, rubbish and long bodies in the words of the RFC', async () => {
    expect(await text(query('-sha1'))).toMatch(/unrecognized or unsupported algorithm/i);
    expect(await text(query('-sha224'))).toMatch(/unrecognized or unsupported algorithm/i);
    expect(await text(query('-sha256', '-tspolicy', '1.2.3'))).toMatch(/policy/i);
    expect(await text(Uint8Array.of(0x30, 0))).toMatch(/Rejected/);
    expect((await post(new Uint8Array(5000))).status).toBe(413);
  });

  test('time never goes back, not even over a restart', async () => {
    const request = query('-sha256', '-cert');
    t.now += 3 * HOUR;
    expect(await text(request)).toContain('Granted');
    t.now -= 500;
    expect(await text(request)).toContain('Granted');
    t.now -= HOUR;
    expect(await text(request)).toMatch(/time source is not available/i);
    await t.open();
    expect(await text(request)).toMatch(/time source is not available/i);
    t.now += 2 * HOUR;
    expect(await text(request)).toContain('Granted');
    const times = await sql<{ at: Date }>`select gen_time as at from authority.time_stamp order by ctid`.execute(t.db);
    const moments = times.rows.map((row) => row.at.getTime());
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
  });
});
