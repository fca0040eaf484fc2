import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { openAuthorityKeys } from '../ca/authority-keys.ts';
import { baseUrl } from '../authority-for-tests.ts';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import { reconcile } from '../revocation/revoke.ts';
import { issueApproved } from './approved.ts';
import type { IssuingCa } from './ca.ts';
import type { Order } from './draft.ts';
import { issuance } from './issue.ts';

let t: ConsoleForTests;
let ca: IssuingCa;
beforeAll(async () => {
  t = await ConsoleForTests.open();
  const keys = openAuthorityKeys(`${t.authority.folder}/data`, baseUrl, t.authority.now);
  ca = { ...keys.issuing, addresses: { baseUrl, issuer: 'issuing', shards: 4 }, policies: ['2.999.68.2024'] };
});
afterAll(() => t.close());

const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;

function csrOf({ pkcs8, spki } = nodeSecrets.generateKeyPair('p-256')): Uint8Array {
  const info = buildCertificationRequestInfo({ subject: buildName([['CN', 'bất kỳ']]), spki });
  return buildCertificationRequest(info, signatureAlgorithmIdentifier(algorithm), nodeSecrets.sign(pkcs8, algorithm, info));
}

async function approved(): Promise<string> {
  const [id] = (await t.submitted([personItem()])) as [string];
  expect(await t.approve('approver', id, await t.proposed(id))).toBe('approved');
  return id;
}

const stateOf = async (id: string) => (await t.get('auditor', `/requests/${id}`)).row.state;
const clock = () => t.authority.now;
/** Issues by a pipeline of this test, beside the console's. */
const by = async (issuer: IssuingCa, itemId: string, csr = csrOf()) =>
  issueApproved(
    { db: t.db, issuance: issuance({ db: t.db, issuerFor: () => issuer, clock }), clock },
    { itemId, officerId: await t.officerId('issuer'), csr },
  );
const rows = async (id: string) =>
  (
    await sql<{ state: string; serial_hex: string }>`
    select state, serial_hex from authority.certificate where request_id = ${id} order by intended_at, state`.execute(t.db)
  ).rows;

describe('an approved request', () => {
  test('stays approved when its key is refused late: nothing of the attempt is kept', async () => {
    const key = nodeSecrets.generateKeyPair('p-256');
    expect(await by(ca, await approved(), csrOf(key))).toMatchObject({ status: 'issued' });
    // The key is another subject's, which is only known under the lock, after the request was taken.
    const second = await approved();
    expect(await by(ca, second, csrOf(key))).toMatchObject({ status: 'refused', code: 'issuance.key-of-another-subject' });
    expect(await stateOf(second)).toBe('approved');
    expect(await rows(second)).toEqual([]);
  });

  test('whose attempt died is given back by the reconciler, and the next one draws another serial', async () => {
    const id = await approved();
    const dying = { ...ca, key: { ...ca.key, sign: () => Promise.reject(new Error('power cut')) } };
    await expect(by(dying, id)).rejects.toThrow('power cut');
    expect(await stateOf(id)).toBe('issuing');
    expect(await by(ca, id)).toMatchObject({ code: 'issuance.not-approved' });
    await reconcile(t.db, clock() + 1, clock());
    expect(await stateOf(id)).toBe('approved');
    const done = await by(ca, id);
    expect(done).toMatchObject({ status: 'issued' });
    const [dead, good] = await rows(id);
    expect([dead?.state, good?.state].toSorted()).toEqual(['abandoned', 'good']);
    expect(dead?.serial_hex).not.toBe(good?.serial_hex);
    expect(await stateOf(id)).toBe('issued');
  });

  test('that the reconciler gave up while a slow key was signing gets no certificate from that attempt', async () => {
    const id = await approved();
    const slow: IssuingCa = {
      ...ca,
      key: {
        ...ca.key,
        async sign(kind, tbs) {
          await reconcile(t.db, clock() + 1, clock());
          return ca.key.sign(kind, tbs);
        },
      },
    };
    await expect(by(slow, id)).rejects.toMatchObject({ code: 'issuance.given-up' });
    expect((await rows(id)).map(({ state }) => state)).toEqual(['abandoned']);
    expect(await stateOf(id)).toBe('approved');
  });
});

describe('a batch', () => {
  const order = (commonName: string, spki = nodeSecrets.generateKeyPair('p-256').spki) =>
    ({ profile: 'organisation', subject: { organization: 'UBND TỈNH', commonName }, spki }) as const;
  const issueMany = (orders: readonly Order[]) => issuance({ db: t.db, issuerFor: () => ca, clock }).issueMany(orders);

  test('issues what can be issued and refuses the rest, each in its place', async () => {
    const { spki } = nodeSecrets.generateKeyPair('p-256');
    const answers = await issueMany([
      order('SỞ A'),
      { ...order('SỞ B'), subject: { commonName: 'SỞ B' } },
      order('SỞ C', spki),
      order('SỞ D', spki),
      { ...order('SỞ E'), notBefore: clock() + 7 * 86_400_000 },
    ]);
    expect(answers.map((one) => (one.status === 'issued' ? 'issued' : one.code))).toEqual([
      'issued',
      'issuance.subject-incomplete',
      'issued',
      'issuance.key-of-another-subject',
      'issuance.lint',
    ]);
    const serials = answers.flatMap((one) => (one.status === 'issued' ? [one.serialHex] : []));
    const { rows: good } = await sql<{ n: number }>`
      select count(*)::int as n from authority.certificate where serial_hex = any(${serials}) and state = 'good'`.execute(t.db);
    expect(good[0]?.n).toBe(2);
  });
});
