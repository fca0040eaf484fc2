import { HONEST_PACKED, PACKED } from '@antin/testkit/attacks/packed';
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

describe('object streams, cross-reference streams and hybrid files', () => {
  it.each(names(HONEST_PACKED))('pass: %s', async (_name, one) => {
    const report = judged(await one.build(ground), pki);
    expect(report.signatures.flatMap((signature) => signature.errors)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });
  it.each(names(PACKED))('never pass and are never unsigned: %s', async (_name, one) => {
    expect(['invalid', 'indeterminate']).toContain(judged(await one.build(ground), pki).verdict);
  });
});
