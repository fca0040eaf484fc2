import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { AuthorityFault } from '../fault.ts';
import { generationName, mayBecome } from './rules.ts';
import type { Generation, GenerationState } from './rules.ts';

interface Row {
  issuer_sha256: string;
  series: string;
  generation: number;
  name: string;
  der: Uint8Array;
  key_id: string;
  parent_sha256: string | null;
  state: GenerationState;
  superseded_at: Date | null;
}

const COLUMNS = sql.raw(
  ['issuer_sha256', 'series', 'generation', 'name', 'der', 'key_id', 'parent_sha256', 'state', 'superseded_at']
    .map((column) => `c.${column}`)
    .join(', '),
);

const generationOf = (row: Row): Generation => ({
  issuerSha256: row.issuer_sha256,
  series: row.series,
  generation: row.generation,
  name: row.name,
  certificate: parseCertificate(new Uint8Array(row.der)),
  keyId: row.key_id,
  parentSha256: row.parent_sha256 ?? undefined,
  state: row.state,
  supersededAt: row.superseded_at?.getTime(),
});

/** The generation that issues under a profile now. */
export async function activeFor(db: Db, profile: string): Promise<Generation | undefined> {
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca_profile p join authority.ca c on c.series = p.series and c.state = 'active'
    where p.profile = ${profile}`.execute(db);
  return found.rows[0] === undefined ? undefined : generationOf(found.rows[0]);
}

export async function activeOf(db: Db, series: string): Promise<Generation | undefined> {
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca c where c.series = ${series} and c.state = 'active'`.execute(db);
  return found.rows[0] === undefined ? undefined : generationOf(found.rows[0]);
}

export async function generationBySha256(db: Db, issuerSha256: string): Promise<Generation | undefined> {
  const found = await sql<Row>`select ${COLUMNS} from authority.ca c where c.issuer_sha256 = ${issuerSha256}`.execute(db);
  return found.rows[0] === undefined ? undefined : generationOf(found.rows[0]);
}

/** All of a series, newest first. */
export async function generationsOf(db: Db, series: string): Promise<Generation[]> {
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca c where c.series = ${series} order by c.generation desc`.execute(db);
  return found.rows.map(generationOf);
}

/** A page of everything there is, by series and generation; for the console. */
export async function listGenerations(
  db: Db,
  after: { readonly series: string; readonly generation: number } | undefined,
  limit: number,
): Promise<Generation[]> {
  const { series = '', generation = 0 } = after ?? {};
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca c where (c.series, c.generation) > (${series}, ${generation})
    order by c.series, c.generation limit ${limit}`.execute(db);
  return found.rows.map(generationOf);
}

export interface NewGeneration {
  readonly series: string;
  readonly der: Uint8Array;
  readonly parentSha256: string | undefined;
}

/**
 * Takes in the next generation of a series as `prepared`; the same certificate a second time changes nothing.
 *
 * @throws {AuthorityFault} `ca.not-a-ca`, `ca.parent-unknown`
 */
export async function insertGeneration(tx: Tx, { series, der, parentSha256 }: NewGeneration, now: number): Promise<Generation> {
  const certificate = parseCertificate(der);
  if (certificate.basicConstraints?.ca !== true) throw new AuthorityFault('ca.not-a-ca', 'a generation needs a CA certificate');
  const issuerSha256 = createHash('sha256').update(der).digest('hex');
  const known = await generationBySha256(tx, issuerSha256);
  if (known !== undefined) return known;
  const parent = parentSha256 === undefined ? undefined : await generationBySha256(tx, parentSha256);
  if (parentSha256 !== undefined && parent === undefined) {
    throw new AuthorityFault('ca.parent-unknown', 'the CA that signed this one is not known here: take it in first');
  }
  if (parent !== undefined && certificate.notAfter > parent.certificate.notAfter) {
    throw new AuthorityFault('ca.parent-unknown', 'the CA would outlive the one that signed it');
  }
  // One number a series, also when two take in at once.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`ca ${series}`}, 0))`.execute(tx);
  const last = await sql<{ n: number }>`
    select coalesce(max(generation), 0) as n from authority.ca where series = ${series}`.execute(tx);
  const generation = (last.rows[0]?.n ?? 0) + 1;
  await sql`
    insert into authority.ca
      (issuer_sha256, series, generation, name, der, key_id, parent_sha256, state, not_before, not_after, prepared_at)
    values (${issuerSha256}, ${series}, ${generation}, ${generationName(series, generation)}, ${Buffer.from(der)},
      ${createHash('sha256').update(certificate.spki).digest('hex')}, ${parentSha256 ?? null}, 'prepared',
      ${new Date(certificate.notBefore)}, ${new Date(certificate.notAfter)}, ${new Date(now)})`.execute(tx);
  return (await generationBySha256(tx, issuerSha256)) as Generation;
}

