import type { JobHandler } from '@antin/adapters/db/worker';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { VerificationView } from '@antin/protocol/office/incoming';
import { ExchangeMessage } from '@antin/protocol/exchange/message';
import { record } from '../journal/journal.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { judgeFile } from './judge.ts';
import type { TrustSource } from './trust-source.ts';
import { verificationView, type JudgedFile } from './view.ts';

export interface ArrivedDocument {
  readonly id: string;
  readonly receiverAgencyId: string;
  readonly message: string;
  readonly verification: unknown;
}

export interface VerificationDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly trust: TrustSource;
  /** Opens stored bytes; `close` gives the descriptor back. */
  readonly openFile: (sha256: string) => Promise<{ readonly source: ByteSource; close(): Promise<void> | void }>;
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
      const judged: JudgedFile[] = [];
      for (const file of document.files) {
        if (file.mediaType !== 'application/pdf') continue;
        const opened = await deps.openFile(file.sha256);
        try {
          judged.push({
            role: file.role,
            name: file.name,
            report: await judgeFile(opened.source, file.name, deps.trust, at.getTime()),
          });
        } finally {
          await opened.close();
        }
      }
      const view = verificationView(judged, at);
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
      const later = judged.some(({ report }) => report.signatures.some((signature) => signature.subIndication === 'TRY_LATER'));
      return later ? { status: 'retry', reason: 'revocation data was not available' } : { status: 'done' };
    },
  };
}
