import { createHash, randomInt, randomUUID } from 'node:crypto';
import { JobAnswer } from '@antin/protocol/agent/jobs';
import type { Sha256 } from '@antin/protocol/basics';
import type { SigningJob } from '@antin/protocol/office/signing';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName, nameText } from '@antin/pki/x509/name';
import type { z } from 'zod';
import { Refusal } from '../http/refusal.ts';
import type { Clock } from '../clock/clock.ts';
import type { Db, Tx } from '../db/transaction.ts';
import { forgetContentsOf, keepContents } from './contents.ts';
import * as jobRows from './job-store.ts';
import type { JobRow, StoredDocument } from './job-store.ts';
import {
  type AnswerHandler,
  type Act,
  type BatchRecord,
  type DeviceDirectory,
  type JobRecord,
  type PartReader,
  type PreparedDocument,
  type PreparedPart,
  type SigningJobs,
  type UsableCredential,
} from './jobs.ts';
import * as rows from './store.ts';

/** `exp` of a job is at most this after `iat` (agents refuse more). */
const MAX_JOB_SECONDS = 300;
/** An agent that asked for work within this time counts as online. */
export const ONLINE_MS = 60_000;

export type AnswerReply = 'accepted' | 'already-closed';

export interface JobsWithAnswers extends SigningJobs {
  /**
   * Takes an agent's answer, once. The first body stays, octet for octet, with its proof; repeating it gives the same reply.
   *
   * @throws {Refusal} `device.job-not-found`, `device.values-count`
   */
  takeAnswer(tx: Tx, answer: { jobId: string; deviceId: string; body: Uint8Array; proof: string }): Promise<AnswerReply>;
  /** A part of a container, when its room reads such parts itself. */
  readPart(act: Act, job: { readonly documentId: string }, part: PreparedPart): Promise<Uint8Array | undefined>;
  /** Records which announced certificates are bound in the directory; the others are ignored. Returns the accepted ones. */
  announce(tx: Tx, deviceId: string, certificates: readonly Uint8Array[]): Promise<Sha256[]>;
}

