import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import type { SignedCheckpoint } from '@antin/protocol/journal/proof';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import { validate } from '@antin/signature/validation/validate';

export interface JudgedHead {
  readonly origin: string;
  readonly size: number;
  readonly verdict: 'valid' | 'invalid' | 'indeterminate';
  /** Of the deciding check, when the head is not valid. */
  readonly code: string | null;
  readonly signer: string | null;
  /** Time-stamped, when it is. */
  readonly at: string | null;
}

export interface HeadTrust {
  readonly anchors: readonly TrustAnchor[];
  /** SHA-256 of the certificates that may sign heads of this journal: whoever else the root vouches for may not. */
  readonly signers: ReadonlySet<string>;
  /** The log that is meant: one key may sign heads of several. Left out, any. */
  readonly origin?: string | undefined;
  readonly at: number;
}

/** Judges the signature under a head by the engine that judges documents. @throws {PkiFault} `log.checkpoint-damaged` */
export function judgeHead(head: SignedCheckpoint, { anchors, signers, origin: meant, at }: HeadTrust): JudgedHead {
  const { origin, size } = parseCheckpoint(head.checkpoint);
  const { report } = validate(memorySource(fromBase64(head.signature)), {
    door: nodeCrypto,
    inflate: nodeInflate,
    inflateRaw: nodeInflateRaw,
    trust: [...anchors],
    evidence: { certificates: [], crls: [], ocsps: [] },
    at,
    policy: VIETNAM_POLICY,
    fileName: 'checkpoint.p7s',
    detached: memorySource(utf8(head.checkpoint)),
  });
  const [signature, more] = report.signatures;
  const own = signature?.signer != null && more === undefined && signers.has(signature.signer.sha256);
  const other = meant !== undefined && meant !== origin;
  const verdict = report.verdict === 'unsigned' || !own || other ? 'invalid' : report.verdict;
  const decided = own ? (report.decidedBy ?? signature.decidedBy) : 'journal.head-not-by-its-key';
  const code = own && other ? 'journal.other-origin' : decided;
  return {
    origin,
    size,
    verdict,
    code: verdict === 'valid' ? null : code,
    signer: signature?.signer?.commonName ?? null,
    at: signature?.bestSignatureTimeFrom === 'time-stamp' ? signature.bestSignatureTime : null,
  };
}
