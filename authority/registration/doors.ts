import type { Clock } from '@antin/adapters/clock/clock';
import type { FileStore } from '@antin/adapters/files/store';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { Refusal } from '../fault.ts';
import type { Doors } from '../database-roles/doors.ts';
import type { ActSigning, HeldStatement } from '../officers/signed-statement.ts';

/** What registration needs from outside. */
export interface RegistrationDoors extends ActSigning {
  readonly doors: Doors;
  readonly clock: Clock;
  /** Of the authority's own: requests as they came, attachments, scans. */
  readonly files: FileStore;
  /** Revokes at once, in the role of revocation. */
  readonly revoke: (order: {
    readonly issuerSha256: string;
    readonly serialHex: string;
    readonly cause: RevocationCause;
    readonly since?: string;
    readonly by: string;
    readonly requestId: string;
  }) => Promise<{ readonly status: 'revoked' } | Refusal>;
  /** Issues an approved request, in the role of issuance. */
  readonly issue: (order: {
    readonly itemId: string;
    readonly officerId: string;
    readonly held?: HeldStatement;
    readonly csr?: Uint8Array;
    readonly deviceSerial?: string;
  }) => Promise<{ readonly status: 'issued' } | Refusal>;
  /** Signs what is given to carry away; without it, a plain archive. */
  readonly seal?: (
    files: readonly { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }[],
  ) => Promise<Uint8Array>;
}
