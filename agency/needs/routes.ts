import { Hono } from 'hono';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { writeCsv, writeXlsx } from '@antin/adapters/tables/write';
import type { Form } from '@antin/protocol/office/certificates';
import { needsRoutes } from '@antin/protocol/office/needs';
import { PAPER_LIMITS } from '@antin/protocol/office/needs-papers';
import type { IssuerDeps } from '../issuers/deps.ts';
import { requestViews } from '../issuers/present.ts';
import { download } from '../issuers/routes.ts';
import { requestById } from '../issuers/store.ts';
import { pageFrom } from '../keyset.ts';
import { readBytes } from '../raw-body.ts';
import { isUnder, requireOfficer, scopeOf } from '../scope.ts';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { COLUMNS } from './columns.ts';
import { entriesOf, entryById } from './entry-store.ts';
import { exportHeadings, exportNeeds, needsPdf } from './export.ts';
import { dropFaulty, faultyHeadings, faultyRows, importsOf } from './import-list.ts';
import { importById, importRows, startImport, stopImport } from './import.ts';
import { paperById, papersOf, type PaperRecord } from './paper-store.ts';
import { addPaper, paperBytes, removePaper } from './papers.ts';
import { entryView, importLine, importView, paperView, roundView, sheetViews } from './present.ts';
import { requestRound } from './request.ts';
import * as sheets from './sheets.ts';
import { roundBefore, roundById, roundsOf, sheetById, sheetOf, sheetsOf, type RoundRecord, type SheetRecord } from './store.ts';
import { agencyLines, totalsOf } from './synthesis.ts';
import { depthBelow } from './tree.ts';

const MOST_IMPORT = 32 << 20;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const CSV = 'text/csv; charset=utf-8';

