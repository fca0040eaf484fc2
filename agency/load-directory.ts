import { loadAgenciesAndPeople } from './directory/load.ts';
import type { CitizenNumbers } from './directory/citizen-number.ts';
import type { DirectorySeed, LoadedDirectory } from './directory/types.ts';
import { openBooks } from './registers/books.ts';
import type { Tx } from '@antin/adapters/db/transaction';

/** A whole seed in one transaction: agencies, people and positions, books and number series. */
export async function loadDirectory(tx: Tx, seed: DirectorySeed, numbers?: CitizenNumbers): Promise<LoadedDirectory> {
  const loaded = await loadAgenciesAndPeople(tx, seed, numbers);
  for (const agency of seed.agencies) {
    for (const books of agency.books) await openBooks(tx, loaded.agencies.get(agency.key)!, books);
  }
  return loaded;
}
