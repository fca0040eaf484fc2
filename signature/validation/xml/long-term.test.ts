import { beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { doors } from '@antin/testkit/pdf/signing';
import { TWO_GENERATIONS } from '@antin/testkit/pki/description';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { ExtendOptions } from '../../making/extend-options.ts';
import type { Evidence } from '../types.ts';
import { extendXades } from '../../xades/extend.ts';
import { signXades } from '../../xades/sign.ts';

const pki = testPki(TWO_GENERATIONS);
const MINUTE = 60_000;
const { door } = doors;
const NONE: Evidence = { certificates: [], crls: [], ocsps: [] };
const soon = pki.now + 30 * MINUTE;
const judge = (document: Uint8Array | string, at = soon, evidence = NONE) => judgedXml(document, pki, at, { evidence });

function world(start = pki.now, tsa = 'tsa') {
  let time = start;
  return (level: ExtendOptions['level']): ExtendOptions => ({
    door,
    level,
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE), { tsa }),
    evidenceFor: evidenceSource(pki, () => time),
  });
}

async function made(level: ExtendOptions['level'], who = 'leader', text = '<thư>Kính gửi</thư>') {
  const signed = await signXades({ packaging: 'enveloped', document: utf8(text) }, pki.signingKey(who), {
    door,
    level: 'B-B',
    signingTime: pki.now,
  });
  return extendXades(signed, world()(level));
}

let lt: string;
let lta: string;
beforeAll(async () => {
  lt = fromUtf8(await made('B-LT'));
  lta = fromUtf8(await made('B-LTA'));
});

/** The parts of the unsigned properties, in order, to be put back in another way. */
function edited(document: string, edit: (parts: string[]) => string[]): string {
  const hit = /(<xades:UnsignedSignatureProperties[^>]*>)([\s\S]*)(<\/xades:UnsignedSignatureProperties>)/.exec(document)!;
  const parts = hit[2]!.match(/<(xades(?:141)?:\w+)[\s>][\s\S]*?<\/\1>/g)!;
  expect(parts.join('')).toBe(hit[2]);
  return document.replace(hit[0], () => hit[1]! + edit(parts).join('') + hit[3]!);
}

it('the honest twins', () => {
  expect(edited(lta, (parts) => parts)).toBe(lta);
  expect(judge(lta).signatures).toMatchObject([
    {
      level: 'B-LTA',
      indication: 'TOTAL_PASSED',
      timestamps: [{ indication: 'PASSED' }, { kind: 'archive-time-stamp', indication: 'PASSED' }],
    },
  ]);
});

describe('an archive time-stamp proves nothing', () => {
  const archive = (document: string) => {
    const report = judge(document, soon, pki.evidence(soon));
    const stamp = report.signatures[0]!.timestamps.find((one) => one.kind === 'archive-time-stamp');
    return [stamp?.indication, report.signatures[0]!.level];
  };

  it('when something under it was taken out, exchanged, put in or put in another order', () => {
    for (let i = 0; i < 3; i++) {
      expect(archive(edited(lta, (parts) => parts.filter((_, n) => n !== i)))[0], `without ${i}`).toBe('FAILED');
    }
    const [value, certificates, revocation, ats] = [0, 1, 2, 3];
    expect(archive(edited(lta, (p) => [p[certificates]!, p[value]!, p[revocation]!, p[ats]!]))[0]).toBe('FAILED');
    expect(archive(edited(lta, (p) => [p[value]!, '<xades:CompleteCertificateRefs/>', ...p.slice(1)]))[0]).toBe('FAILED');
    expect(archive(lta.replace('<ds:KeyInfo>', '<ds:KeyInfo Id="k">'))[0]).toBe('FAILED');
  });

  it('when the time-stamp of the signature was moved behind it', () => {
    const behind = edited(lta, (p) => [...p.slice(1), p[0]!]);
    const [indication, level] = archive(behind);
    expect(indication).toBe('FAILED');
    expect(level).not.toBe('B-LTA');
  });

  it('when it was made for another signature', async () => {
    const other = fromUtf8(await made('B-LTA', 'seal'));
    const theirs = /<xades141:ArchiveTimeStamp[\s\S]*?<\/xades141:ArchiveTimeStamp>/.exec(other)![0];
    const [indication, level] = archive(edited(lta, (p) => [...p.slice(0, 3), theirs]));
    expect([indication, level]).toEqual(['FAILED', 'B-LT']);
  });

  it('while more may come behind it; a second time-stamp of the signature there is not under it', () => {
    expect(
      archive(edited(lta, (p) => [...p, '<xades:CertificateValues/>'.replace('/>', '></xades:CertificateValues>')]))[0],
    ).toBe('PASSED');
    const more = edited(lta, (p) => [...p, p[0]!.replace('Id="', 'Id="x')]);
    const [one] = judge(more, soon, pki.evidence(soon)).signatures;
    expect(one?.warnings.map((w) => w.code)).toContain('time-stamp.archive-partial');
    expect(one?.level).not.toBe('B-LTA');
  });

  it('with an unknown canonical form, without a token, or of an earlier generation', () => {
    const form = lta.replace(/(<xades141:ArchiveTimeStamp[\s\S]*?Algorithm=")[^"]*/, '$1urn:x');
    expect(archive(form)[0]).toBe('FAILED');
    for (const property of ['<xades:ArchiveTimeStamp/>', '<xades:SigAndRefsTimeStamp/>', '<xades:RefsOnlyTimeStamp/>']) {
      const [one] = judge(
        edited(lta, (p) => [...p, property]),
        soon,
      ).signatures;
      expect(one?.warnings.map((w) => w.code)).toContain('time-stamp.not-judged');
    }
  });
});

