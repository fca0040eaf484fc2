import { Hono } from 'hono';
import type { z } from 'zod';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { sealedHead } from '@antin/adapters/journal/head-store';
import { proveEntry } from '@antin/adapters/journal/prove';
import { journalState, NO_VIEW, type JournalView } from '@antin/adapters/journal/state';
import { treeSize } from '@antin/adapters/journal/tree-store';
import { officeJournalRoutes as routes, type OfficeJournalEntry } from '@antin/protocol/office/journal';
import { placedAgency } from '../directory/agency-store.ts';
import { agencyInReach, reachOf, type Reach } from '../directory/reach.ts';
import { pageFrom, readCursor } from '../keyset.ts';
import type { PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { JOURNAL_TREE } from './migrations.ts';
import { entriesQuery, entryBySequence, lastSequence, type EntryRow } from './reading-store.ts';

export interface JournalParts {
  readonly db: Db;
  readonly clock: Clock;
  /** What the process that keeps the journal knows of its copy. */
  readonly view?: JournalView | undefined;
}

/** The office's journal for administrators. Reads, and changes nothing. */
export function journalApp({ db, clock, view = NO_VIEW }: JournalParts): Hono<PersonEnv> {
  const app = new Hono<PersonEnv>();
  const person = [requirePerson({ db, clock })];

  mount(app, routes.entries, person, async ({ query, c }) => {
    const reach = await reachOf(db, c.var.caller);
    const agencyId = await askedAgency(reach, query.agency ?? c.var.caller.position.agencyId);
    const before = readCursor(query.after, 'n')?.[0] as number | undefined;
    const { rows } = await entriesQuery(query, agencyId, before).execute(db);
    const placed = await treeSize(db, JOURNAL_TREE);
    const sealed = (await sealedHead(db, JOURNAL_TREE))?.size ?? 0;
    const { items, next } = pageFrom(rows, query.limit, (row) => [row.number]);
    return { items: items.map((row) => shown(row, placed, sealed)), ...(next === undefined ? {} : { next }) };
  });
  mount(app, routes.state, person, async ({ c }) => {
    await reachOf(db, c.var.caller);
    return journalState(db, JOURNAL_TREE, view, (await lastSequence(db)) - (await treeSize(db, JOURNAL_TREE)));
  });
  mount(app, routes.proof, person, async ({ params, c }) => {
    const reach = await reachOf(db, c.var.caller);
    const entry = await entryBySequence(db, params.number);
    if (entry === undefined) throw new Refusal('http.not-found');
    await askedAgency(reach, entry.agencyId ?? 'installation');
    const leafIndex = params.number - 1;
    const proof = await proveEntry(db, JOURNAL_TREE, { canonical: entry.canonical, leafIndex });
    if (proof === undefined) throw new Refusal('journal.not-sealed-yet');
    return new Response(`${JSON.stringify(proof, null, 2)}\n`, {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="journal-entry-${leafIndex}.json"`,
      },
    });
  });
  return app;

  /** @throws {Refusal} `directory.agency-unknown`, `directory.not-yours` */
  async function askedAgency(reach: Reach, asked: string): Promise<string | null> {
    if (asked !== 'installation') return (await agencyInReach(db, reach, asked)).id;
    if ((await placedAgency(db, reach.agency.id))?.parentId !== null) throw new Refusal('directory.not-yours');
    return null;
  }
}

function shown(row: EntryRow, placed: number, sealed: number): z.input<typeof OfficeJournalEntry> {
  const { number, at, event, who, agencyId, position, documentId, incomingId, detail } = row;
  const leafIndex = number - 1;
  return {
    ...{ number, event, who, at: at.toISOString(), sealed: leafIndex < sealed },
    ...(leafIndex < placed ? { leafIndex } : {}),
    ...(agencyId === null ? {} : { agencyId }),
    ...(position === null ? {} : { position }),
    ...(documentId === null ? {} : { documentId }),
    ...(incomingId === null ? {} : { incomingId }),
    ...(detail === null ? {} : { detail }),
  };
}
