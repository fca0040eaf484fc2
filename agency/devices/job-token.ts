import { JobClaims } from '@antin/protocol/agent/jobs';
import type { JobRow } from './job-store.ts';
import type { PlatformKey } from './platform-key.ts';

/**
 * The order of a job as compact JWS (RFC 7515 §3.1, EdDSA of RFC 8037 §3.1).
 *
 * `jti` is the job: delivered again after a lost reply it is word for word the same order, so an agent can tell.
 */
export function jobToken(row: JobRow, platform: { key: PlatformKey; origin: string }): string {
  const claims: JobClaims = JobClaims.parse({
    iss: platform.origin,
    aud: row.device_id,
    origin: platform.origin,
    jti: row.id,
    iat: Math.floor(row.created_at.getTime() / 1000),
    exp: Math.floor(row.expires_at.getTime() / 1000),
    act: row.act,
    credential: row.credential_sha256,
    comparisonCode: row.comparison_code,
    person: row.person_name,
    summary: row.summary,
    documents: row.documents.map((document, index) => ({ index, ...document })),
  });
  const signed = `${part({ alg: 'EdDSA', typ: 'antin-job' })}.${part(claims)}`;
  return `${signed}.${Buffer.from(platform.key.sign(Buffer.from(signed))).toString('base64url')}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
