import type { Db } from '@antin/adapters/db/transaction';
import { activate } from './generations.ts';
import type { OpenCas } from './cas.ts';
import type { Generation } from './rules.ts';
import { listGenerations } from './store.ts';

/** What who operates the authority sees and decides about its CAs. */
export interface CaOperation {
  /** A page of all generations, by series and number. */
  list(after?: { readonly series: string; readonly generation: number }): Promise<Generation[]>;
  /** The next generation of a series, in practice; elsewhere a ceremony makes it. @throws {AuthorityFault} `ca.ceremony-needed` */
  prepareNext(series: string): Promise<Generation>;
  /** From now on it issues, and the one before only answers. @throws {AuthorityFault} `ca.state`, `ca.not-in-time` */
  activate(issuerSha256: string): Promise<Generation>;
}

/** @param changed told after a change: responders and chains follow it */
export function caOperation(
  db: Db,
  cas: Pick<OpenCas, 'generations' | 'prepareNext'>,
  clock: () => number,
  changed: () => Promise<void>,
): CaOperation {
  return {
    list: (after) => listGenerations(db, after, 100),
    prepareNext: (series) => cas.prepareNext(series),
    async activate(issuerSha256) {
      const active = await activate(db, issuerSha256, clock());
      cas.generations.forget();
      await changed();
      return active;
    },
  };
}
