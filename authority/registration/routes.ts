import { Hono } from 'hono';
import type { Context } from 'hono';
import { officeDay } from '@antin/adapters/clock/days';
import { addWorkingDays } from '@antin/adapters/clock/working-days';
import { inTransaction } from '@antin/adapters/db/transaction';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { receiveFile } from '@antin/adapters/http/body';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { registrationRoutes as routes } from '@antin/protocol/authority/registration';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { checkStatement } from '../officers/signed-statement.ts';
import { addEvidence, answer, ask, edit, propose, recheck, refuseRequest, withdraw } from './acts.ts';
import { lockFiles } from './ahead.ts';
import { approveAll, recovered, revokeNow } from './approve.ts';
import { calendarOf } from './calendar.ts';
import { requestDetail, rowView } from './detail.ts';
import type { RegistrationDoors } from './doors.ts';
import { paperHeaders } from './download.ts';
import { handOver, handOverStatement } from './hand-over.ts';
import { requestsPage, statistics } from './list.ts';
import { attachmentsOf, evidenceOf, putAttachment } from './parts-store.ts';
import { registrationProblems } from './problems.ts';
import { itemById } from './store.ts';

const MAX_ATTACHMENT = 50 << 20;

/** Which roles each route is for; `every` role may read lists. */
const REQUEST_ROLES: Readonly<Record<keyof typeof routes, 'every' | readonly OfficerRole[]>> = {
  list: 'every',
  statistics: 'every',
  detail: 'every',
  attachment: ['registration', 'approval', 'audit'],
  addAttachment: ['registration'],
  addEvidence: ['registration'],
  ask: ['registration'],
  answer: ['registration'],
  edit: ['registration'],
  recheck: ['registration'],
  propose: ['registration'],
  approve: ['approval'],
  refuse: ['registration', 'approval', 'revocation'],
  withdraw: ['registration'],
  revoke: ['revocation'],
  recover: ['issuance'],
  issue: ['issuance'],
  handOverStatement: ['issuance'],
  handOver: ['issuance'],
};

