import type { SignatureAlgorithm } from '@antin/pki/crypto';

/**
 * Parent → child on stdin: one JSON line a request; `secretBytes` raw octets follow the line, so that a PIN is never text.
 * Child → parent on descriptor 3 (vendor modules print on stdout): one JSON line a reply.
 */
export type ChildRequest =
  | { readonly id: number; readonly op: 'tokens' }
  | {
      readonly id: number;
      readonly op: 'sign';
      readonly slot: number;
      /** The token must still be the one that was chosen: another one may sit in the slot now. */
      readonly serialNumber: string;
      /** DER, base64. */
      readonly certificate: string;
      readonly algorithm: SignatureAlgorithm;
      /** What is signed, base64; hashed in the child. */
      readonly data: readonly string[];
      /** Try although the token says that one more wrong PIN locks it. */
      readonly allowFinalTry: boolean;
      readonly secretBytes: number;
    };

export interface PinState {
  readonly countLow: boolean;
  readonly finalTry: boolean;
  readonly locked: boolean;
}

export interface TokenCertificate {
  /** DER, base64. */
  readonly certificate: string;
  readonly label: string;
  readonly ckaId: string;
}

export interface TokenView {
  readonly slot: number;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly pin: PinState;
  readonly loginRequired: boolean;
  /** The reader has its own keypad: no PIN is asked on the screen. */
  readonly protectedAuthenticationPath: boolean;
  readonly certificates: readonly TokenCertificate[];
}

export type ChildReply =
  | { readonly id: number; readonly stage: 'key-use' }
  | { readonly id: number; readonly tokens: readonly TokenView[] }
  | { readonly id: number; readonly values: readonly string[] }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string; readonly pin?: PinState } };
