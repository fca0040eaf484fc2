import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { asicCadesFromJson, asicCadesToJson, type AsicCadesToBeSigned } from '@antin/signature/asic/cades-to-be-signed';

/** One try to have a request signed by the organisation. */
export interface SigningRecord {
  readonly id: string;
  readonly requestId: string;
  readonly jobId: string;
  readonly state: 'waiting' | 'value-received' | 'done' | 'ended';
  readonly reason: string | null;
  readonly credentialSha256: string;
  readonly signer: string;
  readonly paperSha256: string;
}

const columns = sql`id, request_id as "requestId", job_id as "jobId", state, reason, credential_sha256 as "credentialSha256", signer,
  paper_sha256 as "paperSha256"`;

export async function insertSigning(
  tx: Tx,
  one: Omit<SigningRecord, 'state' | 'reason'> & { sums: string; toBeSigned: AsicCadesToBeSigned; at: Date },
): Promise<void> {
  await sql`
    insert into agency.issuer_signing (id, request_id, job_id, state, credential_sha256, signer, paper_sha256, sums, to_be_signed,
      started_at)
    values (${one.id}, ${one.requestId}, ${one.jobId}, 'waiting', ${one.credentialSha256}, ${one.signer}, ${one.paperSha256},
      ${one.sums}, ${JSON.stringify(asicCadesToJson(one.toBeSigned))}::jsonb, ${one.at})`.execute(tx);
}

export async function signingById(db: Db, id: string): Promise<SigningRecord | undefined> {
  return (await sql<SigningRecord>`select ${columns} from agency.issuer_signing where id = ${id}`.execute(db)).rows[0];
}

export async function signingOfJob(db: Db, jobId: string): Promise<SigningRecord | undefined> {
  return (await sql<SigningRecord>`select ${columns} from agency.issuer_signing where job_id = ${jobId}`.execute(db)).rows[0];
}

/** The last try of each of these requests. */
export async function lastSignings(db: Db, requestIds: readonly string[]): Promise<Map<string, SigningRecord>> {
  const { rows } = await sql<SigningRecord>`
    select distinct on (request_id) ${columns} from agency.issuer_signing
    where request_id = any(${[...requestIds]}::uuid[]) order by request_id, sequence desc`.execute(db);
  return new Map(rows.map((row) => [row.requestId, row]));
}

/** What the device is to sign, and what it signed. */
export async function preparationOf(
  db: Db,
  id: string,
): Promise<{ readonly toBeSigned: AsicCadesToBeSigned; readonly value: Uint8Array | undefined }> {
  const { rows } = await sql<{ toBeSigned: unknown; value: Uint8Array | null }>`
    select to_be_signed as "toBeSigned", value from agency.issuer_signing where id = ${id}`.execute(db);
  const { toBeSigned, value } = rows[0]!;
  return { toBeSigned: asicCadesFromJson(toBeSigned), value: value === null ? undefined : new Uint8Array(value) };
}

/** Checksums of an order over this request, when they are these. */
export async function sumsOf(db: Db, requestId: string, sha256: string): Promise<string | undefined> {
  const { rows } = await sql<{ sums: string }>`
    select sums from agency.issuer_signing
    where request_id = ${requestId} and encode(sha256(convert_to(sums, 'UTF8')), 'hex') = ${sha256} limit 1`.execute(db);
  return rows[0]?.sums;
}

/** Moves a try on, only from where it may come. @returns whether it did */
export async function moveSigning(
  tx: Tx,
  id: string,
  from: readonly SigningRecord['state'][],
  to: { readonly state: SigningRecord['state']; readonly reason?: string; readonly value?: Uint8Array },
): Promise<boolean> {
  const { rows } = await sql`
    update agency.issuer_signing set state = ${to.state}, reason = ${to.reason ?? null},
      value = coalesce(${to.value === undefined ? null : Buffer.from(to.value)}::bytea, value)
    where id = ${id} and state = any (${[...from]}::text[]) returning id`.execute(tx);
  return rows.length === 1;
}

/** Why it is not finished yet. */
export async function noteWaiting(db: Db, id: string, reason: string | null): Promise<void> {
  await sql`update agency.issuer_signing set reason = ${reason} where id = ${id} and state = 'value-received'`.execute(db);
}

/** Ends tries that a device was asked about. @returns their jobs */
export async function endSignings(tx: Tx, requestId: string): Promise<string[]> {
  const { rows } = await sql<{ jobId: string }>`
    update agency.issuer_signing set state = 'ended' where request_id = ${requestId} and state = 'waiting'
    returning job_id as "jobId"`.execute(tx);
  return rows.map((row) => row.jobId);
}

/** Prepared requests of an agency that nobody has signed. */
export async function requestsToSign(db: Db, agencyId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from agency.issuer_request
    where agency_id = ${agencyId} and state = 'prepared' and container_sha256 is null`.execute(db);
  return rows[0]!.n;
}
