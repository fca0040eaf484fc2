import type { ByteSource } from '@antin/formats/bytes/source';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from './fault.ts';

/** One digest of data whose bytes stay with their owner. */
export interface KnownDigest {
  readonly algorithm: DigestAlgorithm;
  readonly value: Uint8Array;
  /** Over the base64url text of the data, as JAdES digests files without `b64: false` (TS 119 182-1 clause 5.2.8.3.3). */
  readonly base64url?: boolean;
}

/** Somebody needs the bytes themselves, or a digest that was not given. To a judge it is as if the data were not there. */
export class BytesNotHere extends SignatureFault {
  constructor() {
    super('signature.bytes-not-here', 'of this data only digests were given, and not the one that is needed');
  }
}

const KNOWN = new WeakMap<ByteSource, readonly KnownDigest[]>();

/** Detached data of which only digests are at hand (hash-only mode). Reading it is refused with {@link BytesNotHere}. */
export function knownByDigest(digests: readonly KnownDigest[]): ByteSource {
  const source: ByteSource = {
    // Not 0: a reader of nothing would take it for an empty file.
    size: 1,
    read() {
      throw new BytesNotHere();
    },
  };
  KNOWN.set(source, digests);
  return source;
}

/** The digests that stand for the data; undefined where the bytes are there as usual. */
export function digestsInsteadOf(source: ByteSource): readonly KnownDigest[] | undefined {
  return KNOWN.get(source);
}

/** The digest given for data that is known by digest only. @throws {BytesNotHere} when it was not given */
export function givenDigest(given: readonly KnownDigest[], algorithm: DigestAlgorithm, base64url = false): Uint8Array {
  const values = given.filter((one) => one.algorithm === algorithm && (one.base64url ?? false) === base64url);
  const [one, more] = values;
  if (one === undefined || more !== undefined) throw new BytesNotHere();
  return one.value;
}
