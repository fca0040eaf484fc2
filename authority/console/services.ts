import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { ServiceState } from '@antin/protocol/authority/operation';
import type { SignerState } from '../keys/signers.ts';
import type { ServiceLooks } from './doors.ts';

const MINUTE = 60_000;
/** The journal is kept every minute; what waits longer waits for nobody. */
const WAITS_MS = 5 * MINUTE;
/** The reconciler closes an attempt after five minutes and comes every minute. */
const UNFINISHED_MS = 10 * MINUTE;
/** A certificate of a service with less time than this should have been renewed. */
const SPARE_MS = 3 * 86_400_000;

type Look = (db: Db, now: number, looks: ServiceLooks) => Promise<ServiceState>;

const iso = (at: Date): string => at.toISOString();

/** Lists that everybody has in hand: fresh, late, or lapsed so that signatures are refused. */
const lists: Look = async (db, now) => {
  const at = new Date(now);
  const { rows } = await sql<{ n: number; until: Date | null; lapsed: number; late: number; never: number }>`
    select count(*)::int as n, min(next_update) as until, count(*) filter (where next_update <= ${at})::int as lapsed,
      count(*) filter (where alarm_at <= ${at})::int as late, count(*) filter (where number is null)::int as never
    from authority.crl_list`.execute(db);
  const { n, until, lapsed, late, never } = rows[0]!;
  const facts = { lists: n, late, lapsed: lapsed + never, ...(until === null ? {} : { until: iso(until) }) };
  if (n === 0) return said('lists', 'unknown', 'none', facts);
  if (lapsed + never > 0) return said('lists', 'bad', 'lapsed', facts);
  return late > 0 ? said('lists', 'warn', 'late', facts) : said('lists', 'good', 'fresh', facts);
};

/** Answers that lie ready, and one that is really asked for. */
const ocsp: Look = async (db, now, looks) => {
  const { rows } = await sql<{ n: number; oldest: Date | null; late: number }>`
    select count(*)::int as n, min(this_update) as oldest,
      count(*) filter (where refresh_at < ${new Date(now - 10 * MINUTE)})::int as late
    from authority.ocsp_answer where next_update > ${new Date(now)}`.execute(db);
  const { n, oldest, late } = rows[0]!;
  const facts = { ready: n, late, ...(oldest === null ? {} : { oldest: iso(oldest) }) };
  const newest = await sql<{ issuer: string; serial: string }>`
    select issuer_sha256 as issuer, serial_hex as serial from authority.published order by id desc limit 1`.execute(db);
  const asked = newest.rows[0];
  if (asked === undefined) return said('ocsp', 'unknown', 'nobody', facts);
  const answered = await looks.ocsp(asked.issuer, asked.serial).then(
    (der) => (der === undefined ? undefined : parseOcspResponse(der)),
    () => undefined,
  );
  const single = answered?.basic?.responses[0];
  if (single?.nextUpdate === undefined || single.nextUpdate <= now) return said('ocsp', 'bad', 'silent', facts);
  const more = { ...facts, until: new Date(single.nextUpdate).toISOString() };
  return late > 0 ? said('ocsp', 'warn', 'late', more) : said('ocsp', 'good', 'answers', more);
};

/** Whether the clock may be told to others, and how long the certificate of the service lasts. */
const timeStamps: Look = async (db, now, looks) => {
  const trust = looks.clockTrust();
  const last = await sql<{ at: Date }>`select gen_time as at from authority.time_stamp order by gen_time desc limit 1`.execute(
    db,
  );
  const today = await sql<{ n: number }>`
    select count(*)::int as n from authority.time_stamp where gen_time >= ${new Date(now - 86_400_000)}`.execute(db);
  const until = await sql<{ at: Date | null }>`
    select max(c.not_after) as at from authority.published p join authority.certificate c using (issuer_sha256, serial_hex)
    where p.profile = 'tsa'`.execute(db);
  const ends = until.rows[0]?.at ?? undefined;
  const facts = {
    day: today.rows[0]?.n ?? 0,
    ...(last.rows[0] === undefined ? {} : { last: iso(last.rows[0].at) }),
    ...(ends === undefined ? {} : { until: iso(ends) }),
    ...(trust.trusted ? {} : { reason: trust.reason }),
  };
  if (!trust.trusted) return said('time-stamps', 'bad', 'clock', facts);
  if (ends !== undefined && ends.getTime() <= now) return said('time-stamps', 'bad', 'ended', facts);
  if (ends !== undefined && ends.getTime() - now < SPARE_MS) return said('time-stamps', 'warn', 'ends', facts);
  return said('time-stamps', 'good', 'stamps', facts);
};

