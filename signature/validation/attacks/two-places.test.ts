import { TWO_PLACES, twoPlaces } from '@antin/testkit/attacks/two-places';
import { judged } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';

const pki = testPki();

describe('one object in two places of the catalog, changed after signing', () => {
  it.each(TWO_PLACES.map((one) => [one.name, one] as const))('never passes: %s', async (_name, one) => {
    const report = judged(await twoPlaces({ pki }, one, true), pki);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.changes.some((change) => change.what === 'object-modified')).toBe(true);
  });

  it.each(TWO_PLACES.map((one) => [one.name, one] as const))('its twin in one place passes: %s', async (_name, one) => {
    const report = judged(await twoPlaces({ pki }, one, false), pki);
    expect(report.verdict).toBe('valid');
  });
});
