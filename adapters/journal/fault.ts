/**
 * A journal, its copy or a proof is not what it should be. Codes: `journal.copy-damaged`, `journal.copy-missing`,
 * `journal.copy-foreign`, `journal.copy-begun-elsewhere`, `journal.proof-damaged`, `journal.no-such-entry`, and those of
 * restoring: `journal.forked`, `journal.head-not-believed`, `journal.entries-without-head`, `journal.nothing-to-restore`.
 */
export class JournalFault extends Error {
  override readonly name = 'JournalFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
