import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { judged, letter, sign } from '@antin/testkit/judging/documents';
import type { ValidationContext } from './types.ts';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';

const { root } = DEFAULT_PKI.entities;
/** A root whose certificate ends in the middle of the life of what it vouches for, as one of 2010 does that archives need in 2035. */
const pki = testPki({
  ...DEFAULT_PKI,
  entities: { ...DEFAULT_PKI.entities, root: { ...root!, notAfter: '2026-03-02T01:30:00Z' } },
});
const at = pki.now + 1_800_000;
const judge = async (more: Partial<ValidationContext> = {}, stampedAt?: number) => {
  const file = await sign(letter(), { pki, by: 'leader', ...(stampedAt === undefined ? {} : { stampedAt }) });
  const report = judged(file, pki, at, more);
  return { answer: [report.verdict, report.decidedBy], told: report.signatures[0]?.information ?? [] };
};

describe('an anchor whose own certificate has ended', () => {
  it('vouches as the trust store says, and it is told (RFC 5280 §6.1.1 d)', async () => {
    const { answer, told } = await judge();
    expect(answer).toEqual(['valid', null]);
    expect(told).toMatchObject([{ code: 'trust.anchor-certificate-ended', message: expect.stringContaining('2026-03-02') }]);
  });

  it('vouches no longer than the trust store says', async () => {
    const ended = pki.anchors.map((one) => ({ ...one, notAfter: pki.now - 60_000 }));
    expect((await judge({ trust: ended, tsaTrust: pki.anchors })).answer).toEqual(['indeterminate', 'trust.anchor-ended']);
  });

  it('is not told of while it stands', async () => {
    const usual = testPki();
    const report = judged(await sign(letter(), { pki: usual, by: 'leader' }), usual, at);
    expect([report.verdict, report.signatures[0]?.information]).toEqual(['valid', undefined]);
  });
});
