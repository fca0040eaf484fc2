import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatFault } from '@antin/formats/fault';
import { context, contextValue, integer, oid, sequence, tlv } from '@antin/formats/der/writer';
import { nodeCrypto } from '../../adapters/crypto/node.ts';
import { DEFAULT_PKI } from '../../testkit/pki/description.ts';
import type { EntityDescription } from '../../testkit/pki/description.ts';
import { testPki } from '../../testkit/pki/test-pki.ts';
import { parseCrl } from '../crl/parse.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { parseOcspResponse } from '../ocsp/response.ts';
import { extension, subjectAltName } from '../x509/build.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { buildGeneralName } from '../x509/general-name.ts';
import { buildName } from '../x509/name.ts';
import { buildPaths } from './build.ts';
import { PolicyGraph } from './policy-graph.ts';
import { checkRevocation } from './revocation.ts';
import type { RevocationOptions } from './revocation-finding.ts';
import { validatePath } from './validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

type Entities = Record<string, EntityDescription>;
const person: EntityDescription = {
  profile: 'person',
  issuer: 'issuing',
  subject: [
    ['C', 'VN'],
    ['CN', 'An'],
  ],
  key: 'p-256',
};
const pkiWith = (entities: Entities) => testPki({ ...DEFAULT_PKI, entities: { ...DEFAULT_PKI.entities, ...entities } });
const subtree = (...general: Uint8Array[]) => sequence(...general);
const constraints = (permitted: Uint8Array[], excluded: Uint8Array[] = []) =>
  extension(
    OID.nameConstraints,
    true,
    sequence(
      ...(permitted.length > 0 ? [context(0, ...permitted)] : []),
      ...(excluded.length > 0 ? [context(1, ...excluded)] : []),
    ),
  );

/** The codes for `leaf` under a CA that is `issuing` with further extensions. */
function codes(ca: Uint8Array[], leaf: Partial<EntityDescription>, purpose: 'signer' | 'any' = 'signer'): string[] {
  const pki = pkiWith({
    issuing: { ...(DEFAULT_PKI.entities['issuing'] as EntityDescription), moreExtensions: ca },
    leaf: { ...person, ...leaf },
  });
  const path = [pki.certificate('leaf'), pki.certificate('issuing'), pki.certificate('root')];
  return validatePath(path, { at: pki.now, door: nodeCrypto, purpose }).problems.map((one) => one.code);
}

