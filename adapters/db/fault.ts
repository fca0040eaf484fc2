/**
 * The database could not be started, reached or brought to its shape.
 *
 * Codes: `db.no-binaries`, `db.not-startable`, `db.start-failed`, `db.unreachable`, `db.migration-failed`.
 */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
