/**
 * How a token agent proves each request: an Ed25519 signature with the key it made at pairing, over exactly this text.
 *
 * Header: `Authorization: Antin-Agent id=<agentId>,ts=<unix seconds>,nonce=<base64url>,sig=<base64url>`.
 * The server refuses a skew above two minutes and a nonce seen before; no bearer secret exists on the server.
 */
export interface RequestProof {
  readonly agentId: string;
  readonly timestampSeconds: number;
  readonly nonce: string;
  readonly signature: string;
}

export const MAX_CLOCK_SKEW_SECONDS = 120;

/** `pathAndQuery` as sent on the request line; `bodySha256` lower-case hex, of the empty string when there is no body. */
export function proofText(
  method: string,
  pathAndQuery: string,
  timestampSeconds: number,
  nonce: string,
  bodySha256: string,
): string {
  return ['antin-agent-v1', method.toUpperCase(), pathAndQuery, String(timestampSeconds), nonce, bodySha256].join('\n');
}

export function formatProof(proof: RequestProof): string {
  return `Antin-Agent id=${proof.agentId},ts=${proof.timestampSeconds},nonce=${proof.nonce},sig=${proof.signature}`;
}

/** The parsed header, or undefined when it is not of that form. */
export function parseProof(header: string | undefined): RequestProof | undefined {
  const match = /^Antin-Agent id=([0-9a-f-]{36}),ts=(\d{1,12}),nonce=([A-Za-z0-9_-]{16,64}),sig=([A-Za-z0-9_-]{86})$/.exec(
    header ?? '',
  );
  if (match === null) return undefined;
  const [, agentId, ts, nonce, signature] = match as unknown as [string, string, string, string, string];
  return { agentId, timestampSeconds: Number(ts), nonce, signature };
}
