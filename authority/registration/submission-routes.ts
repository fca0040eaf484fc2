import { Hono } from 'hono';
import type { Context } from 'hono';
import { inTransaction } from '@antin/adapters/db/transaction';
import { receiveFile } from '@antin/adapters/http/body';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { submissionRoutes as routes } from '@antin/protocol/authority/submissions';
import { recordEvent } from '../journal/record.ts';
import type { OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { allBatches } from './answers.ts';
import { resultArchive } from './archive.ts';
import type { RegistrationDoors } from './doors.ts';
import { submissionHeaders } from './download.ts';
import { receiptOf, submissionView } from './present-submission.ts';
import { receive, retry } from './receive.ts';
import { dismissSubmission, submissionById, submissionsPage } from './submission-store.ts';

export const MAX_SUBMISSION = 512 << 20;

const SUBMISSION_ROLES: Readonly<Record<keyof typeof routes, 'every' | readonly OfficerRole[]>> = {
  list: 'every',
  receive: ['registration'],
  raw: ['registration', 'audit'],
  retry: ['registration'],
  dismiss: ['registration'],
  results: ['registration', 'issuance'],
};

/** Files as they came, the quarantine, and answers to carry away. */
export function submissionsApp(parts: RegistrationDoors): Hono<OfficerEnv> {
  const { doors, clock, files } = parts;
  const reading = doors.as('antin_audit');
  const writing = doors.as('antin_registration');
  const app = new Hono<OfficerEnv>();
  const session = { db: doors.as('antin_session'), clock };
  const by = (name: keyof typeof routes) => [requireOfficer(session, SUBMISSION_ROLES[name])];

  mount(app, routes.list, by('list'), async ({ query }) => {
    const rows = await submissionsPage(reading, { status: query.status, after: placeOf(query.after), limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const next = rows.length > query.limit && last !== undefined ? `${last.receivedAt.toISOString()} ${last.id}` : undefined;
    return { items: page.map(submissionView), ...(next === undefined ? {} : { next }) };
  });
  mount(app, routes.receive, by('receive'), async ({ c }) => {
    const { sha256, size } = await receiveFile(c as unknown as Context, files, { maxBytes: MAX_SUBMISSION });
    const mediaType = 'application/octet-stream';
    return receiptOf(reading, await receive(parts, { fileSha256: sha256, size, mediaType, from: { officer: c.var.officer } }));
  });
  mount(app, routes.raw, by('raw'), async ({ params }) => {
    const row = await submissionById(reading, params.id);
    if (row === undefined) throw new Refusal('http.not-found');
    using source = files.source(row.fileSha256);
    const { body } = await files.stream(row.fileSha256);
    return new Response(body, { headers: submissionHeaders(source, row.id) });
  });
  mount(app, routes.retry, by('retry'), async ({ params, c }) =>
    receiptOf(reading, await retry(parts, c.var.officer, params.id)),
  );
  mount(app, routes.dismiss, by('dismiss'), async ({ params, body, c }) => {
    const now = clock();
    await inTransaction(writing, async (tx) => {
      if ((await submissionById(tx, params.id)) === undefined) throw new Refusal('http.not-found');
      if (!(await dismissSubmission(tx, params.id, body.reason))) throw new Refusal('submission.not-quarantined');
      const detail = { submissionId: params.id, by: c.var.officer.id, reason: body.reason };
      await recordEvent(tx, now.getTime(), 'submission.dismissed', undefined, detail);
    });
    return submissionView({ ...(await submissionById(reading, params.id))!, open: 0 });
  });
  mount(app, routes.results, by('results'), async ({ params }) => {
    const row = await submissionById(reading, params.id);
    if (row === undefined || row.status !== 'accepted') throw new Refusal('http.not-found');
    const batches = await allBatches(writing, { id: row.id, requestId: row.requestId! }, clock());
    if (batches.length === 0) throw new Refusal('submission.no-answers-yet');
    const { bytes, mediaType, ending } = await resultArchive(parts, batches, clock());
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': mediaType,
        'content-disposition': `attachment; filename="result-${row.requestId}.${ending}"`,
      },
    });
  });
  return app;
}

function placeOf(text: string | undefined): { readonly at: string; readonly id: string } | undefined {
  const found = text === undefined ? null : /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/.exec(text);
  return found === null ? undefined : { at: found[1]!, id: found[2]! };
}
