import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { requireCeremonyKeys } from './ceremony-keys.ts';

describe('keys of an authority in production', () => {
  const folder = mkdtempSync(join(tmpdir(), 'antin-hierarchy-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const install = (profile: string) =>
    writeFileSync(
      join(folder, 'hierarchy.json'),
      JSON.stringify({ antinHierarchy: 1, profile, policies: [], tsaPolicy: '1.2', signers: ['s'], services: {}, cas: [{}] }),
    );
  const refused = expect.objectContaining({ code: 'serve.practice-only' }) as Error;

  test('come from a ceremony for production, and from nothing else', () => {
    expect(() => requireCeremonyKeys(folder, 'production')).toThrow(refused);
    install('practice');
    expect(() => requireCeremonyKeys(folder, 'production')).toThrow(refused);
    install('production');
    expect(() => requireCeremonyKeys(folder, 'production')).not.toThrow();
  });

  test('are not asked for in practice, and a damaged file is not taken for none', () => {
    rmSync(join(folder, 'hierarchy.json'));
    expect(() => requireCeremonyKeys(folder, 'practice')).not.toThrow();
    writeFileSync(join(folder, 'hierarchy.json'), '{');
    expect(() => requireCeremonyKeys(folder, 'production')).toThrow(expect.objectContaining({ code: 'keys.hierarchy' }) as Error);
  });
});
