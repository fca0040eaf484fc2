import { Hono } from 'hono';
import type { z } from 'zod';
import { officeDay } from '@antin/adapters/clock/days';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Sha256 } from '@antin/protocol/basics';
import type { CertificateTask } from '@antin/protocol/office/certificate-tasks';
import { certificateRoutes } from '@antin/protocol/office/certificates';
import { issuerRoutes } from '@antin/protocol/office/issuers';
import { writeCsv, writeXlsx } from '@antin/adapters/tables/write';
import type { Db } from '@antin/adapters/db/transaction';
import { agencyById } from '../directory/store.ts';
import type { IssuerDeps } from '../issuers/deps.ts';
import { openCounts } from '../issuers/open-store.ts';
import { requestViews } from '../issuers/present.ts';
import { download } from '../issuers/routes.ts';
import { requestById } from '../issuers/store.ts';
import { pageFrom } from '../keyset.ts';
import { readBytes } from '../raw-body.ts';
import { isUnder, requireOfficer, scopeFor } from '../scope.ts';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { actById, deviceById, handOverById, handOversOf, listDevices } from './act-store.ts';
import { ask, askMany, requestActs, withdrawAct } from './ask.ts';
import { limitsNow, limitsShown, openSubject, type CertificateDeps } from './deps.ts';
import { reportDevice } from './devices.ts';
import { exportLines, EXPORT_HEADINGS, FORECAST_HEADINGS, forecastLines } from './export.ts';
import { cancelHandOver, prepareHandOver, takeSignedRecord, visibleHandOver } from './hand-over.ts';
import { assignImported, changeOwner, importCertificates } from './import.ts';
import { ownersOf } from './owners.ts';
import { certificateView, deviceView, handOverView, rowView } from './present.ts';
import { actFormPdf } from './print.ts';
import { listReminders } from './reminders.ts';
import { daysLeft } from './rules.ts';
import { signOnDevice, type HandOverSigning } from './sign-hand-over.ts';
import {
  countStates,
  cursorKey,
  forecastQuery,
  forecastUnits,
  holdingById,
  holdingsOf,
  listHoldings,
  type HoldingRecord,
} from './store.ts';
import { certificateTasks } from './tasks.ts';

const MOST_IMPORT = 64 << 20;
const MOST_RECORD = 16 << 20;
const PDF = 'application/pdf';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export interface CertificateAppDeps extends CertificateDeps {
  readonly issuers: IssuerDeps;
  /** Devices that can be asked, once they are there. */
  readonly signing: () => HandOverSigning | undefined;
  /** What waits in the round of needs. */
  readonly needsTasks: (db: Db, caller: Caller) => Promise<z.input<typeof CertificateTask>[]>;
}

