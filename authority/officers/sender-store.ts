import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';

/** An agency that may send requests. */
export interface SenderRecord {
  readonly code: string;
  readonly name: string;
  readonly active: boolean;
  readonly tokenIsEnough: boolean;
  readonly hasToken: boolean;
  /** Its token brings and fetches for registered agencies below it too. */
  readonly tokenForUnder: boolean;
  readonly certificate: Uint8Array | undefined;
  readonly certificateSha256: string | undefined;
}

export interface SenderRow {
  code: string;
  name: string;
  active: boolean;
  tokenIsEnough: boolean;
  hasToken: boolean;
  tokenForUnder: boolean;
  certificate: Uint8Array | null;
  certificateSha256: string | null;
}

export const SENDER_COLUMNS = sql`code, name, active, token_is_enough as "tokenIsEnough", token_sha256 is not null as "hasToken",
  token_for_under as "tokenForUnder", certificate, certificate_sha256 as "certificateSha256"`;

export function senderOf(row: SenderRow): SenderRecord {
  return {
    ...row,
    certificate: row.certificate === null ? undefined : new Uint8Array(row.certificate),
    certificateSha256: row.certificateSha256 ?? undefined,
  };
}

export async function senderByCode(db: Db, code: string): Promise<SenderRecord | undefined> {
  const { rows } = await sql<SenderRow>`select ${SENDER_COLUMNS} from authority.sender where code = ${code}`.execute(db);
  return rows[0] === undefined ? undefined : senderOf(rows[0]);
}

/** Whose token this is, while the sender is active. */
export async function senderByToken(db: Db, tokenSha256: string): Promise<SenderRecord | undefined> {
  const { rows } = await sql<SenderRow>`
    select ${SENDER_COLUMNS} from authority.sender where token_sha256 = ${tokenSha256} and active`.execute(db);
  return rows[0] === undefined ? undefined : senderOf(rows[0]);
}

/** Codes of all active senders, for whose token speaks for several. */
export async function activeSenderCodes(db: Db): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`select code from authority.sender where active order by code`.execute(db);
  return rows.map((row) => row.code);
}

/** What is not said stays as it was: a new name does not take the token away. */
export async function putSender(
  tx: Tx,
  one: {
    readonly code: string;
    readonly name: string;
    readonly active: boolean;
    readonly tokenIsEnough: boolean;
    readonly tokenForUnder?: boolean;
    readonly tokenSha256: string | undefined;
    readonly bound:
      | { readonly der: Uint8Array; readonly sha256: string; readonly issuerNameSha256: string; readonly serialHex: string }
      | undefined;
  },
): Promise<void> {
  const { code, name, active, tokenIsEnough, tokenForUnder = false, tokenSha256, bound } = one;
  await sql`
    insert into authority.sender as s (code, name, active, token_is_enough, token_for_under, token_sha256, certificate, certificate_sha256,
      issuer_name_sha256, serial_hex)
    values (${code}, ${name}, ${active}, ${tokenIsEnough}, ${tokenForUnder}, ${tokenSha256 ?? null},
      ${bound === undefined ? null : Buffer.from(bound.der)}, ${bound?.sha256 ?? null}, ${bound?.issuerNameSha256 ?? null},
      ${bound?.serialHex ?? null})
    on conflict (code) do update set name = excluded.name, active = excluded.active, token_is_enough = excluded.token_is_enough,
      token_for_under = excluded.token_for_under,
      token_sha256 = coalesce(excluded.token_sha256, s.token_sha256),
      certificate = coalesce(excluded.certificate, s.certificate),
      certificate_sha256 = coalesce(excluded.certificate_sha256, s.certificate_sha256),
      issuer_name_sha256 = coalesce(excluded.issuer_name_sha256, s.issuer_name_sha256),
      serial_hex = coalesce(excluded.serial_hex, s.serial_hex)`.execute(tx);
}
