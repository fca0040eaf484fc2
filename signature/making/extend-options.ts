import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Evidence, EvidenceSource } from './evidence.ts';
import type { TimeStampSource } from './time-stamp-source.ts';

/** What raising a signature to a higher level needs, whatever its format. */
export interface ExtendOptions {
  readonly door: CryptoDoor;
  readonly level: 'B-T' | 'B-LT' | 'B-LTA';
  readonly anchors: readonly TrustAnchor[];
  /** For time-stamps; `anchors` when absent. */
  readonly tsaAnchors?: readonly TrustAnchor[];
  /** The present, ms since 1970. */
  readonly at: number;
  readonly timeStamp: TimeStampSource;
  readonly evidenceFor: EvidenceSource;
  /** Evidence the caller brings. */
  readonly evidence?: Evidence;
  /** Digest of message imprints; default SHA-256. */
  readonly digest?: DigestAlgorithm;
}
