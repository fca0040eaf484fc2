import { createHash, randomUUID } from 'node:crypto';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { Clock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { AnswerHandler, PreparedDocument, SigningJobs } from '@antin/adapters/devices/jobs';
import { Refusal } from '@antin/adapters/http/refusal';
import { algorithmOfKey } from '@antin/adapters/p12/key-algorithm';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { SignedAct } from '@antin/protocol/authority/registration';
import type { OfficerStatement, StatementOrder } from '@antin/protocol/authority/statements';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { embedCades } from '@antin/signature/cades/embed';
import { prepareCades } from '@antin/signature/cades/prepare';
import { cadesFromJson, cadesToJson } from '@antin/signature/cades/to-be-signed';
import type { Officer } from '../officers/caller.ts';
import { insertOrder, orderById, orderOfJob, putSignatures, subjectsOf, type PreparedOne, type Subject } from './store.ts';

export interface StatementDoors {
  readonly db: AnyDatabase;
  /** Where officers' sessions are looked up. */
  readonly session: AnyDatabase;
  readonly clock: Clock;
  readonly jobs: SigningJobs;
  /** Issuers of an officer's certificate, nearest first. */
  readonly chainOf: (certificate: Uint8Array) => Promise<readonly Uint8Array[]>;
}

const ORDER_MS = 5 * 60_000;

const ACTS: Readonly<Record<SignedAct | 'suspend' | 'lift', { readonly vi: string; readonly en: string }>> = {
  propose: { vi: 'Đề nghị duyệt', en: 'Propose' },
  approve: { vi: 'Duyệt', en: 'Approve' },
  refuse: { vi: 'Từ chối', en: 'Refuse' },
  revoke: { vi: 'Thu hồi', en: 'Revoke' },
  recover: { vi: 'Khôi phục thiết bị', en: 'Recover a device' },
  issue: { vi: 'Cấp chứng thư', en: 'Issue' },
  'hand-over': { vi: 'Bàn giao', en: 'Hand over' },
  suspend: { vi: 'Tạm dừng', en: 'Suspend' },
  lift: { vi: 'Hủy tạm dừng', en: 'Lift a suspension' },
};

/** What a statement is about: a request, or a certificate by its serial number. */
const aboutOf = (one: OfficerStatement) => (one.type === 'antin.approval' ? one.requestItemId : one.certificate.serialHex);
const actOf = (one: OfficerStatement) => (one.type === 'antin.revocation' ? 'revoke' : one.act);

/**
 * Sends statements of an officer to the officer's own device, under one consent. What they say is settled here; whether it
 * may be done is asked when they come back with the act.
 *
 * @throws {Refusal} `statement.not-yours`, `request.shown-changed`, `statement.credential-not-usable`, `sign.key-type-unsupported`, `device.*`
 */
export async function orderStatements(
  doors: StatementDoors,
  officer: Officer,
  asked: { readonly credentialId: string; readonly statements: readonly OfficerStatement[] },
): Promise<StatementOrder> {
  const { db, jobs, clock } = doors;
  if (asked.statements.some((one) => one.officerId !== officer.id)) throw new Refusal('statement.not-yours');
  const usable = await jobs.credentialsFor(db, { personId: officer.id, positionId: officer.id, kind: 'person' });
  const credential = usable.find((one) => one.id === asked.credentialId && one.id === officer.certificateSha256);
  if (credential === undefined) throw new Refusal('statement.credential-not-usable');
  const certificate = parseCertificate(credential.certificate);
  const algorithm = algorithmOfKey(certificate);
  if (algorithm === undefined) throw new Refusal('statement.credential-not-usable');
  const subjects = await subjectsOf(db, asked.statements);
  // Said here, where the page can show it anew: the device would only find that what came is not what the statement is about.
  const changed = asked.statements.filter((one) => showsOther(one, subjects.get(aboutOf(one))));
  if (changed.length > 0) {
    const names = changed.map((one) => subjects.get(aboutOf(one))?.subject ?? aboutOf(one)).join('; ');
    throw new Refusal('request.shown-changed', { detail: { vi: names, en: names } });
  }
  const chain = await doors.chainOf(credential.certificate);
  const now = clock();
  const prepared: PreparedOne[] = [];
  const documents: PreparedDocument[] = [];
  for (const statement of asked.statements) {
    const text = canonicalJson(statement);
    const content = utf8(text);
    const signingTime = now.getTime();
    const tbs = prepareCades(memorySource(content), { door: nodeCrypto, certificate, chain, algorithm, signingTime });
    const about = subjects.get(aboutOf(statement));
    prepared.push({ statement: text, toBeSigned: cadesToJson(tbs) });
    documents.push({
      title: `${ACTS[actOf(statement)].vi}: ${about?.subject ?? aboutOf(statement)}`,
      fileName: `${actOf(statement)}-${aboutOf(statement)}.json`,
      preparedSha256: createHash('sha256').update(content).digest('hex'),
      size: content.length,
      content: 'statement',
      bytes: content,
      // The device reads in it whom the statement is about. What was shown earlier is kept as it was said then.
      ...(isShown(statement, about) ? { about: utf8(about.shown) } : {}),
      signedAttributes: tbs.signedAttributes,
    });
  }
  const id = randomUUID();
  const job = await inTransaction(db, async (tx) => {
    const made = await jobs.createJob(tx, {
      act: 'approve',
      documentId: id,
      credentialId: credential.id,
      agentId: credential.deviceId,
      personId: officer.id,
      originatorPositionId: officer.id,
      summary: summaryOf(asked.statements, subjects),
      documents,
      expiresAt: new Date(now.getTime() + ORDER_MS),
    });
    await insertOrder(tx, { id, officerId: officer.id, jobId: made.id, prepared }, now);
    return made.job;
  });
  const { state, comparisonCode, deviceName, expiresAt } = job;
  return { id, state, comparisonCode, deviceName, expiresAt };
}

/** Whether the text an officer was shown is still what the request is. */
function isShown(one: OfficerStatement, about: Subject | undefined): about is Subject & { readonly shown: string } {
  return one.type === 'antin.approval' && about?.shown != null && about.shownSha256 === one.shownSha256;
}

/** Whether a request is not any more what the officer was shown: edited, asked about or checked anew between looking and ordering. */
function showsOther(one: OfficerStatement, about: Subject | undefined): boolean {
  return one.type === 'antin.approval' && about !== undefined && about.shownSha256 !== one.shownSha256;
}

function summaryOf(statements: readonly OfficerStatement[], subjects: ReadonlyMap<string, Subject>) {
  const acts = [...new Set(statements.map(actOf))];
  const names = [...new Set(statements.map((one) => subjects.get(aboutOf(one))?.subject ?? aboutOf(one)))];
  const shown = names.length > 3 ? `${names.slice(0, 3).join('; ')} … (${names.length})` : names.join('; ');
  return [
    { label: { vi: 'Việc', en: 'Act' }, value: acts.map((act) => `${ACTS[act].vi} / ${ACTS[act].en}`).join('; ') },
    { label: { vi: 'Thuê bao', en: 'Subscriber' }, value: shown },
  ];
}

/** Puts the device's values into CMS files, in the transaction that takes its answer. */
export function statementAnswers(jobs: SigningJobs): AnswerHandler {
  return async (tx, job, answer) => {
    const order = await orderOfJob(tx, job.id);
    if (order === undefined || order.signatures !== null) return 'late';
    if (answer.answer !== 'signed') return undefined;
    try {
      const signatures = order.prepared.map(({ toBeSigned }, n) => {
        const value = fromBase64(answer.values[n] as string);
        const cms = embedCades(undefined, cadesFromJson(toBeSigned), value, { door: nodeCrypto });
        return toBase64(cms.read(0, cms.size));
      });
      await putSignatures(tx, order.id, signatures);
      await jobs.settleJob(tx, job.id, { state: 'done' });
    } catch (fault) {
      // A value that does not fit what was prepared: nothing is signed.
      const { code } = fault as { code?: unknown };
      if (typeof code !== 'string' || !code.startsWith('signature.')) throw fault;
      await jobs.settleJob(tx, job.id, { state: 'failed', reason: code });
    }
    return undefined;
  };
}

/** @throws {Refusal} `http.not-found` */
export async function statementOrder(doors: StatementDoors, officer: Officer, id: string): Promise<StatementOrder> {
  const order = await orderById(doors.db, id, officer.id);
  const job = order === undefined ? undefined : await doors.jobs.jobStatus(doors.db, order.jobId);
  if (order === undefined || job === undefined) throw new Refusal('http.not-found');
  const { state, comparisonCode, deviceName, expiresAt, reason } = job;
  const signed = order.signatures?.map((cms, n) => ({
    statement: JSON.parse(order.prepared[n]!.statement) as OfficerStatement,
    cms,
  }));
  return {
    ...{ id, state, comparisonCode, deviceName, expiresAt },
    ...(reason === undefined ? {} : { reason }),
    ...(signed === undefined ? {} : { signed }),
  };
}

/** Asks the device to drop it; only its answer says whether it did. */
export async function cancelOrder(doors: StatementDoors, officer: Officer, id: string): Promise<void> {
  const order = await orderById(doors.db, id, officer.id);
  if (order === undefined) throw new Refusal('http.not-found');
  await inTransaction(doors.db, (tx) => doors.jobs.requestCancel(tx, order.jobId));
}
