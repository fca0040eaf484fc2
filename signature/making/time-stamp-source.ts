import type { DigestAlgorithm } from '@antin/pki/crypto';

/** Where time-stamps come from; the answer is DER of a TimeStampToken over exactly this imprint. */
export type TimeStampSource = (imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array }) => Promise<Uint8Array>;
