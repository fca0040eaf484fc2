import { COVERED_UP, FORBIDDEN, HONESTLY_CLOSED, PERMITTED, certified } from '@antin/testkit/attacks/permissions';
import type { Attack, Ground } from '@antin/testkit/attacks/surgery';
import { judged, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';

const pki = testPki();
let ground: Ground;

beforeAll(async () => {
  ground = { pki, ...(await walk(pki)) };
});

const names = (list: readonly Attack[]) => list.map((one) => [one.name, one] as const);

describe('certification', () => {
  it.each([1, 2, 3] as const)('P=%s alone passes', (p) => {
    expect(judged(certified(pki, p), pki).verdict).toBe('valid');
  });
  it.each(names(PERMITTED))('permits %s', async (_name, one) => {
    const report = judged(await one.build(ground), pki);
    expect(report.signatures.flatMap((signature) => signature.errors)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });
  it.each(names(FORBIDDEN))('never passes %s', async (_name, one) => {
    expect(judged(await one.build(ground), pki).verdict).not.toBe('valid');
  });
});

describe('a later revision closed by a signature or a time-stamp', () => {
  it.each(names(HONESTLY_CLOSED))('passes: %s', async (_name, one) => {
    const report = judged(await one.build(ground), pki);
    expect(report.signatures.flatMap((signature) => signature.errors)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });
  it.each(names(COVERED_UP))('never passes: %s', async (_name, one) => {
    expect(['invalid', 'indeterminate']).toContain(judged(await one.build(ground), pki).verdict);
  });
});
