import { DRAFTED, HONEST_DRAFTS, OVERLOOKED } from '@antin/testkit/attacks/drafts';
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

describe('an honest draft', () => {
  it.each(names(HONEST_DRAFTS))('passes: %s', async (_name, draft) => {
    const report = judged(await draft.build(ground), pki);
    expect(report.signatures.flatMap((one) => one.errors)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });
});

describe('a draft that was prepared for a later update', () => {
  it.each(names(DRAFTED))('never passes: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).not.toBe('valid');
  });
});

describe('content that could be overlooked under a later picture', () => {
  it.each(names(OVERLOOKED))('never passes: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).not.toBe('valid');
  });
});
