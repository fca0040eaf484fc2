import { sql } from 'kysely';
import type { z } from 'zod';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { AnswerHandler } from '@antin/adapters/devices/jobs';
import type { JobsWithAnswers } from '@antin/adapters/devices/signing-jobs';
import { Refusal } from '@antin/adapters/http/refusal';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { algorithmOfKey } from '@antin/adapters/p12/key-algorithm';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { SigningJob } from '@antin/protocol/office/signing';
import { SignatureFault } from '@antin/signature/fault';
import { embedPades } from '@antin/signature/pades/embed';
import { preparePades } from '@antin/signature/pades/prepare';
import { preparedSource, toBeSignedFromJson, toBeSignedToJson } from '@antin/signature/pades/to-be-signed';
import { record } from '../journal/journal.ts';
import type { Caller } from '../session/caller.ts';
import { handOverById, moveHandOver } from './act-store.ts';
import type { CertificateDeps } from './deps.ts';
import { visibleHandOver } from './hand-over.ts';
import { activate } from './on-item.ts';
import { holdingById, lockHolding, requiredDer } from './store.ts';

/** Devices of this installation and the path above a certificate. */
export interface HandOverSigning {
  readonly jobs: JobsWithAnswers;
  readonly chainOf: (certificate: Uint8Array) => Promise<readonly Uint8Array[]>;
}

const JOB_MS = 5 * 60_000;

/**
 * Sends the record to the receiver's own device, to be signed with the key that they received.
 *
 * @throws {Refusal} `certificate.hand-over-not-now`, `certificate.other-key`, `certificate.sign-elsewhere`,
 *   `device.credential-not-usable`, `sign.key-type-unsupported`
 */
export async function signOnDevice(
  deps: CertificateDeps,
  { jobs, chainOf }: HandOverSigning,
  caller: Caller,
  id: string,
  credentialId: string,
): Promise<z.input<typeof SigningJob>> {
  const seen = await visibleHandOver(deps, caller, id);
  if (seen.receiverId !== caller.personId) throw new Refusal('certificate.receiver-not-subscriber');
  const holding = (await holdingById(deps.db, seen.holdingId))!;
  // A server's key lives in its server: no token agent holds it.
  if (holding.form === '03') throw new Refusal('certificate.sign-elsewhere');
  if (holding.sha256 !== credentialId) throw new Refusal('certificate.other-key');
  const who = { personId: caller.personId, positionId: caller.position.id };
  const usable = await jobs.credentialsFor(deps.db, { ...who, kind: holding.form === '01' ? 'person' : 'organisation' });
  const credential = usable.find((one) => one.id === credentialId);
  if (credential === undefined) throw new Refusal('device.credential-not-usable');
  const der = await requiredDer(deps.db, holding.id);
  const certificate = parseCertificate(der);
  const algorithm = algorithmOfKey(certificate);
  if (algorithm === undefined) throw new Refusal('sign.key-type-unsupported');
  const pdf = memorySource(await deps.files.bytes(seen.recordSha256));
  const now = deps.clock();
  const tbs = preparePades(pdf, {
    ...{ door: nodeCrypto, inflate: nodeInflate, deflate: nodeDeflate, certificate, chain: await chainOf(der), algorithm },
    ...{ signingTime: now.getTime(), name: caller.fullName, level: 'B-B' },
  });
  const prepared = preparedSource(pdf, tbs);
  const { sha256, size } = await deps.files.put(prepared.read(0, prepared.size));
  return inTransaction(deps.db, async (tx) => {
    const handOver = await handOverById(tx, id, true);
    if (handOver?.state !== 'prepared') throw new Refusal('certificate.hand-over-not-now');
    const { id: jobId, job } = await jobs.createJob(tx, {
      ...{ act: 'hand-over', documentId: id, credentialId, agentId: credential.deviceId },
      ...{ personId: caller.personId, originatorPositionId: caller.position.id },
      summary: [
        { label: { vi: 'Biên bản bàn giao', en: 'Hand-over record' }, value: holding.name },
        { label: { vi: 'Số hiệu chứng thư', en: 'Serial number' }, value: holding.serialHex ?? '' },
      ],
      documents: [
        {
          ...{ title: `Biên bản bàn giao: ${holding.name}`, fileName: 'bien-ban-ban-giao.pdf', preparedSha256: sha256, size },
          ...{ byteRange: tbs.byteRange, signedAttributes: tbs.signedAttributes },
        },
      ],
      expiresAt: new Date(now.getTime() + JOB_MS),
    });
    await sql`update agency.hand_over set job_id = ${jobId}, to_be_signed = ${JSON.stringify(toBeSignedToJson(tbs))}::jsonb
      where id = ${id}`.execute(tx);
    return job;
  });
}

/**
 * Takes the device's answer: the value is verified with the very certificate before it reaches the record, and the record is
 * the one that was prepared; so nothing but the key in the receiver's hand makes the certificate active.
 */
export function handOverAnswers(deps: CertificateDeps, jobs: JobsWithAnswers): AnswerHandler {
  return async (tx, job, answer) => {
    const handOver = await handOverById(tx, job.documentId, true);
    const { rows } = await sql<{ jobId: string | null; toBeSigned: unknown }>`
      select job_id as "jobId", to_be_signed as "toBeSigned" from agency.hand_over where id = ${job.documentId}`.execute(tx);
    const [kept] = rows;
    if (handOver?.state !== 'prepared' || kept?.jobId !== job.id) return 'late';
    if (answer.answer !== 'signed') return undefined;
    const holding = (await lockHolding(tx, handOver.holdingId))!;
    if (holding.state !== 'handed-over') return 'late';
    const pdf = await deps.files.bytes(handOver.recordSha256);
    let signed: Uint8Array;
    try {
      const value = fromBase64(answer.values[0]!);
      signed = concatBytes(pdf, embedPades(memorySource(pdf), toBeSignedFromJson(kept.toBeSigned), value, { door: nodeCrypto }));
    } catch (fault) {
      if (!(fault instanceof SignatureFault || fault instanceof FormatFault)) throw fault;
      await jobs.settleJob(tx, job.id, { state: 'failed', reason: fault.code });
      return undefined;
    }
    const { sha256 } = await deps.files.put(signed);
    const at = deps.clock();
    await moveHandOver(tx, handOver.id, { state: 'signed', at, signedSha256: sha256 });
    await record(tx, {
      ...{ event: 'HandOverSigned', at, agencyId: holding.agencyId, who: handOver.receiver, documentId: holding.id },
      detail: { receiver: handOver.receiver, record: sha256 },
    });
    await activate(deps, tx, holding, await requiredDer(tx, holding.id), at);
    await jobs.settleJob(tx, job.id, { state: 'done' });
    return undefined;
  };
}
