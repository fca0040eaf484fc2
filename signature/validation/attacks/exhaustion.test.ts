import { EXPENSIVE } from '@antin/testkit/attacks/exhaustion';
import type { Ground } from '@antin/testkit/attacks/surgery';
import { judged, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
let ground: Ground;

beforeAll(async () => {
  ground = { pki, ...(await walk(pki)) };
});

/** Generous: what is stopped here would run for minutes or for ever. */
const LONGEST_MS = 12_000;

describe('files made to keep the judge busy', () => {
  it.each(EXPENSIVE.map((one) => [one.name, one] as const))('end soon with an answer: %s', async (_name, attack) => {
    const file = await attack.build(ground);
    const started = process.cpuUsage();
    const report = judged(file, pki);
    expect(processorSince(started)).toBeLessThan(LONGEST_MS);
    if (attack.harmless !== true) expect(['invalid', 'indeterminate']).toContain(report.verdict);
    else expect(report.verdict).not.toBe('unsigned');
  });
}, 60_000);
