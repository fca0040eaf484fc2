import type { z } from 'zod';
import { ExchangeMessage } from '@antin/protocol/exchange/message';
import type { IncomingRow, IncomingView } from '@antin/protocol/office/incoming';
import { agencyById } from '../directory/store.ts';
import { historyOf } from '../journal/journal.ts';
import type { Caller } from '../session/caller.ts';
import type { Db } from '@antin/adapters/db/transaction';
import { actsFor, viewerOf } from './rules.ts';
import { filesOf, type IncomingRecord } from './store.ts';

/** One line of a list. */
export function rowOf(incoming: IncomingRecord): z.input<typeof IncomingRow> {
  const { document } = ExchangeMessage.parse(JSON.parse(incoming.message));
  return {
    id: incoming.id,
    state: incoming.state,
    senderName: incoming.senderName,
    numberAndNotation: document.numberAndNotation,
    date: document.date,
    typeName: document.typeName,
    subject: document.subject,
    urgency: document.urgency,
    ...(incoming.verdict === null ? {} : { verdict: incoming.verdict }),
    arrivedAt: incoming.arrivedAt.toISOString(),
    ...(incoming.incomingNumber === null ? {} : { incomingNumber: incoming.incomingNumber }),
    ...(incoming.assignment === null ? {} : { assigneeName: incoming.assignment.assigneeName }),
    ...(incoming.dueDate === null ? {} : { dueDate: incoming.dueDate }),
  };
}

/** The whole page of one incoming document, with the acts this caller has. */
export async function viewOf(db: Db, incoming: IncomingRecord, caller: Caller): Promise<z.input<typeof IncomingView>> {
  const message = ExchangeMessage.parse(JSON.parse(incoming.message));
  const addressed = message.addressedAgencyId === undefined ? undefined : await agencyById(db, message.addressedAgencyId);
  return {
    ...rowOf(incoming),
    ...(addressed === undefined ? {} : { addressedAs: addressed.name }),
    signerName: `${message.document.signerTitle} ${message.document.signerName}`.trim(),
    files: await filesOf(db, incoming.id),
    ...(incoming.verification === null ? {} : { verification: incoming.verification }),
    ...(incoming.assignment === null ? {} : { assignment: incoming.assignment }),
    ...(incoming.refusal === null ? {} : { refusal: incoming.refusal }),
    history: await historyOf(db, { incomingId: incoming.id }),
    acts: actsFor({ ...incoming, verified: incoming.verification !== null }, viewerOf(caller)),
    version: incoming.version,
  };
}
