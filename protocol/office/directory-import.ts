import { z } from 'zod';
import { BothLanguages, Id, Instant, Sha256 } from '../basics.ts';
import { route } from '../route.ts';

export const ImportKind = z.enum(['agencies', 'people', 'positions']);
export type ImportKind = z.infer<typeof ImportKind>;

/**
 * `checking` after the file came; `ready`: nothing is written yet, look and confirm; `applying`; `done`; `cancelled`;
 * `failed`: the directory changed meanwhile so that rows are wrong now, nothing was written.
 */
export const ImportState = z.enum(['checking', 'ready', 'applying', 'done', 'cancelled', 'failed']);

export const DirectoryImport = z.object({
  id: Id,
  kind: ImportKind,
  agencyId: Id,
  fileName: z.string(),
  fileSha256: Sha256,
  encoding: z.string(),
  state: ImportState,
  /** Headings that mean nothing here; their cells are not read. */
  unknownColumns: z.array(z.string()),
  counts: z.object({
    rows: z.number().int(),
    checked: z.number().int(),
    create: z.number().int(),
    change: z.number().int(),
    same: z.number().int(),
    wrong: z.number().int(),
  }),
  createdAt: Instant,
  createdBy: z.string(),
  doneAt: Instant.nullable(),
});
export type DirectoryImport = z.infer<typeof DirectoryImport>;

export const ImportError = z.object({
  column: z.string(),
  code: z.string(),
  title: BothLanguages,
  remedy: BothLanguages.optional(),
});

export const ImportRow = z.object({
  /** As the spreadsheet counts it. */
  line: z.number().int(),
  cells: z.record(z.string(), z.string()),
  action: z.enum(['create', 'change', 'same', 'wrong', 'unchecked']),
  errors: z.array(ImportError),
});

const byId = z.object({ id: Id });

export const directoryImportRoutes = {
  upload: route({
    method: 'PUT',
    path: '/api/directory/imports',
    summary: 'A CSV or XLSX to check; the same file again is the same import. Its name stands in x-file-name',
    caller: 'person',
    query: z.object({ kind: ImportKind, agencyId: Id.optional() }),
    rawBody: 'application/octet-stream',
    answer: DirectoryImport,
  }),
  list: route({
    method: 'GET',
    path: '/api/directory/imports',
    summary: 'Imports of my agency, latest first',
    caller: 'person',
    answer: z.object({ imports: z.array(DirectoryImport) }),
  }),
  one: route({
    method: 'GET',
    path: '/api/directory/imports/:id',
    summary: 'How far an import is',
    caller: 'person',
    params: byId,
    answer: DirectoryImport,
  }),
  rows: route({
    method: 'GET',
    path: '/api/directory/imports/:id/rows',
    summary: 'Its rows with what each would do and what is wrong',
    caller: 'person',
    params: byId,
    query: z.object({
      action: z.enum(['create', 'change', 'same', 'wrong']).optional(),
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ rows: z.array(ImportRow), next: z.number().int().nullable() }),
  }),
  confirm: route({
    method: 'POST',
    path: '/api/directory/imports/:id/confirm',
    summary: 'Write all of it, or nothing; `withoutWrong`: leave the wrong rows out',
    caller: 'person',
    params: byId,
    body: z.object({ withoutWrong: z.boolean().default(false) }),
    answer: DirectoryImport,
  }),
  cancel: route({
    method: 'POST',
    path: '/api/directory/imports/:id/cancel',
    summary: 'Forget an import that is not confirmed',
    caller: 'person',
    params: byId,
    answer: DirectoryImport,
  }),
  errors: route({
    method: 'GET',
    path: '/api/directory/imports/:id/errors',
    summary: 'The wrong rows as a file to mend and send again',
    caller: 'person',
    params: byId,
    query: z.object({ format: z.enum(['csv', 'xlsx']).default('xlsx') }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  }),
  export: route({
    method: 'GET',
    path: '/api/directory/export',
    summary: 'Agencies, people or positions below an agency, in the shape that an import takes',
    caller: 'person',
    query: z.object({
      kind: ImportKind,
      agencyId: Id.optional(),
      format: z.enum(['csv', 'xlsx']).default('csv'),
      /** Only the headings: a form to fill in. */
      empty: z.enum(['true', 'false']).optional(),
    }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  }),
};
