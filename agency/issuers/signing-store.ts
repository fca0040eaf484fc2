import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { asicCadesFromJson, asicCadesToJson, type AsicCadesToBeSigned } from '@antin/signature/asic/cades-to-be-signed';

/** Who signs a request: its leader with a personal certificate, and the organisation behind them. */
export type SigningRole = 'leader' | 'organisation';

/** One try to have a request signed. */
export interface SigningRecord {
  readonly id: string;
  readonly requestId: string;
  readonly role: SigningRole;
  readonly jobId: string;
  readonly state: 'waiting' | 'value-received' | 'done' | 'ended';
  readonly reason: string | null;
  readonly credentialSha256: string;
  readonly signer: string;
  readonly paperSha256: string;
  /** With this signature in it: of a leader's, to which the organisation adds its own. */
  readonly containerSha256: string | null;
  readonly doneAt: Date | null;
}

const columns = sql`id, request_id as "requestId", role, container_sha256 as "containerSha256", done_at as "doneAt", job_id as "jobId", state, reason, credential_sha256 as "credentialSha256", signer,
  paper_sha256 as "paperSha256"`;

export async function insertSigning(
  tx: Tx,
  one: Omit<SigningRecord, 'state' | 'reason' | 'containerSha256' | 'doneAt'> & {
    sums: string;
    toBeSigned: AsicCadesToBeSigned;
    at: Date;
  },
): Promise<void> {
  await sql`
    insert into agency.issuer_signing (id, request_id, role, job_id, state, credential_sha256, signer, paper_sha256, sums, to_be_signed,
      started_at)
    values (${one.id}, ${one.requestId}, ${one.role}, ${one.jobId}, 'waiting', ${one.credentialSha256}, ${one.signer}, ${one.paperSha256},
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

/** The leader's signature of each of these requests, where there is one. */
export async function leaderSignings(db: Db, requestIds: readonly string[]): Promise<Map<string, SigningRecord>> {
  const { rows } = await sql<SigningRecord>`
    select ${columns} from agency.issuer_signing
    where request_id = any(${[...requestIds]}::uuid[]) and role = 'leader' and state = 'done'`.execute(db);
  return new Map(rows.map((row) => [row.requestId, row]));
}

/** Whether a value has come that is still being finished. */
export async function finishing(db: Db, requestId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from agency.issuer_signing where request_id = ${requestId} and state = 'value-received' limit 1`.execute(db);
  return rows.length > 0;
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
  to: {
    readonly state: SigningRecord['state'];
    readonly reason?: string;
    readonly value?: Uint8Array;
    readonly containerSha256?: string;
    readonly doneAt?: Date;
  },
): Promise<boolean> {
  const { rows } = await sql`
    update agency.issuer_signing set state = ${to.state}, reason = ${to.reason ?? null},
      container_sha256 = coalesce(${to.containerSha256 ?? null}, container_sha256),
      done_at = coalesce(${to.doneAt ?? null}::timestamptz, done_at),
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

/** Prepared requests of an agency that wait for one signature: the leader's, or the organisation's at once or only behind it. */
export async function requestsToSign(
  db: Db,
  agencyId: string,
  by: 'leader' | 'organisation' | 'organisation-after-leader',
): Promise<number> {
  const signed = sql`exists (select 1 from agency.issuer_signing s
    where s.request_id = r.id and s.role = 'leader' and s.state = 'done')`;
  const which = by === 'leader' ? sql`not ${signed}` : by === 'organisation' ? sql`true` : signed;
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from agency.issuer_request r
    where r.agency_id = ${agencyId} and r.state = 'prepared' and r.container_sha256 is null and ${which}`.execute(db);
  return rows[0]!.n;
}
