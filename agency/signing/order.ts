import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { SigningJob } from '@antin/protocol/office/signing';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { ToBeSigned } from '@antin/signature/pades/to-be-signed';
import type { DocumentRecord, FileRecord } from '../documents/store.ts';
import type { Caller } from '../session/caller.ts';
import type { Tx } from '@antin/adapters/db/transaction';
import type { CheckedCredential } from './credential.ts';
import type { SigningDoors } from './doors.ts';
import { abandonWaiting, insertAttempt } from './store.ts';

/** A job lives this long; the reservation behind it does not end with it. */
const JOB_MS = 5 * 60_000;

/** One file whose prepared bytes are in the store already. */
export interface PreparedFile {
  readonly file: FileRecord;
  readonly toBeSigned: ToBeSigned;
  readonly prepared: { readonly sha256: string; readonly size: number };
}

export interface Order {
  readonly act: 'sign' | 'issue';
  readonly document: DocumentRecord;
  readonly entryId: string | null;
  readonly credential: CheckedCredential;
  readonly signerName: string;
  readonly signerTitle: string | null;
  readonly place: PlaceOnPage | undefined;
  readonly files: readonly PreparedFile[];
  readonly batch?: { readonly id: string; readonly ordinal: number };
  readonly summary: readonly { readonly label: { readonly vi: string; readonly en: string }; readonly value: string }[];
}

/** Sends the order to the device and writes down what was prepared for it. An older order that still waits is dropped. */
export async function sendOrder(
  doors: SigningDoors,
  tx: Tx,
  caller: Caller,
  order: Order,
  now: Date,
): Promise<z.input<typeof SigningJob>> {
  for (const older of await abandonWaiting(tx, order.document.id)) await doors.jobs.requestCancel(tx, older.jobId);
  const { id: jobId, job } = await doors.jobs.createJob(tx, {
    act: order.act,
    documentId: order.document.id,
    credentialId: order.credential.id,
    agentId: order.credential.deviceId,
    personId: caller.personId,
    originatorPositionId: caller.position.id,
    summary: order.summary,
    documents: order.files.map(({ file, toBeSigned, prepared }) => ({
      title: file.role === 'main' ? order.document.subject : file.name,
      fileName: file.name,
      preparedSha256: prepared.sha256,
      size: prepared.size,
      byteRange: toBeSigned.byteRange,
      signedAttributes: toBeSigned.signedAttributes,
    })),
    expiresAt: new Date(now.getTime() + JOB_MS),
    ...(order.batch === undefined ? {} : { batch: order.batch }),
  });
  await insertAttempt(
    tx,
    {
      id: randomUUID(),
      documentId: order.document.id,
      act: order.act,
      entryId: order.entryId,
      personId: caller.personId,
      positionId: caller.position.id,
      credentialSha256: order.credential.id,
      jobId,
      revocation: order.credential.revocation,
      signerName: order.signerName,
      signerTitle: order.signerTitle,
      place: order.place,
      startedAt: now,
    },
    order.files.map(({ file, toBeSigned, prepared }) => ({
      fileId: file.id,
      baseSha256: file.sha256,
      preparedSha256: prepared.sha256,
      toBeSigned,
    })),
  );
  return job;
}
