import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { ClockTrust } from '@antin/adapters/clock/watched-clock';
import { boolean, context, integer, nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import { utf8 } from '@antin/formats/bytes/bytes';
import { attributesOf } from '@antin/pki/cms/signed-data';
import { OID } from '@antin/pki/oids';
import { PRACTICE_TSA_POLICY } from '@antin/pki/path/practice';
import { buildMessageImprint } from '@antin/pki/tsp/imprint';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import type { FailureInfo } from '@antin/pki/tsp/response';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { AuthorityForTests, START } from '../authority-for-tests.ts';
import { certifiedKey } from '../keys/signing-key.ts';
import { made } from '../bench/made.ts';
import { migrations } from '../migrations.ts';
import { stamper, timeStamps } from './stamp.ts';
import { stampLog } from './store.ts';

let database: TestDatabase;
let t: AuthorityForTests;
let trust: ClockTrust = { trusted: true };
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  t = await new AuthorityForTests(database.db).open({ clockTrust: () => trust });
});
afterAll(async () => {
  t.close();
  await database.close();
});

const hash = nodeSecrets.digest('SHA-256', utf8('công văn'));
const imprint = buildMessageImprint('SHA-256', hash);
const plain = (more: object = {}) => buildTimeStampRequest({ digest: 'SHA-256', hash, certReq: true, ...more });
const request = (...parts: Uint8Array[]) => sequence(integer(1), ...parts);
const oddImprint = (algorithm: string, octets: number, ...parameters: Uint8Array[]) =>
  sequence(sequence(oid(algorithm), ...parameters), octetString(new Uint8Array(octets)));
const extension = (critical: boolean) => sequence(oid('1.2.3.4'), ...(critical ? [boolean(true)] : []), octetString(nullValue()));

type Expected = 'granted' | FailureInfo;

/** Every odd request with the exact answer. */
const TABLE: readonly (readonly [string, () => Uint8Array, Expected])[] = [
  ['SHA-256', () => plain(), 'granted'],
  ['SHA-512', () => buildTimeStampRequest({ digest: 'SHA-512', hash: new Uint8Array(64), certReq: false }), 'granted'],
  ['SHA3-256', () => buildTimeStampRequest({ digest: 'SHA3-256', hash: new Uint8Array(32), certReq: false }), 'granted'],
  ['SHA-256 without the parameters NULL', () => request(oddImprint(OID.sha256, 32)), 'granted'],
  ['SHA-1', () => request(oddImprint(OID.sha1, 20, nullValue())), 'badAlg'],
  ['SHA-224', () => request(oddImprint('2.16.840.1.101.3.4.2.4', 28, nullValue())), 'badAlg'],
  ['MD5', () => request(oddImprint('1.2.840.113549.2.5', 16, nullValue())), 'badAlg'],
  ['a hash nobody knows', () => request(oddImprint('1.2.3', 32, nullValue())), 'badAlg'],
  ['SHA-256 of 31 octets', () => request(oddImprint(OID.sha256, 31, nullValue())), 'badDataFormat'],
  ['SHA-256 of no octets', () => request(oddImprint(OID.sha256, 0, nullValue())), 'badDataFormat'],
  ['our policy', () => plain({ policy: PRACTICE_TSA_POLICY }), 'granted'],
  ['another policy', () => plain({ policy: '1.2.3' }), 'unacceptedPolicy'],
  ['a policy that is no OID', () => request(imprint, Uint8Array.of(6, 1, 0x80)), 'badDataFormat'],
  ['an empty policy', () => request(imprint, Uint8Array.of(6, 0)), 'badDataFormat'],
  ['a nonce of 512 bits', () => plain({ nonce: 2n ** 511n }), 'granted'],
  ['a nonce of zero', () => plain({ nonce: 0n }), 'granted'],
  ['a negative nonce', () => plain({ nonce: -5n }), 'granted'],
  ['a nonce of 3000 octets', () => plain({ nonce: 2n ** 24_000n }), 'badDataFormat'],
  ['a nonce in a longer form than DER allows', () => request(imprint, Uint8Array.of(2, 2, 0, 5)), 'badDataFormat'],
  ['certReq FALSE said aloud, which DER forbids', () => request(imprint, boolean(false)), 'granted'],
  ['certReq of neither TRUE nor FALSE', () => request(imprint, Uint8Array.of(1, 1, 7)), 'badDataFormat'],
  ['an extension', () => request(imprint, context(0, extension(false))), 'unacceptedExtension'],
  ['a critical extension', () => request(imprint, context(0, extension(true))), 'unacceptedExtension'],
  ['version 2', () => sequence(integer(2), imprint), 'badRequest'],
  ['version −1', () => sequence(integer(-1), imprint), 'badRequest'],
  ['no version', () => sequence(imprint), 'badDataFormat'],
  ['an unknown member', () => request(imprint, nullValue()), 'badDataFormat'],
  ['members in another order', () => request(imprint, boolean(true), integer(5)), 'badDataFormat'],
  ['nothing', () => new Uint8Array(), 'badDataFormat'],
  ['an empty SEQUENCE', () => Uint8Array.of(0x30, 0), 'badDataFormat'],
  ['rubbish', () => nodeSecrets.random(100), 'badDataFormat'],
  ['half a request', () => plain().subarray(0, 20), 'badDataFormat'],
  ['octets behind the request', () => Uint8Array.of(...plain(), 0), 'badDataFormat'],
  ['BER of indefinite length', () => Uint8Array.of(0x30, 0x80, ...plain().subarray(2), 0, 0), 'badDataFormat'],
  ['a thousand brackets', () => new Uint8Array(2000).map((_, i) => (i % 2 ? 0x80 : 0x30)), 'badDataFormat'],
];

