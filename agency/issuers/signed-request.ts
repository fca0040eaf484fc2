import { nodeCrypto } from '@antin/adapters/crypto/node';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import type { JobHandler } from '@antin/adapters/db/worker';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource, type ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '@antin/pki/crypto';
import { embedAsicCades } from '@antin/signature/asic/cades';
import type { AsicCadesToBeSigned } from '@antin/signature/asic/cades-to-be-signed';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import { SignatureFault } from '@antin/signature/fault';
import type { ValidationReport } from '@antin/signature/validation/types';
import { record } from '../journal/journal.ts';
import { putSealed, sealedBytes } from '../sealed-files.ts';
import type { SigningDoors } from '../signing/doors.ts';
import { timeStampOver } from '../signing/time-stamping.ts';
import type { IssuerDeps } from './deps.ts';
import { keepSealed } from './requests.ts';
import { underSignature, type RequestSigning } from './sign-request.ts';
import { leaderSignings, moveSigning, noteWaiting, preparationOf, signingById, type SigningRecord } from './signing-store.ts';
import { lockRequest } from './store.ts';

/** What finishing a signature needs besides. */
export interface RequestFinishing extends RequestSigning {
  /** Time-stamps and revocation data, where this installation has an authority for them; else the signature stays B-B. */
  readonly raising?: Pick<SigningDoors, 'timeStamp' | 'anchors' | 'evidenceFor' | 'issueLevel'> | undefined;
  /** The engine's judgement of what was made, before anybody sees it. */
  readonly judge?: ((container: Uint8Array) => Promise<ValidationReport>) | undefined;
}

type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';
/** So often the issuers are asked for revocation data; then it goes as B-T, which anybody can raise later. */
const EVIDENCE_TRIES = 5;

/**
 * Finishes a request whose value has come: checks it against its certificate, has it time-stamped and raised, judges the whole,
 * and keeps it, once. Every step before the last only adds files and may be done again.
 */
export function signedRequests(deps: IssuerDeps, finishing: () => RequestFinishing | undefined): JobHandler {
  return async (job) => {
    const { signingId } = job.payload as { signingId: string };
    const signing = await signingById(deps.db, signingId);
    const doors = finishing();
    if (signing?.state !== 'value-received' || doors === undefined) return;
    try {
      const made = await finished(deps, doors, signing, job.attempts);
      const containerSha256 = await putSealed(deps, made.container);
      await inTransaction(deps.db, async (tx) => {
        const detail = { level: made.level, certificate: signing.credentialSha256 };
        if (signing.role === 'leader') return keepLeaders(deps, tx, doors, signing, { containerSha256, detail });
        const kept = await keepSealed(deps, tx, signing.requestId, {
          ...{ by: 'organisation', containerSha256, mediaType: 'application/vnd.etsi.asic-e+zip', detail, who: signing.signer },
        });
        if (!(await moveSigning(tx, signing.id, ['value-received'], { state: kept ? 'done' : 'ended' }))) return undefined;
        await doors.jobs.settleJob(
          tx,
          signing.jobId,
          kept ? { state: 'done' } : { state: 'failed', reason: 'issuer.request-not-now' },
        );
        return undefined;
      });
    } catch (fault) {
      if (!(fault instanceof SignatureFault || fault instanceof FormatFault)) throw fault;
      // The value is not what it claims to be; asking again would not make it so.
      await fail(deps, doors, signing, fault.code);
    }
  };
}

/** The leader's signature, until the organisation signs the same files behind it. */
async function keepLeaders(
  deps: IssuerDeps,
  tx: Tx,
  doors: RequestFinishing,
  signing: SigningRecord,
  made: { readonly containerSha256: string; readonly detail: Readonly<Record<string, string>> },
): Promise<void> {
  const request = await lockRequest(tx, signing.requestId);
  const kept = request?.state === 'prepared' && request.containerSha256 === null;
  const at = deps.clock();
  const to = kept
    ? ({ state: 'done', containerSha256: made.containerSha256, doneAt: at } as const)
    : ({ state: 'ended' } as const);
  if (!(await moveSigning(tx, signing.id, ['value-received'], to))) return;
  await doors.jobs.settleJob(tx, signing.jobId, kept ? { state: 'done' } : { state: 'failed', reason: 'issuer.request-not-now' });
  if (!kept) return;
  await record(tx, {
    ...{ event: 'IssuerRequestLeaderSigned', at, agencyId: request.agencyId, who: signing.signer },
    detail: { requestId: request.id, sha256: made.containerSha256, ...made.detail },
  });
}

