import { Hono } from 'hono';
import { mount } from '@antin/adapters/http/mount';
import { reorganisationRoutes as routes } from '@antin/protocol/office/reorganisation';
import { reachOf } from '../directory/reach.ts';
import type { PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import type { ReorganisationDoors } from './execute.ts';
import { cancelOf, changeOf, checkOf, createDraft, mineOf, present, scheduleOf } from './operations.ts';
import { reorganisationsBelow } from './store.ts';

export function reorganisationApp(doors: ReorganisationDoors): Hono<PersonEnv> {
  const { db } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];

  mount(app, routes.list, person, async ({ c }) => {
    const { agency } = await reachOf(db, c.var.caller);
    const found = await reorganisationsBelow(db, agency.path);
    return {
      reorganisations: found.map((one) => {
        const { effects: _, ...line } = present(one);
        return line;
      }),
    };
  });
  mount(app, routes.one, person, async ({ params, c }) => present(await mineOf(db, c.var.caller, params.id)));
  mount(app, routes.create, person, async ({ body, c }) => {
    await reachOf(db, c.var.caller);
    return present(await createDraft(doors, c.var.caller, body));
  });
  mount(app, routes.change, person, async ({ params, body, c }) => present(await changeOf(doors, c.var.caller, params.id, body)));
  mount(app, routes.check, person, async ({ params, c }) => present(await checkOf(doors, c.var.caller, params.id)));
  mount(app, routes.schedule, person, async ({ params, c }) => present(await scheduleOf(doors, c.var.caller, params.id)));
  mount(app, routes.cancel, person, async ({ params, c }) => present(await cancelOf(doors, c.var.caller, params.id)));
  return app;
}