describe('asked for a stamp with', () => {
  test.each(TABLE)('%s', async (_, make, expected) => {
    const answer = parseTimeStampResponse(await t.service.timeStamp(make()));
    if (expected === 'granted') {
      expect(answer.status).toBe(0);
      expect(answer.token).toBeDefined();
    } else {
      expect(answer).toMatchObject({ status: 2, failInfo: [expected] });
      expect(answer.token).toBeUndefined();
    }
  });
});

describe('a stamp', () => {
  const stamped = async (more: object = {}) => {
    const answer = parseTimeStampResponse(await t.service.timeStamp(plain(more)));
    return parseTimeStampToken(answer.token as Uint8Array);
  };

  test('says the time with its accuracy, a number of at least 64 random bits, the policy and the nonce', async () => {
    t.now = START + 123;
    const { info } = await stamped({ nonce: 77n });
    expect(info).toMatchObject({
      genTime: START + 123,
      accuracyMs: 1000,
      policy: PRACTICE_TSA_POLICY,
      nonce: 77n,
      ordering: false,
    });
    expect(info.serialNumber.length).toBe(16);
    expect(info.messageImprint.hash).toEqual(hash);
  });

  test('names its signer by ESSCertIDv2; the certificate has timeStamping alone, critically', async () => {
    const { signedData } = await stamped();
    const attributes = signedData.signerInfos[0]?.signedAttrs?.list ?? [];
    expect(attributesOf(attributes, OID.idAaSigningCertificateV2)).toHaveLength(1);
    const tsa = signedData.certificates
      .map((raw) => parseCertificate(raw))
      .find((one) => one.extKeyUsage?.includes(OID.timeStamping) === true);
    expect(tsa?.extKeyUsage).toEqual([OID.timeStamping]);
    expect(tsa?.extensions.get(OID.extKeyUsage)?.critical).toBe(true);
  });

  test('brings certificates exactly when they are asked for', async () => {
    expect((await stamped({ certReq: true })).signedData.certificates.length).toBe(2);
    expect((await stamped({ certReq: false })).signedData.certificates).toEqual([]);
  });

  test('never repeats a number, also after a restart and from two processes', async () => {
    const second = await new AuthorityForTests(database.db, t.folder).open({ clock: () => t.now });
    const serials = new Set<string>();
    for (let i = 0; i < 100; i++) {
      for (const { service } of [t, second]) {
        const { token } = parseTimeStampResponse(await service.timeStamp(plain()));
        serials.add(Buffer.from(parseTimeStampToken(token as Uint8Array).info.serialNumber).toString('hex'));
      }
    }
    expect(serials.size).toBe(200);
    const kept = await sql<{ n: number }>`
      select count(*)::int as n from authority.time_stamp where serial_hex = any(${[...serials]}::text[])`.execute(database.db);
    expect(kept.rows[0]?.n).toBe(200);
  });
});

