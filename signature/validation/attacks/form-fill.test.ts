import { DRAWING_TRICKS, FIELD_TRICKS, HONEST_FILLS } from '@antin/testkit/attacks/form-fill';
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

describe('the honest clerk', () => {
  it.each(names(HONEST_FILLS))('passes: %s', async (_name, fill) => {
    const report = judged(await fill.build(ground), pki);
    expect(report.signatures.flatMap((one) => one.errors)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });

  it('passes after the seal', () => {
    expect(judged(ground.sealed, pki).verdict).toBe('valid');
  });
});

describe('an appearance that does not show its value', () => {
  it.each(names(DRAWING_TRICKS))('never passes: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).not.toBe('valid');
  });
});

describe('the fields of number and date misused', () => {
  it.each(names(FIELD_TRICKS))('never passes: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).not.toBe('valid');
  });
});
