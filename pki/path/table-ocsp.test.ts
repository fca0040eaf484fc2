import { describe, expect, test } from 'vitest';
import {
  boolean,
  context,
  generalizedTime,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
} from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { nodeCrypto as door } from '../../adapters/crypto/node.ts';
import { ALGORITHM, DAY, NOW, mint, mintCa, mintList, sign } from '../../testkit/pki/mint.ts';
import type { Minted } from '../../testkit/pki/mint.ts';
import { parseCrl } from '../crl/parse.ts';
import { digestOf } from '../crypto.ts';
import type { SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import { buildResponseData, ocspErrorResponse, ocspResponseFrom } from '../ocsp/build.ts';
import type { SingleResponseParts } from '../ocsp/build.ts';
import { certId } from '../ocsp/certificate-id.ts';
import { parseOcspResponse, sameNonce } from '../ocsp/response.ts';
import type { BasicOcspResponse, CertStatus } from '../ocsp/response.ts';
import { signatureAlgorithmIdentifier } from '../x509/algorithm.ts';
import { extKeyUsage, extension, keyUsage, ocspNoCheck } from '../x509/build.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { checkRevocation } from './revocation.ts';
import type { RevocationFinding, RevocationOptions } from './revocation-finding.ts';

/** OCSP answers as responders, bad days and attackers make them: what each is believed for, and why not. */
const HOUR = 3_600_000;
const [COMPROMISE, HOLD] = [1, 6];
const SERIAL = Uint8Array.of(0x51);
const root = mintCa({ subject: 'Root' });
const ca = mintCa({ subject: 'CA', issuer: root });
const leaf = mint({ subject: 'Leaf', issuer: ca, serial: SERIAL });
const speaks = [keyUsage('digitalSignature'), extKeyUsage(OID.ocspSigning)];
const responder = mint({ subject: 'Responder', issuer: ca, extensions: [...speaks, ocspNoCheck()] });
const GOOD: CertStatus = { kind: 'good' };
const revoked = (reason: number, at = NOW - 30 * DAY): CertStatus => ({ kind: 'revoked', at, reason });
const read = (one: Minted): Certificate => parseCertificate(one.raw);
const idOf = (serial = SERIAL, digest: 'SHA-1' | 'SHA-256' = 'SHA-256', issuer = ca) =>
  certId(read(issuer), serial, digest, door);

interface Answer extends Partial<SingleResponseParts> {
  readonly more?: readonly SingleResponseParts[];
  readonly by?: Minted;
  readonly name?: Uint8Array;
  readonly keyHash?: Uint8Array;
  readonly sent?: readonly Minted[];
  readonly producedAt?: number;
  readonly algorithm?: SignatureAlgorithm;
  /** Changes tbsResponseData before it is signed. */
  readonly bend?: (tbs: Uint8Array) => Uint8Array;
}

function answer(order: Answer = {}): BasicOcspResponse {
  const { by = responder, more = [], sent = [by], bend = (tbs: Uint8Array) => tbs } = order;
  const thisUpdate = order.thisUpdate ?? NOW - HOUR;
  const key = order.keyHash ?? digestOf(door, 'SHA-1', read(by).publicKey);
  const tbs = bend(
    buildResponseData({
      responderId: order.name === undefined ? { keyHash: key } : { name: order.name },
      producedAt: order.producedAt ?? thisUpdate,
      responses: [{ nextUpdate: NOW + DAY, certId: idOf(), status: GOOD, ...order, thisUpdate }, ...more],
    }),
  );
  const identifier = signatureAlgorithmIdentifier(order.algorithm ?? ALGORITHM);
  const raw = ocspResponseFrom(
    tbs,
    identifier,
    sign(tbs, by.key),
    sent.map((one) => one.raw),
  );
  return parseOcspResponse(raw).basic as BasicOcspResponse;
}

interface Case {
  readonly answers: readonly BasicOcspResponse[];
  readonly says: RevocationFinding['status'] | readonly string[];
  readonly lists?: readonly Uint8Array[];
  readonly target?: Minted;
  readonly options?: Partial<RevocationOptions>;
  readonly finding?: Partial<RevocationFinding>;
}

function table(title: string, cases: Readonly<Record<string, () => Case>>): void {
  describe(title, () => {
    test.each(Object.entries(cases))('%s', (_, make) => {
      const { answers, says, lists = [], target = leaf, options, finding } = make();
      const found = checkRevocation(read(target), read(ca), {
        crls: lists.map((one) => parseCrl(one)),
        ocsps: answers,
        at: NOW,
        door,
        anchors: [{ certificate: read(root), purposes: ['signer'] }],
        ...options,
      });
      if (typeof says === 'string') expect(found).toMatchObject({ status: says, ...finding });
      else expect(found).toEqual({ status: 'unknown', why: says });
    });
  });
}

table('who answers', {
  'the CA itself, with its own key': () => ({ answers: [answer({ by: ca, sent: [] })], says: 'good' }),
  'a responder of the CA, by key': () => ({ answers: [answer()], says: 'good' }),
  'a responder of the CA, by name': () => ({ answers: [answer({ name: responder.subject })], says: 'good' }),
  'a responder that leaves its certificate out, where it is known': () => ({
    answers: [answer({ sent: [] })],
    options: { candidates: [read(responder)] },
    says: 'good',
  }),
  'and where it is not known': () => ({ answers: [answer({ sent: [] })], says: ['ocsp.responder-not-authorised'] }),
  'by the name of another': () => ({ answers: [answer({ name: ca.subject })], says: ['ocsp.signature-invalid'] }),
  'by the key of another': () => ({
    answers: [answer({ keyHash: new Uint8Array(20) })],
    says: ['ocsp.responder-not-authorised'],
  }),
  'with the purpose missing': () => {
    const by = mint({ subject: 'No purpose', issuer: ca, extensions: [ocspNoCheck()] });
    return { answers: [answer({ by })], says: ['ocsp.responder-not-authorised'] };
  },
  'with any purpose': () => {
    const by = mint({ subject: 'Any', issuer: ca, extensions: [extKeyUsage(OID.anyExtendedKeyUsage), ocspNoCheck()] });
    return { answers: [answer({ by })], says: ['ocsp.responder-not-authorised'] };
  },
  'of another CA': () => {
    const by = mint({ subject: 'Of the root', issuer: root, extensions: [...speaks, ocspNoCheck()] });
    return { answers: [answer({ by })], says: ['ocsp.responder-not-authorised'] };
  },
  'of somebody who only calls himself the CA': () => {
    const by = mint({ subject: 'Thief', issuer: { ...ca, key: 'thief' }, extensions: [...speaks, ocspNoCheck()] });
    return { answers: [answer({ by })], says: ['ocsp.responder-not-authorised'] };
  },
  'who had expired when it answered': () => {
    const by = mint({ subject: 'Late', issuer: ca, notAfter: NOW - DAY, extensions: [...speaks, ocspNoCheck()] });
    return { answers: [answer({ by })], says: ['ocsp.responder-expired'] };
  },
  'who has expired since': () => {
    const by = mint({ subject: 'Late', issuer: ca, notAfter: NOW - DAY, extensions: [...speaks, ocspNoCheck()] });
    return { answers: [answer({ by, thisUpdate: NOW - 2 * DAY })], says: 'good' };
  },
  'whose status nobody knows': () => {
    const by = mint({ subject: 'Checked', issuer: ca, extensions: speaks });
    return { answers: [answer({ by })], says: ['ocsp.responder-status-unknown'] };
  },
  'whom a list lets speak': () => {
    const by = mint({ subject: 'Checked', issuer: ca, extensions: speaks });
    return { answers: [answer({ by })], lists: [mintList({ issuer: ca })], says: 'good', finding: { source: 'ocsp' } };
  },
  'whom a list has revoked': () => {
    const by = mint({ subject: 'Checked', issuer: ca, serial: Uint8Array.of(0x52), extensions: speaks });
    const entries = [{ serial: Uint8Array.of(0x52), reason: COMPROMISE }];
    // The list settles the leaf too: it is the answer that must not count.
    const lists = [mintList({ issuer: ca, entries })];
    return { answers: [answer({ by, status: revoked(COMPROMISE) })], lists, says: 'good', finding: { source: 'crl' } };
  },
  'and who vouches for himself only': () => {
    const by = mint({ subject: 'Checked', issuer: ca, serial: Uint8Array.of(0x52), extensions: speaks });
    const own = { certId: idOf(Uint8Array.of(0x52)), status: GOOD, thisUpdate: NOW - HOUR, nextUpdate: NOW + DAY };
    return { answers: [answer({ by, more: [own] })], says: ['ocsp.responder-status-unknown'] };
  },
  'with a signature that was changed': () => {
    const bent = answer();
    const signature = bent.signature.slice();
    signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
    return { answers: [{ ...bent, signature }], says: ['ocsp.signature-invalid'] };
  },
  'with SHA-1': () => ({
    answers: [
      {
        ...answer(),
        signatureAlgorithm: { oid: OID.ecdsaWithSha1, parameters: undefined, raw: sequence(oid(OID.ecdsaWithSha1)) },
      },
    ],
    says: ['ocsp.weak-algorithm'],
  }),
});

const unknownHash = (): Uint8Array =>
  sequence(
    sequence(oid('2.999.1'), nullValue()),
    octetString(digestOf(door, 'SHA-256', ca.subject)),
    octetString(digestOf(door, 'SHA-256', read(ca).publicKey)),
    tlv(0x02, SERIAL),
  );
const other = (status: CertStatus): SingleResponseParts => ({
  certId: idOf(Uint8Array.of(0x60)),
  status,
  thisUpdate: NOW - HOUR,
  nextUpdate: NOW + DAY,
});

table('about whom', {
  'named with SHA-1, which only identifies': () => ({ answers: [answer({ certId: idOf(SERIAL, 'SHA-1') })], says: 'good' }),
  'named with a hash nobody knows': () => ({ answers: [answer({ certId: unknownHash() })], says: ['revocation.no-evidence'] }),
  'another serial number': () => ({ answers: [answer({ certId: idOf(Uint8Array.of(0x60)) })], says: ['revocation.no-evidence'] }),
  'the same serial number of another CA': () => ({
    answers: [answer({ certId: idOf(SERIAL, 'SHA-256', root) })],
    says: ['revocation.no-evidence'],
  }),
  'several, one of them this': () => ({ answers: [answer({ more: [other(revoked(COMPROMISE))] })], says: 'good' }),
  'several, one of them this, revoked': () => ({
    answers: [answer({ certId: idOf(Uint8Array.of(0x60)), more: [{ ...other(revoked(COMPROMISE)), certId: idOf() }] })],
    says: 'revoked',
  }),
  'this one twice, good and revoked': () => ({
    answers: [answer({ more: [{ ...other(revoked(COMPROMISE)), certId: idOf() }] })],
    says: 'revoked',
  }),
  'this one twice at one moment, good and on hold': () => ({
    answers: [answer({ more: [{ ...other(revoked(HOLD)), certId: idOf() }] })],
    says: 'revoked',
  }),
  'unknown to the responder': () => ({ answers: [answer({ status: { kind: 'unknown' } })], says: ['ocsp.status-unknown'] }),
  'unknown to the responder, and not on the list': () => ({
    answers: [answer({ status: { kind: 'unknown' } })],
    lists: [mintList({ issuer: ca })],
    says: 'good',
    finding: { source: 'crl' },
  }),
});

table('when', {
  'made tomorrow': () => ({
    answers: [answer({ thisUpdate: NOW + DAY, nextUpdate: NOW + 2 * DAY })],
    says: ['ocsp.not-yet-valid'],
  }),
  'ended yesterday': () => ({
    answers: [answer({ thisUpdate: NOW - 2 * DAY, nextUpdate: NOW - DAY })],
    says: ['ocsp.stale'],
  }),
  'ended yesterday, and said revoked': () => ({
    answers: [answer({ thisUpdate: NOW - 2 * DAY, nextUpdate: NOW - DAY, status: revoked(COMPROMISE) })],
    says: 'revoked',
  }),
  'ends before it begins': () => ({ answers: [answer({ nextUpdate: NOW - 2 * HOUR })], says: ['ocsp.period-reversed'] }),
  'good about a certificate that has expired': () => ({
    answers: [answer()],
    target: ended(),
    says: ['revocation.after-expiry'],
  }),
  'with an archive that reaches back': () => ({
    answers: [answer({ archiveCutoff: NOW - 50 * DAY })],
    target: ended(),
    says: 'good',
    finding: { archiveCutoff: NOW - 50 * DAY },
  }),
  'with an archive that does not reach back far enough': () => ({
    answers: [answer({ archiveCutoff: NOW - 5 * DAY })],
    target: ended(),
    says: ['revocation.after-expiry'],
  }),
});

function ended(): Minted {
  return mint({ subject: 'Ended', issuer: ca, serial: SERIAL, notAfter: NOW - 10 * DAY });
}

const listed = (reason: number, thisUpdate: number, at?: number): Uint8Array =>
  mintList({ issuer: ca, thisUpdate, entries: [{ serial: SERIAL, reason, ...(at === undefined ? {} : { at }) }] });

table('two that contradict each other', {
  'a newer good does not lift a revocation': () => ({
    answers: [answer({ status: revoked(COMPROMISE), thisUpdate: NOW - 9 * HOUR }), answer()],
    says: 'revoked',
  }),
  'a newer good does not lift the revocation of a list': () => ({
    answers: [answer()],
    lists: [listed(COMPROMISE, NOW - 3 * DAY)],
    says: 'revoked',
    finding: { source: 'crl' },
  }),
  'a list does not hide a revocation': () => ({
    answers: [answer({ status: revoked(COMPROMISE), thisUpdate: NOW - 2 * DAY })],
    lists: [mintList({ issuer: ca })],
    says: 'revoked',
    finding: { source: 'ocsp' },
  }),
  'a newer good lifts the hold of a list': () => ({
    answers: [answer()],
    lists: [listed(HOLD, NOW - 3 * DAY)],
    says: 'good',
    finding: { source: 'ocsp' },
  }),
  'an older good does not': () => ({
    answers: [answer({ thisUpdate: NOW - 5 * HOUR })],
    lists: [listed(HOLD, NOW - HOUR)],
    says: 'revoked',
    finding: { source: 'crl' },
  }),
  'of two moments of revocation the earlier counts': () => ({
    answers: [answer({ status: revoked(4, NOW - 3 * DAY) })],
    lists: [listed(COMPROMISE, NOW - DAY, NOW - 9 * DAY)],
    says: 'revoked',
    finding: { revokedAt: NOW - 9 * DAY, reason: COMPROMISE },
  }),
});

describe('answers that are no answers', () => {
  const data =
    (...extensions: Uint8Array[]) =>
    (): Uint8Array => {
      const keyHash = digestOf(door, 'SHA-1', read(responder).publicKey);
      const single = sequence(idOf(), tlv(0x80), generalizedTime(NOW - HOUR), context(0, generalizedTime(NOW + DAY)));
      const more = extensions.length === 0 ? [] : [context(1, sequence(...extensions))];
      return sequence(context(2, octetString(keyHash)), generalizedTime(NOW - HOUR), sequence(single), ...more);
    };
  table('as a whole', {
    'with an unknown critical extension': () => ({
      answers: [answer({ bend: data(extension('2.999.1', true, integer(1))) })],
      says: ['ocsp.unknown-critical-extension'],
    }),
    'the honest twin, where it is not critical': () => ({
      answers: [answer({ bend: data(extension('2.999.1', false, integer(1))) })],
      says: 'good',
    }),
  });
  test('the same extension twice is not read', () => {
    const twice = extension('2.999.1', false, boolean(true));
    expect(() => answer({ bend: data(twice, twice) })).toThrow(
      expect.objectContaining({ code: 'x509.duplicate-extension' }) as Error,
    );
  });
  test.each(['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const)(
    '%s carries none',
    (status) => {
      expect(parseOcspResponse(ocspErrorResponse(status))).toEqual({ status });
    },
  );
  test('an error that carries one is refused', () => {
    const raw = ocspResponseFrom(data()(), signatureAlgorithmIdentifier(ALGORITHM), new Uint8Array(8), []).slice();
    const status = raw.indexOf(0x0a);
    raw[status + 2] = 6;
    expect(() => parseOcspResponse(raw)).toThrow(FormatFault);
  });
  test('a nonce must come back as it was sent', () => {
    const nonce = new Uint8Array(32).fill(7);
    const asked = extension(OID.idPkixOcspNonce, false, octetString(nonce));
    expect(sameNonce(answer({ bend: data(asked) }), nonce)).toBe(true);
    expect(
      sameNonce(
        answer({ bend: data(asked) }),
        nonce.map((octet) => octet ^ 1),
      ),
    ).toBe(false);
    expect(sameNonce(answer(), nonce)).toBe(false);
  });
});
