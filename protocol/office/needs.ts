import { z } from 'zod';
import { Day, Id, Instant } from '../basics.ts';
import { line } from '../certificates/line.ts';
import { CoveringNumber } from '../certificates/request.ts';
import { DeviceKind } from '../certificates/subject.ts';
import { route } from '../route.ts';
import { Form } from './certificates.ts';
import { IssuerRequest } from './issuers.ts';
import { NeedsImport, NeedsImportLine } from './needs-imports.ts';
import { NeedsPaper, PaperKind } from './needs-papers.ts';

/** open → closed (nothing more is stated) → requested (consolidated requests are made); or cancelled. */
export const RoundState = z.enum(['open', 'closed', 'requested', 'cancelled']);
export type RoundState = z.infer<typeof RoundState>;

/** stating → submitted (to the level above) → accepted; or returned with a reason and stated again. */
export const SheetState = z.enum(['stating', 'submitted', 'returned', 'accepted']);
export type SheetState = z.infer<typeof SheetState>;

export const NeedsRound = z.object({
  id: Id,
  name: z.string(),
  year: z.number().int(),
  ownerId: Id,
  ownerName: z.string(),
  deadline: Day,
  forms: z.array(Form),
  guidance: z.string(),
  state: RoundState,
  openedAt: Instant,
  version: z.number().int(),
  /** My agency's own sheet, when it takes part. */
  sheetId: Id.optional(),
  sheetState: SheetState.optional(),
  progress: z.object({
    agencies: z.number().int(),
    submitted: z.number().int(),
    accepted: z.number().int(),
    entries: z.number().int(),
    withErrors: z.number().int(),
  }),
});
export type NeedsRound = z.infer<typeof NeedsRound>;

export const CellError = z.object({
  /** Name of the column; absent for the row as a whole. */
  column: z.string().optional(),
  code: z.string(),
  /** `error` keeps the sheet from being submitted; `warning` is for the reviewer. */
  weight: z.enum(['error', 'warning']),
  /** What was found: the other agency's name, the certificate's end. */
  detail: z.string().optional(),
});
export type CellError = z.infer<typeof CellError>;

/** One row of the grid: cells as typed, and what is wrong with them. */
export const NeedsEntry = z.object({
  id: Id,
  row: z.number().int(),
  form: Form,
  act: z.enum(['new', 'renew']),
  device: DeviceKind,
  cells: z.record(z.string(), z.string()),
  errors: z.array(CellError),
  /** How many papers are attached. */
  attachments: z.number().int(),
  version: z.number().int(),
});
export type NeedsEntry = z.infer<typeof NeedsEntry>;

export const NeedsSheet = z.object({
  id: Id,
  roundId: Id,
  agencyId: Id,
  agencyCode: z.string(),
  agencyName: z.string(),
  /** To which agency it is submitted; absent for the owner of the round. */
  aboveId: Id.optional(),
  state: SheetState,
  entries: z.partialRecord(Form, z.number().int()),
  withErrors: z.number().int(),
  withWarnings: z.number().int(),
  /** Sheets below that are not accepted yet. */
  outstanding: z.number().int(),
  returnReason: z.string().optional(),
  submittedAt: Instant.optional(),
  submittedBy: z.string().optional(),
  canUndo: z.boolean(),
  version: z.number().int(),
});
export type NeedsSheet = z.infer<typeof NeedsSheet>;

export const Column = z.object({
  name: z.string(),
  heading: z.string(),
  headingEn: z.string(),
  required: z.boolean(),
  example: z.string(),
  choices: z.array(z.string()).optional(),
});
export type Column = z.infer<typeof Column>;

const ById = z.object({ id: Id });
const Keyset = { after: z.string().max(400).optional(), size: z.coerce.number().int().min(1).max(500).default(100) };
/** Words of an agency's name or code, and the state of its sheet. */
const AgencyFilter = { q: z.string().trim().max(100).optional(), state: SheetState.optional() };
const Cells = z.record(z.string().max(40), z.string().max(500));
const Edit = z.object({
  form: Form,
  act: z.enum(['new', 'renew']).default('new'),
  device: DeviceKind.default('pki-token'),
  cells: Cells,
});

