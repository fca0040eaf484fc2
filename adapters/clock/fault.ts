/**
 * A time server did not tell the time. Codes: `clock.no-answer`, `clock.bad-answer`, `clock.kiss-of-death` (it asks us to
 * stay away), `clock.not-synchronised`.
 */
export class ClockFault extends Error {
  override readonly name = 'ClockFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
