import { memorySource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { Refusal } from '@antin/adapters/http/refusal';
import type { SignedAct, SignedStatement } from '@antin/protocol/authority/registration';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { Officer } from './caller.ts';
import type { Judge } from './judge.ts';

/** How acts of officers are to be signed in this installation. */
export interface ActSigning {
  readonly signedActs: 'required' | 'when-present';
  readonly judge: Judge;
}

/** An act as it is kept: the very text that was signed, and the signature, or the plain fact that there is none. */
export type HeldStatement =
  | { readonly signature: 'signed'; readonly statement: string; readonly cms: Uint8Array; readonly certificateSha256: string }
  | { readonly signature: 'unsigned'; readonly statement: string };

/** A statement of ten minutes ago was signed for something else; clocks of officers differ by less. */
const STALE_MS = 10 * 60_000;

/**
 * That this officer, now, with their own token, says exactly this.
 *
 * @throws {Refusal} `request.statement-other`, `request.statement-stale`, `request.statement-unsigned`,
 *   `officer.no-certificate`, `request.signature-not-valid`, `request.signer-not-bound`
 */
export async function checkStatement(
  { signedActs, judge }: ActSigning,
  officer: Officer,
  expected: { readonly requestItemId: string; readonly act: SignedAct },
  { statement, cms }: SignedStatement,
  now: number,
): Promise<HeldStatement> {
  const sameThing =
    statement.officerId === officer.id && statement.requestItemId === expected.requestItemId && statement.act === expected.act;
  if (!sameThing) throw new Refusal('request.statement-other');
  if (Math.abs(now - Date.parse(statement.at)) > STALE_MS) throw new Refusal('request.statement-stale');
  const text = canonicalJson(statement);
  if (cms === undefined) {
    if (signedActs === 'required') throw new Refusal('request.statement-unsigned');
    return { signature: 'unsigned', statement: text };
  }
  if (officer.certificateSha256 === undefined) throw new Refusal('officer.no-certificate');
  const bytes = fromBase64(cms);
  await requireSignatureBy(judge, officer.certificateSha256, bytes, text, now);
  return { signature: 'signed', statement: text, cms: bytes, certificateSha256: officer.certificateSha256 };
}

/**
 * One detached signature over a text, valid now, by exactly this certificate.
 *
 * @throws {Refusal} `request.signature-not-valid`, `request.signer-not-bound`
 */
export async function requireSignatureBy(
  judge: Judge,
  certificateSha256: string,
  cms: Uint8Array,
  text: string,
  now: number,
): Promise<void> {
  const report = await judge(memorySource(cms), { at: now, detached: memorySource(new TextEncoder().encode(text)) }).catch(
    (fault: unknown) => {
      if (fault instanceof FormatFault || (fault as { code?: string }).code === 'format.unsupported') return undefined;
      throw fault;
    },
  );
  const [signature, ...more] = report?.signatures ?? [];
  // Several signers in one CMS: which of them meant it?
  const valid = report?.verdict === 'valid' && signature?.indication === 'TOTAL_PASSED' && more.length === 0;
  if (!valid) {
    const why = signature?.subIndication ?? report?.decidedBy ?? 'unreadable';
    throw new Refusal('request.signature-not-valid', { detail: { vi: why, en: why } });
  }
  if (signature.signer?.sha256 !== certificateSha256) throw new Refusal('request.signer-not-bound');
}
