import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { parseCrl } from '@antin/pki/crl/parse';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { checkSignature } from '@antin/pki/path/signature-check';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { fingerprint } from '../issuance/issue.ts';
import { made, NOW } from '../bench/made.ts';
import { migrations } from '../migrations.ts';
import { revoke } from '../revocation/revoke.ts';
import { buildDueLists } from './crl.ts';
import { registerStatusIssuer } from './issuers.ts';
import { ocspResponder } from './ocsp.ts';
import { ISSUING_SCHEDULE } from './schedule.ts';
import { statusService } from './service.ts';
import { newestCrl } from './store.ts';

const HOUR = 3_600_000;
let database: TestDatabase;
let db: AnyDatabase;
let now = NOW;

/** Two generations of one CA: one name, two keys; the old one issues nothing any more. */
const [old, young] = [made('CA cấp phát'), made('CA cấp phát')];
const responders = new Map([old, young].map((ca, i) => [fingerprint(ca.certificate), made(`OCSP ${i}`)]));
const cas = new Map([old, young].map((ca) => [fingerprint(ca.certificate), ca]));

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  db = database.db;
  for (const [i, ca] of [old, young].entries()) {
    const issuer = {
      name: `issuing-g${i + 1}`,
      certificate: ca.certificate,
      shards: 2,
      expiredStay: false,
      baseUrl: 'http://a.test',
    };
    await registerStatusIssuer(db, { ...issuer, schedule: ISSUING_SCHEDULE }, now);
    for (const serialHex of ['4101', '4102']) {
      const times = [new Date(NOW - HOUR), new Date(NOW + 1000 * HOUR)];
      await sql`
        insert into authority.certificate
          (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, issued_at, der,
            crl_shard, unpublished)
        values (${fingerprint(ca.certificate)}, ${serialHex}, 'good', 'person', 'x', 'x', 'x', ${times[0]}, ${times[1]}, ${times[0]},
          ${times[0]}, '\\x00', 1, false)`.execute(db);
    }
  }
});
afterAll(() => database.close());

const parts = () => ({
  db,
  caKey: (sha: string) => cas.get(sha),
  clock: () => now,
  draw: () => 0,
  onFault: (fault: unknown) => {
    throw fault;
  },
});
const idOf = (ca: typeof old, serial: number) => certId(ca.certificate, Uint8Array.of(0x41, serial), 'SHA-1', nodeCrypto);

describe('generations of one CA', () => {
  test('each answers for its own certificates under its own responder, also the old one', async () => {
    const { answer } = ocspResponder({
      db,
      keeping: db,
      responder: (sha) => responders.get(sha),
      clock: () => now,
      hears: () => false,
      onFault: (fault) => expect(fault).toBeUndefined(),
    });
    await revoke(db, { issuerSha256: fingerprint(old.certificate), serialHex: '4101' }, { cause: 'device-lost' }, now);
    const ask = async (...ids: Uint8Array[]) => parseOcspResponse((await answer(buildOcspRequest(ids))).der);
    for (const [ca, kind] of [
      [old, 'revoked'],
      [young, 'good'],
    ] as const) {
      const { basic } = await ask(idOf(ca, 1));
      expect(basic?.responses[0]?.status.kind).toBe(kind);
      const signer = responders.get(fingerprint(ca.certificate));
      expect(basic?.certificates[0]).toEqual(signer?.certificate.raw);
      expect(
        nodeCrypto.verify({
          spki: signer?.certificate.spki as Uint8Array,
          algorithm: { scheme: 'ecdsa', digest: 'SHA-256' },
          data: basic?.tbs as Uint8Array,
          signature: basic?.signature as Uint8Array,
        }),
      ).toBe('valid');
    }
    // One signature cannot speak for both.
    expect((await ask(idOf(old, 1), idOf(young, 1))).status).toBe('unauthorized');
  });

  test('each has its own lists, signed by its own key', async () => {
    await buildDueLists(parts());
    for (const [ca, count] of [
      [old, 1],
      [young, 0],
    ] as const) {
      const crl = parseCrl((await newestCrl(db, fingerprint(ca.certificate), 1))?.der as Uint8Array);
      expect(crl.entryCount).toBe(count);
      expect(checkSignature(crl, ca.certificate.spki, nodeCrypto, false)).toBe('valid');
    }
  });

  test('one whose key is not here is left to whoever has it, and the others go on', async () => {
    now += 7 * HOUR;
    const built = await buildDueLists({
      ...parts(),
      caKey: (sha) => (sha === fingerprint(old.certificate) ? undefined : cas.get(sha)),
    });
    expect(built).toBe(3);
    expect(await buildDueLists(parts())).toBe(3);
  });
});

test('a start asks nothing of the database and opens no key, however many CAs there are', () => {
  const untouchable = new Proxy(
    {},
    {
      get(_, name) {
        throw new Error(`the database was asked for ${String(name)} at the start`);
      },
    },
  ) as AnyDatabase;
  const noKey = () => {
    throw new Error('a key was opened at the start');
  };
  const log = { info: () => {}, error: () => {} };
  const filled = () => [];
  statusService({
    db: untouchable,
    reading: untouchable,
    path: '/authority',
    clock: () => now,
    caKey: noKey,
    responder: noKey,
    filled,
    log,
  });
});
