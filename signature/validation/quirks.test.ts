/** What real files of Vietnamese offices are like (PKCS#1 v1.5, leaf alone, seven hours off, BER, SHA-1): recognised, named, judged. */
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { octetString, sequence, setOf } from '@antin/formats/der/writer';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { buildSignedAttributes, buildSignedData, signatureTimeStampAttribute } from '@antin/pki/cms/build';
import { digestOf } from '@antin/pki/crypto';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { forged } from '@antin/testkit/attacks/cms';
import { HOUR, contextOf, judged, letter, sign } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { sha1Of } from '@antin/testkit/pki/sha1';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { signCades } from '../cades/sign.ts';
import { signXades } from '../xades/sign.ts';
import { VIETNAM_POLICY } from './policy.ts';
import type { ValidationPolicy } from './policy.ts';
import type { ValidationReport } from './types.ts';
import { validate } from './validate.ts';

const pki = testPki({
  ...DEFAULT_PKI,
  entities: Object.fromEntries(
    Object.entries(DEFAULT_PKI.entities).map(([name, one]) => [name, { notBefore: '2012-01-01T00:00:00Z', ...one }]),
  ),
});
const at = pki.now + 8 * HOUR;
const short = (report: ValidationReport): string => `${report.verdict} ${report.signatures[0]?.subIndication ?? ''}`.trim();
const warnings = (report: ValidationReport): string[] => report.signatures[0]?.warnings.map((one) => one.code) ?? [];
const errors = (report: ValidationReport): string[] => report.signatures[0]?.errors.map((one) => one.code) ?? [];
const stampOver = (hash: Uint8Array, when = pki.now) => pki.timeStampToken({ digest: 'SHA-256', hash }, when);
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe('a CMS that carries the leaf alone', () => {
  it('is completed from what is trusted and at hand, and names the missing issuer otherwise', async () => {
    const file = await forged(pki, { cms: { certificates: [] } });
    const evidence = pki.evidence(at);
    expect(short(judged(file, pki, at, { evidence }))).toBe('valid');
    const { report, needs } = validate(memorySource(file), contextOf(pki, at, { evidence: { ...evidence, certificates: [] } }));
    expect(short(report)).toBe('indeterminate NO_CERTIFICATE_CHAIN_FOUND');
    expect(needs).toMatchObject([{ kind: 'certificate', urls: ['http://pki.test/ca/issuing.crt'] }]);
  });
});

describe('a claimed time seven hours ahead of the time-stamp', () => {
  const claimed = { signingTime: pki.now + 7 * HOUR };
  const stamped = { door: nodeCrypto, level: 'B-T', timeStamp: (hash: Uint8Array) => Promise.resolve(stampOver(hash)) } as const;
  const cadesStamp = ({ hash }: { readonly hash: Uint8Array }) => Promise.resolve(stampOver(hash));
  const document = utf8('<cong-van><so>12</so></cong-van>');

  it.each<[string, (time: { signingTime: number }) => Promise<[Uint8Array, Uint8Array | undefined]>]>([
    [
      'PAdES',
      async ({ signingTime }) => [await sign(letter(), { pki, by: 'leader', when: signingTime, stampedAt: pki.now }), undefined],
    ],
    [
      'CAdES',
      async (time) => {
        const options = { ...stamped, ...time, timeStamp: cadesStamp, packaging: 'detached' } as const;
        const signed = await signCades(memorySource(document), pki.signingKey('leader'), options);
        return [signed.read(0, signed.size), document];
      },
    ],
    [
      'XAdES',
      async (time) => [
        await signXades({ packaging: 'enveloped', document }, pki.signingKey('leader'), { ...stamped, ...time }),
        undefined,
      ],
    ],
  ])('is named in %s and never corrected: the time-stamp is what counts', async (_format, make) => {
    const judge = async (time: { signingTime: number }) => {
      const [file, detached] = await make(time);
      return judged(file, pki, at, detached === undefined ? {} : { detached: memorySource(detached) });
    };
    const report = await judge(claimed);
    expect(short(report)).toBe('valid');
    expect(warnings(report).filter((one) => one === 'time.local-as-utc')).toHaveLength(1);
    expect(report.signatures[0]).toMatchObject({
      bestSignatureTime: new Date(pki.now).toISOString(),
      claimedSigningTime: new Date(claimed.signingTime).toISOString(),
    });
    expect(warnings(await judge({ signingTime: pki.now }))).not.toContain('time.local-as-utc');
  });
});

describe('PKCS#1 v1.5', () => {
  it('passes as long as the policy says, and PSS goes on', async () => {
    const file = await sign(letter(), { pki, by: 'leaderRsa' });
    expect(short(judged(file, pki, at))).toBe('valid');
    expect(judged(file, pki, at).signatures[0]?.signatureAlgorithm).toMatch(/pkcs1/);
    const policy = { ...VIETNAM_POLICY, schemes: { ...VIETNAM_POLICY.schemes, 'rsa-pkcs1': day('2026-01-01') } };
    const refused = judged(file, pki, at, { policy });
    expect([short(refused), errors(refused)]).toEqual([
      'indeterminate CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
      ['algorithm.not-allowed'],
    ]);
    expect(short(judged(await forged(pki, { by: 'leaderRsa', algorithm: PSS }), pki, at, { policy }))).toBe('valid');
  });
});

