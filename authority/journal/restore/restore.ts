import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import { toHex } from '@antin/formats/bytes/text-encodings';
import type { Tx } from '@antin/adapters/db/transaction';
import { JournalFault } from '@antin/adapters/journal/fault';
import { putBackForgotten, type Forgotten, type ForgottenEntry, type RestoredJournal } from '@antin/adapters/journal/restore';
import { authorityJournal } from '../kept.ts';
import { recordEvent } from '../record.ts';
import { issuersOf, replayCertificate, takeSerials } from './certificates.ts';
import { readEntry, type Happened, type LeftOver, type LeftReason } from './entry.ts';
import { liftLists, replayList } from './lists.ts';
import { replayAccount, replayOfficer } from './officers.ts';
import { Passwords, type OfficersAfter } from './passwords.ts';
import { RequestStories } from './requests.ts';

export interface Restored {
  readonly entries: number;
  /** How many entries of each kind were put back. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What is not done again by itself, for a person. */
  readonly left: readonly LeftOver[];
  readonly officers: OfficersAfter;
  /** Moment of the newest entry: what happened later is in no copy. */
  readonly until: number;
}

export interface RestoreWish {
  readonly at: Date;
  /** Although certificates are missing from the copy: they are revoked. */
  readonly withoutCertificates?: boolean;
  /** The copy may not reach up to the disaster: nobody's password is believed. */
  readonly allOfficers?: boolean;
}

/** The authority's journal as a restore needs it. */
export const restoredAuthorityJournal: Omit<RestoredJournal, 'origin'> = { ...authorityJournal, putBack };

/**
 * Puts back what a database has forgotten: the entries at their places, and of what they say everything that status, serial
 * numbers and the numbers of lists need. The rest is listed.
 *
 * The authority is stopped meanwhile. Tables whose triggers hold every part of the authority to the order of things are
 * changed past them: in one transaction, and with an entry that says so.
 *
 * @param forgotten of `forgottenBy`, in the same transaction
 * @throws {JournalFault} `journal.certificates-missing` unless `withoutCertificates`
 */
export async function restoreAuthority(
  tx: Tx,
  journal: RestoredJournal,
  folder: string,
  forgotten: Forgotten,
  { at, withoutCertificates = false, allOfficers = false }: RestoreWish,
): Promise<Restored> {
  const now = at.getTime();
  const left: LeftOver[] = [];
  const kinds: Record<string, number> = {};
  const requests = new RequestStories();
  const passwords = new Passwords();
  let [until, sealedUntil] = [0, 0];
  const leave = ({ leafIndex, at: moment, kind }: Happened, reason: LeftReason, about: string): void => {
    left.push({ leafIndex, at: moment, kind, reason, about });
  };
  for (const table of GUARDED) await sql`alter table ${sql.table(table)} disable trigger user`.execute(tx);
  const isSigned = ({ leafIndex }: Happened) => leafIndex < forgotten.signed;
  const issuers = await issuersOf(tx);
  await putBackForgotten(tx, journal, folder, forgotten, at, async (batch) => {
    const entries = batch.map(readEntry);
    await takeSerials(tx, entries, issuers, now, leave, isSigned);
    for (const entry of entries) {
      kinds[entry.kind] = (kinds[entry.kind] ?? 0) + 1;
      requests.note(entry);
      passwords.note(entry);
      until = Math.max(until, entry.at);
      if (isSigned(entry)) sealedUntil = Math.max(sealedUntil, entry.at);
      await replay(tx, entry, now, leave, isSigned(entry));
    }
  });
  await requests.finish(tx, leave);
  await liftLists(tx, sealedUntil);
  const officers = await passwords.finish(tx, allOfficers, officeDay(at));
  for (const table of GUARDED) await sql`alter table ${sql.table(table)} enable trigger user`.execute(tx);
  // Whoever was signed in on the day of the backup is not signed in now.
  await sql`delete from authority.officer_session`.execute(tx);
  const missing = left.filter((one) => one.reason === 'certificate-without-bytes');
  if (missing.length > 0 && !withoutCertificates) {
    throw new JournalFault(
      'journal.certificates-missing',
      `the copy lacks ${missing.length} certificates: ${missing
        .map((one) => one.about)
        .slice(0, 10)
        .join(', ')}`,
    );
  }
  const entries = forgotten.copied - forgotten.known;
  await recordEvent(tx, now, 'journal.restored', undefined, {
    ...{ from: forgotten.known, to: forgotten.copied, signed: forgotten.signed, left: left.length },
    ...{ shutOut: officers.shutOut.length, allOfficers },
  });
  return { entries, kinds, left, officers, until };
}

