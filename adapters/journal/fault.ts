/** A journal, its copy or a proof is not what it should be. Codes: `journal.copy-damaged`, `journal.proof-damaged`, `journal.no-such-entry`. */
export class JournalFault extends Error {
  override readonly name = 'JournalFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