export function signingJobs(deps: {
  readonly clock: Clock;
  readonly directory: DeviceDirectory;
  readonly profile: 'practice' | 'production';
}): JobsWithAnswers {
  const { clock, directory, profile } = deps;
  const handlers = new Map<Act, AnswerHandler>();
  const readers = new Map<Act, PartReader>();

  async function announce(tx: Tx, deviceId: string, certificates: readonly Uint8Array[]): Promise<Sha256[]> {
    const people = new Set(await rows.peopleOf(tx, deviceId));
    const accepted: rows.CredentialRow[] = [];
    for (const der of certificates) {
      const row = await credentialRow(tx, deviceId, der, people);
      if (row !== undefined) accepted.push(row);
    }
    await rows.replaceCredentials(tx, deviceId, accepted, clock());
    return accepted.map((row) => row.sha256 as Sha256);
  }

  async function credentialRow(tx: Tx, deviceId: string, der: Uint8Array, people: ReadonlySet<string>) {
    let certificate;
    try {
      certificate = parseCertificate(der);
    } catch {
      return undefined; // What a token calls a certificate may be anything; it is simply not one of ours.
    }
    const binding = await directory.bindingOf(tx, {
      issuer: certificate.issuer.raw,
      serialHex: certificate.serialHex,
      der,
    });
    if (binding === undefined) return undefined;
    // Another person's certificate on my agent gives me nothing: personal keys belong to the paired person.
    if (binding.kind === 'person' && !people.has(binding.personId)) return undefined;
    return {
      device_id: deviceId,
      sha256: createHash('sha256').update(der).digest('hex'),
      certificate: Buffer.from(der),
      kind: binding.kind,
      bound_to: binding.kind === 'person' ? binding.personId : binding.agencyId,
      subject: commonName(certificate.subject) ?? nameText(certificate.subject),
      issuer: commonName(certificate.issuer) ?? nameText(certificate.issuer),
      serial_hex: certificate.serialHex,
      not_before: new Date(certificate.notBefore),
      not_after: new Date(certificate.notAfter),
    };
  }

  async function credentialsFor(
    db: Db,
    who: { personId: string; positionId: string; kind?: 'person' | 'organisation' },
  ): Promise<UsableCredential[]> {
    const now = clock();
    const found: UsableCredential[] = [];
    if (who.kind !== 'organisation') {
      const own = await rows.credentialsOf(db, { personId: who.personId, kind: 'person', boundTo: who.personId });
      found.push(...own.map((row) => usable(row, now)));
    }
    if (who.kind !== 'person') {
      const agencyId = await directory.sealAgencyOf(db, who);
      if (agencyId !== undefined) {
        const seals = await rows.credentialsOf(db, { personId: who.personId, kind: 'organisation', boundTo: agencyId });
        found.push(...seals.map((row) => ({ ...usable(row, now), agencyId })));
      }
    }
    // A practice agent paired before the installation became a production one must not sign any more.
    const held = profile === 'production' ? found.filter((credential) => credential.holder !== 'practice') : found;
    return held.filter((credential) => Date.parse(credential.notAfter) > now.getTime());
  }

  return {
    announce,
    credentialsFor,
    async createJob(tx, job) {
      if (job.documents.length === 0 || job.documents.length > 50) {
        throw new Refusal('device.no-documents');
      }
      const device = await rows.deviceById(tx, job.agentId);
      const usableHere = await credentialsFor(tx, { personId: job.personId, positionId: job.originatorPositionId });
      const held = usableHere.some((c) => c.id === job.credentialId && c.deviceId === job.agentId);
      if (device === undefined || !held) {
        throw new Refusal('device.credential-not-usable');
      }
      const now = clock();
      const batch = job.batch === undefined ? undefined : await jobRows.batchById(tx, job.batch.id);
      if (job.batch !== undefined && batch?.released_at !== null) throw new TypeError('the batch is not open');
      const row = {
        id: randomUUID(),
        act: job.act,
        document_id: job.documentId,
        credential_sha256: job.credentialId,
        device_id: device.id,
        device_name: device.name,
        person_id: job.personId,
        person_name: await directory.personName(tx, job.personId),
        position_id: job.originatorPositionId,
        summary: job.summary.map((line) => ({ label: { vi: line.label.vi, en: line.label.en }, value: line.value })),
        documents: job.documents.map(stored),
        comparison_code: batch?.comparison_code ?? comparisonCode(),
        created_at: now,
        expires_at: batch?.expires_at ?? within(job.expiresAt, now),
        batch_id: job.batch?.id ?? null,
        batch_ordinal: job.batch?.ordinal ?? null,
      };
      await jobRows.insertJob(tx, row);
      await keepContents(tx, row.id, job.documents, now);
      return { id: row.id, comparisonCode: row.comparison_code, job: view({ ...fresh, ...row }, now) };
    },
    async openBatch(tx, batch) {
      const device = await rows.deviceById(tx, batch.agentId);
      if (device === undefined) throw new Refusal('device.credential-not-usable');
      const now = clock();
      const row: jobRows.BatchRow = {
        id: randomUUID(),
        act: batch.act,
        device_id: device.id,
        device_name: device.name,
        credential_sha256: batch.credentialId,
        person_name: await directory.personName(tx, batch.personId),
        comparison_code: comparisonCode(),
        created_at: now,
        expires_at: within(batch.expiresAt, now),
        released_at: null,
      };
      await jobRows.insertBatch(tx, row);
      return batchRecord(row);
    },
    releaseBatch: (tx, id) => jobRows.markReleased(tx, id, clock()),
    async batchRecord(db, id) {
      const row = await jobRows.batchById(db, id);
      return row === undefined ? undefined : batchRecord(row);
    },
    async jobStatus(db, id) {
      const row = await jobRows.jobById(db, id);
      return row === undefined ? undefined : { ...view(row, clock()), personId: row.person_id };
    },
    async jobRecord(db, id) {
      const row = await jobRows.jobById(db, id);
      return row === undefined ? undefined : record(row, clock());
    },
    async jobsOfDocument(db, documentId, act) {
      return (await jobRows.jobsOfDocument(db, documentId, act)).map((row) => record(row, clock()));
    },
    requestCancel: (tx, id) => jobRows.markCancelRequested(tx, id, clock()),
    closeJob: (tx, id) => jobRows.markClosed(tx, id, clock()),
    settleJob: (tx, id, outcome) =>
      jobRows.markSettled(tx, id, outcome.state, outcome.state === 'failed' ? outcome.reason : null),
    onAnswer(act, handler) {
      if (handlers.has(act)) throw new TypeError(`a handler for ${act} is there already`);
      handlers.set(act, handler);
    },
    onPart(act, reader) {
      if (readers.has(act)) throw new TypeError(`parts of ${act} are read already`);
      readers.set(act, reader);
    },
    readPart: async (act, job, part) => readers.get(act)?.(job, part),
    async takeAnswer(tx, { jobId, deviceId, body, proof }) {
      const row = await jobRows.lockJob(tx, jobId, deviceId);
      if (row === undefined) throw new Refusal('device.job-not-found');
      if (row.answered_at !== null) {
        const same = row.answer_body !== null && Buffer.from(body).equals(row.answer_body);
        return same ? (row.answer_reply ?? 'accepted') : 'already-closed';
      }
      const answer = JobAnswer.parse(JSON.parse(Buffer.from(body).toString('utf8')));
      if (answer.answer === 'signed' && answer.values.length !== row.documents.length) {
        throw new Refusal('device.values-count');
      }
      await jobRows.storeAnswer(tx, row.id, { body, proof, now: clock(), ...stateAfter(answer) });
      await forgetContentsOf(tx, row.id);
      const current = row.closed_at === null && (await jobRows.isNewest(tx, row));
      if (current) {
        const stored = (await jobRows.jobById(tx, row.id)) as JobRow;
        const said = await handlers.get(row.act)?.(tx, record(stored, clock()), answer);
        if (said !== 'late') return 'accepted';
      } else if (answer.answer !== 'signed') {
        return 'accepted'; // evidence for releasing the number; nobody waits for it any more
      }
      await jobRows.markAnswerLate(tx, row.id);
      return 'already-closed';
    },
    async registerAgent(tx, agent) {
      if (agent.holder === 'practice' && profile === 'production') throw new Refusal('device.practice-refused');
      const now = clock();
      const known = await rows.deviceByKey(tx, agent.publicKey);
      const agentId = known?.id ?? randomUUID();
      if (known === undefined) {
        await rows.insertDevice(tx, { id: agentId, publicKey: agent.publicKey, name: agent.name, holder: agent.holder, now });
      }
      await rows.markPaired(tx, agentId, now);
      for (const personId of agent.personIds) await rows.addDevicePerson(tx, agentId, personId, now);
      await announce(tx, agentId, agent.certificates);
      return { agentId };
    },
  };
}

