import { Hono } from 'hono';
import { incomingRoutes } from '@antin/protocol/office/incoming';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { assignIncoming, finishIncoming, refuseIncoming, registerIncoming, type IncomingDeps } from './operations.ts';
import { rowOf, viewOf } from './present.ts';
import { filesOf, incomingById, listIncoming, type IncomingRecord } from './store.ts';

export interface IncomingDoors extends IncomingDeps {
  /** Sends stored bytes as a response, with the safe headers of a download. */
  readonly sendFile: (file: { readonly sha256: string; readonly name: string; readonly mediaType: string }) => Promise<Response>;
}

export function incomingApp(doors: IncomingDoors): Hono<PersonEnv> {
  const { db } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];

  mount(app, incomingRoutes.list, person, async ({ query, c }) => {
    const { agencyId, id } = c.var.caller.position;
    const { items, total } = await listIncoming(db, { ...query, agencyId, positionId: id });
    return { items: items.map(rowOf), total, page: query.page, pageSize: query.pageSize };
  });
  mount(app, incomingRoutes.view, person, async ({ params, c }) =>
    viewOf(db, await visible(params.id, c.var.caller), c.var.caller),
  );
  mount(app, incomingRoutes.file, person, async ({ params, c }) => {
    const incoming = await visible(params.id, c.var.caller);
    const file = (await filesOf(db, incoming.id)).find((one) => one.id === params.fileId);
    if (file === undefined) throw new Refusal('incoming.file-not-found');
    return doors.sendFile(file);
  });
  mount(app, incomingRoutes.register, person, async ({ params, body, c }) => {
    await registerIncoming(doors, c.var.caller, params.id, body);
    return viewOf(db, await visible(params.id, c.var.caller), c.var.caller);
  });
  mount(app, incomingRoutes.refuse, person, async ({ params, body, c }) => {
    await refuseIncoming(doors, c.var.caller, params.id, body);
    return viewOf(db, await visible(params.id, c.var.caller), c.var.caller);
  });
  mount(app, incomingRoutes.assign, person, async ({ params, body, c }) => {
    await assignIncoming(doors, c.var.caller, params.id, body);
    return viewOf(db, await visible(params.id, c.var.caller), c.var.caller);
  });
  mount(app, incomingRoutes.finish, person, async ({ params, body, c }) => {
    await finishIncoming(doors, c.var.caller, params.id, body);
    return viewOf(db, await visible(params.id, c.var.caller), c.var.caller);
  });
  return app;

  /** Documents of other agencies do not exist for the caller: 404, not 403, so that ids tell nothing. */
  async function visible(id: string, caller: Caller): Promise<IncomingRecord> {
    const incoming = await incomingById(db, id);
    if (incoming === undefined || incoming.receiverAgencyId !== caller.position.agencyId) throw new Refusal('incoming.not-found');
    return incoming;
  }
}