describe('no stamp is given', () => {
  const refused = async () => parseTimeStampResponse(await t.service.timeStamp(plain()));

  test('when the time servers disagree with the clock, and again as soon as they agree', async () => {
    trust = { trusted: false, reason: '1 of 4 time servers agree' };
    expect(await refused()).toMatchObject({ status: 2, failInfo: ['timeNotAvailable'] });
    // What they said is for whoever runs it, not for the world.
    expect((await refused()).statusText).not.toContain('servers');
    trust = { trusted: true };
    expect((await refused()).status).toBe(0);
  });

  test('when it cannot be recorded or signed: not one leaves without its record', async () => {
    const tsa = made('TSA', OID.timeStamping);
    const faults: unknown[] = [];
    const parts = { tsa: () => tsa, chain: [], clock: () => START, trust: () => ({ trusted: true }) as const, last: 0 };
    const failing = stamper({
      ...parts,
      record: () => Promise.reject(new Error('disk full')),
      onFault: (fault) => faults.push(fault),
    });
    expect(parseTimeStampResponse(await failing(plain()))).toMatchObject({ status: 2, failInfo: ['systemFailure'] });
    const away = certifiedKey(tsa.certificate, { ...tsa.key, sign: () => Promise.reject(new Error('HSM away')) });
    const keyless = stamper({
      ...parts,
      tsa: () => away,
      record: () => Promise.resolve(),
      onFault: (fault) => faults.push(fault),
    });
    expect(parseTimeStampResponse(await keyless(plain()))).toMatchObject({ status: 2, failInfo: ['systemFailure'] });
    expect(faults).toHaveLength(2);
  });

  test('to the two thousand and first at once', async () => {
    const tsa = made('TSA', OID.timeStamping);
    const gate = Promise.withResolvers<void>();
    const parts = { tsa: () => tsa, chain: [], clock: () => START, trust: () => ({ trusted: true }) as const, last: 0 };
    const slow = stamper({ ...parts, record: () => gate.promise });
    const waiting = Array.from({ length: 2001 }, () => slow(plain()));
    expect(parseTimeStampResponse((await waiting.at(-1)) as Uint8Array)).toMatchObject({ failInfo: ['systemFailure'] });
    gate.resolve();
    expect(parseTimeStampResponse((await waiting[0]) as Uint8Array).status).toBe(0);
    await Promise.all(waiting);
  });
});

test('records of stamps asked for together are written together, each before its answer', async () => {
  const log = stampLog(database.db);
  const stamps = Array.from({ length: 300 }, (_, i) => ({
    serialHex: `${'ab'.repeat(14)}${i.toString(16).padStart(4, '0')}`,
    genTime: START,
    digest: 'SHA-256',
    hash,
  }));
  await Promise.all(
    stamps.map(async (stamp) => {
      await log.record(stamp);
      if (!stamp.serialHex.endsWith('7')) return;
      const found = await sql`select 1 from authority.time_stamp where serial_hex = ${stamp.serialHex}`.execute(database.db);
      expect(found.rows).toHaveLength(1);
    }),
  );
  const written = await sql<{ n: number }>`
    select count(distinct xmin::text)::int as n from authority.time_stamp where serial_hex like ${`${'ab'.repeat(14)}%`}`.execute(
    database.db,
  );
  expect(written.rows[0]?.n).toBeLessThan(10);
  await expect(log.record(stamps[0] as (typeof stamps)[0])).rejects.toThrow();
});

test('a second policy is offered beside the first, and each is honoured', async () => {
  const tsa = made('TSA', OID.timeStamping);
  const trusted = () => ({ trusted: true }) as const;
  const policies = ['1.2.3', '1.2.4'];
  const stamp = await timeStamps({
    db: database.db,
    tsa: () => tsa,
    chain: [],
    clock: () => START + 9e9,
    trust: trusted,
    policies,
  });
  const policyOf = async (policy?: string) => {
    const { token } = parseTimeStampResponse(await stamp(plain(policy === undefined ? {} : { policy })));
    return token === undefined ? undefined : parseTimeStampToken(token).info.policy;
  };
  expect(await policyOf()).toBe('1.2.3');
  expect(await policyOf('1.2.4')).toBe('1.2.4');
  expect(await policyOf(PRACTICE_TSA_POLICY)).toBeUndefined();
});
