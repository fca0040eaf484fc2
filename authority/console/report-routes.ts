import { Hono } from 'hono';
import type { Context } from 'hono';
import { officeDay } from '@antin/adapters/clock/days';
import { addWorkingDays } from '@antin/adapters/clock/working-days';
import { inTransaction } from '@antin/adapters/db/transaction';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { writeCsv, writeXlsx } from '@antin/adapters/tables/write';
import type { Language } from '@antin/protocol/basics';
import { reportRoutes as routes } from '@antin/protocol/authority/reports';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { languageOf } from '@antin/web/paths';
import { recordEvent } from '../journal/record.ts';
import type { Officer, OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { calendarOf } from '../registration/calendar.ts';
import type { ConsoleDoors } from './doors.ts';
import { certificateLines, requestLines, revocationLines } from './export-lines.ts';
import type { ExportTable } from './export-lines.ts';
import { foldMonth } from './report.ts';
import { handlingLimits, monthFacts, monthOf } from './report-store.ts';

const REPORT_ROLES: Readonly<Record<keyof typeof routes, 'every' | readonly OfficerRole[]>> = {
  monthly: 'every',
  // Whole registers leave the house with them: only who works on them.
  exportRequests: ['registration', 'approval', 'audit'],
  exportCertificates: ['issuance', 'revocation', 'audit'],
  exportRevocations: ['revocation', 'audit'],
};

/** A workbook is made in memory; more rows than anybody reads in one are for the CSV, which streams. */
const MOST_XLSX_ROWS = 50_000;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Decree 68/2024 art. 11, should no limit be configured for the day. */
const LIMIT_DAYS = 3;

/** Reports and tables that leave the console. */
export function reportApp(parts: ConsoleDoors): Hono<OfficerEnv> {
  const { doors, clock } = parts;
  const reading = doors.as('antin_audit');
  const app = new Hono<OfficerEnv>();
  const session = { db: doors.as('antin_session'), clock };
  const by = (name: keyof typeof routes) => [requireOfficer(session, REPORT_ROLES[name])];

  mount(app, routes.monthly, by('monthly'), async ({ query }) => {
    const span = monthOf(query.month);
    const limits = await handlingLimits(reading);
    const limitOn = (day: string) => limits.find((one) => one.from <= day)?.value ?? LIMIT_DAYS;
    const folded = foldMonth(await monthFacts(reading, span), await calendarOf(reading), limitOn);
    return {
      month: query.month,
      from: span.from.toISOString(),
      to: span.to.toISOString(),
      madeAt: clock().toISOString(),
      ...folded,
      limitDays: limitOn(`${query.month}-01`),
    };
  });

  mount(app, routes.exportRequests, by('exportRequests'), async ({ query, c }) => {
    const { format, ...filters } = query;
    const today = officeDay(clock());
    const reader = { officerId: c.var.officer.id, today, soon: addWorkingDays(await calendarOf(reading), today, 1) };
    return carried(c, requestLines(reading, filters, reader, languageHere(c)), format, filters);
  });
  mount(app, routes.exportCertificates, by('exportCertificates'), ({ query, c }) => {
    const { format, ...filters } = query;
    return carried(c, certificateLines(reading, filters, clock(), languageHere(c)), format, filters);
  });
  mount(app, routes.exportRevocations, by('exportRevocations'), ({ query, c }) => {
    const { format, ...filters } = query;
    const from = filters.from === undefined ? new Date(0) : monthOf(filters.from).from;
    const to = filters.to === undefined ? new Date(clock().getTime() + 1) : monthOf(filters.to).to;
    return carried(c, revocationLines(reading, { from, to }, languageHere(c)), format, filters);
  });
  return app;

  /** Written down before the first row leaves. */
  async function carried(c: Context<OfficerEnv>, table: ExportTable, format: 'csv' | 'xlsx', filters: object): Promise<Response> {
    const { officer } = c.var;
    const name = `${table.name}-${officeDay(clock())}.${format}`;
    if (format === 'csv') {
      await noted(officer, table.name, format, filters);
      return file(ReadableStream.from(writeCsv(table.headings, table.rows())), 'text/csv; charset=utf-8', name);
    }
    const rows: (readonly string[])[] = [];
    for await (const row of table.rows()) {
      if (rows.length >= MOST_XLSX_ROWS) throw new Refusal('export.too-many-rows');
      rows.push(row);
    }
    const book = writeXlsx(table.name, table.headings, rows, clock().getTime(), table.widths);
    await noted(officer, table.name, format, filters);
    return file(new Blob([new Uint8Array(book.read(0, book.size))]).stream(), XLSX, name);
  }

  async function noted(officer: Officer, table: string, format: string, filters: object): Promise<void> {
    await inTransaction(doors.as('antin_session'), (tx) =>
      recordEvent(tx, clock().getTime(), 'console.exported', undefined, { by: officer.id, table, format, filters }),
    );
  }
}

function languageHere(c: Context): Language {
  return languageOf(undefined, c.req.header('cookie'));
}

function file(body: ReadableStream, type: string, name: string): Response {
  return new Response(body, {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' },
  });
}