/** The order of requests, of certificates and of revocations is guarded by triggers; what is replayed went through them once. */
const GUARDED = ['authority.certificate', 'authority.request_item'];

async function replay(
  tx: Tx,
  entry: Happened,
  now: number,
  left: (entry: Happened, reason: LeftReason, about: string) => void,
  signed: boolean,
) {
  const [area] = entry.kind.split('.');
  if (area === 'certificate') return replayCertificate(tx, entry, now, left, signed);
  if (entry.kind === 'crl.published') return replayList(tx, entry, now, left, signed);
  if (area === 'officer') return replayOfficer(tx, entry, left);
  if (area === 'enrolment') return replayAccount(tx, entry, left);
  if (area === 'ca' || entry.kind === 'crl.taken-in') return left(entry, 'ca-change', entry.serialHex ?? text(entry));
  // Days of the calendar decide what is late; a person says them again, with their source.
  if (entry.kind === 'calendar.day-changed') {
    const { day, is, source } = entry.detail as Record<string, string>;
    return left(entry, 'setting-lost', [`${day} ${is}`, source].filter((one) => one !== '').join(', '));
  }
  if (entry.kind === 'submission.accepted') {
    const { submissionId, from, requestId } = entry.detail as Record<string, string>;
    const there = await sql`select 1 from authority.submission where id = ${submissionId ?? null}`.execute(tx);
    if (there.rows.length === 0) left(entry, 'submission-lost', `${from} ${requestId}`);
  }
}

function text({ detail }: Happened): string {
  const { issuerSha256, sha256, name } = detail as Record<string, string | undefined>;
  return name ?? issuerSha256 ?? sha256 ?? '';
}

async function putBack(tx: Tx, entries: readonly ForgottenEntry[]): Promise<void> {
  const rows = entries.map((one) => {
    const { at, kind, serialHex, detail } = readEntry(one);
    const leaf = toHex(one.leafHash);
    return {
      leaf,
      place: one.leafIndex,
      at: new Date(at).toISOString(),
      kind,
      serial: serialHex ?? null,
      detail,
      canonical: one.canonical,
    };
  });
  // An entry of just before the backup stands there without its place: it only gets it.
  const waiting = await sql<{ entry: string; leaf: string }>`
    select w.entry::text as entry, encode(e.leaf_hash, 'hex') as leaf
    from authority.journal_waiting w join authority.journal_entry e on e.id = w.entry`.execute(tx);
  const there = new Map(waiting.rows.map((row) => [row.leaf, row.entry]));
  const known = rows.flatMap(({ leaf, place }) => (there.has(leaf) ? [{ entry: there.get(leaf) as string, place }] : []));
  const fresh = rows.filter(({ leaf }) => !there.has(leaf));
  if (known.length > 0) {
    await sql`
      with given as (
        select * from unnest(${known.map((one) => one.entry)}::bigint[], ${known.map((one) => one.place)}::bigint[]) as x(entry, place)),
      placed as (delete from authority.journal_waiting w using given g where g.entry = w.entry)
      insert into authority.journal_place (leaf_index, entry) select place, entry from given`.execute(tx);
  }
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(fresh)}::jsonb)
        as x(leaf text, place bigint, at timestamptz, kind text, serial text, detail jsonb, canonical text)),
    fresh as (
      insert into authority.journal_entry (at, kind, serial_hex, detail, canonical, leaf_hash)
      select at, kind, serial, detail, canonical, decode(leaf, 'hex') from given order by place returning id, leaf_hash)
    insert into authority.journal_place (leaf_index, entry)
    select g.place, f.id from fresh f join given g on decode(g.leaf, 'hex') = f.leaf_hash`.execute(tx);
}
