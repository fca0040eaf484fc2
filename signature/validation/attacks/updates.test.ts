import { STRUCTURE } from '@antin/testkit/attacks/structure';
import type { Attack, Ground } from '@antin/testkit/attacks/surgery';
import { DRAWN, HONEST_UPDATES, LAUNDERED, REPLACED, switched } from '@antin/testkit/attacks/updates';
import { judged, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';

const pki = testPki();
let ground: Ground;

beforeAll(async () => {
  ground = { pki, ...(await walk(pki)) };
});

const names = (list: readonly Attack[]) => list.map((one) => [one.name, one] as const);

describe('updates that change nothing that is shown', () => {
  it.each(names(HONEST_UPDATES))('pass: %s', async (_name, update) => {
    const report = judged(await update.build(ground), pki);
    expect(report.signatures.flatMap((one) => one.errors)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });

  it('a small check box beside the text may be chosen', async () => {
    expect(judged(await switched(ground, [72, 300, 84, 312]), pki).verdict).toBe('valid');
  });
});

describe('content that something harmless seems to explain', () => {
  it.each(names(LAUNDERED))('is invalid: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).toBe('invalid');
  });
});

describe('a later update that replaces', () => {
  it.each(names(REPLACED))('is invalid: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).toBe('invalid');
  });
});

describe('a later update that draws', () => {
  it.each(names(DRAWN))('never passes: %s', async (_name, attack) => {
    expect(judged(await attack.build(ground), pki).verdict).not.toBe('valid');
  });
});

describe('cross-references of two meanings', () => {
  it.each(names(STRUCTURE))('never pass and are never unsigned: %s', async (_name, attack) => {
    expect(['invalid', 'indeterminate']).toContain(judged(await attack.build(ground), pki).verdict);
  });
});
