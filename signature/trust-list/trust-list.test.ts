import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes, fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { DAY, HOUR, judged, letter, sign } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { listMarkup, signList, signedList } from '@antin/testkit/trust-list/list';
import type { ListDescription, ListedPeriod } from '@antin/testkit/trust-list/list';
import { describe, expect, it } from 'vitest';
import { timestampPdf } from '../pades/document-time-stamp.ts';
import { signXades } from '../xades/sign.ts';
import { VIETNAM_POLICY } from '../validation/policy.ts';
import { judgeTrustedList } from './judge.ts';
import type { TrustedListOptions } from './judge.ts';
import { FOR_SEALS, FOR_WEB_SITES, SERVICE_TYPE, STATUS_WITHDRAWN, TSL_SIGNING } from './names.ts';
import { trustFromLists } from './trust-from-lists.ts';

const lister = { profile: 'person', issuer: 'foreignRoot', key: 'p-256', extKeyUsage: [TSL_SIGNING] } as const;
const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    lister: { ...lister, subject: [['CN', 'Trusted list operator']] },
    other: { ...lister, subject: [['CN', 'Trusted list operator']] },
    belowLister: { ...lister, issuer: 'issuing', subject: [['CN', 'Below a pinned CA']] },
    oldLister: { ...lister, subject: [['CN', 'Expired operator']], notAfter: '2026-01-01T00:00:00Z' },
  },
});
const at = pki.now + 2 * HOUR;
const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
const since: ListedPeriod = { from: '2025-01-01T00:00:00Z' };
const ca = (...periods: ListedPeriod[]) => ({
  name: 'Issuing CA',
  certificates: [pki.certificate('issuing')],
  periods: periods.length === 0 ? [since] : periods,
});
const tsa = { name: 'TSA', type: SERVICE_TYPE.tsaQualified, certificates: [pki.certificate('tsa')], periods: [since] };
const options = (more: Partial<TrustedListOptions> = {}): TrustedListOptions => ({
  door: nodeCrypto,
  signers: [pki.certificate('lister')],
  at,
  ...more,
});
const made = (description: Partial<ListDescription> = {}, by = 'lister') =>
  signedList({ services: [ca(), tsa], ...description }, pki.signingKey(by), pki.now - DAY);
const trustOf = async (description: Partial<ListDescription>, more: Partial<TrustedListOptions> = {}) =>
  trustFromLists([{ name: 'list.xml', bytes: await made(description) }], options(more));
const signPart = (document: string, target: string) =>
  signXades({ packaging: 'enveloped', document: utf8(document), target }, pki.signingKey('lister'), {
    door: nodeCrypto,
    level: 'B-B',
    signingTime: pki.now,
  });
const codeOf = (bytes: Uint8Array, more: Partial<TrustedListOptions> = {}): string => {
  const result = judgeTrustedList(bytes, options(more));
  return result.status === 'accepted' ? 'accepted' : result.code;
};
/** Verdict on a letter of the leader under the trust of a list. */
const verdict = async (description: Partial<ListDescription>, stampedAt?: number, more: Partial<TrustedListOptions> = {}) => {
  const { anchors } = await trustOf(description, more);
  const file = await sign(letter(), { pki, by: 'leader', ...(stampedAt === undefined ? {} : { stampedAt }) });
  const report = judged(file, pki, at, { trust: anchors, tsaTrust: [...anchors, ...pki.anchors] });
  const [signature] = report.signatures;
  return [report.verdict, signature?.subIndication ?? null, signature?.errors[0]?.code ?? null];
};

