import type { SignatureAlgorithm } from '@antin/pki/crypto';

/** What the person must do so that a key signs. */
export interface KeyCondition {
  /**
   * `screen`: a PIN is typed on the page. `window`: in a window of the desktop, after consent. `keypad`: the reader asks itself.
   * `none`: consent is enough (practice).
   */
  readonly pin: 'screen' | 'window' | 'keypad' | 'none';
  /** Set when no try should be made now. */
  readonly blocked?: 'pin-locked' | 'pin-final-try' | 'absent';
  readonly pinCountLow: boolean;
}

export interface HeldCertificate {
  /** SHA-256, lower-case hex. */
  readonly id: string;
  readonly certificate: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  /** Where it lives, for people: label of the token, “practice key”. */
  readonly place: string;
}

/** Keys an agent can use; tokens and practice keys behind one contract. */
export interface KeyHolder {
  readonly kind: 'practice' | 'token';
  certificates(): Promise<readonly HeldCertificate[]>;
  condition(id: string): Promise<KeyCondition>;
  /**
   * One value for each piece, checked against the certificate.
   *
   * @param pin zeroed by the holder
   * @throws with `code` and `keyUsed`: false only if certainly no signature was computed
   */
  sign(id: string, data: readonly Uint8Array[], pin: Buffer): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}
