import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { recordEvent } from '../journal/record.ts';
import type { SignerClient } from './signer-process/client.ts';
import type { LedgerEntry } from './signer-process/ledger.ts';

/** A list or link is signed inside the transaction that records it: it is given this long to commit. */
const SETTLED_MS = 120_000;

export interface Unrecorded {
  readonly signer: string;
  readonly key: string;
  readonly kind: string;
  readonly tbs: string;
  readonly serialHex?: string;
}

/**
 * Goes through what a signer says it signed since the last time and looks for the record of each: the same bytes, not only the
 * same number of them. What has none is an alarm and stands in the journal: somebody used the key past the pipeline.
 *
 * The signer's ledger is the signer's own word from another process; whoever owns this one can hide a use here only by making
 * a record of it.
 */
export async function compareLedger(
  db: Db,
  signer: string,
  client: Pick<SignerClient, 'ledger' | 'status'>,
  now: number,
): Promise<Unrecorded[]> {
  const alarms: Unrecorded[] = [];
  const { ledgerEnd } = await client.status();
  for (;;) {
    const found = await sql<{ next: string }>`select next from authority.signer_ledger where signer = ${signer}`.execute(db);
    const from = Number(found.rows[0]?.next ?? 0);
    if (ledgerEnd < from) {
      // A ledger that was cut or replaced hides what was in it.
      const one = { signer, key: '', kind: 'ledger-set-back', tbs: '' };
      await inTransaction(db, async (tx) => {
        await advance(tx, signer, from, 0);
        await recordEvent(tx, now, 'keys.ledger-set-back', undefined, { signer, from, to: ledgerEnd });
      });
      return [one];
    }
    const { entries, next } = await client.ledger(from);
    if (next === from) return alarms;
    // What is still being recorded is looked at with everything behind it next time.
    if (entries.some((entry) => entry.kind !== 'certificate' && entry.at > now - SETTLED_MS && entry.at <= now)) return alarms;
    const missing: Unrecorded[] = [];
    for (const entry of entries) {
      if (await isRecorded(db, entry)) continue;
      const { key, kind, tbs, serialHex } = entry;
      missing.push({ signer, key, kind, tbs, ...(serialHex === undefined ? {} : { serialHex }) });
    }
    await inTransaction(db, async (tx) => {
      await advance(tx, signer, from, next);
      for (const one of missing) await recordEvent(tx, now, 'keys.signature-without-record', one.serialHex, one);
    });
    alarms.push(...missing);
  }
}

async function advance(tx: Tx, signer: string, from: number, next: number): Promise<void> {
  await sql`
    insert into authority.signer_ledger (signer, next) values (${signer}, ${next})
    on conflict (signer) do update set next = excluded.next where signer_ledger.next = ${from}`.execute(tx);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function isRecorded(db: Db, entry: LedgerEntry): Promise<boolean> {
  if (entry.kind === 'crl') {
    const rows = await sql<{ der: Uint8Array }>`
      select l.der from authority.ca c join authority.crl l using (issuer_sha256)
      where c.key_id = ${entry.key} and l.number = ${entry.crl?.number ?? '-1'}::bigint`.execute(db);
    const kept = rows.rows.some((row) => sha256(parseCrl(new Uint8Array(row.der)).tbs) === entry.tbs);
    return kept || (await isJournalled(db, entry));
  }
  if (entry.kind === 'link') {
    const rows = await sql<{ der: Uint8Array }>`
      select l.der from authority.ca c join authority.ca_link l on l.signer_sha256 = c.issuer_sha256
      where c.key_id = ${entry.key}`.execute(db);
    const kept = rows.rows.some((row) => sha256(parseCertificate(new Uint8Array(row.der)).tbs) === entry.tbs);
    return kept || (await isJournalled(db, entry));
  }
  const rows = await sql<{ der: Uint8Array | null; lint_certificate: Uint8Array | null }>`
    select i.der, i.lint_certificate from authority.ca c join authority.certificate i using (issuer_sha256)
    where c.key_id = ${entry.key} and i.serial_hex = ${entry.serialHex ?? ''}`.execute(db);
  // The intended certificate is kept under another key's signature: its TBS is what counts.
  const kept = rows.rows.some((row) => {
    const der = row.der ?? row.lint_certificate;
    return der !== null && sha256(parseCertificate(new Uint8Array(der)).tbs) === entry.tbs;
  });
  return kept || (await isJournalled(db, entry));
}

/**
 * Whether the journal names these bytes: what was signed between a backup and a disaster lies in no table any more, and was
 * recorded all the same. The database answers yes or no: whoever signs lists does not read the journal.
 */
async function isJournalled(db: Db, { key, tbs, kind, serialHex = '' }: LedgerEntry): Promise<boolean> {
  const named =
    kind === 'certificate'
      ? sql`authority.journal_names_certificate(${key}, ${serialHex}, ${tbs})`
      : sql`authority.journal_names_signed(${kind}, ${key}, ${tbs})`;
  const { rows } = await sql<{ known: boolean }>`select ${named} as known`.execute(db);
  return rows[0]?.known === true;
}