async function finished(
  deps: IssuerDeps,
  doors: RequestFinishing,
  signing: SigningRecord,
  tries: number,
): Promise<{ readonly container: Uint8Array; readonly level: Level }> {
  const { toBeSigned, value } = await preparationOf(deps.db, signing.id);
  const leader =
    signing.role === 'leader' ? undefined : (await leaderSignings(deps.db, [signing.requestId])).get(signing.requestId);
  const { input } = await underSignature(deps, signing.requestId, leader, async () => ({
    ...{ sha256: signing.paperSha256, bytes: await sealedBytes(deps, signing.paperSha256) },
  }));
  // First without a time-stamp: a wrong value never reaches the authority.
  const bare = embedAsicCades(input, toBeSigned, value!, { door: nodeCrypto });
  const raised = await withTime(deps, doors, signing, { bare, input, toBeSigned, value: value!, tries });
  const container = raised.source.read(0, raised.source.size);
  const report = await doors.judge?.(container);
  const expected = [leader, signing].flatMap((one) => (one === undefined ? [] : [one.credentialSha256]));
  if (report !== undefined && (broken(report) || !signedBy(report, expected))) {
    throw new SignatureFault('signature.check-failed', 'the finished container is judged invalid');
  }
  return { container, level: raised.level };
}

/** By these certificates and no others, each once. */
const signedBy = (report: ValidationReport, expected: readonly string[]): boolean =>
  report.signatures
    .map((one) => one.signer?.sha256 ?? '')
    .sort()
    .join() === [...expected].sort().join();

const broken = (report: ValidationReport): boolean => report.verdict === 'invalid';

interface Made {
  readonly bare: ByteSource;
  readonly input: Parameters<typeof embedAsicCades>[0];
  readonly toBeSigned: AsicCadesToBeSigned;
  readonly value: Uint8Array;
  readonly tries: number;
}

/** With a time-stamp and what proves its certificates, as far as this installation can have them. */
async function withTime(
  deps: IssuerDeps,
  { raising }: RequestFinishing,
  signing: SigningRecord,
  { bare, input, toBeSigned, value, tries }: Made,
): Promise<{ readonly source: ByteSource; readonly level: Level }> {
  if (raising === undefined) return { source: bare, level: 'B-B' };
  const waiting = (reason: string) => (fault: unknown) =>
    noteWaiting(deps.db, signing.id, reason).then(() => {
      throw fault;
    });
  const imprint = digestOf(nodeCrypto, 'SHA-256', value);
  const timeStampToken = await timeStampOver(raising, imprint).catch(waiting('time-stamp.waiting'));
  const stamped = embedAsicCades(input, toBeSigned, value, { door: nodeCrypto, timeStampToken });
  const level = raising.issueLevel();
  if (level === 'B-T') return { source: stamped, level };
  const whole = memorySource(stamped.read(0, stamped.size));
  try {
    const source = await extendAsicCades(openAsic(whole, { inflateRaw: nodeInflateRaw }), {
      ...{ door: nodeCrypto, inflateRaw: nodeInflateRaw, level, anchors: raising.anchors(), evidenceFor: raising.evidenceFor },
      at: deps.clock().getTime(),
      timeStamp: ({ hash }) => timeStampOver(raising, hash),
    });
    return { source, level };
  } catch (fault) {
    const code = fault instanceof SignatureFault ? fault.code : '';
    if (code !== 'extend.evidence-missing' && code !== 'extend.no-chain') throw fault;
    if (code === 'extend.evidence-missing' && tries < EVIDENCE_TRIES) {
      await noteWaiting(deps.db, signing.id, 'evidence.waiting');
      throw new Error('revocation data cannot be had now', { cause: fault });
    }
    return { source: stamped, level: 'B-T' };
  }
}

async function fail(deps: IssuerDeps, doors: RequestFinishing, signing: SigningRecord, reason: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    if (!(await moveSigning(tx, signing.id, ['value-received'], { state: 'ended', reason }))) return;
    await doors.jobs.settleJob(tx, signing.jobId, { state: 'failed', reason });
    await record(tx, {
      ...{ event: 'IssuerRequestSigningFailed', at: deps.clock(), who: signing.signer },
      detail: { requestId: signing.requestId, reason },
    });
  });
}
