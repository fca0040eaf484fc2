import { loadDirectory } from '@antin/agency/load-directory';
import { officeDay } from '@antin/adapters/clock/days';
import { enrolEverybody } from './certificates.ts';
import type { Demo } from './data.ts';
import { directorySeed } from './directory.ts';
import type { SeedDoors } from './doors.ts';
import { seedDrafts } from './drafts.ts';
import { fourLevelDemo } from './four-level/demo.ts';
import { seedPast } from './past.ts';
import { seedRegister } from './register.ts';
import { provinceDemo } from './province/demo.ts';

export const demos: Readonly<Record<'province' | 'four-level', Demo>> = { province: provinceDemo, 'four-level': fourLevelDemo };

/**
 * Fills an empty installation with a demo. Not one transaction: a seed that was cut off is begun again from nothing
 * (`cli/services/first-start.ts`).
 */
export async function seedDemo(demo: Demo, doors: SeedDoors): Promise<void> {
  const year = Number(officeDay(doors.now()).slice(0, 4));
  const seed = await directorySeed(demo, { files: doors.files, year, passwordHash: doors.passwordHash });
  const loaded = await doors.db.transaction().execute((tx) => loadDirectory(tx, seed, doors.numbers));
  await seedPast(demo, loaded, doors);
  doors.turnClock(undefined);
  await doors.authority.runJobs();
  await enrolEverybody(demo, loaded, doors);
  await seedRegister(demo, doors);
  await seedDrafts(demo, loaded, doors);
}
