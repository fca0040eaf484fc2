import { Hono } from 'hono';
import { officeDay } from '@antin/adapters/clock/days';
import { mount } from '@antin/adapters/http/mount';
import { reorganisationRoutes as routes } from '@antin/protocol/office/reorganisation';
import { reachOf } from '../directory/reach.ts';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import type { ReorganisationDoors } from './execute.ts';
import { completeOf, presentWhole, requestCompleted } from './complete.ts';
import { cancelOf, changeOf, checkOf, createDraft, mineOf, present, scheduleOf } from './operations.ts';
import { reorganisationsBelow } from './store.ts';

export function reorganisationApp(doors: ReorganisationDoors): Hono<PersonEnv> {
  const { db } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];
  const whole = async (caller: Caller, id: string) => presentWhole(db, await mineOf(db, caller, id), officeDay(doors.clock()));

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
  mount(app, routes.one, person, async ({ params, c }) => whole(c.var.caller, params.id));
  mount(app, routes.create, person, async ({ body, c }) => {
    await reachOf(db, c.var.caller);
    return present(await createDraft(doors, c.var.caller, body));
  });
  mount(app, routes.change, person, async ({ params, body, c }) => present(await changeOf(doors, c.var.caller, params.id, body)));
  mount(app, routes.check, person, async ({ params, c }) => present(await checkOf(doors, c.var.caller, params.id)));
  mount(app, routes.schedule, person, async ({ params, c }) => present(await scheduleOf(doors, c.var.caller, params.id)));
  mount(app, routes.cancel, person, async ({ params, c }) => present(await cancelOf(doors, c.var.caller, params.id)));
  mount(app, routes.completeItem, person, async ({ params, body, c }) => {
    await completeOf(doors, c.var.caller, params, body.keeperId);
    return whole(c.var.caller, params.id);
  });
  mount(app, routes.requestCompleted, person, async ({ params, c }) => {
    await requestCompleted(doors, c.var.caller, params.id);
    return whole(c.var.caller, params.id);
  });
  return app;
}
