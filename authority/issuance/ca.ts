import type { Addresses } from '../profiles/addresses.ts';
import type { ProfileName } from '../profiles/profile.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';

/** A CA as the pipeline needs it: key, certificate, and what it writes into everything it issues. */
export interface IssuingCa extends CertifiedKey {
  readonly addresses: Addresses;
  /** Its own policies; a practice authority's practice policy. */
  readonly policies: readonly string[];
  /**
   * First octet of its serial numbers, 01 to 7F: two instances on one CA take different ones, and a restored copy another
   * than the original. Default 41.
   */
  readonly serialPrefix?: number;
}

/** Who issues under a profile now: the active generation of the series that answers for it. */
export type IssuerOf = (profile: ProfileName) => IssuingCa | Promise<IssuingCa>;
