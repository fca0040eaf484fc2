/**
 * Something outside did not answer as it should. Codes: `source.not-allowed`, `source.private-address`,
 * `source.unreachable`, `source.timeout`, `source.too-large`, `source.refused` (an HTTP status), `source.bad-answer`,
 * and for time-stamps `source.tsa-refused`, `source.tsa-mismatch`.
 */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  readonly code: string;
  /** Whether asking again later may help. */
  readonly passing: boolean;

  constructor(code: string, message: string, options: { passing?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.passing = options.passing ?? false;
  }
}
