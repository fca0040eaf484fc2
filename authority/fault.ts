/**
 * The authority could not do its work: keys damaged, database gone, clock wrong. Refusals by rule are values, not this.
 *
 * Codes: `ca.keys-incomplete`, `ca.key-mismatch`, `ca.key-not-private`, `ca.tbs-refused`, `crl.number-not-greater`,
 * `issuance.signature-mismatch`, `journal.set-back`.
 */
export class AuthorityFault extends Error {
  override readonly name = 'AuthorityFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A rule said no. `code` is stable (`issuance.*`, `revocation.*`); `detail` names what was found, never a secret. */
export interface Refusal {
  readonly status: 'refused';
  readonly code: string;
  readonly detail?: string;
}

export function refused(code: string, detail?: string): Refusal {
  return detail === undefined ? { status: 'refused', code } : { status: 'refused', code, detail };
}
