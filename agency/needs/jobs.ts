import type { JobHandler } from '@antin/adapters/db/worker';
import { IMPORT_QUEUE, runImport } from './import.ts';
import type { NeedsDeps } from './sheets.ts';

/** Imports of rows. An interrupted one goes on with the next worker. */
export function needsJobs(deps: NeedsDeps): Readonly<Record<string, JobHandler>> {
  return {
    [IMPORT_QUEUE]: async (job, { signal }) => {
      const { importId } = job.payload as { importId: string };
      const said = await runImport(deps, importId, signal);
      return said === 'finished' ? { status: 'done' } : { status: 'retry', afterMs: 0, reason: 'interrupted' };
    },
  };
}
