import { Hono } from 'hono';
import { directoryRoutes } from '@antin/protocol/office/directory';
import { officeDay } from '@antin/adapters/clock/days';
import { mount } from '@antin/adapters/http/mount';
import type { PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';
import { receiverOf } from './rules.ts';
import { findAgencies, holdersOf } from './store.ts';
import { withSuccessors } from './successors.ts';

export function directoryApp(doors: { db: Db; clock: Clock }): Hono<PersonEnv> {
  const { db, clock } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];
  const today = () => officeDay(clock());

  mount(app, directoryRoutes.agencies, person, async ({ query }) => {
    const found = await findAgencies(db, { q: query.q, includeClosed: query.includeClosed ?? false, day: today() });
    const closed = found.filter((agency) => agency.validTo !== null).map((agency) => agency.id);
    const known = await withSuccessors(db, closed);
    return {
      agencies: found.map((agency) => {
        const { id, code, name, shortName, level, levelName, parentId, validFrom, validTo, successors } = agency;
        const receiver = known.has(id) ? receiverOf(known, id, today()) : agency;
        return {
          ...{ id, code, name, shortName, level, levelName, parentId, validFrom, validTo },
          successors: [...successors],
          receivedBy: receiver === undefined ? null : { id: receiver.id, name: receiver.name },
        };
      }),
    };
  });
  mount(app, directoryRoutes.signers, person, async ({ c }) => {
    const leaders = await holdersOf(db, c.var.caller.position.agencyId, ['leader'], today());
    return {
      signers: leaders.map(({ id, fullName, title, capacity }) => ({ positionId: id, fullName, title, capacity })),
    };
  });
  mount(app, directoryRoutes.assignees, person, async ({ c }) => {
    const people = await holdersOf(db, c.var.caller.position.agencyId, ['drafter', 'leader', 'clerk'], today());
    return { assignees: people.map(({ id, fullName, title }) => ({ positionId: id, fullName, title })) };
  });
  return app;
}
