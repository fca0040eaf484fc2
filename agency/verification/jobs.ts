import type { JobHandler } from '@antin/adapters/db/worker';
import type { FileStore } from '@antin/adapters/files/store';
import type { VerificationView } from '@antin/protocol/office/incoming';
import { ExchangeMessage } from '@antin/protocol/exchange/message';
import { record } from '../journal/journal.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { judgeArrival } from './arrival.ts';
import type { Judge } from './judge.ts';
import { verificationView } from './view.ts';

export interface ArrivedDocument {
  readonly id: string;
  readonly receiverAgencyId: string;
  readonly message: string;
  readonly verification: unknown;
}

export interface VerificationDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly openFile: FileStore['source'];
  readonly arrived: (db: Db, id: string) => Promise<ArrivedDocument | undefined>;
  readonly keep: (tx: Tx, id: string, verification: VerificationView) => Promise<void>;
}

/**
 * Judges what arrived, by itself and at once. An answer that only lacks revocation data (TRY_LATER) is kept and asked
 * again later, so that a service that was down for an hour does not leave an amber mark for ever.
 */
export function verificationJobs(deps: VerificationDeps): Readonly<Record<string, JobHandler>> {
  return {
    'verification.check': async (job) => {
      const { incomingId } = job.payload as { incomingId: string };
      const incoming = await deps.arrived(deps.db, incomingId);
      if (incoming === undefined) return;
      const { document } = ExchangeMessage.parse(JSON.parse(incoming.message));
      const at = deps.clock();
      const files = await judgeArrival(document.files, { judge: deps.judge, open: deps.openFile, at: at.getTime() });
      const view = verificationView(files, at);
      await inTransaction(deps.db, async (tx) => {
        await deps.keep(tx, incomingId, view);
        await record(tx, {
          event: 'IncomingVerified',
          at,
          agencyId: incoming.receiverAgencyId,
          incomingId,
          detail: { verdict: view.verdict },
        });
      });
      const later = files.some(({ report }) => report?.signatures.some((one) => one.subIndication === 'TRY_LATER') === true);
      return later ? { status: 'retry', reason: 'revocation data was not available' } : { status: 'done' };
    },
  };
}
