import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { octetString, oid, setOf } from '@antin/formats/der/writer';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { buildSignedData, signatureTimeStampAttribute } from '@antin/pki/cms/build';
import type { SignedDataInput } from '@antin/pki/cms/build';
import { signingCertificateV2 } from '@antin/pki/cms/ess';
import { digestOf } from '@antin/pki/crypto';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { preparePades } from '@antin/signature/pades/prepare';
import { letter } from '../judging/documents.ts';
import type { TestPki } from '../pki/types.ts';
import { testPki } from '../pki/test-pki.ts';
import { DEFAULT_PKI } from '../pki/description.ts';
import type { Attack } from './surgery.ts';

interface Forgery {
  readonly by?: string;
  /** The attributes to be signed, from the honest ones. */
  readonly attributes?: (honest: readonly Uint8Array[], digest: Uint8Array) => readonly Uint8Array[];
  /** Beyond what was signed. */
  readonly cms?: Partial<SignedDataInput>;
  readonly algorithm?: SignatureAlgorithm;
  readonly stamp?: (signature: Uint8Array, pki: TestPki) => Uint8Array;
  /** Last hand on the finished CMS. */
  readonly finish?: (cms: Uint8Array) => Uint8Array;
  readonly signature?: (signature: Uint8Array) => Uint8Array;
}

/** A letter whose /Contents holds a CMS of the attacker's making, signed with a real key. */
export async function forged(pki: TestPki, forgery: Forgery = {}, file: Uint8Array = letter()): Promise<Uint8Array> {
  const key = pki.signingKey(forgery.by ?? 'leader');
  const algorithm = forgery.algorithm ?? key.algorithm;
  const tbs = preparePades(memorySource(file), {
    inflate: nodeInflate,
    door: nodeCrypto,
    certificate: key.certificate,
    chain: [],
    algorithm: key.algorithm,
    signingTime: pki.now,
    level: 'B-B',
    reservedBytes: 20_000,
  });
  const honest = decodeDer(tbs.signedAttributes)
    .children()
    .map((one) => one.raw);
  const set = forgery.attributes === undefined ? tbs.signedAttributes : setOf(...forgery.attributes(honest, tbs.documentDigest));
  const made = pki.entity(forgery.by ?? 'leader').signNow(set, algorithm);
  const signature = forgery.signature?.(made) ?? made;
  const cms = buildSignedData({
    digest: tbs.digest,
    signatureAlgorithm: algorithm,
    signingCertificate: key.certificate,
    certificates: key.chain.map((one) => one.raw),
    signedAttributes: set,
    signature,
    ...(forgery.stamp === undefined ? {} : { unsignedAttributes: [signatureTimeStampAttribute(forgery.stamp(signature, pki))] }),
    ...forgery.cms,
  });
  const finished = forgery.finish?.(cms) ?? cms;
  const appended = tbs.appended.slice();
  const at = tbs.byteRange[1] - file.length + 1;
  finished.forEach((byte, i) => appended.set(latin1(byte.toString(16).padStart(2, '0')), at + 2 * i));
  return concatBytes(file, appended);
}

const isAbout = (attribute: Uint8Array, type: string): boolean => {
  const wanted = oid(type);
  const first = decodeDer(attribute).children()[0]?.raw;
  return first !== undefined && first.length === wanted.length && first.every((byte, i) => byte === wanted[i]);
};
const without =
  (type: string) =>
  (honest: readonly Uint8Array[]): readonly Uint8Array[] =>
    honest.filter((one) => !isAbout(one, type));

const one = (name: string, forgery: Forgery): Attack => ({ name, build: ({ pki }) => forged(pki, forgery) });

/** A certificate for the leader's own key, issued to another name by the same authority. */
const twin = (pki: TestPki) => {
  const leader = DEFAULT_PKI.entities['leader'] as NonNullable<(typeof DEFAULT_PKI.entities)['leader']>;
  const other = { ...leader, subject: [...leader.subject.slice(0, -1), ['CN', 'Chủ tịch']] as const, serialHex: '4142434445' };
  const twins = testPki({ ...DEFAULT_PKI, entities: { ...DEFAULT_PKI.entities, leader: other } });
  void pki;
  return twins.certificate('leader');
};

