import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { keyOf } from '../issuance/rules.ts';
import { agencyPath, factsOf, sha256Hex } from './content.ts';
import type { RegisterFacts, TargetCertificate } from './checks.ts';

/** The key of a request, proven to be held. */
function keyOfItem(item: RequestItem): { readonly facts: RegisterFacts['key']; readonly spkiSha256: string | undefined } {
  const { csr } = factsOf(item);
  if (csr === undefined) return { facts: { status: 'none' }, spkiSha256: undefined };
  try {
    const answer = keyOf({ csr: fromBase64(csr) });
    if (answer.status === 'refused') {
      return { facts: { status: 'bad', code: `${answer.code} ${answer.detail ?? ''}`.trim() }, spkiSha256: undefined };
    }
    return { facts: { status: 'good' }, spkiSha256: sha256Hex(answer.spki) };
  } catch (fault) {
    if (fault instanceof FormatFault) return { facts: { status: 'bad', code: fault.code }, spkiSha256: undefined };
    throw fault;
  }
}

/** Limits of the day, dated: what was decided under an older law stays right. */
export async function limitsOn(db: Db, day: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ name: string; value: number }>`
    select distinct on (name) name, value from authority.registration_limit where effective_from <= ${day}::date
    order by name, effective_from desc`.execute(db);
  return new Map(rows.map((row) => [row.name, row.value]));
}

export interface ItemPlace {
  readonly id: string;
  readonly submissionId: string;
  readonly senderCode: string;
  readonly signedByAgency: boolean;
  /** Just come: there is no evidence yet. */
  readonly fresh?: boolean;
}

/** Everything that `checkItem` wants to know, read in the caller's transaction. */
export async function registerFacts(
  db: Db,
  place: ItemPlace,
  item: RequestItem,
  now: Date,
  limits: ReadonlyMap<string, number>,
): Promise<RegisterFacts & { readonly spkiSha256: string | undefined }> {
  const { certificate, subjectKey } = factsOf(item);
  const key = keyOfItem(item);
  return {
    now: now.getTime(),
    senderCode: place.senderCode,
    signedByAgency: place.signedByAgency,
    evidence: place.fresh === true ? 0 : await count(db, sql`authority.request_evidence where request_item_id = ${place.id}`),
    attachmentsPresent: await attachmentsPresent(db, place.submissionId, item.attachments),
    key: key.facts,
    spkiSha256: key.spkiSha256,
    keyUses: key.spkiSha256 === undefined ? 0 : await keyUses(db, key.spkiSha256, place.id),
    holds: subjectKey === undefined ? [] : await holdings(db, subjectKey, item.managingAgency.code, now),
    alsoAsked: await alsoAsked(db, place.id, subjectKey, certificate),
    target: certificate === undefined ? undefined : await targetOf(db, certificate, item.act === 'revoke' ? place.id : undefined),
    limits: {
      renewalDaysLeft: limits.get('renewal-days-left') ?? 0,
      renewals: limits.get('renewals') ?? 1,
      overlapDays: limits.get('holding-overlap-days') ?? 60,
    },
  };
}

