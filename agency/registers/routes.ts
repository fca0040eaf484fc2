import { Hono } from 'hono';
import type { z } from 'zod';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { Sha256 } from '@antin/protocol/basics';
import { registerRoutes, type RegisterEntry } from '@antin/protocol/office/registers';
import { officeDay } from '@antin/adapters/clock/days';
import { agenciesById } from '../directory/store.ts';
import { withPredecessors } from '../directory/successors.ts';
import { mount } from '@antin/adapters/http/mount';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { carryBooksOver } from './books.ts';
import { csvOf } from './csv.ts';
import { findEntries, registerById, registersOf, wholeBook, type EntryRecord, type RegisterRecord } from './store.ts';

export function registersApp(doors: { db: Db; clock: Clock }): Hono<PersonEnv> {
  const { db, clock } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];

  mount(app, registerRoutes.list, person, async ({ c }) => {
    const { agencyId } = c.var.caller.position;
    // On 1 January the new books stand there before the first number is taken.
    await inTransaction(db, (tx) => carryBooksOver(tx, agencyId, Number(officeDay(clock()).slice(0, 4))));
    const line = await withPredecessors(db, agencyId, officeDay(clock()));
    const names = new Map((await agenciesById(db, line)).map((agency) => [agency.id, agency.name]));
    return {
      registers: (await registersOf(db, ...line)).map(
        ({ id, agencyId: owner, direction, name: title, year, entries, lastNumber }) => ({
          name: owner === agencyId ? title : `${title} (${names.get(owner)})`,
          id,
          direction,
          year,
          entries,
          lastNumber,
        }),
      ),
    };
  });
  mount(app, registerRoutes.entries, person, async ({ params, query, c }) => {
    const book = await bookOf(doors, c.var.caller, params.id);
    const { items, total } = await findEntries(db, { registerId: book.id, ...query });
    return { items: items.map(present), total, page: query.page, pageSize: query.pageSize };
  });
  mount(app, registerRoutes.export, person, async ({ params, c }) => {
    const book = await bookOf(doors, c.var.caller, params.id);
    const direction = book.direction === 'outgoing' ? 'di' : 'den';
    return new Response(ReadableStream.from(csvOf(book.direction, wholeBook(db, book.id))) as never, {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="so-van-ban-${direction}-${book.year}.csv"`,
      },
    });
  });
  return app;
}

/** A book of the caller's agency or of a closed one whose successor it is; another's does not exist. */
async function bookOf(doors: { db: Db; clock: Clock }, caller: Caller, id: string): Promise<RegisterRecord> {
  const book = await registerById(doors.db, id);
  const line = await withPredecessors(doors.db, caller.position.agencyId, officeDay(doors.clock()));
  if (book === undefined || !line.includes(book.agencyId)) throw new HttpRefusal('http.not-found');
  return book;
}

function present(entry: EntryRecord): z.input<typeof RegisterEntry> {
  const optional = {
    voidReason: entry.voidReason,
    arrivedOn: entry.arrivedOn,
    signerName: entry.signerName,
    issuerName: entry.issuerName,
    unit: entry.unit,
    fileSha256: entry.fileSha256 as Sha256 | null,
    documentId: entry.documentId,
    incomingId: entry.incomingId,
  };
  return {
    id: entry.id,
    number: entry.number,
    state: entry.state as Exclude<EntryRecord['state'], 'released'>,
    numberAndNotation: entry.numberAndNotation,
    date: entry.date,
    typeName: entry.typeName,
    subject: entry.subject,
    ...(entry.seriesId === null ? {} : { addressees: [...entry.addressees] }),
    annexes: entry.annexes.map((annex) => ({ ...annex, sha256: annex.sha256 as Sha256 })),
    enteredAt: entry.enteredAt.toISOString(),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) as {
      [K in keyof typeof optional]?: NonNullable<(typeof optional)[K]>;
    }),
  };
}