export function needsApp(deps: sheets.NeedsDeps & { readonly issuers: IssuerDeps }): Hono<PersonEnv> {
  const { db } = deps;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(deps)];

  mount(app, needsRoutes.rounds, person, async ({ c }) => {
    requireOfficer(c.var.caller);
    const { agencyId } = c.var.caller.position;
    const rounds = await roundsOf(db, agencyId);
    return { rounds: await Promise.all(rounds.map((round) => roundView(db, round, agencyId))) };
  });
  mount(app, needsRoutes.open, person, async ({ body, c }) => {
    requireOfficer(c.var.caller);
    return showRound(c.var.caller, await sheets.openRound(deps, c.var.caller, body));
  });
  mount(app, needsRoutes.columns, person, async ({ params }) => ({
    columns: COLUMNS[params.form].map(({ name, heading, headingEn, required, example, choices }) => ({
      ...{ name, heading, headingEn, required, example },
      ...(choices === undefined ? {} : { choices: [...choices] }),
    })),
  }));
  mount(app, needsRoutes.template, person, async ({ params, query }) => {
    const headings = COLUMNS[params.form].map((column) => (column.required ? `${column.heading} (*)` : column.heading));
    const example = COLUMNS[params.form].map((column) => column.example);
    return table(headings, [example], `mau-${params.form}`, query.format, params.form);
  });
  mount(app, needsRoutes.round, person, async ({ params, c }) => {
    await taking(c.var.caller, params.id);
    return showRound(c.var.caller, params.id);
  });
  mount(app, needsRoutes.changeRound, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    await sheets.alterRound(deps, c.var.caller, params.id, body);
    return showRound(c.var.caller, params.id);
  });
  mount(app, needsRoutes.sheets, person, async ({ params, query, c }) => {
    const round = await taking(c.var.caller, params.id);
    const { agencyId } = c.var.caller.position;
    const all = query.all === 'true' && round.ownerId === agencyId;
    const rows = await sheetsOf(db, {
      ...{ roundId: round.id, q: query.q, state: query.state, after: query.after, size: query.size },
      ...(all ? {} : { aboveId: agencyId }),
    });
    const page = pageFrom(rows, query.size, (row) => [row.agencyPath]);
    return { ...page, items: await sheetViews(db, page.items) };
  });
  mount(app, needsRoutes.sheet, person, async ({ params, c }) => showSheet((await visible(c.var.caller, params.id)).id));
  mount(app, needsRoutes.entries, person, async ({ params, query, c }) => {
    const sheet = await visible(c.var.caller, params.id);
    const rows = await entriesOf(db, { ...query, sheetId: sheet.id });
    const page = pageFrom(rows, query.size, (row) => [row.row]);
    return { ...page, items: page.items.map((entry) => entryView(deps, entry)) };
  });
  mount(app, needsRoutes.add, person, async ({ params, body, c }) => {
    const sheet = await visible(c.var.caller, params.id);
    const entries = await sheets.addRows(deps, c.var.caller, sheet.id, body.rows);
    return { items: entries.map((entry) => entryView(deps, entry)) };
  });
  mount(app, needsRoutes.change, person, async ({ params, body, c }) => {
    await visibleEntry(c.var.caller, params.id);
    return entryView(deps, await sheets.changeRow(deps, c.var.caller, params.id, body));
  });
  mount(app, needsRoutes.remove, person, async ({ params, c }) => {
    await visibleEntry(c.var.caller, params.id);
    await sheets.removeRow(deps, c.var.caller, params.id);
    return {};
  });
  mount(app, needsRoutes.papers, person, async ({ params, c }) => {
    await visibleEntry(c.var.caller, params.id);
    return { items: (await papersOf(db, [params.id])).map(paperView) };
  });
  mount(app, needsRoutes.addPaper, person, async ({ params, c }) => {
    await visibleEntry(c.var.caller, params.id);
    const name = nameOf(c.req.header('x-file-name'), 'giay-to');
    const bytes = await readBytes(c, PAPER_LIMITS.bytes);
    return paperView(await addPaper(deps, c.var.caller, params.id, { kind: params.kind, name, bytes }));
  });
  mount(app, needsRoutes.paperContent, person, async ({ params, c }) => {
    const paper = await visiblePaper(c.var.caller, params.id);
    const extension = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' }[paper.mediaType];
    return download(await paperBytes(deps, paper), paper.mediaType, `giay-to-${paper.sha256.slice(0, 12)}.${extension}`);
  });
  mount(app, needsRoutes.removePaper, person, async ({ params, c }) => {
    await visiblePaper(c.var.caller, params.id);
    await removePaper(deps, c.var.caller, params.id);
    return {};
  });
  mount(app, needsRoutes.undo, person, async ({ params, c }) => {
    const { id } = await visible(c.var.caller, params.id);
    await sheets.undo(deps, c.var.caller, id);
    return showSheet(id);
  });
  mount(app, needsRoutes.check, person, async ({ params, c }) => {
    const { id } = await visible(c.var.caller, params.id);
    await sheets.recheck(deps, c.var.caller, id);
    return showSheet(id);
  });
  mount(app, needsRoutes.submit, person, async ({ params, body, c }) => {
    const { id } = await visible(c.var.caller, params.id);
    await sheets.submitSheet(deps, c.var.caller, id, body);
    return showSheet(id);
  });
  mount(app, needsRoutes.withdraw, person, async ({ params, c }) => {
    const { id } = await visible(c.var.caller, params.id);
    await sheets.withdrawSheet(deps, c.var.caller, id);
    return showSheet(id);
  });
  mount(app, needsRoutes.accept, person, async ({ params, body, c }) => {
    const { id } = await visible(c.var.caller, params.id);
    await sheets.acceptSheet(deps, c.var.caller, id, body.version);
    return showSheet(id);
  });
  mount(app, needsRoutes.giveBack, person, async ({ params, body, c }) => {
    const { id } = await visible(c.var.caller, params.id);
    await sheets.returnSheet(deps, c.var.caller, id, body);
    return showSheet(id);
  });
  mount(app, needsRoutes.import, person, async ({ params, c }) => {
    const sheet = await visible(c.var.caller, params.id);
    const fileName = nameOf(c.req.header('x-file-name'), 'nhu-cau.xlsx');
    const bytes = await readBytes(c, MOST_IMPORT);
    const id = await startImport(deps, c.var.caller, sheet.id, { form: params.form, fileName, bytes });
    return importView((await importById(db, id))!);
  });
  mount(app, needsRoutes.importView, person, async ({ params, c }) => importView(await visibleImport(c.var.caller, params.id)));
  mount(app, needsRoutes.importRows, person, async ({ params, query, c }) => {
    const found = await visibleImport(c.var.caller, params.id);
    const rows = await importRows(db, { ...query, importId: found.id });
    const page = pageFrom(rows, query.size, (row) => [row.line]);
    const items = page.items.map(({ line, entryId, errors }) => ({
      row: line,
      errors,
      ...(entryId === null ? {} : { entryId }),
    }));
    return { ...page, items };
  });
  mount(app, needsRoutes.imports, person, async ({ params, query, c }) => {
    const round = await taking(c.var.caller, params.id);
    const all = round.ownerId === c.var.caller.position.agencyId;
    const scope = all ? undefined : await scopeOf(db, c.var.caller.position.agencyId);
    const rows = await importsOf(db, { ...query, roundId: round.id, scope });
    const page = pageFrom(rows, query.size, (row) => [row.startedAt.toISOString(), row.id]);
    return { ...page, items: page.items.map(importLine) };
  });
  mount(app, needsRoutes.faultyRows, person, async ({ params, query, c }) => {
    const found = await visibleImport(c.var.caller, params.id);
    const rows: string[][] = [];
    for await (const line of faultyRows(deps, found, query.lang)) rows.push(line);
    return table(faultyHeadings(found.form, query.lang), rows, `dong-loi-${found.form}`, query.format, found.form);
  });
  mount(app, needsRoutes.dropFaulty, person, async ({ params, c }) => {
    const found = await visibleImport(c.var.caller, params.id);
    return { removed: await dropFaulty(deps, c.var.caller, found.id) };
  });
  mount(app, needsRoutes.stopImport, person, async ({ params, c }) => {
    await visibleImport(c.var.caller, params.id);
    await stopImport(deps, c.var.caller, params.id);
    return importView((await importById(db, params.id))!);
  });
  mount(app, needsRoutes.synthesis, person, async ({ params, query, c }) => {
    const round = await taking(c.var.caller, params.id);
    const { path: underPath } = await scopeOf(db, c.var.caller.position.agencyId);
    const before = await roundBefore(db, round);
    const rows = await agencyLines(db, { ...query, round, before, underPath });
    const page = pageFrom(rows, query.size, (row) => [row.path]);
    const agencies = page.items.map(({ path, ...line }) => ({ ...line, depth: depthBelow(path, underPath) }));
    const next = 'next' in page && page.next !== undefined ? { next: page.next } : {};
    const totals = query.after === undefined ? await totalsOf(db, round, before, underPath) : [];
    return { totals, agencies, ...next };
  });
  mount(app, needsRoutes.export, person, async ({ params, query, c }) => {
    const round = await taking(c.var.caller, params.id);
    const { agencyId, agencyName: name } = c.var.caller.position;
    const { path } = await scopeOf(db, agencyId);
    if (query.format === 'pdf')
      return download(
        await needsPdf(deps, db, round, { name, path }, query.form),
        'application/pdf',
        `nhu-cau-${query.form}.pdf`,
      );
    const rows: string[][] = [];
    for await (const line of exportNeeds(deps, db, { roundId: round.id, underPath: path, form: query.form })) rows.push(line);
    return table(exportHeadings(query.form), rows, `nhu-cau-${query.form}`, query.format, query.form);
  });
  mount(app, needsRoutes.request, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    const ids = await requestRound(deps, c.var.caller, params.id, body);
    const requests = await Promise.all(ids.map(async (id) => (await requestById(db, id))!));
    return { requests: await requestViews(deps.issuers, db, requests) };
  });
  return app;

  async function showRound(caller: Caller, id: string) {
    return roundView(db, (await roundById(db, id))!, caller.position.agencyId);
  }

  async function showSheet(id: string) {
    return (await sheetViews(db, [(await sheetById(db, id))!], true))[0]!;
  }

  async function table(
    headings: string[],
    rows: string[][],
    name: string,
    format: 'csv' | 'xlsx',
    form: Form,
  ): Promise<Response> {
    if (format === 'xlsx') {
      const book = writeXlsx(`Mẫu ${form}`, headings, rows, deps.clock().getTime());
      return download(book.read(0, book.size), XLSX, `${name}.xlsx`);
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of writeCsv(headings, rows)) pieces.push(piece);
    return download(new Uint8Array(Buffer.concat(pieces)), CSV, `${name}.csv`);
  }

  /** A round the caller's agency owns or states its needs in; another's does not exist. */
  async function taking(caller: Caller, id: string): Promise<RoundRecord> {
    requireOfficer(caller);
    const round = await roundById(db, id);
    const { agencyId } = caller.position;
    const part = round !== undefined && (round.ownerId === agencyId || (await sheetOf(db, id, agencyId)) !== undefined);
    if (!part) throw new Refusal('needs.round-not-found');
    return round!;
  }

  /** A sheet of the caller's agency, or of one under it. */
  async function visible(caller: Caller, id: string): Promise<SheetRecord> {
    requireOfficer(caller);
    const sheet = await sheetById(db, id);
    if (sheet === undefined || !(await isUnder(db, sheet.agencyId, caller.position.agencyId)))
      throw new Refusal('needs.sheet-not-found');
    return sheet;
  }

  async function visibleEntry(caller: Caller, id: string): Promise<void> {
    requireOfficer(caller);
    const entry = await entryById(db, id);
    if (entry === undefined) throw new Refusal('needs.entry-not-found');
    await visible(caller, entry.sheetId);
  }

  async function visiblePaper(caller: Caller, id: string): Promise<PaperRecord> {
    requireOfficer(caller);
    const paper = await paperById(db, id);
    if (paper === undefined) throw new Refusal('needs.paper-not-found');
    const sheet = await sheetById(db, paper.sheetId);
    if (sheet === undefined || !(await isUnder(db, sheet.agencyId, caller.position.agencyId)))
      throw new Refusal('needs.paper-not-found');
    return paper;
  }

  async function visibleImport(caller: Caller, id: string) {
    requireOfficer(caller);
    const found = await importById(db, id);
    if (found === undefined) throw new Refusal('needs.import-not-found');
    await visible(caller, found.sheetId);
    return found;
  }
}

/** Percent-encoded by the browser, for the history only. */
function nameOf(header: string | undefined, otherwise: string): string {
  try {
    return decodeURIComponent(header ?? '').slice(0, 200) || otherwise;
  } catch {
    return otherwise;
  }
}