export const needsRoutes = {
  rounds: route({
    method: 'GET',
    path: '/api/needs',
    summary: 'Rounds that my agency owns or takes part in, newest first',
    caller: 'person',
    answer: z.object({ rounds: z.array(NeedsRound) }),
  }),
  open: route({
    method: 'POST',
    path: '/api/needs',
    summary: 'Open a round for my agency and everything under it',
    caller: 'person',
    body: z.object({
      name: line(200).refine((name) => name.length >= 3),
      year: z.number().int().min(2000).max(2100),
      deadline: Day,
      forms: z.array(Form).min(1),
      guidance: z.string().trim().max(4000).default(''),
    }),
    answer: NeedsRound,
  }),
  round: route({
    method: 'GET',
    path: '/api/needs/:id',
    summary: 'One round',
    caller: 'person',
    params: ById,
    answer: NeedsRound,
  }),
  changeRound: route({
    method: 'PATCH',
    path: '/api/needs/:id',
    summary: 'Later deadline, other guidance, closing or cancelling',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      deadline: Day.optional(),
      guidance: z.string().trim().max(4000).optional(),
      state: z.enum(['open', 'closed', 'cancelled']).optional(),
    }),
    answer: NeedsRound,
  }),
  columns: route({
    method: 'GET',
    path: '/api/needs/columns/:form',
    summary: 'Columns of a form’s grid and of its import file',
    caller: 'person',
    params: z.object({ form: Form }),
    answer: z.object({ columns: z.array(Column) }),
  }),
  template: route({
    method: 'GET',
    path: '/api/needs/columns/:form/template',
    summary: 'An empty file to fill in',
    caller: 'person',
    params: z.object({ form: Form }),
    query: z.object({ format: z.enum(['csv', 'xlsx']).default('xlsx') }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  }),
  sheets: route({
    method: 'GET',
    path: '/api/needs/:id/sheets',
    summary: 'Sheets submitted to my agency, or all of the round for its owner',
    caller: 'person',
    params: ById,
    query: z.object({ all: z.enum(['true', 'false']).optional(), ...AgencyFilter, ...Keyset }),
    answer: z.object({ items: z.array(NeedsSheet), next: z.string().optional() }),
  }),
  sheet: route({
    method: 'GET',
    path: '/api/needs-sheets/:id',
    summary: 'One sheet',
    caller: 'person',
    params: ById,
    answer: NeedsSheet,
  }),
  entries: route({
    method: 'GET',
    path: '/api/needs-sheets/:id/entries',
    summary: 'Rows of the grid, page by page',
    caller: 'person',
    params: ById,
    query: z.object({ form: Form.optional(), only: z.enum(['errors', 'warnings']).optional(), ...Keyset }),
    answer: z.object({ items: z.array(NeedsEntry), next: z.string().optional() }),
  }),
  add: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/entries',
    summary: 'Add rows',
    caller: 'person',
    params: ById,
    body: z.object({ rows: z.array(Edit).min(1).max(200) }),
    answer: z.object({ items: z.array(NeedsEntry) }),
  }),
  change: route({
    method: 'PUT',
    path: '/api/needs-entries/:id',
    summary: 'Change a row',
    caller: 'person',
    params: ById,
    body: Edit.extend({ version: z.number().int() }),
    answer: NeedsEntry,
  }),
  remove: route({
    method: 'DELETE',
    path: '/api/needs-entries/:id',
    summary: 'Remove a row',
    caller: 'person',
    params: ById,
    answer: z.object({}),
  }),
  papers: route({
    method: 'GET',
    path: '/api/needs-entries/:id/papers',
    summary: 'Papers attached to a row',
    caller: 'person',
    params: ById,
    answer: z.object({ items: z.array(NeedsPaper) }),
  }),
  addPaper: route({
    method: 'PUT',
    path: '/api/needs-entries/:id/papers/:kind',
    summary: 'Attach a paper: PDF, JPG or PNG by content; the name in x-file-name',
    caller: 'person',
    params: z.object({ id: Id, kind: PaperKind }),
    rawBody: 'application/octet-stream',
    answer: NeedsPaper,
  }),
  paperContent: route({
    method: 'GET',
    path: '/api/needs-papers/:id/content',
    summary: 'The paper itself',
    caller: 'person',
    params: ById,
    answer: z.unknown(),
    otherAnswers: ['application/pdf', 'image/jpeg', 'image/png'],
  }),
  removePaper: route({
    method: 'DELETE',
    path: '/api/needs-papers/:id',
    summary: 'Take a paper away while the sheet may be changed',
    caller: 'person',
    params: ById,
    answer: z.object({}),
  }),
  undo: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/undo',
    summary: 'Undo the last change of the sheet (one edit, or one whole import)',
    caller: 'person',
    params: ById,
    answer: NeedsSheet,
  }),
  check: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/check',
    summary: 'Check every row against the directory and the round again',
    caller: 'person',
    params: ById,
    answer: NeedsSheet,
  }),
  submit: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/submit',
    summary: 'Submit to the level above',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      /** Without waiting for sheets below that are not accepted: said on purpose, with a reason. */
      withoutOutstanding: z.string().trim().min(3).max(500).optional(),
    }),
    answer: NeedsSheet,
  }),
  withdraw: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/withdraw',
    summary: 'Take a submission back that nobody has accepted',
    caller: 'person',
    params: ById,
    answer: NeedsSheet,
  }),
  accept: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/accept',
    summary: 'Accept a sheet submitted to my agency',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int() }),
    answer: NeedsSheet,
  }),
  giveBack: route({
    method: 'POST',
    path: '/api/needs-sheets/:id/return',
    summary: 'Return a submitted sheet with the reason',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int(), reason: z.string().trim().min(3).max(1000) }),
    answer: NeedsSheet,
  }),
  import: route({
    method: 'PUT',
    path: '/api/needs-sheets/:id/import/:form',
    summary: 'Rows of a CSV or XLSX file; runs as a job, row by row',
    caller: 'person',
    params: z.object({ id: Id, form: Form }),
    rawBody: 'application/octet-stream',
    answer: NeedsImport,
  }),
  imports: route({
    method: 'GET',
    path: '/api/needs/:id/imports',
    summary: 'Imports of a round, newest first: of one sheet, of my agency and those under it, or all for its owner',
    caller: 'person',
    params: ById,
    query: z.object({ sheetId: Id.optional(), state: NeedsImport.shape.state.optional(), ...Keyset }),
    answer: z.object({ items: z.array(NeedsImportLine), next: z.string().optional() }),
  }),
  importView: route({
    method: 'GET',
    path: '/api/needs-imports/:id',
    summary: 'How far an import is',
    caller: 'person',
    params: ById,
    answer: NeedsImport,
  }),
  importRows: route({
    method: 'GET',
    path: '/api/needs-imports/:id/rows',
    summary: 'What became of each row',
    caller: 'person',
    params: ById,
    query: z.object({ only: z.enum(['errors']).optional(), ...Keyset }),
    answer: z.object({
      items: z.array(z.object({ row: z.number().int(), entryId: Id.optional(), errors: z.array(CellError) })),
      next: z.string().optional(),
    }),
  }),
  faultyRows: route({
    method: 'GET',
    path: '/api/needs-imports/:id/faulty',
    summary: 'Rows with errors as a file to correct and bring in again: cells as they came, and beside them what is wrong',
    caller: 'person',
    params: ById,
    query: z.object({ format: z.enum(['csv', 'xlsx']).default('xlsx'), lang: z.enum(['vi', 'en']).default('vi') }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  }),
  dropFaulty: route({
    method: 'DELETE',
    path: '/api/needs-imports/:id/faulty',
    summary: 'Remove the rows of an import that have errors, as one change that can be undone',
    caller: 'person',
    params: ById,
    answer: z.object({ removed: z.number().int() }),
  }),
  stopImport: route({
    method: 'DELETE',
    path: '/api/needs-imports/:id',
    summary: 'Stop an import; the rows it added stay and can be undone',
    caller: 'person',
    params: ById,
    answer: NeedsImport,
  }),
  synthesis: route({
    method: 'GET',
    path: '/api/needs/:id/synthesis',
    summary: 'Counts by agency and form of my agency and those under it, with the difference to the year before',
    caller: 'person',
    params: ById,
    query: z.object({ ...AgencyFilter, ...Keyset }),
    answer: z.object({
      /** Of everything under my agency, whatever the filter; on the first page only. */
      totals: z.array(
        z.object({
          form: Form,
          entries: z.number().int(),
          yearBefore: z.number().int(),
          added: z.number().int(),
          dropped: z.number().int(),
        }),
      ),
      agencies: z.array(
        z.object({
          agencyId: Id,
          agencyCode: z.string(),
          agencyName: z.string(),
          /** Levels below my agency; 0 is my own. */
          depth: z.number().int(),
          state: SheetState,
          withErrors: z.number().int(),
          entries: z.partialRecord(Form, z.number().int()),
          yearBefore: z.partialRecord(Form, z.number().int()),
        }),
      ),
      next: z.string().optional(),
    }),
  }),
  export: route({
    method: 'GET',
    path: '/api/needs/:id/export',
    summary: 'All accepted rows of a form of my agency and those under it',
    caller: 'person',
    params: ById,
    query: z.object({ form: Form, format: z.enum(['csv', 'xlsx', 'pdf']).default('csv') }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/pdf'],
  }),
  request: route({
    method: 'POST',
    path: '/api/needs/:id/request',
    summary: 'Make the consolidated request of the accepted rows (several above 5,000)',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      connector: z.string().max(40).optional(),
      number: CoveringNumber,
    }),
    answer: z.object({ requests: z.array(IssuerRequest) }),
  }),
};
