import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { JobDocument } from '@antin/protocol/agent/jobs';
import { RevocationStatement } from '@antin/protocol/authority/issued';
import { ApprovalStatement, ShownRequest, type SignedAct } from '@antin/protocol/authority/registration';
import { SuspensionStatement } from '@antin/protocol/authority/suspensions';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { checkStatement } from '@antin/signature/cades/inspect-statement';
import type { Mismatch, Origin, Said, Signing, Taken } from './taken.ts';

/** A request as it was shown to an officer, with its questions and answers. */
const MOST_SHOWN = 4 << 20;

/**
 * Acts that decide about a request by what it says. The authority takes them only over the text it shows now, so an honest one always
 * sends that text along: without it a number would be signed, and beside it stood whatever a server likes to tell.
 */
const DECISIONS: ReadonlySet<SignedAct> = new Set(['propose', 'approve', 'refuse', 'revoke', 'recover']);

/**
 * A statement that this agent understands, and nothing else: of a known kind, canonical, without a member that was not read. What
 * it is about is read in the very text whose hash it carries.
 */
export async function takeStatement(
  document: Extract<JobDocument, { content: 'statement' }>,
  origin: Origin,
  { path, signedAttributes, certificate, digest, mismatch }: Signing,
): Promise<Taken | Mismatch> {
  const check = checkStatement(new Uint8Array(readFileSync(path)), signedAttributes, certificate, digest, nodeCrypto);
  if (check.status !== 'matches') return mismatch(check.code, check.message);
  const approval = wholly(ApprovalStatement, check.text);
  if (approval === undefined) {
    const statement = wholly(SuspensionStatement, check.text);
    const revocation = wholly(RevocationStatement, check.text);
    if (revocation !== undefined) return { status: 'statement', path, said: { type: 'antin.revocation', statement: revocation } };
    if (statement === undefined) return mismatch('job.statement-unknown', 'a statement of a kind that is not known here');
    return { status: 'statement', path, said: { type: 'antin.suspension', statement } };
  }
  if (document.parts === 0 && DECISIONS.has(approval.act))
    return mismatch('job.statement-about', 'a decision about a request came without the request');
  let about: ShownRequest | undefined;
  if (document.parts > 0) {
    const text = await textOf(await origin.part(0));
    const same = text !== undefined && createHash('sha256').update(text).digest('hex') === approval.shownSha256;
    about = same ? ShownRequest.safeParse(jsonOf(text)).data : undefined;
    if (about === undefined || about.requestItemId !== approval.requestItemId) {
      return mismatch('job.statement-about', 'what the statement is about is not what came with it');
    }
  }
  const said: Said = { type: 'antin.approval', statement: approval, about };
  return { status: 'statement', path, said };
}

interface Schema<T> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: T };
}

/** The value of a canonical text in which everything was read; a member that the schema does not know would be signed unseen. */
export function wholly<T>(schema: Schema<T>, text: string): T | undefined {
  const { data } = schema.safeParse(jsonOf(text));
  return data !== undefined && canonicalJson(data) === text ? data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > MOST_SHOWN) return undefined;
    pieces.push(piece);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
  } catch {
    return undefined;
  }
}
