import type { JobHandler } from '@antin/adapters/db/worker';
import { ExchangeMessage, SignedReceipt, type Receipt } from '@antin/protocol/exchange/message';
import { agencyById } from '../directory/store.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { record } from '../journal/journal.ts';
import { dispatchDocument, type IssuedDocument } from './dispatch.ts';
import { receiptHolds, type ReceiptKey } from './receipts.ts';
import { keepReceipt, messageById, noteAttempt } from './store.ts';

export interface ExchangeDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly key: ReceiptKey;
  readonly issuedDocument: (db: Db, documentId: string) => Promise<IssuedDocument>;
  /** The receiving office: stores durably, then answers with its signed R1. In this installation a call, elsewhere HTTP. */
  readonly deliver: (message: ExchangeMessage, canonical: string) => Promise<SignedReceipt>;
  readonly onFault?: (fault: unknown) => void;
}

/** Queues of the sending side. Every handler may run again for the same key. */
export function exchangeJobs(deps: ExchangeDeps): Readonly<Record<string, JobHandler>> {
  const { db, clock } = deps;
  return {
    'exchange.dispatch': async (job) => {
      const { documentId } = job.payload as { documentId: string };
      await dispatchDocument(db, await deps.issuedDocument(db, documentId), clock);
    },
    'exchange.deliver': async (job) => {
      const { messageId } = job.payload as { messageId: string };
      const outgoing = await messageById(db, messageId);
      if (outgoing === undefined || outgoing.state !== 'queued') return;
      try {
        const receipt = await deps.deliver(ExchangeMessage.parse(JSON.parse(outgoing.message)), outgoing.message);
        await acceptReceipt(deps, receipt);
        await noteAttempt(db, messageId, undefined);
      } catch (fault) {
        await noteAttempt(db, messageId, fault instanceof Error ? fault.message : String(fault));
        throw fault;
      }
    },
    'exchange.receipt': async (job) => {
      await acceptReceipt(deps, SignedReceipt.parse(job.payload));
    },
  };
}

/**
 * Takes a receipt from a receiver. Refused (thrown, so retried and seen) when its signature does not hold or it speaks
 * of another message than the one that was sent.
 */
export async function acceptReceipt(deps: Pick<ExchangeDeps, 'db' | 'clock' | 'key'>, signed: SignedReceipt): Promise<void> {
  const { receipt } = signed;
  if (!receiptHolds(signed, deps.key)) throw new Error('exchange.receipt-signature: the receipt was not signed by a known key');
  const sent = await messageById(deps.db, receipt.messageId);
  const same =
    sent !== undefined &&
    sent.senderAgencyId === receipt.senderAgencyId &&
    sent.receiverAgencyId === receipt.receiverAgencyId &&
    sent.contentSha256 === receipt.contentSha256 &&
    Number(sent.sequence) === receipt.sequence;
  if (!same) throw new Error('exchange.receipt-mismatch: the receipt speaks of another message');
  await inTransaction(deps.db, async (tx) => {
    const fresh = await keepReceipt(tx, signed, deps.clock());
    if (!fresh) return;
    await record(tx, {
      event: EVENTS[receipt.kind],
      at: deps.clock(),
      agencyId: sent.senderAgencyId,
      documentId: sent.documentId,
      detail: await detailOf(tx, receipt),
    });
  });
}

/** Words for the history: names, not ids. */
async function detailOf(tx: Tx, receipt: Receipt): Promise<Record<string, string>> {
  const receiver = await agencyById(tx, receipt.receiverAgencyId);
  return {
    agency: receiver?.name ?? receipt.receiverAgencyId,
    ...(receipt.incomingNumber === undefined ? {} : { number: String(receipt.incomingNumber) }),
    ...(receipt.refusal === undefined ? {} : { reason: receipt.refusal.note }),
  };
}

const EVENTS = {
  R1: 'DeliveryArrived',
  R2: 'DeliveryRegistered',
  assigned: 'DeliveryAssigned',
  done: 'DeliveryDone',
  refused: 'DeliveryRefused',
} as const;
