import { Hono } from 'hono';
import type { Clock } from '@antin/adapters/clock/clock';
import { mount } from '@antin/adapters/http/mount';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { Refusal } from '@antin/adapters/http/refusal';
import { sealedHead } from '@antin/adapters/journal/head-store';
import { proveEntry } from '@antin/adapters/journal/prove';
import { journalState, NO_VIEW, type JournalView } from '@antin/adapters/journal/state';
import { authorityJournalRoutes as routes, type JournalEntry } from '@antin/protocol/authority/journal';
import type { OfficerRole } from '@antin/protocol/authority/session';
import type { z } from 'zod';
import type { Doors } from '../database-roles/doors.ts';
import type { OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { entriesQuery, kindsQuery, placedEntry, waitingEntries, type EntryPlace, type EntryRow } from './reading-store.ts';

export interface JournalParts {
  readonly doors: Doors;
  readonly clock: Clock;
  /** What the process that keeps the journal knows of its copy. */
  readonly view?: JournalView | undefined;
}

const SCHEMA = 'authority';
const JOURNAL_ROLES: Readonly<Record<keyof typeof routes, readonly OfficerRole[]>> = {
  entries: ['audit'],
  kinds: ['audit'],
  state: ['audit', 'operation'],
  proof: ['audit'],
};

/** The journal for who controls it: entries by page, how it stands, and proofs to take away. Reads, and changes nothing. */
export function journalApp({ doors, clock, view = NO_VIEW }: JournalParts): Hono<OfficerEnv> {
  const reading = doors.as('antin_audit');
  const session = { db: doors.as('antin_session'), clock };
  const by = (name: keyof typeof routes) => [requireOfficer(session, JOURNAL_ROLES[name])];
  const app = new Hono<OfficerEnv>();

  mount(app, routes.entries, by('entries'), async ({ query }) => {
    const after = query.after === undefined ? undefined : placeOf(query.after);
    const { rows } = await entriesQuery(query, after).execute(reading);
    const sealed = (await sealedHead(reading, SCHEMA))?.size ?? 0;
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const next = rows.length > query.limit && last !== undefined ? `${last.at.toISOString()}_${last.number}` : undefined;
    return { items: page.map((row) => shown(row, sealed)), ...(next === undefined ? {} : { next }) };
  });
  mount(app, routes.kinds, by('kinds'), async () => ({
    kinds: (await kindsQuery().execute(reading)).rows.map((row) => row.kind),
  }));
  mount(app, routes.state, by('state'), async () => journalState(reading, SCHEMA, view, await waitingEntries(reading)));
  mount(app, routes.proof, by('proof'), async ({ params }) => {
    const entry = await placedEntry(reading, params.number);
    if (entry === undefined) throw new Refusal('journal.no-such-entry');
    const { canonical, leafIndex } = entry;
    const proof = leafIndex === null ? undefined : await proveEntry(reading, SCHEMA, { canonical, leafIndex });
    if (proof === undefined) throw new Refusal('journal.not-sealed-yet');
    return new Response(`${JSON.stringify(proof, null, 2)}\n`, {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="journal-entry-${leafIndex}.json"`,
      },
    });
  });
  return app;
}

function shown(row: EntryRow, sealed: number): z.input<typeof JournalEntry> {
  const { number, at, kind, serialHex, requestItemId, officerId, fullName, detail, leafIndex } = row;
  return {
    ...{ number, kind, detail, at: at.toISOString(), sealed: leafIndex !== null && leafIndex < sealed },
    ...(leafIndex === null ? {} : { leafIndex }),
    ...(serialHex === null ? {} : { serialHex }),
    ...(requestItemId === null ? {} : { requestItemId }),
    ...(officerId === null || fullName === null ? {} : { officer: { id: officerId, fullName } }),
  };
}

function placeOf(after: string): EntryPlace {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_(\d{1,15})$/.exec(after);
  if (match === null || Number.isNaN(Date.parse(match[1]!))) throw new HttpRefusal('http.invalid-query');
  return { at: match[1]!, number: Number(match[2]) };
}