describe('a path is refused', () => {
  test('for a critical extension nobody knows, and not for a harmless one', () => {
    expect(codes([], { moreExtensions: [extension('2.999.7', true, integer(1))] })).toEqual(['path.unknown-critical-extension']);
    expect(codes([extension('2.999.7', true, integer(1))], {})).toEqual(['path.unknown-critical-extension']);
    expect(codes([], { moreExtensions: [extension('2.999.7', false, integer(1))] })).toEqual([]);
  });

  test('when a subscriber plays CA', () => {
    const pki = pkiWith({ below: { ...person, issuer: 'leader' } });
    const path = ['below', 'leader', 'issuing', 'root'].map((name) => pki.certificate(name));
    const found = validatePath(path, { at: pki.now, door: nodeCrypto, purpose: 'signer' }).problems.map((one) => one.code);
    expect(found).toEqual(expect.arrayContaining(['path.not-a-ca', 'path.length-exceeded', 'path.key-usage']));
  });

  test('when a CA signs with SHA-1 names, unless its anchor tolerates old CA certificates, and never for a leaf', () => {
    const pki = testPki();
    const old = (name: string): Certificate => {
      const certificate = pki.certificate(name);
      const identifier = { oid: OID.ecdsaWithSha1, parameters: undefined, raw: sequence(oid(OID.ecdsaWithSha1)) };
      return { ...certificate, signatureAlgorithm: identifier };
    };
    const run = (path: Certificate[], sha1OnCaCertificates: boolean) =>
      validatePath(path, { at: pki.now, door: nodeCrypto, purpose: 'signer', sha1OnCaCertificates }).problems.map(
        (one) => one.code,
      );
    const [leaf, ca, root] = ['leader', 'issuing', 'root'].map((name) => pki.certificate(name)) as [
      Certificate,
      Certificate,
      Certificate,
    ];
    expect(run([old('leader'), ca, root], true)).toEqual(['path.weak-algorithm']);
    expect(run([leaf, old('issuing'), root], false)).toEqual(['path.weak-algorithm']);
    // Tolerated means: verified as what it says it is, and here that is not true.
    expect(run([leaf, old('issuing'), root], true)).toEqual(['path.signature-invalid']);
  });

  test('with an algorithm nobody knows it is unsupported, never valid', () => {
    const pki = testPki();
    const leaf = {
      ...pki.certificate('leader'),
      signatureAlgorithm: { oid: '2.999.3', parameters: undefined, raw: new Uint8Array() },
    };
    const result = validatePath([leaf, pki.certificate('issuing'), pki.certificate('root')], {
      at: pki.now,
      door: nodeCrypto,
      purpose: 'signer',
    });
    expect(result).toMatchObject({ status: 'unsupported', problems: [{ code: 'path.unsupported-algorithm', index: 0 }] });
  });

  test('when it is empty', () => {
    expect(validatePath([], { at: 0, door: nodeCrypto, purpose: 'any' }).status).toBe('invalid');
  });

  test('for any flipped bit of a signed certificate', () => {
    const pki = testPki();
    const { raw, tbs } = pki.certificate('leader');
    const start = tbs.byteOffset - raw.byteOffset;
    const above = [pki.certificate('issuing'), pki.certificate('root')];
    fc.assert(
      fc.property(fc.nat(tbs.length - 1), fc.nat(7), (at, bit) => {
        const bent = raw.slice();
        bent[start + at] = (bent[start + at] as number) ^ (1 << bit);
        let leaf: Certificate;
        try {
          leaf = parseCertificate(bent);
        } catch {
          return;
        }
        expect(validatePath([leaf, ...above], { at: pki.now, door: nodeCrypto, purpose: 'any' }).status).not.toBe('valid');
      }),
      { numRuns: 300 },
    );
  });
});

