import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { tellSender } from '../../registration/answers.ts';
import { text, type Happened } from './entry.ts';
import type { Left } from './certificates.ts';

/** How a request ended, by the kind of entry that says so. */
const ENDS: Readonly<Record<string, 'issued' | 'handed-over' | 'refused' | 'withdrawn' | 'carried-out'>> = {
  'request.issued': 'issued',
  'request.handed-over': 'handed-over',
  'request.refused': 'refused',
  'request.withdrawn': 'withdrawn',
  'request.revocation-carried-out': 'carried-out',
  'request.device-recovered': 'carried-out',
};

interface Story {
  readonly entries: Happened[];
  issued?: Happened;
  ended?: Happened;
  approved?: Happened;
}

/**
 * Requests: only their end is put back, so that nothing is done twice. What officers did on the way has its words, papers and
 * signatures in tables the journal has only hashes of: it is listed, and done again.
 */
export class RequestStories {
  private readonly stories = new Map<string, Story>();

  note(entry: Happened): void {
    const id = text(entry.detail['requestItemId']);
    if (id === undefined) return;
    const story = this.stories.get(id) ?? { entries: [] };
    // What led to an end that is known is asked for by nobody; the bytes of a certificate are put back elsewhere.
    if (story.ended === undefined) story.entries.push({ ...entry, certificate: undefined });
    if (entry.kind === 'request.issued') story.issued = entry;
    if (entry.kind === 'request.approved') story.approved = entry;
    if (ENDS[entry.kind] !== undefined) {
      story.ended = entry;
      story.entries.length = 0;
    }
    this.stories.set(id, story);
  }

  /** After all entries: moves each request to its end, and lists what is left. */
  async finish(tx: Tx, left: Left): Promise<void> {
    for (const [id, story] of this.stories) {
      const found = await sql<{ state: string }>`select state from authority.request_item where id = ${id}`.execute(tx);
      // Its submission is on the list: it comes again as a whole, and what was issued for it is in the register.
      if (found.rows.length === 0) continue;
      const { ended } = story;
      if (ended === undefined) {
        for (const entry of story.entries) left(entry, 'request-work-lost', id);
      } else if (await this.move(tx, id, story)) {
        if (ended.kind === 'request.handed-over') left(ended, 'hand-over-lost', id);
      } else left(ended, 'request-not-moved', id);
    }
  }

  private async move(tx: Tx, id: string, { issued, ended, approved }: Story): Promise<boolean> {
    const last = ended as Happened;
    const state = ENDS[last.kind];
    const given = approved === undefined ? sql`` : approval(approved);
    const certificate =
      issued === undefined
        ? sql``
        : sql`, issued_issuer_sha256 = ${text(issued.detail['issuerSha256'])}, issued_serial_hex = ${issued.serialHex}`;
    try {
      // What the table asks of every row (two officers, the text that was approved) holds for this one too, or it stays.
      await sql`savepoint one_request`.execute(tx);
      const done = await sql`
        update authority.request_item
        set state = ${state}, closed_at = coalesce(closed_at, ${new Date(last.at)}), due_on = null ${given} ${certificate}
        where id = ${id} and state not in ('handed-over', 'carried-out', 'refused', 'withdrawn')`.execute(tx);
      await sql`release savepoint one_request`.execute(tx);
      if (done.numAffectedRows === 1n && issued !== undefined) await tellIssued(tx, id, issued);
      return true;
    } catch (fault) {
      if ((fault as { code?: unknown }).code !== CHECK_VIOLATION) throw fault;
      await sql`rollback to savepoint one_request`.execute(tx);
      return false;
    }
  }
}

const CHECK_VIOLATION = '23514';

function approval({ at, detail }: Happened) {
  return sql`, proposer = coalesce(proposer, ${text(detail['proposer']) ?? null}::uuid),
    approver = coalesce(approver, ${text(detail['by']) ?? null}::uuid),
    approved_sha256 = coalesce(approved_sha256, ${text(detail['shownSha256']) ?? null}),
    approved_at = coalesce(approved_at, ${new Date(at)})`;
}

/** Its sender may never have fetched the answer; told twice, it is the same certificate. */
async function tellIssued(tx: Tx, id: string, { at, serialHex, detail }: Happened): Promise<void> {
  const issuerSha256 = text(detail['issuerSha256']) ?? '';
  const { rows } = await sql<{ submission: string; item: string; der: Uint8Array; chain: Uint8Array[] | null }>`
    select i.submission_id as submission, i.item_id as item, c.der,
      (select array_agg(s.der) from authority.status_issuer s where s.issuer_sha256 = c.issuer_sha256) as chain
    from authority.request_item i
    join authority.certificate c on c.issuer_sha256 = ${issuerSha256} and c.serial_hex = ${serialHex ?? ''} and c.der is not null
    where i.id = ${id}`.execute(tx);
  for (const { submission, item, der, chain } of rows) {
    await tellSender(tx, submission, {
      ...{ itemId: item, status: 'issued', certificate: toBase64(der), at: new Date(at).toISOString() },
      chain: (chain ?? []).map((one) => toBase64(one)),
    });
  }
}
