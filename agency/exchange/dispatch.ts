import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { ExchangeMessage } from '@antin/protocol/exchange/message';
import { enqueue } from '@antin/adapters/db/outbox';
import { officeDay } from '@antin/adapters/clock/days';
import { receiverOf } from '../directory/rules.ts';
import type { AgencyRecord } from '../directory/store.ts';
import { withSuccessors } from '../directory/successors.ts';
import { record } from '../journal/journal.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { insertMessage, nextSequence, receiversOf } from './store.ts';

/** What the exchange needs to know of an issued document. */
export interface IssuedDocument {
  readonly id: string;
  readonly agencyId: string;
  readonly typeName: string;
  readonly numberAndNotation: string;
  readonly date: string;
  readonly subject: string;
  readonly urgency: 'normal' | 'urgent' | 'very-urgent' | 'flash';
  readonly signerName: string;
  readonly signerTitle: string;
  readonly addresseeIds: readonly string[];
  readonly files: readonly {
    readonly role: 'main' | 'annex';
    readonly name: string;
    readonly mediaType: string;
    readonly size: number;
    readonly sha256: string;
  }[];
}

/**
 * Turns one issued document into one message for each receiving agency, all in one transaction: either every addressee
 * has its message and its delivery job, or none. Running it again adds nothing.
 *
 * A closed agency resolves to its first successor that exists; two addressees with one receiver get one message.
 */
export async function dispatchDocument(db: Db, document: IssuedDocument, clock: Clock): Promise<number> {
  return inTransaction(db, async (tx) => {
    const now = clock();
    const directory = await withSuccessors(tx, document.addresseeIds);
    const done = new Set(await receiversOf(tx, document.id));
    let added = 0;
    for (const addressedId of document.addresseeIds) {
      const receiver = receiverOf(directory, addressedId, officeDay(now));
      // Submission refuses an addressee without a receiver; if the last successor closed since, the job stays and alarms.
      if (receiver === undefined) throw new Error(`no agency receives for ${addressedId}`);
      if (done.has(receiver.id)) continue;
      done.add(receiver.id);
      await addMessage(tx, document, receiver, addressedId, now);
      added += 1;
    }
    if (added > 0) {
      await record(tx, {
        event: 'DocumentDispatched',
        at: now,
        agencyId: document.agencyId,
        documentId: document.id,
        detail: { receivers: String(added) },
      });
    }
    return added;
  });
}

async function addMessage(
  tx: Tx,
  document: IssuedDocument,
  receiver: AgencyRecord,
  addressedId: string,
  now: Date,
): Promise<void> {
  const id = randomUUID();
  const addressedAgencyId = addressedId === receiver.id ? undefined : addressedId;
  const sequence = await nextSequence(tx, document.agencyId, receiver.id);
  const message = canonicalJson(
    ExchangeMessage.parse({
      id,
      sequence,
      senderAgencyId: document.agencyId,
      receiverAgencyId: receiver.id,
      ...(addressedAgencyId === undefined ? {} : { addressedAgencyId }),
      sentAt: now.toISOString(),
      document: {
        id: document.id,
        typeName: document.typeName,
        numberAndNotation: document.numberAndNotation,
        date: document.date,
        subject: document.subject,
        urgency: document.urgency,
        signerName: document.signerName,
        signerTitle: document.signerTitle,
        files: document.files,
      },
    }),
  );
  await insertMessage(tx, {
    id,
    documentId: document.id,
    senderAgencyId: document.agencyId,
    receiverAgencyId: receiver.id,
    addressedAgencyId,
    sequence,
    message,
    contentSha256: createHash('sha256').update(message, 'utf8').digest('hex'),
    queuedAt: now,
  });
  await enqueue(tx, { queue: 'exchange.deliver', key: id, payload: { messageId: id } });
}
