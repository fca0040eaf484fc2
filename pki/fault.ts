/** A certificate-side failure with a stable code (`pki.*`, `pkcs12.*`, `x509.*`, `cms.*`, `tsp.*`, `ocsp.*`, `crl.*`, `log.*`). */
export class PkiFault extends Error {
  override readonly name = 'PkiFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
