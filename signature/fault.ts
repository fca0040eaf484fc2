/** A failure while making a signature, with a stable code (`signature.*`, `pades.*`). Verdicts on signatures are values, never this. */
export class SignatureFault extends Error {
  override readonly name = 'SignatureFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
