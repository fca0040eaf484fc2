import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import type { SignatureReport, ValidationReport } from '@antin/signature/validation/types';
import type { Judge } from '../officers/judge.ts';
import type { SenderRecord } from '../officers/sender-store.ts';
import { REQUEST_FILE } from './read-request.ts';
import type { FoundRequest } from './read-request.ts';

export interface KnownSigner {
  readonly subject: string;
  readonly serialHex: string;
  readonly sha256: string;
}

/** Who a request comes from, or why that cannot be said. */
export type Authenticated =
  | { readonly status: 'signature'; readonly signer: KnownSigner }
  | { readonly status: 'token' }
  | { readonly status: 'refused'; readonly code: string; readonly detail?: string };

/**
 * That the request is its sender's: a signature valid now by the very certificate registered for `from.code`, over the
 * request itself. A name in a certificate proves nothing; issuer and serial, fixed at registration, do.
 *
 * @param byToken who called, when the file came over the API
 */
export async function authenticate(
  judge: Judge,
  file: ByteSource,
  found: FoundRequest,
  sender: SenderRecord | undefined,
  byToken: SenderRecord | undefined,
  at: number,
): Promise<Authenticated> {
  const { code } = found.request.from;
  // A token of one agency does not speak for another, whoever signed.
  if (byToken !== undefined && byToken.code !== code) return refused('submission.sender-other', code);
  if (sender === undefined) return refused('submission.sender-unknown', code);
  if (!sender.active) return refused('submission.sender-inactive', code);
  const report = found.kind === 'json' ? undefined : await judged(judge, file, at);
  const signatures = report?.signatures ?? [];
  if (signatures.length === 0) {
    return byToken?.tokenIsEnough === true ? { status: 'token' } : refused('submission.unsigned');
  }
  const over = signatures.filter((one) => found.kind !== 'container' || namesRequest(one));
  if (over.length === 0) return refused('submission.request-not-covered');
  // Every signature, that of a leader beside the seal too: what is broken in the file is for an officer to look at.
  if (report!.verdict !== 'valid') {
    const first = signatures.find((one) => one.indication !== 'TOTAL_PASSED');
    return refused('submission.signature-not-valid', first?.subIndication ?? report!.decidedBy ?? report!.verdict);
  }
  const own = over.find((one) => one.signer?.sha256 === sender.certificateSha256);
  if (own?.signer === null || own?.signer === undefined) return refused('submission.signer-not-bound', over[0]?.signer?.subject);
  const { subject, serialNumber, sha256 } = own.signer;
  return { status: 'signature', signer: { subject, serialHex: serialNumber, sha256 } };
}

function namesRequest(signature: SignatureReport): boolean {
  return signature.covers?.some((one) => one.name === REQUEST_FILE) === true;
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