describe('level LT', () => {
  const level = (document: string) => {
    const [one] = judge(document, soon, pki.evidence(soon)).signatures;
    return [one?.level, one?.levelFailures.map((failure) => failure.code)];
  };

  it('names what must not stand there', () => {
    expect(level(lt)).toEqual(['B-LT', []]);
    const refs = '<xades141:CompleteCertificateRefsV2 xmlns:xades141="http://uri.etsi.org/01903/v1.4.1#"/>';
    for (const [property, code] of [
      ['<xades:CompleteRevocationRefs/>', 'level.references-at-lt'],
      [refs, 'level.references-at-lt'],
      ['<xades:RevocationValues></xades:RevocationValues>', 'level.values-once'],
    ] as const) {
      expect(level(edited(lt, (p) => [...p, property]))).toEqual(['B-T', [code]]);
    }
  });

  it('is not reached with evidence that the caller brings', () => {
    expect(level(edited(lt, (p) => p.slice(0, 1)))).toEqual(['B-T', []]);
    expect(level(edited(lt, (p) => [p[0]!, p[1]!]))).toEqual(['B-T', []]);
  });

  it('needs one token in each time-stamp of the signature', () => {
    const two = lt.replace(/(<xades:EncapsulatedTimeStamp>.*?<\/xades:EncapsulatedTimeStamp>)/, '$1$1');
    expect(level(two)).toEqual(['B-B', ['level.one-token']]);
  });
});

it('twelve years later it is valid when it was renewed in time, and only then', async () => {
  const once = await made('B-LTA', 'revokedLater');
  const twice = await extendXades(once, world(Date.parse('2029-06-01T00:00:00Z'), 'tsa2')('B-LTA'));
  const after = Date.parse('2034-01-01T00:00:00Z');
  const evidence = { ...NONE, crls: [pki.crlAt(after, 'issuing2'), pki.crlAt(after, 'root')] };
  expect(judge(twice, after, evidence)).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LTA' }] });
  expect(judge(once, after, evidence).verdict).toBe('indeterminate');
});

it('a detached signature at B-LTA needs its data for the archive time-stamp too', async () => {
  const content = memorySource(utf8('một'));
  const files = [{ name: 'thư.txt', content, mimeType: 'text/plain' }];
  const signed = await signXades({ packaging: 'detached', files }, pki.signingKey('leader'), {
    door,
    level: 'B-B',
    signingTime: pki.now,
  });
  const long = await extendXades(signed, { ...world()('B-LTA'), detached: () => content });
  expect(judgedXml(long, pki, soon, { evidence: NONE, detached: content }).signatures).toMatchObject([{ level: 'B-LTA' }]);
  expect(inShort(judgedXml(long, pki, soon, { evidence: NONE, detached: memorySource(utf8('hai')) }))).toMatch(
    /^invalid HASH_FAILURE/,
  );
  const without = judgedXml(long, pki, soon, { evidence: NONE });
  expect(without.signatures).toMatchObject([
    { subIndication: 'SIGNED_DATA_NOT_FOUND', timestamps: [{ indication: 'PASSED' }, { indication: 'FAILED' }] },
  ]);
});
