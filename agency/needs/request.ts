import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { must, Refusal } from '@antin/adapters/http/refusal';
import type { Sha256 } from '@antin/protocol/basics';
import { addWorkingDays } from '@antin/adapters/clock/working-days';
import { officeDay } from '@antin/adapters/clock/days';
import { actById, moveAct } from '../certificates/act-store.ts';
import { askLocked, itemOf } from '../certificates/ask.ts';
import { limitsNow, sealSubject, shownOf } from '../certificates/deps.ts';
import { insertRequested, lockHolding, type NewHolding } from '../certificates/store.ts';
import { agencyById } from '../directory/store.ts';
import type { IssuerDeps } from '../issuers/deps.ts';
import { prepareRequests, type PreparedItem } from '../issuers/requests.ts';
import { requestsOfItems, type RequestRecord } from '../issuers/store.ts';
import { record } from '../journal/journal.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { renewalsOf, wholeCells } from './check.ts';
import { readRow, serialOf } from './columns.ts';
import { papersOf } from './paper-store.ts';
import { acceptedEntries, duplicatesLeft } from './entry-store.ts';
import { changeRound, roundById } from './store.ts';
import type { NeedsDeps } from './sheets.ts';

const PAGE = 1000;

/**
 * The consolidated requests of a closed round: every accepted row, agency by agency. New subscribers get their line in the
 * register at once, as requested.
 *
 * @throws {Refusal} `needs.round-not-closed`, `needs.request-made`, `needs.duplicates-left`, those of `prepareRequests`
 */
export async function requestRound(
  deps: NeedsDeps & { readonly issuers: IssuerDeps },
  caller: Caller,
  id: string,
  input: { version: number; connector?: string | undefined; number?: string | undefined },
): Promise<string[]> {
  return inTransaction(deps.db, async (tx) => {
    const round = await roundById(tx, id, true);
    if (round?.ownerId !== caller.position.agencyId) throw new Refusal('needs.round-not-found');
    if (round.version !== input.version) throw new Refusal('needs.changed-meanwhile');
    if (round.state === 'requested') throw new Refusal('needs.request-made');
    if (round.state !== 'closed') throw new Refusal('needs.round-not-closed');
    if ((await duplicatesLeft(tx, id)) > 0) throw new Refusal('needs.duplicates-left');
    const at = deps.clock();
    const limits = await limitsNow(deps, tx);
    const items: PreparedItem[] = [];
    const holdings: NewHolding[] = [];
    const acts: string[] = [];
    for (let after: [string, number] | undefined; ;) {
      const rows = await acceptedEntries(tx, { roundId: id, after, size: PAGE });
      const papers = Map.groupBy(
        await papersOf(
          tx,
          rows.map((row) => row.id),
        ),
        (paper) => paper.entryId,
      );
      for (const row of rows) {
        const attachments = (papers.get(row.id) ?? []).map((paper) => paper.sha256 as Sha256);
        const managingAgency = { code: row.agencyCode, name: row.agencyName, place: row.place };
        const cells = wholeCells(deps, row);
        if (row.act === 'renew') {
          const held = (await renewalsOf(tx, row.agencyId, [serialOf(cells['renewSerial'] ?? '')])).values().next().value;
          const holding = held === undefined ? undefined : await lockHolding(tx, held.id);
          if (holding === undefined) throw new Refusal('needs.renewal-not-found');
          const actId = must(await askLocked(deps, tx, caller, holding, { act: 'renew' }, limits));
          const prepared = itemOf(deps, (await actById(tx, actId))!, holding, managingAgency);
          items.push({ ...prepared, item: { ...prepared.item, attachments } });
          acts.push(actId);
          continue;
        }
        const { subject } = readRow(row.form, cells, row.device);
        if (subject === undefined) throw new Refusal('issuer.item-not-complete');
        const holdingId = randomUUID() as string;
        const item = { act: 'new', id: row.id, managingAgency, subject, device: row.device } as const;
        const shown = shownOf(subject);
        items.push({
          item: { ...item, attachments },
          name: shown.name,
          form: row.form,
          agencyId: row.agencyId,
          spkiSha256: null,
          certificateId: holdingId,
        });
        holdings.push({
          ...{ id: holdingId, agencyId: row.agencyId, form: row.form, personId: row.personId, ...shown, itemId: row.id },
          ...{ subjectSealed: sealSubject(deps, subject), deviceKind: row.device, spkiSha256: null },
        });
      }
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) break;
      after = [last.path, last.row];
    }
    const owner = (await agencyById(tx, round.ownerId))!;
    const ids = await prepareRequests(deps.issuers, tx, caller, {
      ...{ agencyId: owner.id, from: { code: owner.code, name: owner.name, place: owner.place }, connector: input.connector },
      ...{ number: input.number, round: { id, name: round.name }, items },
    });
    for (let from = 0; from < holdings.length; from += PAGE) await insertRequested(tx, holdings.slice(from, from + PAGE), at);
    const dueOn = addWorkingDays(deps.calendar(), officeDay(at), limits['issuer-working-days']);
    const homes = await requestsOfItems(tx, acts);
    for (const actId of acts) await moveAct(tx, actId, { state: 'sent', requestId: homes.get(actId)!, dueOn });
    await changeRound(tx, id, { state: 'requested' });
    await record(tx, {
      ...{ event: 'NeedsRequested', at, agencyId: owner.id, actor: actorOf(caller), documentId: id },
      detail: { requests: String(ids.length), items: String(items.length) },
    });
    return ids;
  });
}

/** A request was taken apart before it left: its lines in the register go, the round may be changed and requested again. */
export async function needsGivenBack(tx: Tx, request: RequestRecord): Promise<void> {
  if (request.roundId === null) return;
  await sql`delete from agency.holding h using agency.issuer_item i
    where i.request_id = ${request.id} and h.id = i.certificate_id and h.item_id = i.id and h.state = 'requested'`.execute(tx);
  // A renewal asked in the round is the round's to ask again.
  await sql`update agency.holding h set pending = null, version = h.version + 1 from agency.certificate_act c, agency.issuer_item i
    where i.request_id = ${request.id} and c.id = i.id and h.id = c.holding_id and c.state = 'prepared'`.execute(tx);
  await sql`update agency.certificate_act c set state = 'withdrawn' from agency.issuer_item i
    where i.request_id = ${request.id} and c.id = i.id and c.state = 'prepared'`.execute(tx);
  const others =
    await sql`select 1 from agency.issuer_request where round_id = ${request.roundId} and state <> 'withdrawn'`.execute(tx);
  if (others.rows.length === 0) await changeRound(tx, request.roundId, { state: 'closed' });
}
