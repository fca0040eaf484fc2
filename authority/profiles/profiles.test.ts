import { describe, expect, test } from 'vitest';
import { decodeDer } from '@antin/formats/der/reader';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { parseExtensions } from '@antin/pki/x509/extensions';
import { sequence } from '@antin/formats/der/writer';
import { OID } from '@antin/pki/oids';
import { parseDistributionPoints } from '@antin/pki/x509/extensions';
import { nameText, parseName } from '@antin/pki/x509/name';
import type { Subject } from '@antin/protocol/certificates/subject';
import { crlUrl, shardOf } from './addresses.ts';
import { extensionsOf } from './extensions.ts';
import { latestEnd, limitAt } from './limits.ts';
import { profileHash } from './profile.ts';
import { checkAltNames, checkSubjectParts, subjectOf, subjectPartsOf } from './subject.ts';
import { PROFILES, SUBSCRIBER_PROFILES, profileFor } from './table.ts';

const at = (day: string) => Date.parse(`${day}T00:00:00+07:00`);
const iso = (ms: number) => new Date(ms).toISOString();

/** Hashes stand in records and journals: a change here is a new version of the profile. */
const HASHES = Object.fromEntries(
  Object.values(PROFILES).map((one) => [`${one.name} ${one.version}`, profileHash(one).slice(0, 12)]),
);

describe('profiles', () => {
  test('are plain data with a hash that does not depend on the order of their members', () => {
    const { name, ...rest } = PROFILES.person;
    expect(profileHash({ ...rest, name })).toBe(profileHash(PROFILES.person));
    expect(profileHash({ ...PROFILES.person, suspendable: true })).not.toBe(profileHash(PROFILES.person));
    expect(JSON.parse(JSON.stringify(PROFILES))).toEqual(PROFILES);
    expect(new Set(Object.values(HASHES)).size).toBe(13);
  });

  test('keep their hash while they keep their version', () => {
    expect(HASHES).toMatchInlineSnapshot(`
      {
        "citizen 1": "f6cc5b45e19d",
        "device-code-signing 1": "1fe24770d967",
        "device-document-service 1": "4dfb98b902cf",
        "device-mail-gateway 1": "7c61fff6b780",
        "device-other 1": "16f5320bbd12",
        "device-tls-client 1": "0db8ff0dcd7b",
        "device-tls-server 1": "da0d3b6a25b9",
        "issuing 2": "431e142e1719",
        "ocsp 2": "79f120d1ac32",
        "organisation 2": "e530846a34ec",
        "person 2": "23d029f4a985",
        "root 2": "85a222dce325",
        "tsa 2": "d0cc193c684c",
      }
    `);
  });

  test('answer the forms of Decree 68/2024', () => {
    expect(profileFor({ form: '01' } as Subject)).toBe('person');
    expect(profileFor({ form: '02' } as Subject)).toBe('organisation');
    for (const use of ['tls-server', 'tls-client', 'document-service', 'mail-gateway', 'code-signing', 'other'] as const) {
      expect(PROFILES[profileFor({ form: '03', use } as Subject)].name).toBe(`device-${use}`);
    }
  });

  test('only citizens can be suspended; only CAs may sign certificates or lists', () => {
    expect(SUBSCRIBER_PROFILES.filter((name) => PROFILES[name].suspendable)).toEqual(['citizen']);
    for (const { ca, keyUsage } of Object.values(PROFILES)) {
      expect(keyUsage.some((bit) => bit === 'keyCertSign' || bit === 'cRLSign')).toBe(ca);
    }
  });
});

describe('limits', () => {
  test('an official gets five years, a renewal three beyond the old end, a citizen three', () => {
    expect(iso(latestEnd('official', at('2026-03-02')))).toBe('2031-03-01T16:59:59.000Z');
    expect(iso(latestEnd('official', at('2026-03-02'), Date.parse('2026-04-30T16:59:59Z')))).toBe('2029-04-30T16:59:59.000Z');
    expect(iso(latestEnd('citizen', at('2026-03-02')))).toBe('2029-03-01T16:59:59.000Z');
  });

  test('change on the day the law says, by the calendar of the office', () => {
    const limits = [
      { limit: 'official', from: '2000-01-01', years: 5, source: 'then' },
      { limit: 'official', from: '2027-07-01', years: 4, source: 'later' },
    ] as const;
    expect(limitAt('official', at('2027-07-01') - 1, limits).source).toBe('then');
    expect(limitAt('official', at('2027-07-01'), limits).source).toBe('later');
  });
});

