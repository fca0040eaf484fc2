import { AuthorityFault } from '../fault.ts';

/** Why a machine gets nothing just now, through no doing of its own; `seconds` until it is worth asking again. */
export interface Closed {
  /** Stable; what is wrong inside stays inside. */
  readonly code: string;
  readonly seconds: number;
  /** 503 where waiting helps, 500 where a person must look first. */
  readonly status: 500 | 503;
}

const MINUTES = 60;
const HOUR = 3600;

/**
 * What a fault means for whoever asked: the journal is behind or set back, no CA issues, a signer is away, an attempt was given
 * up. Nothing was issued, and the same request may come again.
 */
export function closedBy(fault: unknown): Closed {
  const code = fault instanceof AuthorityFault ? fault.code : 'http.fault';
  if (code.startsWith('journal.')) return { code, seconds: 10 * MINUTES, status: 503 };
  // Retired, not begun, or its key is in a safe: for as long as a ceremony takes.
  if (code === 'ca.no-issuer' || code === 'ca.not-in-time' || code === 'keys.offline')
    return { code, seconds: HOUR, status: 503 };
  if (code.startsWith('keys.') || code === 'issuance.given-up') return { code, seconds: MINUTES, status: 503 };
  return { code, seconds: 10 * MINUTES, status: 500 };
}

/** A certificate that our own linter stops is no fault of the request: a profile or a CA is to be mended. */
export function stoppedByUs(code: string): Closed | undefined {
  return code === 'issuance.lint' ? { code, seconds: HOUR, status: 500 } : undefined;
}
