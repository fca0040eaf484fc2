import { createHash, randomUUID } from 'node:crypto';
import type { ExchangeMessage, Receipt, SignedReceipt } from '@antin/protocol/exchange/message';
import { enqueue } from '@antin/adapters/db/outbox';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { agencyById } from '../directory/store.ts';
import { signReceipt, type ReceiptKey } from '../exchange/receipts.ts';
import { record } from '../journal/journal.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { incomingByMessage, insertIncoming, insertIssuedReceipt, issuedReceipt, type IncomingRecord } from './store.ts';

export interface ReceiveDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly key: ReceiptKey;
  /** True when the file's bytes lie safely in this side's store. */
  readonly hasFile: (sha256: string) => Promise<boolean>;
}

/**
 * Takes a message in. R1 is given only after everything is stored; the same message again gets the very same receipt,
 * another content under the same id is refused (platform.md §6.1, defects 8 and 9 of §14).
 */
export async function receiveMessage(deps: ReceiveDeps, message: ExchangeMessage, canonical: string): Promise<SignedReceipt> {
  const contentSha256 = createHash('sha256').update(canonical, 'utf8').digest('hex');
  const known = await incomingByMessage(deps.db, message.id);
  if (known !== undefined) return repeat(deps, known, contentSha256);
  for (const file of message.document.files) {
    if (!(await deps.hasFile(file.sha256))) throw new Error(`exchange.file-missing: ${file.sha256} has not arrived`);
  }
  const at = deps.clock();
  const id = randomUUID();
  const receipt = await inTransaction(deps.db, async (tx) => {
    const added = await insertIncoming(tx, {
      id,
      messageId: message.id,
      senderAgencyId: message.senderAgencyId,
      receiverAgencyId: message.receiverAgencyId,
      sequence: message.sequence,
      message: canonical,
      contentSha256,
      arrivedAt: at,
      searchText: `${message.document.numberAndNotation} ${message.document.subject} ${message.document.typeName}`,
      files: message.document.files.map((file) => ({ id: randomUUID(), ...file })),
    });
    if (!added) return undefined;
    const signed = await giveReceipt(tx, deps.key, 'R1', { ...pairOf(message), contentSha256, at: at.toISOString() });
    await enqueue(tx, { queue: 'verification.check', key: id, payload: { incomingId: id } });
    await record(tx, {
      event: 'IncomingArrived',
      at,
      agencyId: message.receiverAgencyId,
      incomingId: id,
      detail: {
        agency: (await agencyById(tx, message.senderAgencyId))?.name ?? message.senderAgencyId,
        numberAndNotation: message.document.numberAndNotation,
      },
    });
    return signed;
  });
  if (receipt !== undefined) return receipt;
  const winner = await incomingByMessage(deps.db, message.id);
  if (winner === undefined) throw new Error('exchange.sequence-reused: another message has this place in the sequence');
  return repeat(deps, winner, contentSha256);
}

async function repeat(deps: ReceiveDeps, known: IncomingRecord, contentSha256: string): Promise<SignedReceipt> {
  if (known.contentSha256 !== contentSha256) throw new Error('exchange.message-id-reused: another content came under a known id');
  const stored = await issuedReceipt(deps.db, known.messageId, 'R1');
  if (stored === undefined) throw new Error('exchange.receipt-missing: R1 is not in the book');
  return { receipt: JSON.parse(stored.receipt) as Receipt, keyId: stored.keyId, signature: toBase64(stored.signature) };
}

function pairOf(message: {
  readonly id: string;
  readonly sequence: number;
  readonly senderAgencyId: string;
  readonly receiverAgencyId: string;
}) {
  const { id, sequence, senderAgencyId, receiverAgencyId } = message;
  return { messageId: id, sequence, senderAgencyId, receiverAgencyId };
}

/** Signs a receipt and keeps it in the caller's transaction. */
async function giveReceipt(
  tx: Tx,
  key: ReceiptKey,
  kind: Receipt['kind'],
  body: Omit<Receipt, 'kind' | 'contentSha256'> & { contentSha256: string },
): Promise<SignedReceipt> {
  const { text, signed, signature } = signReceipt({ kind, ...body }, key);
  await insertIssuedReceipt(tx, body.messageId, kind, { receipt: text, keyId: key.keyId, signature });
  return signed;
}

/** The same, and the sender is told by the worker. */
export async function giveAndSendReceipt(
  tx: Tx,
  key: ReceiptKey,
  kind: Receipt['kind'],
  incoming: IncomingRecord,
  extra: Partial<Receipt>,
  at: Date,
): Promise<void> {
  const signed = await giveReceipt(tx, key, kind, {
    messageId: incoming.messageId,
    sequence: Number(incoming.sequence),
    senderAgencyId: incoming.senderAgencyId,
    receiverAgencyId: incoming.receiverAgencyId,
    contentSha256: incoming.contentSha256,
    at: at.toISOString(),
    ...extra,
  });
  await enqueue(tx, { queue: 'exchange.receipt', key: `${incoming.messageId}:${kind}`, payload: signed });
}
