/**
 * A byte-level failure: the input is not what its format demands, or a budget was used up.
 *
 * `code` is stable and never re-used (`area.reason`, lower kebab); `offset` counts bytes from the start of the input
 * that was given to the reader. Thrown by every reader of this room and by nothing else.
 */
export class FormatFault extends Error {
  override readonly name = 'FormatFault';
  readonly code: string;
  readonly offset: number | undefined;

  constructor(code: string, message: string, offset?: number, options?: { cause?: unknown }) {
    super(offset === undefined ? message : `${message} (byte ${offset})`, options);
    this.code = code;
    this.offset = offset;
  }
}
