import { Hono } from 'hono';
import { documentRoutes } from '@antin/protocol/office/documents';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { mount } from '@antin/adapters/http/mount';
import { officeDay } from '@antin/adapters/clock/days';
import { withPredecessors } from '../directory/successors.ts';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { changeDraft, createDraft, deleteDraft, returnDocument, submitDraft, type DraftDoors } from './drafts.ts';
import { readable, rowOf, viewOf, type Neighbours } from './present.ts';
import { filesOf, findDocuments } from './store.ts';
import { takeUpload, type UploadDoors } from './uploads.ts';

export interface DocumentsDoors extends DraftDoors, UploadDoors {
  readonly around: Neighbours;
}

export function documentsApp(doors: DocumentsDoors): Hono<PersonEnv> {
  const { db, around } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];
  const view = (caller: Caller, id: string) => viewOf(db, around, caller, id, doors.clock());

  mount(app, documentRoutes.upload, person, ({ c }) => takeUpload(doors, c, c.var.caller));
  mount(app, documentRoutes.list, person, async ({ query, c }) => {
    const { position } = c.var.caller;
    const agencyIds = await withPredecessors(db, position.agencyId, officeDay(doors.clock()));
    const { items, total } = await findDocuments(db, { ...query, agencyIds, positionId: position.id });
    const pending = await around.stampsPending(
      db,
      items.map((one) => one.id),
    );
    return { items: items.map((one) => rowOf(one, pending)), total, page: query.page, pageSize: query.pageSize };
  });
  mount(app, documentRoutes.create, person, async ({ body, c }) =>
    view(c.var.caller, await createDraft(doors, c.var.caller, body)),
  );
  mount(app, documentRoutes.view, person, ({ params, c }) => view(c.var.caller, params.id));
  mount(app, documentRoutes.change, person, async ({ params, body, c }) => {
    await changeDraft(doors, c.var.caller, params.id, body);
    return view(c.var.caller, params.id);
  });
  mount(app, documentRoutes.remove, person, async ({ params, c }) => {
    await deleteDraft(doors, c.var.caller, params.id);
    return {};
  });
  mount(app, documentRoutes.submit, person, async ({ params, body, c }) => {
    await submitDraft(doors, c.var.caller, params.id, body.version);
    return view(c.var.caller, params.id);
  });
  mount(app, documentRoutes.giveBack, person, async ({ params, body, c }) => {
    await returnDocument(doors, c.var.caller, params.id, body);
    return view(c.var.caller, params.id);
  });
  mount(app, documentRoutes.file, person, async ({ params, c }) => {
    await readable(db, c.var.caller, params.id, doors.clock());
    const file = (await filesOf(db, params.id)).find((one) => one.id === params.fileId);
    if (file === undefined) throw new HttpRefusal('http.not-found');
    return fileAnswer(await doors.files.stream(file.sha256), file);
  });
  return app;
}

/** Bytes of a stored file. Never shown by the browser itself, whatever is inside: PDFs are drawn by our page. */
export function fileAnswer(
  stored: { size: number; body: ReadableStream<Uint8Array> },
  file: { readonly name: string; readonly mediaType: string; readonly sha256: string },
): Response {
  return new Response(stored.body as unknown as ConstructorParameters<typeof Response>[0], {
    headers: {
      'content-type': file.mediaType,
      'content-length': String(stored.size),
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
      etag: `"${file.sha256}"`,
    },
  });
}
