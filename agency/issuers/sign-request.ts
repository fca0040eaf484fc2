import { createHash, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { AnswerHandler, PartReader, SigningJobs } from '@antin/adapters/devices/jobs';
import { Refusal } from '@antin/adapters/http/refusal';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import type { SigningJob } from '@antin/protocol/office/signing';
import { prepareAsicCades } from '@antin/signature/asic/cades';
import { openAsic } from '@antin/signature/asic/container';
import { record } from '../journal/journal.ts';
import { putSealed, sealedBytes } from '../sealed-files.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { checkCredential } from '../signing/credential.ts';
import type { SigningDoors } from '../signing/doors.ts';
import { contentOf } from './at-rest.ts';
import type { IssuerDeps } from './deps.ts';
import { leaderRule, type LeaderRule } from './leader-rule.ts';
import { printRequest, travelFiles } from './requests.ts';
import type { TravelFile } from './seal.ts';
import {
  endSignings,
  finishing,
  insertSigning,
  leaderSignings,
  moveSigning,
  signingOfJob,
  sumsOf,
  type SigningRecord,
  type SigningRole,
} from './signing-store.ts';
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

/** What lies under a signature: the files, and the container in which another stands before it. */
export interface UnderSignature {
  readonly files: readonly TravelFile[];
  readonly paperSha256: string;
  readonly input: Parameters<typeof prepareAsicCades>[0];
}

/** The files of a request for its next signature: anew, or those that the leader has signed. */
export async function underSignature(
  deps: IssuerDeps,
  id: string,
  leader: SigningRecord | undefined,
  paper: () => Promise<{ readonly sha256: string; readonly bytes: Uint8Array }>,
): Promise<UnderSignature> {
  if (leader?.containerSha256 == null) {
    const { sha256, bytes } = await paper();
    const files = await travelFiles(deps, id, bytes);
    return { files, paperSha256: sha256, input: { container: 'ASiC-E', files: asicFiles(files) } };
  }
  const files = await travelFiles(deps, id, await sealedBytes(deps, leader.paperSha256));
  const container = memorySource(await sealedBytes(deps, leader.containerSha256));
  return { files, paperSha256: leader.paperSha256, input: { existing: openAsic(container, { inflateRaw: nodeInflateRaw }) } };
}

/**
 * Sends a prepared request to the device that holds the key of its leader, or of the organisation. The device fetches every file, makes
 * the manifest again and reads in the request what it shows. An order that still waits is taken back.
 *
 * @throws {Refusal} `issuer.seal-holder-needed`, `issuer.leader-needed`, `issuer.leader-not-taken`, `issuer.leader-first`,
 *   `issuer.leader-signed-already`, `issuer.request-not-now`, `issuer.signed-already`, those of `checkCredential`
 */
export async function orderRequestSignature(
  deps: IssuerDeps,
  signing: RequestSigning,
  caller: Caller,
  id: string,
  { credentialId, as: role = 'organisation' }: { readonly credentialId: string; readonly as?: SigningRole | undefined },
): Promise<z.input<typeof SigningJob>> {
  const { db, clock } = deps;
  const seen = await requestById(db, id);
  if (seen?.agencyId !== caller.position.agencyId) throw new Refusal('issuer.request-not-found');
  requireRole(caller, role);
  requireUnsigned(seen);
  const leader = (await leaderSignings(db, [id])).get(id);
  requireTurn(role, leader, await leaderRule(deps, db));
  const credential = await checkCredential(
    { ...signing, db, clock },
    caller,
    credentialId,
    role === 'leader' ? 'person' : 'organisation',
  );
  const under = await underSignature(deps, id, leader, async () => {
    const bytes = await printRequest(deps, seen);
    return { bytes, sha256: await putSealed(deps, bytes) };
  });
  const { files, paperSha256 } = under;
  const now = clock();
  const { certificate, chain, algorithm } = credential;
  const toBeSigned = prepareAsicCades(under.input, {
    door: nodeCrypto,
    certificate,
    chain,
    algorithm,
    signingTime: now.getTime(),
  });
  const { bytes } = toBeSigned.manifest!;
  return inTransaction(db, async (tx) => {
    const request = (await lockRequest(tx, id))!;
    requireUnsigned(request);
    // A value that has come is finished first: the next signature stands behind it.
    if (await finishing(tx, id)) throw new Refusal('issuer.request-not-now');
    const known = (await leaderSignings(tx, [id])).get(id);
    if (known?.id !== leader?.id) throw new Refusal('issuer.request-not-now');
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
      ...{ id: randomUUID(), requestId: id, role, jobId, credentialSha256: credential.id, signer: caller.fullName },
      ...{ paperSha256, sums, toBeSigned, at: now },
    });
    await record(tx, {
      ...{ event: 'IssuerRequestSigningStarted', at: now, agencyId: request.agencyId, actor: actorOf(caller) },
      detail: { requestId: id, role, certificate: credential.id, revocation: credential.revocation, manifest: sha256Of(bytes) },
    });
    return job;
  });
}

/** A leader of this very agency signs as its leader; who keeps its seal signs for the organisation. */
function requireRole({ position: { roles } }: Caller, role: SigningRole): void {
  if (role === 'leader' && !roles.includes('leader')) throw new Refusal('issuer.leader-needed');
  if (role === 'organisation' && !roles.includes('clerk')) throw new Refusal('issuer.seal-holder-needed');
}

/** The leader before the organisation, once. */
function requireTurn(role: SigningRole, leader: SigningRecord | undefined, rule: LeaderRule): void {
  if (role === 'leader' && rule === 'none') throw new Refusal('issuer.leader-not-taken');
  if (role === 'leader' && leader !== undefined) throw new Refusal('issuer.leader-signed-already');
  if (role === 'organisation' && rule === 'required' && leader === undefined) throw new Refusal('issuer.leader-first');
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
