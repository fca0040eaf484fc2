/**
 * A token or its module failed or said no.
 *
 * Codes: `pkcs11.module-not-loaded`, `pkcs11.no-token`, `pkcs11.no-certificate`, `pkcs11.no-key`, `pkcs11.pin-incorrect`,
 * `pkcs11.pin-locked`, `pkcs11.pin-final-try`, `pkcs11.pin-missing`, `pkcs11.cancelled`, `pkcs11.mechanism-missing`,
 * `pkcs11.token-removed`, `pkcs11.device-error`, `pkcs11.value-mismatch`, `pkcs11.timeout`, `pkcs11.crashed`.
 *
 * `keyUsed` is false only when it is certain that no signature was computed: it decides whether a reserved number may go back.
 */
export class Pkcs11Fault extends Error {
  override readonly name = 'Pkcs11Fault';
  readonly code: string;
  readonly keyUsed: boolean;

  constructor(code: string, message: string, options: { keyUsed?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.keyUsed = options.keyUsed ?? false;
  }
}
