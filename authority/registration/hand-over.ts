import { sql } from 'kysely';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { requireSignatureBy } from '../officers/signed-statement.ts';
import { lockAndDecide } from './acts.ts';
import { sha256Hex } from './content.ts';
import type { RegistrationDoors } from './doors.ts';
import { insertAct } from './parts-store.ts';
import { itemById, markClosed } from './store.ts';
import type { ItemRecord } from './store.ts';

/** The receiver has the device in hand and says so with the new key: proof that key and certificate belong together. */
export interface HandOverStatement {
  readonly type: 'antin.hand-over';
  readonly requestItemId: string;
  readonly certificateSha256: string;
  readonly serialHex: string;
  readonly subject: string;
  readonly officerId: string;
  readonly at: string;
}

const STALE_MS = 60 * 60_000;

/** @throws {Refusal} `http.not-found`, `request.not-issued` */
export async function handOverStatement(parts: RegistrationDoors, by: Officer, id: string): Promise<HandOverStatement> {
  const db = parts.doors.as('antin_issuance');
  const row = await itemById(db, id);
  if (row === undefined) throw new Refusal('http.not-found');
  return statementOf(db, row, by, parts.clock().toISOString());
}

/**
 * Writes the hand-over record.
 *
 * @param said `canonical`: the text as it was given out; `cms`: detached, by the key of the new certificate
 * @throws {Refusal} `request.hand-over-other`, `request.statement-stale`, `request.signature-not-valid`,
 *   `request.signer-not-bound`
 */
export async function handOver(
  parts: RegistrationDoors,
  by: Officer,
  id: string,
  said: { readonly canonical: string; readonly cms: string; readonly deviceSerial?: string | undefined },
): Promise<void> {
  const db = parts.doors.as('antin_issuance');
  const now = parts.clock();
  const row = await itemById(db, id);
  if (row === undefined) throw new Refusal('http.not-found');
  const at = timeIn(said.canonical);
  const statement = await statementOf(db, row, by, at);
  // The receiver signs what we wrote, not what a screen between us made of it.
  if (canonicalJson(statement) !== said.canonical) throw new Refusal('request.hand-over-other');
  if (Math.abs(now.getTime() - Date.parse(at)) > STALE_MS) throw new Refusal('request.statement-stale');
  const cms = fromBase64(said.cms);
  await requireSignatureBy(parts.judge, statement.certificateSha256, cms, said.canonical, now.getTime());
  await inTransaction(db, async (tx) => {
    await lockAndDecide(tx, id, { type: 'hand-over', by });
    if (!(await markClosed(tx, id, 'issued', 'handed-over', now))) throw new Refusal('request.not-issued');
    await sql`
      insert into authority.hand_over (request_item_id, statement, cms, officer_id, device_serial, at)
      values (${id}, ${said.canonical}, ${Buffer.from(cms)}, ${by.id}, ${said.deviceSerial ?? null}, ${now})`.execute(tx);
    await insertAct(tx, { itemId: id, act: 'hand-over', at: now, officerId: by.id });
    const detail = { requestItemId: id, by: by.id, statementSha256: sha256Hex(said.canonical) };
    await recordEvent(tx, now.getTime(), 'request.handed-over', statement.serialHex, detail);
  });
}

async function statementOf(db: Db, row: ItemRecord, by: Officer, at: string): Promise<HandOverStatement> {
  if (row.state !== 'issued' || row.issuedSerialHex === null) throw new Refusal('request.not-issued');
  const { rows } = await sql<{ der: Uint8Array; subject: string }>`
    select der, subject from authority.certificate
    where issuer_sha256 = ${row.issuedIssuerSha256} and serial_hex = ${row.issuedSerialHex} and state = 'good'`.execute(db);
  const found = rows[0];
  if (found === undefined) throw new Refusal('request.not-issued');
  return {
    type: 'antin.hand-over',
    requestItemId: row.id,
    certificateSha256: sha256Hex(found.der),
    serialHex: row.issuedSerialHex,
    subject: found.subject,
    officerId: by.id,
    at,
  };
}

/** @throws {Refusal} `request.hand-over-other` */
function timeIn(canonical: string): string {
  try {
    const { at } = JSON.parse(canonical) as { at?: unknown };
    if (typeof at === 'string' && !Number.isNaN(Date.parse(at))) return at;
  } catch {
    // Falls through.
  }
  throw new Refusal('request.hand-over-other');
}