/** What is written down gets its place and a signed head over it within minutes. */
const journal: Look = async (db, now) => {
  const waiting = await sql<{ n: number; since: Date | null }>`
    select count(*)::int as n, min(e.at) as since
    from (select entry from authority.journal_waiting order by entry limit 10000) w
    join authority.journal_entry e on e.id = w.entry`.execute(db);
  const heads = await sql<{ size: number; at: Date; sealed: boolean }>`
    (select size, at, true as sealed from authority.journal_head where signature is not null order by size desc limit 1)
    union all
    (select size, at, false as sealed from authority.journal_head where signature is null order by size desc limit 1)`.execute(
    db,
  );
  const sealed = heads.rows.find((row) => row.sealed);
  const open = heads.rows.find((row) => !row.sealed && row.size > (sealed?.size ?? 0));
  const { n, since } = waiting.rows[0]!;
  const facts = {
    waiting: n,
    ...(sealed === undefined ? {} : { entries: sealed.size, sealed: iso(sealed.at) }),
    ...(since === null ? {} : { since: iso(since) }),
  };
  if (since !== null && now - since.getTime() > WAITS_MS) return said('journal', 'bad', 'waits', facts);
  if (sealed === undefined) return said('journal', 'unknown', 'unsealed', facts);
  if (open !== undefined && now - open.at.getTime() > WAITS_MS) return said('journal', 'warn', 'unsealed', facts);
  return said('journal', 'good', 'kept', facts);
};

/** The second place: what a set-back database or a dishonest administrator cannot reach. */
const copy: Look = async (_, now, looks) => {
  const { status, code, size, wholeAt, issuingUntil } = looks.journal?.copy() ?? { status: 'none' as const };
  const facts = {
    ...(size === undefined ? {} : { entries: size }),
    ...(wholeAt === undefined ? {} : { whole: wholeAt }),
    ...(issuingUntil === undefined ? {} : { until: issuingUntil }),
    ...(code === undefined ? {} : { reason: code }),
  };
  if (status === 'none') return said('copy', 'unknown', 'none', facts);
  if (status === 'copied') return said('copy', 'good', 'copied', facts);
  const disagrees = status === 'behind' || status === 'forked';
  const stopped = issuingUntil !== undefined && Date.parse(issuingUntil) <= now;
  return said('copy', disagrees || stopped ? 'bad' : 'warn', disagrees ? 'disagrees' : 'missing', facts);
};

const signers: Look = async (_, __, looks) => {
  const all = await looks.signers();
  if (all === undefined) return said('signers', 'unknown', 'files', {});
  const dead = all.filter((one) => !one.alive);
  const alive = { signers: all.length, alive: all.length - dead.length };
  if (dead.length === 0) return said('signers', 'good', 'alive', alive);
  const names = (of: (one: SignerState) => readonly string[]) => dead.flatMap(of).join(', ');
  const facts = { ...alive, dead: names(({ name }) => [name]), lost: names(({ keyNames }) => keyNames) };
  // One that nobody starts again waits for a person, whatever the others do.
  const stopped = dead.find((one) => one.stopped !== undefined)?.stopped;
  return stopped === undefined
    ? said('signers', 'bad', 'down', facts)
    : said('signers', 'bad', 'stopped', { ...facts, reason: stopped });
};

/** Attempts that a crash left open are closed by themselves; one that stays open means that nobody does. */
const reconciler: Look = async (db, now) => {
  const { rows } = await sql<{ n: number; since: Date | null }>`
    select count(*)::int as n, min(intended_at) as since from authority.certificate
    where state in ('intended', 'signing') and intended_at < ${new Date(now - UNFINISHED_MS)}`.execute(db);
  const { n, since } = rows[0]!;
  if (n === 0) return said('reconciler', 'good', 'none', {});
  return said('reconciler', 'bad', 'left', { n, ...(since === null ? {} : { since: iso(since) }) });
};

const LOOKS: readonly Look[] = [lists, ocsp, timeStamps, signers, journal, copy, reconciler];

/** Each service by what can be seen of it now; nothing is said to be in order because nobody complained. */
export async function servicesNow(db: Db, now: number, looks: ServiceLooks): Promise<ServiceState[]> {
  return Promise.all(LOOKS.map((look) => look(db, now, looks)));
}

function said(
  service: ServiceState['service'],
  tone: ServiceState['tone'],
  code: string,
  facts: ServiceState['facts'],
): ServiceState {
  return { service, tone, code, facts };
}