async function count(db: Db, rest: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from ${rest}`.execute(db);
  return rows[0]?.count ?? 0;
}

async function attachmentsPresent(db: Db, submissionId: string, named: readonly string[]): Promise<ReadonlySet<string>> {
  if (named.length === 0) return new Set();
  const { rows } = await sql<{ sha256: string }>`
    select sha256 from authority.request_attachment
    where submission_id = ${submissionId} and sha256 = any(${[...named]}::text[])`.execute(db);
  return new Set(rows.map((row) => row.sha256));
}

async function keyUses(db: Db, spkiSha256: string, except: string): Promise<number> {
  const issued = await count(db, sql`authority.certificate where spki_sha256 = ${spkiSha256} and state <> 'abandoned'`);
  const asked = await count(
    db,
    sql`authority.request_item where spki_sha256 = ${spkiSha256} and id <> ${except}
      and state not in ('refused', 'withdrawn', 'issued', 'handed-over')`,
  );
  return issued + asked;
}

async function holdings(db: Db, subjectKey: string, agencyCode: string, now: Date): Promise<RegisterFacts['holds']> {
  const { rows } = await sql<{ serialHex: string; notAfter: Date; agencyCode: string }>`
    select c.serial_hex as "serialHex", c.not_after as "notAfter", i.agency_code as "agencyCode"
    from authority.request_item i
    join authority.certificate c on c.issuer_sha256 = i.issued_issuer_sha256 and c.serial_hex = i.issued_serial_hex
    where i.subject_key = ${subjectKey} and i.state in ('issued', 'handed-over') and c.state = 'good' and c.not_after > ${now}
      and not exists (select 1 from authority.revocation r where r.issuer_sha256 = c.issuer_sha256 and r.serial_hex = c.serial_hex)
    order by c.not_after desc limit 20`.execute(db);
  const here = agencyPath(agencyCode).join('.');
  return rows.map(({ serialHex, notAfter, agencyCode: theirs }) => ({
    serialHex,
    notAfter: notAfter.getTime(),
    sameAgency: agencyPath(theirs).join('.') === here,
  }));
}

const OPEN = sql`state in ('received', 'question', 'proposed', 'approved', 'issuing')`;

async function alsoAsked(
  db: Db,
  id: string,
  subjectKey: string | undefined,
  certificate: { readonly issuerSha256: string; readonly serialHex: string } | undefined,
): Promise<number> {
  if (certificate !== undefined) {
    const { issuerSha256, serialHex } = certificate;
    return count(
      db,
      sql`authority.request_item
        where certificate_issuer = ${issuerSha256} and certificate_serial = ${serialHex} and id <> ${id} and ${OPEN}`,
    );
  }
  if (subjectKey === undefined) return 0;
  return count(db, sql`authority.request_item where subject_key = ${subjectKey} and id <> ${id} and ${OPEN}`);
}

/**
 * @param revokedBy the request that asks to revoke it: what was revoked for it before a crash is not against it, and a suspension may
 *   become a revocation
 */
async function targetOf(
  db: Db,
  { issuerSha256, serialHex }: { readonly issuerSha256: string; readonly serialHex: string },
  revokedBy: string | undefined,
): Promise<TargetCertificate | undefined> {
  const { rows } = await sql<{
    state: string;
    subject: string;
    notAfter: Date;
    revoked: boolean;
    agencyCode: string | null;
    agencyName: string | null;
  }>`
    select c.state, c.subject, c.not_after as "notAfter", i.agency_code as "agencyCode", i.agency_name as "agencyName",
      r.serial_hex is not null and (${revokedBy ?? null}::text is null
        or (r.reason <> 6 and r.request_id is distinct from ${revokedBy ?? null}::text)) as revoked
    from authority.certificate c
    left join authority.revocation r on r.issuer_sha256 = c.issuer_sha256 and r.serial_hex = c.serial_hex
    left join authority.request_item i on i.issued_issuer_sha256 = c.issuer_sha256 and i.issued_serial_hex = c.serial_hex
    where c.issuer_sha256 = ${issuerSha256} and c.serial_hex = ${serialHex}`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  // Back through the requests that renewed it; longer chains than ten are no renewals any law allows.
  const before = await sql<{ renewals: number }>`
    with recursive chain (issuer, serial, depth) as (
      select ${issuerSha256}::text, ${serialHex}::text, 0
      union all
      select i.certificate_issuer, i.certificate_serial, chain.depth + 1
      from chain join authority.request_item i on i.issued_issuer_sha256 = chain.issuer and i.issued_serial_hex = chain.serial
      where i.act = 'renew' and chain.depth < 10)
    select max(depth)::int as renewals from chain`.execute(db);
  return {
    state: row.state,
    notAfter: row.notAfter.getTime(),
    revoked: row.revoked,
    subject: row.subject,
    agencyCode: row.agencyCode ?? undefined,
    agencyName: row.agencyName ?? undefined,
    renewals: before.rows[0]?.renewals ?? 0,
  };
}
