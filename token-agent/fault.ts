/**
 * The agent cannot go on as asked.
 *
 * Codes: `agent.running`, `agent.not-paired`, `agent.pairing-expired`, `agent.pairing-refused`, `agent.origin-mismatch`,
 * `agent.server-unreachable`, `agent.insecure-server`, `agent.server-refused`, `agent.unpaired`, `agent.no-keys`, `agent.usage`.
 */
export class AgentFault extends Error {
  override readonly name = 'AgentFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
