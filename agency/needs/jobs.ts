import type { JobHandler } from '@antin/adapters/db/worker';
import { dropImportFiles, IMPORT_QUEUE, runImport } from './import.ts';
import type { NeedsDeps } from './sheets.ts';

/** What a run that was killed at its end left behind; asked for at every start. */
export const TIDY_QUEUE = 'needs.tidy';

/** Imports of rows. An interrupted one goes on with the next worker. */
export function needsJobs(deps: NeedsDeps): Readonly<Record<string, JobHandler>> {
  return {
    [TIDY_QUEUE]: async () => dropImportFiles(deps),
    [IMPORT_QUEUE]: async (job, { signal }) => {
      const { importId } = job.payload as { importId: string };
      const said = await runImport(deps, importId, signal);
      return said === 'finished' ? { status: 'done' } : { status: 'retry', afterMs: 0, reason: 'interrupted' };
    },
  };
}
