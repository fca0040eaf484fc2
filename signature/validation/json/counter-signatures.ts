import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { SignatureFault } from '../../fault.ts';
import { readEtsiU } from '../../jades/etsi-u.ts';
import type { JwsSignature } from '../../jades/jws.ts';
import { LimitReached } from '../limits.ts';
import type { Sources } from '../sources.ts';
import type { SignatureReport } from '../types.ts';

/** Counter-signatures of counter-signatures of …: nobody needs more, and each is read whole. */
const DEPTH = 3;

/** Judges a JWS whose payload stands elsewhere; ids are the prefix and a number. */
export type JudgeJws = (bytes: Uint8Array, idPrefix: string, sources: Sources, depth: number) => readonly SignatureReport[];

/**
 * The counter-signatures in `cSig` of one signature (TS 119 182-1 clause 5.3.2): each is a JWS, compact or flattened, whose detached
 * payload is the octets of the signature's value. Each has its own answer and says nothing about the document.
 */
export function judgeCounterSignatures(
  of: string,
  signature: JwsSignature,
  sources: Sources,
  depth: number,
  judge: JudgeJws,
): readonly SignatureReport[] {
  const found = counterSignaturesOf(signature);
  if (found.length === 0) return [];
  if (depth >= DEPTH) throw new LimitReached('counter-signatures', DEPTH);
  const { signatures: most } = sources.policy.limits;
  if (found.length > most) throw new LimitReached('signatures', most);
  const { detachedByName: _, ...context } = sources.context;
  const over: Sources = { ...sources, context: { ...context, detached: memorySource(signature.value) } };
  return found.flatMap((bytes, i) =>
    judge(bytes, `${of}-counter-${i + 1}`, over, depth + 1).map((report) => ({
      ...report,
      covers:
        report.covers?.every((one) => one.kind === 'signature') === true && report.covers.length > 0
          ? report.covers
          : [{ kind: 'signature' as const, name: of, intact: report.intact }],
    })),
  );
}

/** The bytes of each, as received. */
function counterSignaturesOf({ unprotected }: JwsSignature): Uint8Array[] {
  try {
    return readEtsiU(unprotected).items.flatMap(({ name, value }) => {
      if (name !== 'cSig') return [];
      return [value.kind === 'string' ? utf8(value.text) : value.raw];
    });
  } catch (error) {
    // The signature that holds them has been told so already.
    if (error instanceof FormatFault || error instanceof SignatureFault) return [];
    throw error;
  }
}
