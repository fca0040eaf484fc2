import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { openFileStore } from '@antin/adapters/files/store';
import { childrenOn, searchAgencies, wordsQuery } from '@antin/agency/directory/agency-store';
import { citizenNumbers } from '@antin/agency/directory/citizen-number';
import { loadDirectory } from '@antin/agency/load-directory';
import { officeMigrations } from '@antin/agency/office';
import { testDatabase } from '@antin/testkit/database';
import { directorySeed } from './directory.ts';
import { demos } from './seed.ts';

test.each([
  ['province', 3],
  ['four-level', 4],
] as const)('the directory of the demo %s has %i levels, and people with all that a request asks for', async (name, levels) => {
  await using database = await testDatabase(officeMigrations, 'agency');
  const folder = mkdtempSync(join(tmpdir(), 'antin-seed-'));
  try {
    const demo = demos[name];
    const seed = await directorySeed(demo, { files: openFileStore(folder), year: 2026, passwordHash: 'x' });
    const numbers = citizenNumbers(platformKeyOf(generateKeyPairSync('ed25519').privateKey));
    const loaded = await database.db.transaction().execute((tx) => loadDirectory(tx, seed, numbers));
    const { rows } = await sql<{ levels: number; whole: number; people: number; administrators: number }>`
      select (select count(distinct level) from agency.agency)::integer as levels,
        (select count(*) from agency.person where mail is not null and phone is not null and citizen_hash is not null)::integer as whole,
        (select count(*) from agency.person)::integer as people,
        (select count(*) from agency.position where 'administrator' = any(roles))::integer as administrators`.execute(
      database.db,
    );
    expect(rows[0]).toMatchObject({ levels, whole: demo.people.length, people: demo.people.length });
    expect(rows[0]!.administrators).toBeGreaterThan(1);
    const day = '2026-06-01';
    const base = { day, includeClosed: false, limit: 50 };
    const [top] = await searchAgencies(database.db, { ...base, parentId: null });
    const below = await searchAgencies(database.db, { ...base, parentId: top!.id });
    expect(below.map((one) => one.id)).toContain(loaded.agencies.get('province'));
    expect((await childrenOn(database.db, { ...base, parentId: top!.id })).map((one) => one.id)).toEqual(
      below.map((one) => one.id),
    );
    const found = await searchAgencies(database.db, { ...base, words: wordsQuery('ủy ban nhân dân tỉnh') });
    expect(found.map((one) => one.id)).toEqual([loaded.agencies.get('province')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
