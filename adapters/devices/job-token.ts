import { BatchClaims, JobClaims } from '@antin/protocol/agent/jobs';
import type { BatchRow, JobRow, StoredDocument } from './job-store.ts';
import type { PlatformKey } from './platform-key.ts';

interface Platform {
  readonly key: PlatformKey;
  readonly origin: string;
}

/**
 * The order of a job as compact JWS (RFC 7515 §3.1, EdDSA of RFC 8037 §3.1).
 *
 * `jti` is the job: delivered again after a lost reply it is word for word the same order, so an agent can tell.
 */
export function jobToken(row: JobRow, platform: Platform): string {
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
    documents: row.documents.map(ordered),
  });
  return jws('antin-job', claims, platform);
}

/** The order of a batch: one signature over the whole list, so that nothing joins it after it was shown. */
export function batchToken(batch: BatchRow, rows: readonly JobRow[], platform: Platform): string {
  const claims: BatchClaims = BatchClaims.parse({
    iss: platform.origin,
    aud: batch.device_id,
    origin: platform.origin,
    jti: batch.id,
    iat: Math.floor(batch.created_at.getTime() / 1000),
    exp: Math.floor(batch.expires_at.getTime() / 1000),
    act: batch.act,
    credential: batch.credential_sha256,
    comparisonCode: batch.comparison_code,
    person: batch.person_name,
    items: rows.map((row) => ({
      jti: row.id,
      summary: row.summary,
      documents: row.documents.map(ordered),
    })),
  });
  return jws('antin-batch', claims, platform);
}

/** Of parts only their number is said: which they are stands in the manifest that the device makes again. */
function ordered(document: StoredDocument, index: number) {
  return 'content' in document ? { index, ...document, parts: document.parts?.length ?? 0 } : { index, ...document };
}

function jws(typ: string, claims: unknown, platform: Platform): string {
  const signed = `${part({ alg: 'EdDSA', typ })}.${part(claims)}`;
  return `${signed}.${Buffer.from(platform.key.sign(Buffer.from(signed))).toString('base64url')}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
