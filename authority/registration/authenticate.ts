import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Judge } from '../officers/judge.ts';
import type { SenderRecord } from '../officers/sender-store.ts';
import { standsUnder } from './content.ts';
import type { FoundRequest } from './read-request.ts';
import { brokenSigner, coversRequest, signersOf } from './signers.ts';
import type { LeaderRule, Signers } from './signers.ts';

/** Who a request comes from, or why that cannot be said. */
export type Authenticated =
  | (Omit<Signers, 'status'> & { readonly status: 'signature' })
  | { readonly status: 'token' }
  | { readonly status: 'refused'; readonly code: string; readonly detail?: string };

/**
 * That the request is its sender's: a signature valid now by the very certificate registered for `from.code`, over the
 * request itself. A name in a certificate proves nothing; issuer and serial, fixed at registration, do.
 *
 * @param byToken who called, when the file came over the API
 * @param leader whether a leader must have signed before the organisation
 */
export async function authenticate(
  judge: Judge,
  file: ByteSource,
  found: FoundRequest,
  sender: SenderRecord | undefined,
  byToken: SenderRecord | undefined,
  at: number,
  leader: LeaderRule = 'optional',
): Promise<Authenticated> {
  const { code } = found.request.from;
  // A token of one agency does not speak for another, whoever signed, but for those below it where two officers said so.
  if (byToken !== undefined && !speaksFor(byToken, code)) return refused('submission.sender-other', code);
  if (sender === undefined) return refused('submission.sender-unknown', code);
  if (!sender.active) return refused('submission.sender-inactive', code);
  const report = found.kind === 'json' ? undefined : await judged(judge, file, at);
  const signatures = report?.signatures ?? [];
  if (signatures.length === 0) {
    return byToken?.tokenIsEnough === true && sender.tokenIsEnough ? { status: 'token' } : refused('submission.unsigned');
  }
  if (!signatures.some((one) => coversRequest(found, one))) return refused('submission.request-not-covered');
  // Every signature, that of a leader beside the seal too: what is broken in the file is for an officer to look at.
  if (report!.verdict !== 'valid') return brokenSigner(signatures, report!.decidedBy ?? report!.verdict);
  const signers = signersOf(found, signatures, sender.certificateSha256, leader);
  return signers.status === 'refused' ? signers : { ...signers, status: 'signature' };
}

/** Whether the token of one sender brings and fetches for the other. */
export function speaksFor(token: Pick<SenderRecord, 'code' | 'tokenForUnder'>, code: string): boolean {
  return token.code === code || (token.tokenForUnder && standsUnder(code, token.code));
}

/** A file that no signature can be found in is unsigned. */
async function judged(judge: Judge, file: ByteSource, at: number): Promise<ValidationReport | undefined> {
  try {
    return await judge(file, { at });
  } catch (fault) {
    if (fault instanceof FormatFault || (fault as { code?: string }).code === 'format.unsupported') return undefined;
    throw fault;
  }
}

function refused(code: string, detail?: string): Authenticated {
  return detail === undefined ? { status: 'refused', code } : { status: 'refused', code, detail };
}
