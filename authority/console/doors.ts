import type { ClockTrust } from '@antin/adapters/clock/watched-clock';
import type { JournalView } from '@antin/adapters/journal/state';
import type { SignerState } from '../keys/signers.ts';
import type { RegistrationDoors } from '../registration/doors.ts';

/** What the console looks at to say how the services stand; each is asked when a page is, none is remembered. */
export interface ServiceLooks {
  /** The answer anybody would get about a certificate now; undefined where OCSP is not offered. */
  readonly ocsp: (issuerSha256: string, serialHex: string) => Promise<Uint8Array | undefined>;
  readonly clockTrust: () => ClockTrust;
  /** Undefined where keys lie in files (practice). */
  readonly signers: () => Promise<readonly SignerState[] | undefined>;
  /** What the process that keeps the journal knows of its copy. */
  readonly journal?: JournalView | undefined;
}

export interface ConsoleDoors extends RegistrationDoors {
  readonly looks: ServiceLooks;
}