const PSS = { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 } as const;

describe('files of the years of SHA-1', () => {
  const data = utf8('Cong van nam 2013');
  const made = (options: { digest?: DigestAlgorithm; v1?: boolean; stampedAt?: number } = {}): Uint8Array => {
    const { digest = 'SHA-1', v1 = false, stampedAt } = options;
    const { certificate, algorithm, signNow } = pki.entity('leader');
    const set = buildSignedAttributes({
      contentType: OID.idData,
      messageDigest: digestOf(nodeCrypto, digest, data),
      signingCertificate: certificate,
      digest: 'SHA-256',
      door: nodeCrypto,
      signingTime: pki.now,
    });
    const honest = decodeDer(set)
      .children()
      .map((one) => one.raw);
    const first = encodeAttribute(
      OID.idAaSigningCertificate,
      sequence(sequence(sequence(octetString(digestOf(nodeCrypto, 'SHA-1', certificate.raw))))),
    );
    const signedAttributes = v1 ? setOf(...honest.filter((one) => !holds(one, OID.idAaSigningCertificateV2)), first) : set;
    const scheme = digest === 'SHA-1' ? sha1Of(algorithm) : algorithm;
    const signature = signNow(signedAttributes, scheme);
    const token = stampedAt === undefined ? undefined : stampOver(digestOf(nodeCrypto, 'SHA-256', signature), stampedAt);
    return buildSignedData({
      digest,
      signatureAlgorithm: scheme,
      signingCertificate: certificate,
      certificates: pki.chain('leader').map((one) => one.raw),
      signedAttributes,
      signature,
      ...(token === undefined ? {} : { unsignedAttributes: [signatureTimeStampAttribute(token)] }),
    });
  };
  const judge = (file: Uint8Array, policy: ValidationPolicy = VIETNAM_POLICY) =>
    judged(file, pki, at, { detached: memorySource(data), policy });

  it('pass where a time-stamp proves that they are of those years, and not otherwise', () => {
    expect(short(judge(made({ digest: 'SHA-256' })))).toBe('valid');
    const bare = judge(made());
    expect(short(bare)).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
    expect(errors(bare)).toEqual(['algorithm.not-allowed', 'algorithm.not-allowed']);
    expect(short(judge(made({ stampedAt: day('2013-06-01') })))).toBe('valid');
    expect(short(judge(made({ stampedAt: day('2017-06-01') })))).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE');
  });

  it('bound to their certificate by ESSCertID of the first version pass until the day the policy names', () => {
    const file = made({ digest: 'SHA-256', v1: true });
    expect(short(judge(file))).toBe('valid');
    const policy = { ...VIETNAM_POLICY, essDigests: { ...VIETNAM_POLICY.essDigests, 'SHA-1': day('2026-01-01') } };
    expect(short(judge(file, policy))).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
    expect(short(judge(made({ digest: 'SHA-256' }), policy))).toBe('valid');
    const proven = made({ digest: 'SHA-256', v1: true, stampedAt: day('2020-01-01') });
    expect(short(judge(proven, policy))).toBe('valid');
  });
});

const holds = (attribute: Uint8Array, type: string): boolean => {
  const [first] = decodeDer(attribute).children();
  return Buffer.from(first?.raw ?? []).equals(Buffer.from(decodeDer(encodeAttribute(type, setOf())).children()[0]?.raw ?? []));
};

describe('how the CMS is written into /Contents', () => {
  /** ContentInfo and [0] with indefinite lengths, as streaming signers write them. */
  const ber = (cms: Uint8Array): Uint8Array => {
    const [type, content] = decodeDer(cms).children();
    const inner = content!.children()[0]!.raw;
    const open = (tag: number, ...parts: Uint8Array[]) => concatBytes(Uint8Array.of(tag, 0x80), ...parts, new Uint8Array(2));
    return open(0x30, type!.raw, open(0xa0, inner));
  };

  it('BER passes and is named, with zeros behind it as behind DER', async () => {
    const report = judged(await forged(pki, { finish: ber }), pki, at);
    expect([short(report), warnings(report)]).toEqual(['valid', ['cms.ber']]);
    expect(warnings(judged(await forged(pki), pki, at))).toEqual([]);
  });

  it('anything but zeros behind it is refused, in DER and in BER', async () => {
    const junk = (cms: Uint8Array) => concatBytes(cms, new Uint8Array(5), utf8('x'));
    for (const finish of [junk, (cms: Uint8Array) => junk(ber(cms))]) {
      const report = judged(await forged(pki, { finish }), pki, at);
      expect([short(report), errors(report)]).toEqual(['invalid FORMAT_FAILURE', ['pdf.padding-not-zero']]);
    }
  });
});
