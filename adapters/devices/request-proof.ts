import { createHash, createPublicKey, verify } from 'node:crypto';
import { MAX_CLOCK_SKEW_SECONDS, parseProof, proofText } from '@antin/protocol/agent/request-proof';
import { Refusal } from '../http/refusal.ts';
import type { Clock } from '../clock/clock.ts';
import type { Db } from '../db/transaction.ts';
import { deviceById, dropOldNonces, takeNonce, type DeviceRow } from './store.ts';

export interface ProvenRequest {
  readonly device: DeviceRow;
  readonly body: Uint8Array;
  /** What was signed and the signature, as text: kept with answers, it proves them later without trusting this server. */
  readonly evidence: string;
}

/**
 * Which agent sent this request. Everything that matters is under the signature: method, path and query, time, nonce, body.
 *
 * The nonce is taken only after the signature holds, so that nobody can use up an agent's nonces; inside the accepted skew a
 * nonce works once, outside it the time is refused: a recorded request never works again.
 *
 * @throws {Refusal} `device.proof-missing`, `device.proof-skew`, `device.proof-invalid`, `device.proof-replayed`
 */
export async function proveRequest(
  db: Db,
  clock: Clock,
  request: {
    readonly authorization: string | undefined;
    readonly method: string;
    readonly pathAndQuery: string;
    readonly body: Uint8Array;
  },
): Promise<ProvenRequest> {
  const proof = parseProof(request.authorization);
  if (proof === undefined) throw new Refusal('device.proof-missing');
  const now = clock();
  if (Math.abs(now.getTime() / 1000 - proof.timestampSeconds) > MAX_CLOCK_SKEW_SECONDS) throw new Refusal('device.proof-skew');
  const device = await deviceById(db, proof.agentId);
  if (device === undefined) throw new Refusal('device.proof-invalid');
  const text = proofText(
    request.method,
    request.pathAndQuery,
    proof.timestampSeconds,
    proof.nonce,
    createHash('sha256').update(request.body).digest('hex'),
  );
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: device.public_key.toString('base64url') },
    format: 'jwk',
  });
  if (!verify(null, Buffer.from(text), key, Buffer.from(proof.signature, 'base64url'))) throw new Refusal('device.proof-invalid');
  if (!(await takeNonce(db, device.id, proof.nonce, now))) throw new Refusal('device.proof-replayed');
  // Older than twice the skew they cannot be replayed any more.
  await dropOldNonces(db, device.id, new Date(now.getTime() - 2 * MAX_CLOCK_SKEW_SECONDS * 1000));
  return { device, body: request.body, evidence: `${text}\n${proof.signature}` };
}
