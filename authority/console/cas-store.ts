import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import type { CaGeneration } from '@antin/protocol/authority/operation';
import { keyKind } from '@antin/web/authority/key-kind';
import type { z } from 'zod';

interface CaRow {
  readonly sha256: string;
  readonly series: string;
  readonly generation: number;
  readonly name: string;
  readonly state: CaGeneration['state'];
  readonly der: Buffer;
  readonly keyId: string;
  readonly parent: string | null;
  readonly preparedAt: Date;
  readonly activatedAt: Date | null;
  readonly supersededAt: Date | null;
  readonly retiredAt: Date | null;
  readonly profiles: readonly string[];
  readonly inForce: number;
  readonly lastNeeded: Date | null;
}

interface ListRow {
  readonly issuer: string;
  readonly shard: number;
  readonly number: string | null;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
  readonly entries: number | null;
  readonly buildAt: Date;
  readonly failed: string | null;
  readonly shards: number;
  readonly shardsUntil: Date | null;
  readonly shardsFailed: number;
}

interface LinkRow {
  readonly signer: string;
  readonly subject: string;
  readonly kind: 'new-with-old' | 'old-with-new';
  readonly der: Buffer;
}

/** Most generations of a page; an authority has a handful in twenty years. */
const MOST = 200;

/** Every generation, by series, newest first, with what it still has to sign. */
export async function generationsShown(db: Db, now: Date): Promise<z.input<typeof CaGeneration>[]> {
  const { rows } = await sql<CaRow>`
    select c.issuer_sha256 as sha256, c.series, c.generation, c.name, c.state, c.der, c.key_id as "keyId", a.name as parent,
      c.prepared_at as "preparedAt", c.activated_at as "activatedAt", c.superseded_at as "supersededAt",
      c.retired_at as "retiredAt",
      case when c.state = 'active'
        then array(select p.profile from authority.ca_profile p where p.series = c.series order by p.profile)
        else array[]::text[] end as profiles,
      (select count(*)::int from authority.certificate i
        where i.issuer_sha256 = c.issuer_sha256 and i.not_after >= ${now}) as "inForce",
      (select max(i.not_after) from authority.certificate i where i.issuer_sha256 = c.issuer_sha256) as "lastNeeded"
    from authority.ca c left join authority.ca a on a.issuer_sha256 = c.parent_sha256
    order by c.parent_sha256 is not null, c.series, c.generation desc limit ${MOST}`.execute(db);
  const ids = rows.map((row) => row.sha256);
  const lists = await listsOf(db, ids);
  const links = await linksOf(db, ids);
  const names = new Map(rows.map((row) => [row.sha256, row.name]));
  return rows.map((row) => {
    const certificate = parseCertificate(new Uint8Array(row.der));
    const list = lists.get(row.sha256);
    return {
      ...{ sha256: row.sha256, series: row.series, generation: row.generation, name: row.name, state: row.state },
      ...{ subject: nameText(certificate.subject), serialHex: certificate.serialHex, keyId: row.keyId },
      keyKind: keyKind(certificate.spki),
      ...(row.parent === null ? {} : { parent: row.parent }),
      notBefore: new Date(certificate.notBefore).toISOString(),
      notAfter: new Date(certificate.notAfter).toISOString(),
      preparedAt: row.preparedAt.toISOString(),
      ...instants({ activatedAt: row.activatedAt, supersededAt: row.supersededAt, retiredAt: row.retiredAt }),
      profiles: [...row.profiles],
      inForce: row.inForce,
      ...instants({ lastNeeded: row.lastNeeded }),
      ...(list === undefined ? {} : { list: listView(list) }),
      shards: {
        ...{ count: list?.shards ?? 0, failed: list?.shardsFailed ?? 0 },
        ...instants({ nextUpdate: list?.shardsUntil ?? null }),
      },
      links: links
        .filter((link) => link.signer === row.sha256 || link.subject === row.sha256)
        .map((link) => ({
          kind: link.kind,
          other: names.get(link.signer === row.sha256 ? link.subject : link.signer) ?? '',
          der: toBase64(new Uint8Array(link.der)),
        })),
    };
  });
}

function instants<Name extends string>(given: Readonly<Record<Name, Date | null>>): { readonly [name in Name]?: string } {
  const known = Object.entries<Date | null>(given).flatMap(([name, at]) => (at === null ? [] : [[name, at.toISOString()]]));
  return Object.fromEntries(known) as { readonly [name in Name]?: string };
}

function listView(row: ListRow) {
  return {
    shard: row.shard,
    ...(row.number === null ? {} : { number: Number(row.number) }),
    ...instants({ thisUpdate: row.thisUpdate, nextUpdate: row.nextUpdate }),
    entries: row.entries ?? 0,
    buildAt: row.buildAt.toISOString(),
    ...(row.failed === null ? {} : { failed: row.failed }),
  };
}

/** The full list of each issuer, and its shards taken together: there may be a thousand of them. */
async function listsOf(db: Db, issuers: readonly string[]): Promise<ReadonlyMap<string, ListRow>> {
  const { rows } = await sql<ListRow>`
    select l.issuer_sha256 as issuer, l.shard, l.number, l.this_update as "thisUpdate", l.next_update as "nextUpdate", l.entries,
      l.build_at as "buildAt", l.failed, coalesce(s.count, 0)::int as shards, s.until as "shardsUntil",
      coalesce(s.failed, 0)::int as "shardsFailed"
    from authority.crl_list l
    left join lateral (
      select count(*) as count, min(next_update) as until, count(failed) as failed from authority.crl_list x
      where x.issuer_sha256 = l.issuer_sha256 and x.shard >= 0) s on true
    where l.issuer_sha256 = any(${[...issuers]}::text[]) and l.shard = -1`.execute(db);
  return new Map(rows.map((row) => [row.issuer, row]));
}

async function linksOf(db: Db, issuers: readonly string[]): Promise<readonly LinkRow[]> {
  const { rows } = await sql<LinkRow>`
    select signer_sha256 as signer, subject_sha256 as subject, kind, der from authority.ca_link
    where signer_sha256 = any(${[...issuers]}::text[]) or subject_sha256 = any(${[...issuers]}::text[])
    order by signed_at limit 500`.execute(db);
  return rows;
}