/** Requests for the console: lists and one by one, and what officers do with them. Reading goes through the role that only reads. */
export function requestsApp(parts: RegistrationDoors): Hono<OfficerEnv> {
  const { doors, clock, files } = parts;
  const reading = doors.as('antin_audit');
  const app = new Hono<OfficerEnv>();
  const session = { db: doors.as('antin_session'), clock };
  const by = (name: keyof typeof routes) => [requireOfficer(session, REQUEST_ROLES[name])];
  const shown = (c: Context<OfficerEnv>, id: string) => requestDetail(reading, c.var.officer, id, clock());

  mount(app, routes.list, by('list'), async ({ query, c }) => {
    const today = officeDay(clock());
    const calendar = await calendarOf(reading);
    const reader = { officerId: c.var.officer.id, today, soon: addWorkingDays(calendar, today, 1) };
    const { rows, next } = await requestsPage(reading, query, reader);
    return { items: rows.map((row) => rowView(row, today, calendar)), ...(next === undefined ? {} : { next }) };
  });
  mount(app, routes.statistics, by('statistics'), () => statistics(reading, officeDay(clock())));
  // Before `/:id`: the list of approvals is no request.
  mount(app, routes.approve, by('approve'), async ({ body, c }) => {
    const outcomes = await approveAll(parts, c.var.officer, body.approvals);
    return {
      outcomes: outcomes.map((one) => {
        if (one.status === 'approved') return one;
        return { ...one, words: registrationProblems[one.code]?.title ?? { vi: one.code, en: one.code } };
      }),
    };
  });
  mount(app, routes.detail, by('detail'), ({ params, c }) => shown(c, params.id));

  mount(app, routes.attachment, by('attachment'), async ({ params }) => {
    const row = await itemById(reading, params.id);
    if (row === undefined) throw new Refusal('http.not-found');
    // Only what this request names or its evidence shows: the store holds other people's papers too.
    const scans = (await evidenceOf(reading, row.id)).map((one) => one.sha256);
    const own = row.current.attachments.includes(params.sha256) || scans.includes(params.sha256);
    const [known] = await attachmentsOf(reading, row.submissionId, [params.sha256]);
    if (!own || known === undefined || !(await files.has(params.sha256))) throw new Refusal('http.not-found');
    using source = files.source(params.sha256);
    const { body } = await files.stream(params.sha256);
    return new Response(body, { headers: paperHeaders(source, params.sha256, known.name) });
  });
  mount(app, routes.addAttachment, by('addAttachment'), async ({ params, c }) => {
    const row = await itemById(reading, params.id);
    if (row === undefined) throw new Refusal('http.not-found');
    const { sha256, size } = await receiveFile(c as unknown as Context, files, { maxBytes: MAX_ATTACHMENT });
    await inTransaction(doors.as('antin_registration'), async (tx) => {
      await lockFiles(tx, 'to name them');
      if (!(await files.has(sha256))) throw new Refusal('sender.attachment-again');
      await putAttachment(tx, row.submissionId, { sha256, size, name: null, mediaType: null }, clock());
    });
    return { sha256, size };
  });
  mount(app, routes.addEvidence, by('addEvidence'), async ({ params, body, c }) => {
    if (body.sha256 !== undefined && !(await files.has(body.sha256))) throw new Refusal('request.evidence-file-unknown');
    await addEvidence(parts, c.var.officer, params.id, { ...body, sha256: body.sha256 });
    return shown(c, params.id);
  });
  mount(app, routes.ask, by('ask'), async ({ params, body, c }) => {
    await ask(parts, c.var.officer, params.id, body.text);
    return shown(c, params.id);
  });
  mount(app, routes.answer, by('answer'), async ({ params, body, c }) => {
    await answer(parts, c.var.officer, params.questionId, body.text, params.id);
    return shown(c, params.id);
  });
  mount(app, routes.edit, by('edit'), async ({ params, body, c }) => {
    await edit(parts, c.var.officer, params.id, body);
    return shown(c, params.id);
  });
  mount(app, routes.recheck, by('recheck'), async ({ params, c }) => {
    await recheck(parts, params.id, c.var.officer);
    return shown(c, params.id);
  });
  mount(app, routes.propose, by('propose'), async ({ params, body, c }) => {
    await propose(parts, c.var.officer, params.id, body);
    return shown(c, params.id);
  });
  mount(app, routes.refuse, by('refuse'), async ({ params, body, c }) => {
    await refuseRequest(parts, c.var.officer, params.id, body, { code: body.code, text: body.text });
    return shown(c, params.id);
  });
  mount(app, routes.withdraw, by('withdraw'), async ({ params, body, c }) => {
    await withdraw(parts, c.var.officer, params.id, body.reason);
    return shown(c, params.id);
  });
  mount(app, routes.revoke, by('revoke'), async ({ params, body, c }) => {
    await revokeNow(parts, c.var.officer, params.id, body);
    return shown(c, params.id);
  });
  mount(app, routes.recover, by('recover'), async ({ params, body, c }) => {
    await recovered(parts, c.var.officer, params.id, body);
    return shown(c, params.id);
  });
  mount(app, routes.issue, by('issue'), async ({ params, body, c }) => {
    const { officer } = c.var;
    const held = await checkStatement(parts, officer, { requestItemId: params.id, act: 'issue' }, body, clock().getTime());
    const row = await itemById(reading, params.id);
    if (row === undefined) throw new Refusal('http.not-found');
    if (row.shownSha256 !== body.statement.shownSha256) throw new Refusal('request.shown-changed');
    const done = await parts.issue({
      ...{ itemId: params.id, officerId: officer.id, held },
      ...(body.csr === undefined ? {} : { csr: fromBase64(body.csr) }),
      ...(body.deviceSerial === undefined ? {} : { deviceSerial: body.deviceSerial }),
    });
    if (done.status === 'refused') {
      const said = done.detail === undefined ? {} : { detail: { vi: done.detail, en: done.detail } };
      throw new Refusal(done.code, said);
    }
    return shown(c, params.id);
  });
  mount(app, routes.handOverStatement, by('handOverStatement'), async ({ params, c }) => {
    const statement = await handOverStatement(parts, c.var.officer, params.id);
    return { statement: { ...statement }, canonical: canonicalJson(statement) };
  });
  mount(app, routes.handOver, by('handOver'), async ({ params, body, c }) => {
    await handOver(parts, c.var.officer, params.id, body);
    return shown(c, params.id);
  });
  return app;
}