describe('subjects', () => {
  const office = { organization: 'SỞ NỘI VỤ', commonName: 'Nguyễn Văn An' };
  const name = (parts: Parameters<typeof subjectOf>[1]) => parseName(decodeDer(sequence(...subjectOf(PROFILES.person, parts))));

  test('stand in the order of the profile and come back from a certificate', () => {
    const parts = { commonName: 'An', organizationalUnit: 'Văn phòng', organization: 'SỞ', locality: 'Hà Nội' };
    expect(nameText(name(parts))).toBe('CN=An,OU=Văn phòng,O=SỞ,L=Hà Nội,C=VN');
    expect(subjectPartsOf(name(parts))).toEqual({ ...parts, country: 'VN' });
  });

  test.each([
    ['a field of another profile', { ...office, serialNumber: '1' }, 'issuance.subject-not-of-profile'],
    ['no organisation', { commonName: 'An' }, 'issuance.subject-incomplete'],
    ['white space around', { ...office, commonName: ' An' }, 'issuance.subject-invalid'],
    ['a line separator inside', { ...office, commonName: 'An\u2028Bình' }, 'issuance.subject-invalid'],
    ['a country that is none', { ...office, country: 'Việt Nam' }, 'issuance.subject-invalid'],
    ['65 letters', { ...office, commonName: 'ẫ'.repeat(65) }, 'issuance.subject-too-long'],
  ] as const)('with %s are refused', (_, parts, code) => {
    expect(checkSubjectParts(PROFILES.person, parts)?.code).toBe(code);
  });

  test('64 letters with two marks each are 64 letters; a citizen needs a number of a known kind', () => {
    expect(checkSubjectParts(PROFILES.person, { ...office, commonName: 'ẫ'.normalize('NFD').repeat(64) })).toBeUndefined();
    const citizen = { surname: 'Nguyễn', givenName: 'An', commonName: 'Nguyễn An' };
    expect(checkSubjectParts(PROFILES.citizen, { ...citizen, serialNumber: 'IDCVN-001099012345' })).toBeUndefined();
    expect(checkSubjectParts(PROFILES.citizen, { ...citizen, serialNumber: '001099012345' })?.code).toBe(
      'issuance.subject-invalid',
    );
  });

  test.each([
    ['device-tls-server', [], 'issuance.host-invalid'],
    ['device-tls-server', [{ kind: 'dns', value: 'gov.vn' }], undefined],
    ['device-tls-server', [{ kind: 'dns', value: '*.gov.vn' }], undefined],
    ['device-tls-server', [{ kind: 'dns', value: 'a.*.gov.vn' }], 'issuance.host-invalid'],
    ['device-tls-server', [{ kind: 'dns', value: 'localhost' }], 'issuance.host-invalid'],
    ['device-tls-server', [{ kind: 'dns', value: '10.0.0.1' }], 'issuance.host-invalid'],
    ['device-tls-server', [{ kind: 'dns', value: `${'a'.repeat(64)}.vn` }], 'issuance.host-invalid'],
    [
      'device-tls-server',
      [
        { kind: 'dns', value: 'a.vn' },
        { kind: 'dns', value: 'A.vn' },
      ],
      'issuance.host-invalid',
    ],
    ['person', [{ kind: 'dns', value: 'a.vn' }], 'issuance.host-invalid'],
    ['person', [{ kind: 'rfc822', value: 'a@b.vn' }], undefined],
    [
      'person',
      [
        { kind: 'rfc822', value: 'a@b.vn' },
        { kind: 'rfc822', value: 'c@b.vn' },
      ],
      'issuance.mail-invalid',
    ],
    ['person', [{ kind: 'rfc822', value: 'a@b' }], 'issuance.mail-invalid'],
    ['organisation', [{ kind: 'rfc822', value: 'a@b.vn' }], 'issuance.mail-invalid'],
  ] as const)('alternative names of %s: %j', (profile, names, code) => {
    expect(checkAltNames(PROFILES[profile], names)?.code).toBe(code);
  });
});

describe('shards', () => {
  const serial = (...last: number[]) => Uint8Array.of(0x41, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...last);

  test('a serial has one for ever, and its certificate points there', () => {
    expect(shardOf(serial(0, 0, 0, 7), 4)).toBe(3);
    expect(shardOf(serial(0xff, 0xff, 0xff, 0xff), 1000)).toBe(0xffffffff % 1000);
    const { spki } = nodeSecrets.generateKeyPair('p-256');
    const addresses = { baseUrl: 'http://ca.vn', issuer: 'officials-g2', shards: 4 };
    const extensions = extensionsOf(PROFILES.person, { keyIdentifier: new Uint8Array(20), addresses, policies: ['2.999.1'] });
    const pointOf = (serialNumber: Uint8Array) => {
      const list = parseExtensions(decodeDer(sequence(...extensions({ spki, serialNumber, altNames: [] }))));
      return parseDistributionPoints(list.get(OID.cRLDistributionPoints)!.value)[0]?.urls[0];
    };
    expect(pointOf(serial(0, 0, 0, 7))).toBe('http://ca.vn/crl/officials-g2-3.crl');
    expect(pointOf(serial(0, 0, 0, 8))).toBe('http://ca.vn/crl/officials-g2-0.crl');
    expect(crlUrl(addresses)).toBe('http://ca.vn/crl/officials-g2.crl');
  });

  test('are spread evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const shard = shardOf(nodeSecrets.random(17), 4);
      counts[shard] = (counts[shard] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});
