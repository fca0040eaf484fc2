import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { sha256Of } from './generations.ts';
import type { Generation } from './rules.ts';
import { generationBySha256 } from './store.ts';

/** Deeper than any hierarchy here; a circle of parents cannot come from certificates that verify. */
const MAX_DEPTH = 8;
/** More generations than one authority has in use; the others are found when their certificates are asked about. */
const MOST = 50;

/** A CA and those above it, nearest first, the root last. */
export async function chainOf(db: Db, issuerSha256: string): Promise<Generation[]> {
  const chain: Generation[] = [];
  for (let next: string | undefined = issuerSha256; next !== undefined && chain.length < MAX_DEPTH;) {
    const one: Generation | undefined = await generationBySha256(db, next);
    if (one === undefined) break;
    chain.push(one);
    next = one.parentSha256;
  }
  return chain;
}

/** Roots and issuers in use, the active ones of the older series first. */
export async function inUse(db: Db): Promise<{ readonly roots: Certificate[]; readonly issuers: Certificate[] }> {
  const found = await sql<{ der: Uint8Array; root: boolean }>`
    (select der, true as root from authority.ca where parent_sha256 is null and state in ('active', 'status-only')
      order by state, prepared_at, generation limit ${MOST})
    union all
    (select der, false as root from authority.ca where parent_sha256 is not null and state in ('active', 'status-only')
      order by state, prepared_at, generation limit ${MOST})`.execute(db);
  const all = found.rows.map(({ der, root }) => ({ root, certificate: parseCertificate(new Uint8Array(der)) }));
  const pick = (root: boolean) => all.filter((one) => one.root === root).map(({ certificate }) => certificate);
  return { roots: pick(true), issuers: pick(false) };
}

/** Which of these CAs issued the certificate with a serial number; undefined when none did. */
export async function issuerOfSerial(db: Db, issuers: readonly Certificate[], serialHex: string): Promise<string | undefined> {
  const found = await sql<{ issuer_sha256: string }>`
    select issuer_sha256 from authority.certificate
    where issuer_sha256 = any(${issuers.map((one) => sha256Of(one.raw))}) and serial_hex = ${serialHex} limit 1`.execute(db);
  return found.rows[0]?.issuer_sha256;
}
