import { createHash, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { AnswerHandler, PartReader, SigningJobs } from '@antin/adapters/devices/jobs';
import { Refusal } from '@antin/adapters/http/refusal';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import type { SigningJob } from '@antin/protocol/office/signing';
import { prepareAsicCades } from '@antin/signature/asic/cades';
import { record } from '../journal/journal.ts';
import { putSealed, sealedBytes } from '../sealed-files.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { checkCredential } from '../signing/credential.ts';
import type { SigningDoors } from '../signing/doors.ts';
import { contentOf } from './at-rest.ts';
import type { IssuerDeps } from './deps.ts';
import { printRequest, travelFiles } from './requests.ts';
import type { TravelFile } from './seal.ts';
import { endSignings, insertSigning, moveSigning, signingOfJob, sumsOf } from './signing-store.ts';
import { lockRequest, requestById } from './store.ts';

export const SIGNED_QUEUE = 'issuers.signed';
const JOB_MS = 5 * 60_000;

/** Devices of this installation, and what it asks of certificates before they sign. */
export interface RequestSigning extends Pick<SigningDoors, 'chainOf' | 'statusOf'> {
  readonly jobs: SigningJobs;
}

/** As a container takes them. */
export const asicFiles = (files: readonly TravelFile[]) =>
  files.map(({ name, bytes, mimeType }) => ({ name, mimeType, content: memorySource(bytes) }));

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Sends a prepared request to the device that holds the organisation's key. The device fetches every file, makes the manifest
 * again and reads in the request what it shows. An order that still waits is taken back.
 *
 * @throws {Refusal} `issuer.seal-holder-needed`, `issuer.request-not-now`, `issuer.signed-already`, those of `checkCredential`
 */
export async function orderRequestSignature(
  deps: IssuerDeps,
  signing: RequestSigning,
  caller: Caller,
  id: string,
  credentialId: string,
): Promise<z.input<typeof SigningJob>> {
  const { db, clock } = deps;
  const seen = await requestById(db, id);
  if (seen?.agencyId !== caller.position.agencyId) throw new Refusal('issuer.request-not-found');
  if (!caller.position.roles.includes('clerk')) throw new Refusal('issuer.seal-holder-needed');
  requireUnsigned(seen);
  const credential = await checkCredential({ ...signing, db, clock }, caller, credentialId, 'organisation');
  const paper = await printRequest(deps, seen);
  const paperSha256 = await putSealed(deps, paper);
  const files = await travelFiles(deps, id, paper);
  const now = clock();
  const { certificate, chain, algorithm } = credential;
  const toBeSigned = prepareAsicCades(
    { container: 'ASiC-E', files: asicFiles(files) },
    { door: nodeCrypto, certificate, chain, algorithm, signingTime: now.getTime() },
  );
  const { bytes } = toBeSigned.manifest!;
  return inTransaction(db, async (tx) => {
    const request = (await lockRequest(tx, id))!;
    requireUnsigned(request);
    for (const jobId of await endSignings(tx, id)) await signing.jobs.requestCancel(tx, jobId);
    const { id: jobId, job } = await signing.jobs.createJob(tx, {
      ...{ act: 'request', documentId: id, credentialId, agentId: credential.deviceId },
      ...{ personId: caller.personId, originatorPositionId: caller.position.id },
      summary: [{ label: { vi: 'Hồ sơ', en: 'Request' }, value: request.number ?? id }],
      documents: [
        {
          ...{ title: `Hồ sơ đề nghị ${request.number ?? ''}`.trim(), fileName: `de-nghi-${id}.asice` },
          ...{ preparedSha256: sha256Of(bytes), size: bytes.length, signedAttributes: toBeSigned.cades.signedAttributes },
          ...{ content: 'container', bytes },
          parts: files.map((file) => ({ name: file.name, sha256: sha256Of(file.bytes), size: file.bytes.length })),
        },
      ],
      expiresAt: new Date(now.getTime() + JOB_MS),
    });
    const sums = fromUtf8(files.at(-1)!.bytes);
    await insertSigning(tx, {
      ...{ id: randomUUID(), requestId: id, jobId, credentialSha256: credential.id, signer: caller.fullName },
      ...{ paperSha256, sums, toBeSigned, at: now },
    });
    await record(tx, {
      ...{ event: 'IssuerRequestSigningStarted', at: now, agencyId: request.agencyId, actor: actorOf(caller) },
      detail: { requestId: id, certificate: credential.id, revocation: credential.revocation, manifest: sha256Of(bytes) },
    });
    return job;
  });
}

function requireUnsigned(request: { readonly state: string; readonly containerSha256: string | null }): void {
  if (request.containerSha256 !== null) throw new Refusal('issuer.signed-already');
  if (request.state !== 'prepared') throw new Refusal('issuer.request-not-now');
}

/** Files of a request for the device: they lie sealed, and only this room opens them. */
export function requestParts(deps: Pick<IssuerDeps, 'db' | 'files' | 'vault'>): PartReader {
  return async ({ documentId }, part) => {
    if (part.name === 'request.json') return utf8(await contentOf(deps.vault, deps.db, documentId));
    if (part.name !== 'SHA256SUMS') return sealedBytes(deps, part.sha256);
    const sums = await sumsOf(deps.db, documentId, part.sha256);
    return sums === undefined ? undefined : utf8(sums);
  };
}

/** Takes the device's answer. The value is only kept here: verifying, time-stamping and keeping the container are the worker's. */
export function requestAnswers(deps: Pick<IssuerDeps, 'clock'>): AnswerHandler {
  return async (tx, job, answer) => {
    const request = await lockRequest(tx, job.documentId);
    const signing = await signingOfJob(tx, job.id);
    if (request?.state !== 'prepared' || request.containerSha256 !== null || signing?.state !== 'waiting') return 'late';
    const event = { at: deps.clock(), agencyId: request.agencyId, who: signing.signer };
    if (answer.answer === 'signed') {
      await moveSigning(tx, signing.id, ['waiting'], { state: 'value-received', value: fromBase64(answer.values[0]!) });
      await enqueue(tx, { queue: SIGNED_QUEUE, key: signing.id, payload: { signingId: signing.id } });
      return undefined;
    }
    const reason = answer.answer === 'not-used' ? `device.${answer.reason}` : 'device.unknown';
    await moveSigning(tx, signing.id, ['waiting'], { state: 'ended', reason });
    await record(tx, { ...event, event: 'IssuerRequestSigningFailed', detail: { requestId: request.id, reason } });
    return undefined;
  };
}