export function certificatesApp(deps: CertificateAppDeps): Hono<PersonEnv> {
  const { db, clock } = deps;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(deps)];

  mount(app, certificateRoutes.list, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.agencyId ?? query.under);
    const [now, limits] = [clock(), await limitsNow(deps, db)];
    const narrow = query.agencyId === undefined ? scope : { ...scope, few: [query.agencyId] };
    const rows = await listHoldings(db, { ...query, ...whose(query), scope: narrow, now, limits });
    const page = pageFrom(rows, query.size, cursorKey(query.sort));
    return { ...page, items: page.items.map((row) => rowView(row, now, limits)) };
  });
  mount(app, certificateRoutes.mine, person, async ({ c }) => {
    const [now, limits] = [clock(), await limitsNow(deps, db)];
    return { items: (await holdingsOf(db, c.var.caller.personId)).map((row) => rowView(row, now, limits)) };
  });
  mount(app, certificateRoutes.counts, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.under);
    const states = await countStates(db, scope, clock(), await limitsNow(deps, db));
    return { states: Object.fromEntries(states), total: [...states.values()].reduce((sum, n) => sum + n, 0) };
  });
  mount(app, certificateRoutes.tasks, person, async ({ c }) => {
    const scope = await scopeFor(db, c.var.caller);
    const own = await certificateTasks(db, scope, await openCounts(db, scope), clock(), await limitsNow(deps, db));
    return { tasks: [...(await deps.needsTasks(db, c.var.caller)), ...own] };
  });
  mount(app, certificateRoutes.forecast, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.under);
    const first = officeDay(clock()).slice(0, 7);
    const to = monthStart(addMonths(first, query.months));
    const { rows } = await forecastQuery(scope, clock(), to).execute(db);
    const found = new Map(rows.map((row) => [row.month, row.n]));
    const months = Array.from({ length: query.months }, (_, i) => addMonths(first, i));
    return { months: months.map((month) => ({ month, count: found.get(month) ?? 0 })) };
  });
  mount(app, certificateRoutes.forecastUnits, person, async ({ params, query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.under);
    const [from, to] = [monthStart(params.month), monthStart(addMonths(params.month, 1))];
    const rows = await forecastUnits(db, { scope, from, to, after: query.after, size: query.size });
    const page = pageFrom(rows, query.size, (row) => [row.sortKey, row.agencyId]);
    const units = page.items.map(({ agencyId, agencyName, count }) => ({ agencyId, agencyName, count }));
    return 'next' in page && page.next !== undefined ? { units, next: page.next } : { units };
  });
  mount(app, certificateRoutes.forecastExport, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.under);
    const to = monthStart(addMonths(officeDay(clock()).slice(0, 7), query.months));
    return table(query.format, 'du-bao-het-han', FORECAST_HEADINGS, await forecastLines(db, scope, clock(), to));
  });
  mount(app, certificateRoutes.reminders, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller);
    const rows = await listReminders(db, { scope, now: clock(), after: query.after, size: query.size });
    const page = pageFrom(rows, query.size, (row) => [row.notAfter.toISOString(), row.id]);
    const items = page.items.map(({ id, name, agencyName, notAfter, threshold, raisedAt }) => ({
      ...{ certificateId: id, name, agencyName, notAfter: notAfter.toISOString(), threshold },
      ...{ daysLeft: daysLeft(notAfter, clock()), raisedAt: raisedAt.toISOString() },
    }));
    return { ...page, items };
  });
  mount(app, certificateRoutes.limits, person, () => limitsShown(deps, db));
  mount(app, certificateRoutes.export, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.agencyId ?? query.under);
    const narrow = query.agencyId === undefined ? scope : { ...scope, few: [query.agencyId] };
    const lines = exportLines(db, {
      ...query,
      ...whose(query),
      scope: narrow,
      sort: 'name',
      size: 1000,
      now: clock(),
      limits: await limitsNow(deps, db),
    });
    return table(query.format, 'chung-thu-so', EXPORT_HEADINGS, lines);
  });
  mount(app, certificateRoutes.bulk, person, async ({ body, c }) => {
    requireOfficer(c.var.caller);
    return askMany(deps, c.var.caller, body.ids, body.ask);
  });
  mount(app, certificateRoutes.import, person, async ({ c }) => {
    requireOfficer(c.var.caller);
    const rows = await importCertificates(deps, c.var.caller, await readBytes(c, MOST_IMPORT));
    const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
    return { rows, bound: count('bound'), errors: count('error') };
  });
  mount(app, certificateRoutes.owners, person, async ({ params, c }) => {
    requireOfficer(c.var.caller);
    return ownersOf(deps, db, c.var.caller, await visible(c.var.caller, params.id));
  });
  mount(app, certificateRoutes.assignImported, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    await assignImported(deps, c.var.caller, params.id, body);
    return view(c.var.caller, params.id);
  });
  mount(app, certificateRoutes.changeOwner, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    await changeOwner(deps, c.var.caller, params.id, body);
    return view(c.var.caller, params.id);
  });
  mount(app, certificateRoutes.view, person, ({ params, c }) => view(c.var.caller, params.id));
  mount(app, certificateRoutes.ask, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    await ask(deps, c.var.caller, params.id, body);
    return view(c.var.caller, params.id);
  });
  mount(app, certificateRoutes.withdrawAct, person, async ({ params, c }) => {
    requireOfficer(c.var.caller);
    return view(c.var.caller, await withdrawAct(deps, c.var.caller, params.id));
  });
  mount(app, certificateRoutes.actForm, person, async ({ params, c }) => {
    const act = await actById(db, params.id);
    if (act === undefined) throw new Refusal('certificate.act-not-found');
    const holding = await visible(c.var.caller, act.holdingId);
    const agency = (await agencyById(db, holding.agencyId))!;
    const subject = openSubject(deps, act.subjectSealed);
    const changes =
      subject === undefined
        ? []
        : Object.entries(subject).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
    const pdf = actFormPdf({ heading: { agency: agency.name, place: agency.place }, holding, act, changes, at: act.askedAt });
    return download(pdf, PDF, `de-nghi-${act.act}.pdf`);
  });
  mount(app, certificateRoutes.handOver, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    const id = await prepareHandOver(deps, c.var.caller, params.id, body);
    return handOverView((await handOverById(db, id))!);
  });
  mount(app, certificateRoutes.handOverRecord, person, async ({ params, c }) => {
    const found = await visibleHandOver(deps, c.var.caller, params.id);
    return download(await deps.files.bytes(found.signedSha256 ?? found.recordSha256), PDF, 'bien-ban-ban-giao.pdf');
  });
  mount(app, certificateRoutes.signHandOver, person, async ({ params, body, c }) => {
    const signing = deps.signing();
    if (signing === undefined) throw new Refusal('certificate.sign-elsewhere');
    return signOnDevice(deps, signing, c.var.caller, params.id, body.credentialId);
  });
  mount(app, certificateRoutes.putSignedHandOver, person, async ({ params, c }) => {
    const holdingId = await takeSignedRecord(deps, c.var.caller, params.id, await readBytes(c, MOST_RECORD));
    return certificateView(deps, db, (await holdingById(db, holdingId))!);
  });
  mount(app, certificateRoutes.cancelHandOver, person, async ({ params, c }) => {
    requireOfficer(c.var.caller);
    return view(c.var.caller, await cancelHandOver(deps, c.var.caller, params.id));
  });
  mount(app, certificateRoutes.myHandOvers, person, async ({ c }) => {
    const waiting = await handOversOf(db, { receiverId: c.var.caller.personId });
    const items = await Promise.all(
      waiting.map(async (one) => {
        const holding = (await holdingById(db, one.holdingId))!;
        return { ...handOverView(one), name: holding.name, certificateSha256: holding.sha256 as Sha256 };
      }),
    );
    return { items };
  });
  mount(app, certificateRoutes.devices, person, async ({ query, c }) => {
    const scope = await scopeFor(db, c.var.caller, query.under);
    const rows = await listDevices(db, { ...query, scope });
    const page = pageFrom(rows, query.size, (row) => [row.sortKey, row.id]);
    return { ...page, items: page.items.map(deviceView) };
  });
  mount(app, certificateRoutes.reportDevice, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    await reportDevice(deps, c.var.caller, params.id, body);
    return deviceView((await deviceById(db, params.id))!);
  });
  mount(app, issuerRoutes.prepare, person, async ({ body, c }) => {
    requireOfficer(c.var.caller);
    const ids = await requestActs(deps, deps.issuers, c.var.caller, body);
    const requests = await Promise.all(ids.map(async (id) => (await requestById(db, id))!));
    return { requests: await requestViews(deps.issuers, db, requests) };
  });
  return app;

  /** A certificate of another agency does not exist for the caller; the subscriber may see their own. */
  async function visible(caller: Caller, id: string): Promise<HoldingRecord> {
    const holding = await holdingById(db, id);
    if (holding !== undefined && holding.personId === caller.personId) return holding;
    const officer = caller.position.roles.includes('certificate-officer');
    if (holding === undefined || !officer || !(await isUnder(db, holding.agencyId, caller.position.agencyId))) {
      throw new Refusal('certificate.not-found');
    }
    return holding;
  }

  /** A CSV leaves as it is made; a workbook is made whole. */
  async function table(
    format: 'csv' | 'xlsx',
    name: string,
    headings: readonly string[],
    lines: AsyncIterable<string[]> | Iterable<string[]>,
  ): Promise<Response> {
    if (format === 'csv') return stream(ReadableStream.from(writeCsv(headings, lines)), 'text/csv; charset=utf-8', `${name}.csv`);
    const all: string[][] = [];
    for await (const line of lines) all.push(line);
    const book = writeXlsx('Chứng thư số', headings, all, clock().getTime());
    return download(book.read(0, book.size), XLSX, `${name}.xlsx`);
  }

  async function view(caller: Caller, id: string) {
    return certificateView(deps, db, await visible(caller, id));
  }
}

/** `2026-11` and so many months. */
function addMonths(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const at = new Date(Date.UTC(year, number - 1 + count, 1));
  return at.toISOString().slice(0, 7);
}

const monthStart = (month: string): Date => new Date(`${month}-01T00:00:00+07:00`);

function stream(body: ReadableStream, type: string, name: string): Response {
  return new Response(body as never, {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` },
  });
}

const whose = ({ owner }: { readonly owner?: 'known' | 'unknown' | undefined }) =>
  owner === undefined ? {} : { ownerUnknown: owner === 'unknown' };
