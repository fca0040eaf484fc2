import type { ByteSource } from '@antin/formats/bytes/source';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Evidence, Need, ValidationReport } from '@antin/signature/validation/types';
import { judgeWithSources } from '@antin/signature/validation/with-sources';

/** Whose signatures the issuer believes, and where status about them comes from: its own, and those its folder of trust names. */
export interface Trust {
  readonly anchors: readonly TrustAnchor[];
  /** Intermediate certificates, DER. */
  readonly certificates: readonly Uint8Array[];
  evidence(need: {
    readonly kind: 'crl' | 'ocsp';
    readonly issuerSha256: string;
    readonly serialHex: string;
  }): Promise<Uint8Array | undefined>;
}

/** The engine with that trust, at a moment. Addresses inside a file are never followed. */
export type Judge = (
  file: ByteSource,
  more: { readonly at: number; readonly detached?: ByteSource },
) => Promise<ValidationReport>;

const ROUNDS = 4;

export function judgeWith(trust: Trust): Judge {
  return async (file, { at, detached }) => {
    const outcome = await judgeWithSources(
      file,
      {
        door: nodeCrypto,
        inflate: nodeInflate,
        inflateRaw: nodeInflateRaw,
        trust: trust.anchors,
        evidence: { certificates: trust.certificates, crls: [], ocsps: [] },
        at,
        ...(detached === undefined ? {} : { detached }),
      },
      (needs) => fetchNeeds(needs, trust),
      ROUNDS,
    );
    return outcome.report;
  };
}

async function fetchNeeds(needs: readonly Need[], trust: Trust): Promise<Evidence> {
  const crls: Uint8Array[] = [];
  const ocsps: Uint8Array[] = [];
  for (const need of needs) {
    if (need.kind === 'certificate') continue;
    const found = await trust.evidence(need);
    if (found !== undefined) (need.kind === 'crl' ? crls : ocsps).push(found);
  }
  return { certificates: [], crls, ocsps };
}
