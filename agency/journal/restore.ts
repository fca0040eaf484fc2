import { sql } from 'kysely';
import { toHex } from '@antin/formats/bytes/text-encodings';
import type { Tx } from '@antin/adapters/db/transaction';
import { JournalFault } from '@antin/adapters/journal/fault';
import { putBackForgotten, type Forgotten, type ForgottenEntry, type RestoredJournal } from '@antin/adapters/journal/restore';
import { agencyJournal } from './kept.ts';
import { record } from './journal.ts';
import { RestoredPeople, type PeopleAfter } from './restored-people.ts';

/** What an entry says happened that the database knows nothing of: for a person, who has the document or asks who has it. */
export interface ForgottenAct {
  readonly leafIndex: number;
  readonly at: string;
  readonly event: string;
  readonly who: string;
  readonly documentId?: string;
  readonly incomingId?: string;
  readonly detail?: Readonly<Record<string, string>>;
}

/** The office's journal as a restore needs it. */
export const restoredAgencyJournal: Omit<RestoredJournal, 'origin'> = { ...agencyJournal, putBack };

/**
 * Puts back the entries that a database has forgotten. What they speak of (documents, numbers, registers) lies in tables and
 * files that no journal holds: it is listed, not done again. Passwords that were renewed, positions and authorities that somebody
 * ended are taken away again.
 *
 * @param forgotten of `forgottenBy`, in the same transaction
 * @throws {JournalFault} `journal.forked`: the office has gone on since it was set back, and its chain leads elsewhere
 */
export async function restoreAgency(
  tx: Tx,
  journal: RestoredJournal,
  folder: string,
  forgotten: Forgotten,
  at: Date,
): Promise<{ readonly acts: readonly ForgottenAct[]; readonly people: PeopleAfter | undefined }> {
  const acts: ForgottenAct[] = [];
  const people = new RestoredPeople();
  await putBackForgotten(tx, journal, folder, forgotten, at, async (batch) => {
    for (const one of batch) {
      acts.push(actOf(one));
      people.note(bodyOf(one));
    }
  });
  // Whoever was signed in on the day of the backup is not signed in now.
  const { rows } = await sql<{ there: string | null }>`select to_regclass('agency.session')::text as there`.execute(tx);
  if (rows[0]?.there != null) await sql`delete from agency.session`.execute(tx);
  const after = await people.finish(tx, at);
  const detail = { from: String(forgotten.known), to: String(forgotten.copied), signed: String(forgotten.signed) };
  await record(tx, { event: 'JournalRestored', at, detail });
  return { acts, people: after };
}

interface Body {
  readonly sequence: number;
  readonly at: string;
  readonly event: string;
  readonly agencyId?: string;
  readonly who: string;
  readonly position?: string;
  readonly documentId?: string;
  readonly incomingId?: string;
  readonly detail?: Readonly<Record<string, string>>;
}

function bodyOf({ leafIndex, canonical }: ForgottenEntry): Body {
  try {
    const body = JSON.parse(canonical) as Body;
    if (body.sequence === leafIndex + 1 && typeof body.event === 'string') return body;
  } catch {
    // Falls through.
  }
  throw new JournalFault('journal.copy-damaged', `entry ${leafIndex} is none of an office`);
}

function actOf(entry: ForgottenEntry): ForgottenAct {
  const { at, event, who, documentId, incomingId, detail } = bodyOf(entry);
  return {
    ...{ leafIndex: entry.leafIndex, at, event, who },
    ...(documentId === undefined ? {} : { documentId }),
    ...(incomingId === undefined ? {} : { incomingId }),
    ...(detail === undefined ? {} : { detail }),
  };
}

async function putBack(tx: Tx, entries: readonly ForgottenEntry[]): Promise<void> {
  const rows = entries.map((one) => {
    const { sequence, at, event, agencyId, who, position, documentId, incomingId, detail } = bodyOf(one);
    const columns = { agency_id: agencyId, document_id: documentId, incoming_id: incomingId, position, detail };
    return { sequence, at, canonical: one.canonical, leaf_hash: toHex(one.leafHash), event, who, ...columns };
  });
  const [first, last] = [rows[0]?.sequence ?? 0, rows.at(-1)?.sequence ?? 0];
  // Of just before the backup: they stand there, and are the same.
  const there = await sql<{ sequence: number; canonical: string }>`
    select sequence, canonical from agency.journal where sequence between ${first} and ${last}`.execute(tx);
  const known = new Map(there.rows.map((row) => [row.sequence, row.canonical]));
  for (const row of rows) {
    const own = known.get(row.sequence);
    if (own === undefined || own === row.canonical) continue;
    const text = `the office has written entry ${row.sequence - 1} anew since it was set back: restore its backup again, and this before it is started`;
    throw new JournalFault('journal.forked', text);
  }
  const missing = rows.filter((row) => !known.has(row.sequence));
  await sql`
    insert into agency.journal (sequence, at, canonical, leaf_hash, event, agency_id, document_id, incoming_id, who, position, detail)
    select sequence, at, canonical, leaf_hash, event, agency_id, document_id, incoming_id, who, position, detail
    from jsonb_to_recordset(${JSON.stringify(missing)}::jsonb) as x(sequence bigint, at timestamptz, canonical text, leaf_hash text,
      event text, agency_id uuid, document_id uuid, incoming_id uuid, who text, position text, detail jsonb)`.execute(tx);
  await sql`
    update agency.journal_head h set sequence = j.sequence, leaf_hash = j.leaf_hash
    from (select sequence, leaf_hash from agency.journal order by sequence desc limit 1) j`.execute(tx);
}