const WHEN = { active: 'activated_at', 'status-only': 'superseded_at', retired: 'retired_at' } as const;

/** @throws {AuthorityFault} `ca.state` when the generation is not where this step begins */
export async function moveGeneration(
  tx: Tx,
  { issuerSha256, state }: Pick<Generation, 'issuerSha256' | 'state'>,
  to: Exclude<GenerationState, 'prepared'>,
  now: number,
): Promise<void> {
  const at = sql.ref(WHEN[to]);
  const done = mayBecome(state, to)
    ? await sql`
        update authority.ca set state = ${to}, ${at} = ${new Date(now)}
        where issuer_sha256 = ${issuerSha256} and state = ${state}`.execute(tx)
    : undefined;
  if (done?.numAffectedRows !== 1n) throw new AuthorityFault('ca.state', `a generation that is ${state} cannot become ${to} now`);
}

/** From now on the series answers for these profiles, and no other does. */
export async function assignProfiles(tx: Tx, series: string, profiles: readonly string[]): Promise<void> {
  for (const profile of profiles) {
    await sql`
      insert into authority.ca_profile (profile, series) values (${profile}, ${series})
      on conflict (profile) do update set series = excluded.series`.execute(tx);
  }
}

/** A last list is signed while its CA's own certificate still holds. */
const BEFORE_ITS_END_MS = 3_600_000;

/** Generations that issue under a CA above them. */
export async function activeBelow(db: Db): Promise<Generation[]> {
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca c where c.state = 'active' and c.parent_sha256 is not null order by c.prepared_at limit 200`.execute(
    db,
  );
  return found.rows.map(generationOf);
}

/** Whether a CA that signs its own lists here has taken a certificate back. */
export async function isRevoked(db: Db, issuerSha256: string, serialHex: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.revocation where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
  return rows.length > 0;
}

/** Generations that still issue, and whose own certificate is about to end. */
export async function spentGenerations(db: Db, now: number): Promise<Generation[]> {
  const soon = new Date(now + BEFORE_ITS_END_MS);
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca c where c.state = 'active' and c.not_after < ${soon} limit 100`.execute(db);
  return found.rows.map(generationOf);
}

/** Superseded generations whose last certificate has expired; those of its own responders, which are renewed, do not count. */
export async function needlessGenerations(db: Db, now: number): Promise<Generation[]> {
  const soon = new Date(now + BEFORE_ITS_END_MS);
  const found = await sql<Row>`
    select ${COLUMNS} from authority.ca c
    where c.state = 'status-only' and c.superseded_at < ${new Date(now)} and (c.not_after < ${soon} or not exists (
      select 1 from authority.certificate i
      where i.issuer_sha256 = c.issuer_sha256 and i.not_after >= ${new Date(now)} and i.profile <> 'ocsp'))
    limit 100`.execute(db);
  return found.rows.map(generationOf);
}

export interface Link {
  readonly signerSha256: string;
  readonly subjectSha256: string;
  readonly kind: 'new-with-old' | 'old-with-new';
  readonly der: Uint8Array;
}

export async function insertLink(tx: Tx, link: Link, now: number): Promise<void> {
  await sql`
    insert into authority.ca_link (signer_sha256, subject_sha256, kind, der, signed_at)
    values (${link.signerSha256}, ${link.subjectSha256}, ${link.kind}, ${Buffer.from(link.der)}, ${new Date(now)})
    on conflict do nothing`.execute(tx);
}

/** Link certificates about a generation or signed by it. */
export async function linksOf(db: Db, issuerSha256: string): Promise<Link[]> {
  const found = await sql<{ signer_sha256: string; subject_sha256: string; kind: Link['kind']; der: Uint8Array }>`
    select signer_sha256, subject_sha256, kind, der from authority.ca_link
    where signer_sha256 = ${issuerSha256} or subject_sha256 = ${issuerSha256}`.execute(db);
  return found.rows.map((row) => ({
    signerSha256: row.signer_sha256,
    subjectSha256: row.subject_sha256,
    kind: row.kind,
    der: new Uint8Array(row.der),
  }));
}
