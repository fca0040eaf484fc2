import { sql } from 'kysely';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { lintCertificate, lintCrl } from '@antin/pki/lint/lint';
import { LINT_OWN, LINT_OWN_QUALIFIED, LINT_PKIX } from '@antin/pki/lint/profiles';
import type { LintProfile } from '@antin/pki/lint/profiles';
import { blocks } from '@antin/pki/lint/rule';
import type { Finding } from '@antin/pki/lint/rule';
import { recordEvent } from '../journal/record.ts';
import type { Profile, ProfileName } from '../profiles/profile.ts';
import { PROFILES } from '../profiles/table.ts';

/** Raised when rules are added that certificates of before should be held to; named in every row that was looked at. */
const LINTED_BY = 'pki/lint 1';

/** Rows of one turn: a fifth of a second. */
const MOST_AT_ONCE = 2000;

/** What is wrong with something that was published. */
export interface Complaint {
  readonly what: string;
  readonly findings: readonly Finding[];
}

/**
 * Looks once more at everything that left the house, as it stands in the records: what was signed past the pipeline, or
 * before a rule was known, is found here. A finding goes into the journal; the certificate stays what it is until somebody
 * revokes it.
 */
export function auditor(db: Db, clock: () => number) {
  /** The newest number of each list that was looked at by this process. */
  const looked = new Map<string, number>();

  async function certificates(): Promise<Complaint[]> {
    const { rows } = await sql<{ issuer_sha256: string; serial_hex: string; profile: string; der: Uint8Array }>`
      select issuer_sha256, serial_hex, profile, der from authority.certificate
      where state = 'good' and linted_by is null order by issued_at limit ${MOST_AT_ONCE}`.execute(db);
    const complaints: Complaint[] = [];
    for (const row of rows) {
      const findings = lintCertificate(new Uint8Array(row.der), lintOf(row.profile), nodeCrypto).filter(blocks);
      await inTransaction(db, async (tx) => {
        await sql`
          update authority.certificate set linted_by = ${LINTED_BY}
          where issuer_sha256 = ${row.issuer_sha256} and serial_hex = ${row.serial_hex}`.execute(tx);
        if (findings.length === 0) return;
        const detail = { issuerSha256: row.issuer_sha256, profile: row.profile, rules: findings.map(({ rule }) => rule) };
        await recordEvent(tx, clock(), 'lint.certificate-broken', row.serial_hex, detail);
      });
      if (findings.length > 0) complaints.push({ what: `certificate ${row.serial_hex}`, findings });
    }
    return complaints;
  }

  async function lists(): Promise<Complaint[]> {
    const known = await sql<{ issuer_sha256: string; shard: number; number: number }>`
      select issuer_sha256, shard, number from authority.crl_list where number is not null`.execute(db);
    const complaints: Complaint[] = [];
    for (const { issuer_sha256: issuerSha256, shard, number } of known.rows) {
      const name = `${issuerSha256} ${shard}`;
      if (looked.get(name) === number) continue;
      looked.set(name, number);
      const { rows } = await sql<{ der: Uint8Array }>`
        select der from authority.crl
        where issuer_sha256 = ${issuerSha256} and shard = ${shard} and number = ${number}`.execute(db);
      const findings = rows.flatMap(({ der }) => lintCrl(new Uint8Array(der), nodeCrypto).filter(blocks));
      if (findings.length === 0) continue;
      complaints.push({ what: `list ${name}, number ${number}`, findings });
      const detail = { issuerSha256, shard, number, rules: findings.map(({ rule }) => rule) };
      await recordEvent(db, clock(), 'lint.list-broken', undefined, detail);
    }
    return complaints;
  }

  /** Every minute is often enough. */
  return async (): Promise<Complaint[]> => [...(await certificates()), ...(await lists())];
}

function lintOf(name: string): LintProfile {
  const profile = (PROFILES as Partial<Record<string, Profile>>)[name as ProfileName];
  // CAs come from ceremonies under rules of their own: the standards are what all have in common.
  if (profile === undefined || profile.holder === 'ca') return LINT_PKIX;
  return profile.holder === 'citizen' ? LINT_OWN_QUALIFIED : LINT_OWN;
}
