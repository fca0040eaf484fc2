import { Hono } from 'hono';
import { mount } from '@antin/adapters/http/mount';
import { operationRoutes as routes } from '@antin/protocol/authority/operation';
import type { OfficerRole } from '@antin/protocol/authority/session';
import type { OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { calendarShown, setDay } from './calendar.ts';
import { generationsShown } from './cas-store.ts';
import type { ConsoleDoors } from './doors.ts';
import { servicesNow } from './services.ts';

const OPERATION_ROLES: Readonly<Record<keyof typeof routes, 'every' | readonly OfficerRole[]>> = {
  cas: 'every',
  services: 'every',
  calendar: 'every',
  setDay: ['operation'],
  removeDay: ['operation'],
};

/** How the authority stands: its CAs, its services, its calendar. */
export function operationApp(parts: ConsoleDoors): Hono<OfficerEnv> {
  const { doors, clock, looks } = parts;
  const reading = doors.as('antin_audit');
  const app = new Hono<OfficerEnv>();
  const session = { db: doors.as('antin_session'), clock };
  const by = (name: keyof typeof routes) => [requireOfficer(session, OPERATION_ROLES[name])];

  mount(app, routes.cas, by('cas'), async () => ({ items: await generationsShown(reading, clock()) }));
  mount(app, routes.services, by('services'), async () => {
    const now = clock();
    return { at: now.toISOString(), services: await servicesNow(reading, now.getTime(), looks) };
  });
  mount(app, routes.calendar, by('calendar'), async () => {
    const { today, days, everyYear, limits } = await calendarShown(reading, clock());
    return { today, days: [...days], everyYear: [...everyYear], limits: [...limits] };
  });
  mount(app, routes.setDay, by('setDay'), async ({ body, c }) => {
    const { day, ...said } = body;
    return { day, moved: await setDay(parts, c.var.officer, day, said) };
  });
  mount(app, routes.removeDay, by('removeDay'), async ({ params, c }) => ({
    day: params.day,
    moved: await setDay(parts, c.var.officer, params.day, undefined),
  }));
  return app;
}