describe('a trusted list of its pinned signer', () => {
  it('is read: scheme, number, dates, services with their histories', async () => {
    const result = judgeTrustedList(
      await made({ services: [ca({ from: '2026-01-01T00:00:00Z', status: STATUS_WITHDRAWN }, since), tsa] }),
      options(),
    );
    expect(result).toMatchObject({
      status: 'accepted',
      list: {
        territory: 'VN',
        operator: 'National Electronic Authentication Centre',
        sequenceNumber: 7,
        issuedAt: Date.parse('2026-03-01T00:00:00Z'),
        nextUpdate: Date.parse('2026-09-01T00:00:00Z'),
        providers: [{ name: 'Test provider', services: [{ name: 'Issuing CA' }, { name: 'TSA' }] }],
        unreadable: [],
      },
    });
    const periods = result.status === 'accepted' ? result.list.providers[0]?.services[0]?.periods : [];
    expect(periods?.map((one) => one.from)).toEqual([Date.parse('2026-01-01T00:00:00Z'), Date.parse('2025-01-01T00:00:00Z')]);
  });

  it('gives anchors with purposes and dates, and documents under them pass', async () => {
    const { anchors, refused, warnings } = await trustOf({});
    expect([refused, warnings]).toEqual([[], []]);
    expect(anchors.map(({ purposes, label, notBefore, notAfter }) => ({ purposes, label, notBefore, notAfter }))).toEqual([
      { purposes: ['signer'], label: 'Test provider: Issuing CA (VN)', notBefore: Date.parse(since.from), notAfter: undefined },
      { purposes: ['time-stamp'], label: 'Test provider: TSA (VN)', notBefore: Date.parse(since.from), notAfter: undefined },
    ]);
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    const report = judged(file, pki, at, { trust: anchors });
    expect(report.verdict).toBe('valid');
    expect(report.signatures[0]?.timestamps[0]?.indication).toBe('PASSED');
  });

  it('names a time-stamp service and a CA apart: neither vouches for the work of the other', async () => {
    expect(await verdict({ services: [{ ...ca(), type: SERVICE_TYPE.tsa }] })).toEqual([
      'indeterminate',
      'NO_CERTIFICATE_CHAIN_FOUND',
      'trust.chain-found',
    ]);
    expect((await trustOf({ services: [{ ...ca(), type: SERVICE_TYPE.ocspQc }] })).anchors).toEqual([]);
  });
});

describe('the status of a service in time', () => {
  const withdrawn = [{ from: moment(pki.now + HOUR), status: STATUS_WITHDRAWN }, since];
  const OUT = ['indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND', 'trust.anchor-ended'];

  it('withdrawn, it vouches for nothing later, and still for what a time-stamp proves to be older', async () => {
    expect(await verdict({ services: [ca(...withdrawn), tsa] })).toEqual(OUT);
    expect(await verdict({ services: [ca(...withdrawn), tsa] }, pki.now + HOUR + 60_000)).toEqual(OUT);
    expect(await verdict({ services: [ca(...withdrawn), tsa] }, pki.now)).toEqual(['valid', null, null]);
  });

  it('withdrawn, a time-stamp service proves nothing by its own word, and still what a later time-stamp covers', async () => {
    const gone = { ...tsa, periods: withdrawn };
    const { anchors } = await trustOf({ services: [ca(), gone] });
    const stamped = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    const report = judged(stamped, pki, at, { trust: anchors });
    expect(report.signatures[0]?.timestamps[0]?.errors[0]?.code).toBe('time-stamp.anchor-out-of-dates');
    expect(report.signatures[0]?.bestSignatureTimeFrom).toBe('validation-time');
    // Covered by another service while the first was still granted.
    const covered = concatBytes(
      stamped,
      await timestampPdf(memorySource(stamped), {
        inflate: nodeInflate,
        door: nodeCrypto,
        at: pki.now,
        timeStamp: (imprint) => Promise.resolve(pki.timeStampToken(imprint, pki.now + HOUR / 2, { tsa: 'foreignTsa' })),
      }),
    );
    const evidence = pki.evidence(at);
    const later = judged(covered, pki, at, {
      trust: [...anchors, { certificate: pki.certificate('foreignRoot'), purposes: ['time-stamp'] }],
      evidence: { ...evidence, crls: [...evidence.crls, pki.crlAt(at, 'foreignRoot')] },
    });
    expect([later.verdict, later.signatures[0]?.bestSignatureTime]).toEqual(['valid', new Date(pki.now).toISOString()]);
  });

  it('does not begin before it was granted', async () => {
    const later = [{ from: moment(pki.now + HOUR) }];
    expect(await verdict({ services: [ca(...later), tsa] }, pki.now)).toEqual([...OUT.slice(0, 2), 'trust.anchor-not-yet']);
    expect(await verdict({ services: [ca(...later), tsa] })).toEqual(['valid', null, null]);
  });

  it('counts in each of several spans, whatever the order of the history', async () => {
    const spans = [since, { from: '2025-06-01T00:00:00Z', status: STATUS_WITHDRAWN }, { from: '2026-01-01T00:00:00Z' }] as const;
    const { anchors } = await trustOf({ services: [ca(spans[2], spans[0], spans[1])] });
    expect(anchors.map((one) => [one.notBefore, one.notAfter])).toEqual([
      [Date.parse(since.from), Date.parse('2025-06-01T00:00:00Z') - 1],
      [Date.parse('2026-01-01T00:00:00Z'), undefined],
    ]);
  });

  it('withdrawn in one of two entries of the same kind and certificate, the withdrawal counts; of another kind it does not', async () => {
    expect(await verdict({ services: [ca(), ca(...withdrawn), tsa] })).toEqual(OUT);
    expect(await verdict({ services: [ca(...withdrawn), ca(), tsa] })).toEqual(OUT);
    const other = { ...ca(...withdrawn), type: SERVICE_TYPE.caPkc };
    expect(await verdict({ services: [ca(), other, tsa] })).toEqual(['valid', null, null]);
    expect((await trustOf({ services: [ca(), ca()] })).anchors).toHaveLength(1);
  });

  it('a critical extension that nobody knows, or web sites alone as its use, give no trust to signers', async () => {
    expect((await trustOf({ services: [ca({ ...since, critical: 'OnlyOnSundays' })] })).anchors).toEqual([]);
    expect((await trustOf({ services: [ca({ ...since, additional: [FOR_WEB_SITES] })] })).anchors).toEqual([]);
    expect((await trustOf({ services: [ca({ ...since, additional: [FOR_WEB_SITES, FOR_SEALS] })] })).anchors).toHaveLength(1);
  });
});

