import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { doors, joined, signedPdf } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { validate } from '../validation/validate.ts';
import type { SignPadesLongTermOptions } from './sign-long-term.ts';
import { signPadesLongTerm } from './sign-long-term.ts';

const pki = testPki();
const MINUTE = 60_000;
const input = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
const leader = pki.signingKey('leader');

function options(more: Partial<SignPadesLongTermOptions> = {}): SignPadesLongTermOptions {
  let time = pki.now;
  return {
    ...doors,
    level: 'B-LT',
    signingTime: pki.now,
    at: pki.now + 10 * MINUTE,
    anchors: pki.anchors,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
    ...more,
  };
}

async function signed(bytes: Uint8Array, more?: Partial<SignPadesLongTermOptions>, key = leader): Promise<Uint8Array> {
  return joined(bytes, await signPadesLongTerm(memorySource(bytes), key, options(more)));
}

function judged(bytes: Uint8Array) {
  const evidence = { certificates: [], crls: [], ocsps: [] };
  return validate(memorySource(bytes), { ...doors, trust: pki.anchors, evidence, at: pki.now + 20 * MINUTE }).report;
}

const revisionsOf = (bytes: Uint8Array) =>
  openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' }).revisions.length;

describe('signing up to a long-term level in one go', () => {
  it.each([
    ['B-LT', 3],
    ['B-LTA', 4],
  ] as const)('%s is what the judge calls it, with all evidence in the file', async (level, revisions) => {
    const bytes = await signed(input, { level });
    expect(judged(bytes)).toMatchObject({ verdict: 'valid', signatures: [{ level, indication: 'TOTAL_PASSED' }] });
    expect(revisionsOf(bytes)).toBe(revisions);
    expect(Buffer.from(bytes.subarray(0, input.length)).equals(input)).toBe(true);
  });

  it('raises the signatures that were there with it', async () => {
    const stamp = (hash: Uint8Array) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now));
    const first = await signedPdf(input, leader, { level: 'B-T', timeStamp: stamp });
    const bytes = await signed(first, { level: 'B-LTA' }, pki.signingKey('seal'));
    expect(judged(bytes)).toMatchObject({ verdict: 'valid', signatures: [{ level: 'B-LTA' }, { level: 'B-LTA' }] });
  });

  it('takes a time-stamp that does not fit as a document time-stamp', async () => {
    const bytes = await signed(input, { tokenBytes: 64 });
    expect(judged(bytes)).toMatchObject({ verdict: 'valid' });
    expect(revisionsOf(bytes)).toBe(4);
  });
});

describe('refused, and nothing comes out', () => {
  it('when the time-stamp was not signed by who is named in it', async () => {
    const timeStamp: SignPadesLongTermOptions['timeStamp'] = (imprint) =>
      Promise.resolve(pki.timeStampToken(imprint, pki.now, { brokenSignature: true }));
    await expect(signed(input, { timeStamp })).rejects.toMatchObject({ code: 'extend.signature-broken' });
  });

  it('when the time-stamp comes from somebody whom nobody trusts', async () => {
    const timeStamp: SignPadesLongTermOptions['timeStamp'] = (imprint) =>
      Promise.resolve(pki.timeStampToken(imprint, pki.now, { tsa: 'foreignTsa' }));
    await expect(signed(input, { timeStamp })).rejects.toMatchObject({ code: 'extend.no-chain' });
  });

  it('when an earlier signature is broken', async () => {
    const first = await signedPdf(input, leader);
    const broken = Uint8Array.from(first);
    const at = Buffer.from(broken).indexOf('/MediaBox');
    broken[at + 12] = (broken[at + 12] as number) ^ 1;
    await expect(signed(broken, {}, pki.signingKey('seal'))).rejects.toMatchObject({ code: 'extend.signature-broken' });
  });

  it.each(['revoked', 'unknownIssuer'])('when the signer is %s', async (name) => {
    const code = name === 'revoked' ? 'extend.revoked' : 'extend.no-chain';
    await expect(signed(input, {}, pki.signingKey(name))).rejects.toMatchObject({ code });
  });
});