describe('name constraints', () => {
  const uri = (value: string) => buildGeneralName({ kind: 'uri', value });
  const dns = (value: string) => buildGeneralName({ kind: 'dns', value });
  const mail = (value: string) => buildGeneralName({ kind: 'rfc822', value });
  const ip = (...value: number[]) => buildGeneralName({ kind: 'ip', value: Uint8Array.from(value) });
  const directory = (...parts: [string, string][]) => buildGeneralName({ kind: 'directory', name: buildName(parts) });
  const alt = (...names: Parameters<typeof buildGeneralName>[0][]) => ({ moreExtensions: [subjectAltName(...names)] });
  const outside = ['path.name-constraints'];

  test.each([
    ['a mailbox in the domain', [mail('gov.vn')], alt({ kind: 'rfc822', value: 'An@GOV.vn' }), []],
    ['a mailbox below the domain only', [mail('.gov.vn')], alt({ kind: 'rfc822', value: 'a@gov.vn' }), outside],
    ['a look-alike domain', [mail('gov.vn')], alt({ kind: 'rfc822', value: 'a@notgov.vn' }), outside],
    ['a second at sign', [mail('gov.vn')], alt({ kind: 'rfc822', value: '"a@gov.vn"@evil.test' }), outside],
    ['a host below', [dns('gov.vn')], alt({ kind: 'dns', value: 'x.gov.vn' }), []],
    ['a host that only ends alike', [dns('gov.vn')], alt({ kind: 'dns', value: 'xgov.vn' }), outside],
    [
      'a URI with a user that looks like the host',
      [uri('.gov.vn')],
      alt({ kind: 'uri', value: 'http://x.gov.vn@evil.test/' }),
      outside,
    ],
    ['an address in the network', [ip(10, 0, 0, 0, 255, 0, 0, 0)], alt({ kind: 'ip', value: Uint8Array.of(10, 9, 8, 7) }), []],
    ['an address beside it', [ip(10, 0, 0, 0, 255, 0, 0, 0)], alt({ kind: 'ip', value: Uint8Array.of(11, 9, 8, 7) }), outside],
    ['a subject in the directory', [directory(['C', 'VN'])], {}, []],
    ['a subject of another country', [directory(['C', 'LA'])], {}, outside],
    [
      'a mail address hidden in the subject',
      [mail('gov.vn')],
      {
        subject: [
          ['C', 'VN'],
          ['CN', 'An'],
          ['emailAddress', 'a@evil.test'],
        ],
      },
      outside,
    ],
  ] as [string, Uint8Array[], Partial<EntityDescription>, string[]][])('judge %s', (_, permitted, leaf, expected) => {
    expect(codes([constraints(permitted.map((base) => subtree(base)))], leaf)).toEqual(expected);
  });

  test('excluded wins over permitted', () => {
    const both = constraints([subtree(dns('gov.vn'))], [subtree(dns('bad.gov.vn'))]);
    expect(codes([both], alt({ kind: 'dns', value: 'x.bad.gov.vn' }))).toEqual(outside);
    expect(codes([both], alt({ kind: 'dns', value: 'x.good.gov.vn' }))).toEqual([]);
  });

  test('what cannot be compared is unsupported, never inside', () => {
    const other = buildGeneralName({ kind: 'other', type: '2.999.4', value: tlv(0x0c, Uint8Array.of(65)) });
    const leaf = alt({ kind: 'other', type: '2.999.4', value: tlv(0x0c, Uint8Array.of(65)) });
    expect(codes([constraints([subtree(other)])], leaf)).toEqual(['path.unsupported-name-constraint']);
    expect(codes([constraints([subtree(uri('.gov.vn'))])], alt({ kind: 'uri', value: 'urn:x' }))).toEqual([
      'path.unsupported-name-constraint',
    ]);
    expect(codes([constraints([subtree(dns('gov.vn'), contextValue(0, Uint8Array.of(1)))])], {})).toEqual([
      'path.unsupported-name-constraint',
    ]);
  });
});

describe('building', () => {
  test('CAs that certify each other end, and the way to the anchor is found', () => {
    const pki = pkiWith({
      a: { profile: 'ca', issuer: 'b0', subject: [['CN', 'A']], key: 'p-256' },
      b0: { profile: 'root', subject: [['CN', 'B']], key: 'p-256' },
      a0: { profile: 'root', subject: [['CN', 'A']], key: 'p-256' },
      b: { profile: 'ca', issuer: 'a0', subject: [['CN', 'B']], key: 'p-256' },
      leaf: { ...person, issuer: 'a' },
    });
    const candidates = ['a', 'b', 'a0', 'b0'].map((name) => pki.certificate(name));
    expect(buildPaths(pki.certificate('leaf'), { anchors: pki.anchors, candidates })).toEqual([]);
    const anchors = [{ certificate: pki.certificate('b0'), purposes: ['signer'] as const }];
    expect(buildPaths(pki.certificate('leaf'), { anchors, candidates }).some((path) => path.length === 3)).toBe(true);
  });

  test('a thousand look-alikes cost a bounded number of steps', () => {
    const pki = testPki();
    const issuing = pki.certificate('issuing');
    const crowd = Array.from({ length: 1000 }, (_, i) => ({
      ...issuing,
      issuer: issuing.subject,
      raw: Uint8Array.of(i >> 8, i & 255),
    }));
    const started = process.cpuUsage();
    const paths = buildPaths(pki.certificate('leader'), { anchors: pki.anchors, candidates: [...crowd, issuing] });
    expect(processorSince(started)).toBeLessThan(5000);
    expect(paths.length).toBeLessThanOrEqual(16);
  });

  test('a chain of policy mappings costs its length, not a power of it', () => {
    const graph = new PolicyGraph();
    const names = Array.from({ length: 40 }, (_, i) => `2.999.${i}`);
    const all = names.flatMap((issuerDomainPolicy) =>
      names.map((subjectDomainPolicy) => ({ issuerDomainPolicy, subjectDomainPolicy })),
    );
    const started = process.cpuUsage();
    for (let depth = 0; depth < 12; depth++) {
      graph.descend(names, true);
      graph.map(all, true);
    }
    graph.descend(names, true);
    expect(graph.userConstrained(new Set([OID.anyPolicy])).size).toBe(40);
    expect(processorSince(started)).toBeLessThan(5000);
  });
});