describe('a list that has ended', () => {
  const ended = { nextUpdate: moment(pki.now + HOUR) };

  it('ends its trust with it, or goes on with a warning where the policy says so', async () => {
    expect((await verdict(ended))[2]).toBe('trust.anchor-ended');
    expect(await verdict(ended, pki.now)).toEqual(['valid', null, null]);
    expect((await trustOf(ended)).warnings.map((one) => one.code)).toEqual(['trusted-list.expired']);
    const policy = { ...VIETNAM_POLICY, constraints: { 'trusted-list.expired': 'warn' } } as const;
    expect(await verdict(ended, undefined, { policy })).toEqual(['valid', null, null]);
    expect((await trustOf(ended, { policy })).warnings.map((one) => one.code)).toEqual(['trusted-list.expired']);
  });

  it('closed for good, vouches for nothing after its last issue', async () => {
    expect((await verdict({ nextUpdate: null }))[2]).toBe('trust.anchor-ended');
  });
});

describe('a list that is not what its signer published is refused', () => {
  it('unsigned', () => {
    expect(codeOf(listMarkup({ services: [ca()] }))).toBe('trusted-list.unsigned');
  });

  it('signed by another of the same name, by one below a pinned certificate, or with an expired certificate', async () => {
    expect(codeOf(await made())).toBe('accepted');
    expect(codeOf(await made({}, 'other'))).toBe('trusted-list.signer-not-pinned');
    const below = options({ signers: [pki.certificate('issuing')] });
    expect(codeOf(await made({}, 'belowLister'), below)).toBe('trusted-list.signer-not-pinned');
    expect(codeOf(await made({}, 'oldLister'), { signers: [pki.certificate('oldLister')] })).toBe(
      'trusted-list.signature-invalid',
    );
    expect(codeOf(await made({}, 'tsa'), { signers: [pki.certificate('tsa')] })).toBe('trusted-list.signature-invalid');
  });

  it('changed in a single date', async () => {
    const text = fromUtf8(await made({ services: [ca({ from: '2026-01-01T00:00:00Z', status: STATUS_WITHDRAWN }, since)] }));
    expect(codeOf(utf8(text.replace('/withdrawn', '/granted  ').replace('/granted  ', '/granted')))).toBe(
      'trusted-list.signature-invalid',
    );
  });

  it('wrapped: the signed list moved aside, and another one where readers look', async () => {
    // By identifier, as many lists are signed: moving it breaks no digest.
    const withId = (name: string) => fromUtf8(listMarkup({ services: [ca()] })).replace('List xmlns', `List Id="${name}" xmlns`);
    const signed = fromUtf8(await signPart(withId('list'), 'list'));
    expect(codeOf(utf8(signed))).toBe('accepted');
    const inner = signed.slice(signed.indexOf('<tsl:'));
    const forged = fromUtf8(listMarkup({ services: [{ ...ca(), certificates: [pki.certificate('foreignRoot')] }] }));
    const end = '</tsl:TrustServiceStatusList>';
    expect(codeOf(utf8(forged.replace(end, `<x>${inner}</x>${end}`)))).toBe('trusted-list.not-wholly-signed');
    const signature = signed.slice(signed.indexOf('<ds:Signature'), signed.lastIndexOf(end));
    const bare = inner.replace(signature, '');
    const hidden = signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`);
    expect(codeOf(utf8(forged.replace(end, `${hidden}${end}`)))).toBe('trusted-list.signature-invalid');
    expect(codeOf(utf8(forged.replace(end, `${signature}${end}`).replace('List xmlns', 'List Id="list" xmlns')))).toBe(
      'trusted-list.signature-invalid',
    );
  });

  it('signed in a part only', async () => {
    const part = fromUtf8(listMarkup({ services: [ca()] })).replace('<tsl:SchemeInformation>', '<tsl:SchemeInformation Id="s">');
    const signed = await signPart(part, 's');
    expect(codeOf(signed)).toBe('trusted-list.not-wholly-signed');
  });

  it('signed twice, or whatever is no list', async () => {
    expect(codeOf(await signList(await made(), pki.signingKey('lister'), pki.now))).toBe('trusted-list.not-wholly-signed');
    expect(codeOf(await signList(utf8('<a>b</a>'), pki.signingKey('lister'), pki.now))).toBe('trusted-list.unreadable');
    const dtd = fromUtf8(await made()).replace('?>\n', '?>\n<!DOCTYPE a [<!ENTITY e "x">]>');
    expect(codeOf(utf8(dtd))).toBe('trusted-list.unreadable');
    expect(codeOf(await made({ issuedAt: moment(at + DAY) }))).toBe('trusted-list.from-the-future');
  });

  it('older than one that is known: rolled back to before a withdrawal', async () => {
    const [old, fresh] = [await made({ sequenceNumber: 6, issuedAt: '2026-02-01T00:00:00Z' }), await made({ services: [tsa] })];
    const files = (...all: Uint8Array[]) => all.map((bytes, i) => ({ name: `${i}.xml`, bytes }));
    for (const order of [files(old, fresh), files(fresh, old)]) {
      const { anchors, refused, known } = trustFromLists(order, options());
      expect(refused.map((one) => one.code)).toEqual(['trusted-list.rolled-back']);
      expect(anchors.map((one) => one.purposes)).toEqual([['time-stamp']]);
      expect(trustFromLists(files(old), options({ known })).anchors).toEqual([]);
    }
    expect(trustFromLists(files(old), options()).anchors).toHaveLength(2);
    const elsewhere = await made({ sequenceNumber: 1, territory: 'LA' });
    expect(trustFromLists(files(fresh, elsewhere), options()).refused).toEqual([]);
  });

  it('one refused list takes nothing from the others', async () => {
    const files = [
      { name: 'forged.xml', bytes: await made({ territory: 'LA' }, 'other') },
      { name: 'good.xml', bytes: await made() },
    ];
    const { anchors, refused } = trustFromLists(files, options());
    expect([anchors.length, refused.map((one) => one.name)]).toEqual([2, ['forged.xml']]);
  });
});

it('an odd certificate of one service is told and takes nothing from the others', async () => {
  const description = { services: [{ ...ca(), name: 'Odd' }, tsa] };
  const text = fromUtf8(listMarkup(description)).replace(/<tsl:X509Certificate>[^<]{40}/, '<tsl:X509Certificate>');
  const bytes = await signList(utf8(text), pki.signingKey('lister'), pki.now);
  const { anchors, lists } = trustFromLists([{ name: 'x', bytes }], options());
  expect(anchors.map((one) => one.purposes)).toEqual([['time-stamp']]);
  expect(lists[0]?.unreadable[0]).toMatch(/^Test provider, Odd: /);
});

it('no flipped byte of a signed list is believed, and none makes the reader stumble', async () => {
  const good = await made();
  const expected = JSON.stringify(judgeTrustedList(good, options()));
  for (let at = 0; at < good.length; at += Math.ceil(good.length / 150)) {
    const bent = good.slice();
    bent[at] = (bent[at] as number) ^ (1 << (at % 7));
    const result = judgeTrustedList(bent, options());
    // Outside the root, and white space inside values of base64, nothing is said.
    if (result.status === 'accepted') expect(JSON.stringify(result)).toBe(expected);
  }
});

it('a long list of anchors does not use up what a file may bring', async () => {
  const { anchors } = await trustOf({});
  const stranger = pki.certificate('foreignRoot');
  const crowd = Array.from({ length: 3000 }, (_, i) => {
    const raw = stranger.raw.slice();
    new DataView(raw.buffer).setUint32(raw.length - 4, i);
    return { certificate: { ...stranger, raw, subject: pki.certificate('seal').subject }, purposes: ['signer'] as const };
  });
  const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
  expect(judged(file, pki, at, { trust: [...crowd, ...anchors] }).verdict).toBe('valid');
});
