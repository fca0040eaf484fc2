import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { opensslVersion } from '@antin/testkit/openssl';
import { openssl, person } from '../authority-for-tests.ts';
import { ConsoleForTests, PAPER, sha256Of, type personItem } from '../console-for-tests.ts';
import type { Issued } from '../issuance/issue.ts';

/** The whole way of a suspension: a citizen's certificate, the console's routes, OCSP and lists as others read them. */
let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

async function citizen(): Promise<Issued> {
  const { spki } = nodeSecrets.generateKeyPair('p-256');
  const subject = { surname: 'Lê', givenName: 'Dân', serialNumber: 'IDCVN-079085012345', commonName: 'Lê Dân' };
  const issued = await t.authority.issued({ profile: 'citizen', subject, spki });
  t.authority.now += 2000;
  return issued;
}
const suspension = async (who: 'revoker' | 'revoker2' | 'approver', certificate: Issued, act: 'suspend' | 'lift') => {
  const { issuerSha256, serialHex } = certificate;
  const at = new Date(t.authority.now).toISOString();
  const named = {
    certificate: { issuerSha256, serialHex },
    act,
    reason: 'mất điện thoại',
    officerId: await t.officerId(who),
    at,
  };
  const statement = { type: 'antin.suspension', ...named };
  return t.post(who, act === 'lift' ? '/suspensions/lifting' : '/suspensions', { statement }).then(
    (done) => done.status as string,
    (fault: { code: string }) => fault.code,
  );
};
const lists = async ({ certificate, issuerSha256, serialHex }: Issued) => {
  await t.authority.service.status.publish([{ issuerSha256, shard: -1 }]);
  await t.authority.service.status.everyMinute();
  const shard = certificate.crlDistributionPoints[0]!.urls[0]!.split('/').at(-1)!;
  const found = await Promise.all(
    ['issuing.crl', shard].map(async (name) => parseCrl((await t.authority.get(`/crl/${name}`)).bytes)),
  );
  return found.map((crl) => crl.find(new Uint8Array(Buffer.from(serialHex, 'hex')))?.reason ?? 'not on it');
};

describe('a citizen’s certificate', () => {
  test('is held at once by one officer, and good again by another: in OCSP, and off every list', async () => {
    const one = await citizen();
    expect(await lists(one)).toEqual(['not on it', 'not on it']);
    expect(await suspension('approver', one, 'suspend')).toBe('officer.role-needed');
    expect(await suspension('revoker', one, 'suspend')).toBe('suspended');
    expect(await suspension('revoker2', one, 'suspend')).toBe('revocation.already-suspended');
    expect(await t.authority.statusOf(one.certificate)).toMatchObject({ kind: 'revoked', reason: 6 });
    expect(await lists(one)).toEqual([6, 6]);
    if (opensslVersion !== undefined) {
      const path = t.authority.file('held.crl', (await t.authority.get('/crl/issuing.crl')).bytes);
      const text = openssl('crl', '-inform', 'DER', '-in', path, '-noout', '-text');
      expect(text).toMatch(new RegExp(`${one.serialHex.toUpperCase()}[\\s\\S]*?Certificate Hold`));
    }
    await t.later(1);
    expect(await suspension('revoker', one, 'lift')).toBe('revocation.second-officer-needed');
    expect(await suspension('revoker2', one, 'lift')).toBe('lifted');
    expect(await t.authority.statusOf(one.certificate)).toEqual({ kind: 'good' });
    // Full lists leave it out; removeFromCRL is a word of deltas, and there are none.
    expect(await lists(one)).toEqual(['not on it', 'not on it']);
    expect(await suspension('revoker2', one, 'lift')).toBe('revocation.not-suspended');
  });

  test('that is held can be revoked by a request, from the moment it was held, and is then not lifted any more', async () => {
    const one = await citizen();
    expect(await suspension('revoker', one, 'suspend')).toBe('suspended');
    const held = (await t.authority.statusOf(one.certificate)) as { at: number };
    await t.later(3);
    const { issuerSha256, serialHex } = one;
    const item = {
      ...{ act: 'revoke', id: randomUUID(), managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'x' } },
      ...{ certificate: { issuerSha256, serialHex }, attachments: [sha256Of(PAPER)], cause: 'device-lost' },
    } as unknown as ReturnType<typeof personItem>;
    const [id] = (await t.submitted([item])) as [string];
    const { shownSha256 } = await t.get('auditor', `/requests/${id}`);
    const done = await t.post('revoker', `/requests/${id}/revocation`, await t.statement('revoker', id, shownSha256, 'revoke'));
    expect(done.row.state).toBe('carried-out');
    const now = await t.authority.statusOf(one.certificate);
    expect(now).toMatchObject({ kind: 'revoked', at: held.at });
    expect((now as { reason?: number }).reason).not.toBe(6);
    expect(await suspension('revoker2', one, 'lift')).toBe('revocation.not-suspended');
  });

  test('stays held until somebody decides: time alone lifts nothing, and its end ends it', async () => {
    const one = await citizen();
    expect(await suspension('revoker', one, 'suspend')).toBe('suspended');
    t.authority.now = one.certificate.notAfter - 86_400_000;
    await t.later(0);
    expect(await t.authority.statusOf(one.certificate)).toMatchObject({ kind: 'revoked', reason: 6 });
    t.authority.now = one.certificate.notAfter + 86_400_000;
    await t.later(0);
    // On the full list it stays, for signatures of before; nothing is suspended after its end.
    expect((await lists(one))[0]).toBe(6);
    expect(await t.authority.statusOf(one.certificate)).toMatchObject({ kind: 'revoked', reason: 6 });
  });
});

test('certificates for official duty, of organisations and of devices are not suspended: they are revoked', async () => {
  for (const profile of ['person', 'organisation'] as const) {
    const { pkcs8: _, mail: __, ...request } = person('Nguyễn Văn Công Vụ');
    const issued = await t.authority.issued(
      profile === 'person' ? { ...request, mail: 'a@vidu.gov.vn' } : { ...request, profile },
    );
    t.authority.now += 2000;
    expect([profile, await suspension('revoker', issued, 'suspend')]).toEqual([profile, 'revocation.not-suspendable']);
    expect(await t.authority.statusOf(issued.certificate)).toEqual({ kind: 'good' });
  }
});

test('an unknown number is suspended by nobody', async () => {
  const one = { issuerSha256: 'a'.repeat(64), serialHex: '41ff' } as Issued;
  expect(await suspension('revoker', one, 'suspend')).toBe('revocation.unknown-serial');
});