describe('a delegated OCSP responder without ocsp-nocheck', () => {
  const responder: EntityDescription = {
    ...person,
    subject: [
      ['C', 'VN'],
      ['CN', 'Trả lời'],
    ],
    extKeyUsage: [OID.ocspSigning],
  };
  const run = (own: EntityDescription, withCrl: boolean) => {
    const pki = pkiWith({ responder: own });
    const ocsp = parseOcspResponse(pki.ocspAt('leader', pki.now, { responder: 'responder' })).basic;
    // A list of the issuing CA would settle the leader's status too: only the responder's question is asked through it.
    const finding = checkRevocation(pki.certificate('leader'), pki.certificate('issuing'), {
      crls: withCrl ? [parseCrl(pki.crlAt(pki.now))] : [],
      ocsps: ocsp === undefined ? [] : [ocsp],
      at: pki.now,
      door: nodeCrypto,
    });
    return finding;
  };
  test('is believed once a CRL vouches for it', () => {
    expect(run(responder, true)).toMatchObject({ status: 'good', source: 'ocsp' });
  });
  test('is not believed when nothing is known of it, or it was revoked', () => {
    expect(run(responder, false)).toMatchObject({ status: 'unknown', why: ['ocsp.responder-status-unknown'] });
    expect(run({ ...responder, revoked: { at: '2026-01-01T00:00:00Z', reason: 1 } }, true)).toMatchObject({ source: 'crl' });
  });
  test('and one whose certificate had ended does not speak', () => {
    expect(run({ ...responder, notAfter: '2026-01-01T00:00:00Z' }, false)).toMatchObject({ why: ['ocsp.responder-expired'] });
  });
});

describe('evidence with one flipped bit', () => {
  const pki = testPki();
  const flipped = (good: Uint8Array, judge: (bent: Uint8Array) => string) =>
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(7), (at, bit) => {
        const bent = good.slice();
        bent[at] = (bent[at] as number) ^ (1 << bit);
        let answer: string;
        try {
          answer = judge(bent);
        } catch (error) {
          // Anything but a named fault is a crash.
          expect(error instanceof FormatFault || error instanceof PkiFault, String(error)).toBe(true);
          return;
        }
        expect(answer).toBe('unknown');
      }),
      { numRuns: 400 },
    );
  const ask = (evidence: Partial<RevocationOptions>) =>
    checkRevocation(pki.certificate('leader'), pki.certificate('issuing'), {
      crls: [],
      ocsps: [],
      at: pki.now,
      door: nodeCrypto,
      ...evidence,
    }).status;

  test('in a CRL never says good', () => {
    const good = pki.crlAt(pki.now);
    expect(ask({ crls: [parseCrl(good)] })).toBe('good');
    flipped(good, (bent) => ask({ crls: [parseCrl(bent)] }));
  });
  test('in an OCSP response never says good', () => {
    const good = pki.ocspAt('leader', pki.now);
    const judge = (der: Uint8Array) => {
      const { basic } = parseOcspResponse(der);
      return basic === undefined ? 'unknown' : ask({ ocsps: [basic] });
    };
    expect(judge(good)).toBe('good');
    flipped(good, judge);
  });
});