/** CMS attacks inside a PDF (ISO 32000-2 §12.8.3.4, RFC 5652). */
export const CMS_FORGERIES: readonly Attack[] = [
  one('no signing-certificate', { attributes: without(OID.idAaSigningCertificateV2) }),
  one('no message-digest', { attributes: without(OID.idMessageDigest) }),
  one('no content-type', { attributes: without(OID.idContentType) }),
  one('two message-digests, the second one right', {
    attributes: (honest) => [...honest, encodeAttribute(OID.idMessageDigest, octetString(new Uint8Array(32)))],
  }),
  one('the digest of another document', {
    attributes: (honest) => [
      ...without(OID.idMessageDigest)(honest),
      encodeAttribute(OID.idMessageDigest, octetString(new Uint8Array(32))),
    ],
  }),
  one('another content type in attribute and content', {
    attributes: (honest) => [...without(OID.idContentType)(honest), encodeAttribute(OID.idContentType, oid('2.999.7'))],
    cms: { eContentType: '2.999.7' },
  }),
  one('another content type in the content alone', { cms: { eContentType: '2.999.7' } }),
  {
    name: 'the certificate exchanged for another one of the same key',
    build: ({ pki }) => forged(pki, { cms: { signingCertificate: twin(pki) } }),
  },
  {
    name: 'the certificate exchanged, the attribute naming the new one by hash and the old one by serial number',
    build: ({ pki }) =>
      forged(pki, {
        attributes: (honest) => [
          ...without(OID.idAaSigningCertificateV2)(honest),
          signingCertificateV2(pki.certificate('leader'), 'SHA-256', digestOf(nodeCrypto, 'SHA-256', twin(pki).raw)),
        ],
        cms: { signingCertificate: twin(pki) },
      }),
  },
  {
    name: 'the signer exchanged for somebody else’s certificate',
    build: ({ pki }) => forged(pki, { cms: { signingCertificate: pki.certificate('seal') } }),
  },
  one('digest algorithm and signature algorithm that disagree', { algorithm: { scheme: 'ecdsa', digest: 'SHA-384' } }),
  one('a signature value with a byte behind it', { signature: (value) => concatBytes(value, new Uint8Array([0])) }),
  one('a signature value of zeros', { signature: () => new Uint8Array([0x30, 6, 2, 1, 0, 2, 1, 0]) }),
  one('an empty signature value', { signature: () => new Uint8Array(0) }),
  one('a value with an over-long length', {
    signature: (value) => concatBytes(new Uint8Array([0x30, 0x81, value[1] as number]), value.subarray(2)),
  }),
  one('bytes behind the CMS', { finish: (cms) => concatBytes(cms, new Uint8Array([0x30, 0])) }),
  one('two CMS one behind the other', { finish: (cms) => concatBytes(cms, cms) }),
  one('a CMS without its last byte', { finish: (cms) => cms.subarray(0, -1) }),
  one('nothing but zeros', { finish: (cms) => new Uint8Array(cms.length) }),
  one('an empty CMS', { finish: () => new Uint8Array([0x30, 0]) }),
];

/** Time and trust (EN 319 102-1 §5.4-5.5): the signer's certificate was revoked on 1 February 2026. */
const BEFORE = Date.parse('2026-01-20T00:00:00Z');
const over = (bytes: Uint8Array) => ({ digest: 'SHA-256', hash: digestOf(nodeCrypto, 'SHA-256', bytes) }) as const;

export const BACKDATED: readonly Attack[] = [
  one('no time-stamp, only a claimed time', { by: 'revoked' }),
  one('a time-stamp of something else', { by: 'revoked', stamp: (_s, pki) => pki.timeStampToken(over(latin1('x')), BEFORE) }),
  one('a time-stamp of an authority nobody trusts', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), BEFORE, { tsa: 'foreignTsa' }),
  }),
  one('a time-stamp by somebody who is no authority', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), BEFORE, { tsa: 'leader' }),
  }),
  one('a time-stamp by the signer', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), BEFORE, { tsa: 'revoked' }),
  }),
  one('a time-stamp by the issuing authority itself', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), BEFORE, { tsa: 'issuing' }),
  }),
  one('a time-stamp whose signature is broken', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), BEFORE, { brokenSignature: true }),
  }),
  one('a time-stamp after the revocation', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), Date.parse('2026-02-02T00:00:00Z')),
  }),
  one('a time-stamp from before the certificates existed', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), Date.parse('2020-01-01T00:00:00Z')),
  }),
  one('bytes that are no time-stamp', { by: 'revoked', stamp: () => new Uint8Array([0x30, 0]) }),
];

export const HONEST_CMS: readonly Attack[] = [
  one('as it is made', {}),
  one('with a time-stamp', { stamp: (s, pki) => pki.timeStampToken(over(s), pki.now) }),
  one('of a certificate revoked later, time-stamped before', {
    by: 'revoked',
    stamp: (s, pki) => pki.timeStampToken(over(s), BEFORE),
  }),
];