function comparisonCode(): string {
  return String(randomInt(10_000)).padStart(4, '0');
}

/** A wish for when an order ends, shortened to what agents take. */
function within(wish: Date, now: Date): Date {
  return new Date(Math.min(wish.getTime(), now.getTime() + MAX_JOB_SECONDS * 1000));
}

function batchRecord(row: jobRows.BatchRow): BatchRecord {
  return {
    id: row.id,
    comparisonCode: row.comparison_code,
    deviceName: row.device_name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    released: row.released_at !== null,
  };
}

const fresh = { state: 'waiting', reason: null, cancel_requested_at: null, closed_at: null, answered_at: null } as const;

function stateAfter(answer: JobAnswer): { state: JobRow['state']; reason: string | null } {
  if (answer.answer === 'signed') return { state: 'value-received', reason: null };
  if (answer.answer === 'unknown') return { state: 'failed', reason: 'device.unknown' };
  if (answer.reason === 'cancelled') return { state: 'cancelled', reason: 'device.cancelled' };
  if (answer.reason === 'expired') return { state: 'expired', reason: 'device.expired' };
  return { state: 'refused', reason: `device.${answer.reason}` };
}

function stored(document: PreparedDocument): StoredDocument {
  const { title, fileName, preparedSha256, size } = document;
  const signedAttributes = Buffer.from(document.signedAttributes).toString('base64');
  const common = { title, fileName, preparedSha256, size, signedAttributes };
  if ('byteRange' in document) return { ...common, byteRange: [...document.byteRange] };
  if (document.content === 'container') {
    return { ...common, content: 'container', parts: document.parts.map(({ name, sha256, size }) => ({ name, sha256, size })) };
  }
  const { about } = document;
  const shown = about === undefined ? [] : [{ name: 'shown', sha256: sha256Of(about), size: about.length }];
  return { ...common, content: 'statement', parts: shown };
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the page sees: expiry and a wish to cancel are facts about time, not rows. */
function stateNow(row: Pick<JobRow, 'state' | 'expires_at' | 'cancel_requested_at' | 'answered_at'>, now: Date) {
  if (row.answered_at !== null || (row.state !== 'waiting' && row.state !== 'fetched')) return row.state;
  if (row.expires_at <= now) return 'expired';
  return row.cancel_requested_at === null ? row.state : 'cancel-requested';
}

type ViewColumns = 'id' | 'document_id' | 'act' | 'comparison_code' | 'device_name' | 'documents' | 'created_at' | 'reason';

function view(
  row: Pick<JobRow, ViewColumns | 'state' | 'expires_at' | 'cancel_requested_at' | 'answered_at'>,
  now: Date,
): z.infer<typeof SigningJob> {
  return {
    id: row.id,
    documentId: row.document_id,
    act: row.act,
    state: stateNow(row, now),
    comparisonCode: row.comparison_code,
    deviceName: row.device_name,
    files: row.documents.length,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}

function record(row: JobRow, now: Date): JobRecord {
  return {
    id: row.id,
    act: row.act,
    documentId: row.document_id,
    credentialId: row.credential_sha256,
    agentId: row.device_id,
    personId: row.person_id,
    originatorPositionId: row.position_id,
    documents: row.documents.map((document) => ({
      ...document,
      signedAttributes: new Uint8Array(Buffer.from(document.signedAttributes, 'base64')),
    })),
    state: stateNow(row, now),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    closed: row.closed_at !== null,
    ...(row.answer_body === null ? {} : { answer: JobAnswer.parse(JSON.parse(row.answer_body.toString('utf8'))) }),
    ...(row.answered_at === null ? {} : { answeredAt: row.answered_at }),
  };
}

function usable(row: rows.CredentialOnDevice, now: Date): UsableCredential {
  return {
    id: row.sha256 as Sha256,
    kind: row.kind,
    holder: row.holder,
    subject: row.subject,
    issuer: row.issuer,
    serialHex: row.serial_hex,
    notAfter: row.not_after.toISOString(),
    deviceId: row.device_id,
    deviceName: row.name,
    online: row.last_seen_at !== null && now.getTime() - row.last_seen_at.getTime() < ONLINE_MS,
    certificate: new Uint8Array(row.certificate),
  };
}
