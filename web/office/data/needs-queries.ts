import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Form } from '@antin/protocol/office/certificates';
import { needsRoutes, type SheetState } from '@antin/protocol/office/needs';
import { call } from '../../staff/client.ts';
import { after, keyed } from './certificate-queries.ts';

export const roundsQuery = queryOptions({
  queryKey: ['needs'],
  queryFn: ({ signal }) => call(needsRoutes.rounds, {}, signal),
});

export const roundQuery = (id: string) =>
  queryOptions({
    queryKey: ['needs-round', id],
    queryFn: ({ signal }) => call(needsRoutes.round, { params: { id } }, signal),
  });

/** Which agencies of a round are shown. */
export interface AgencyWords {
  readonly q?: string | undefined;
  readonly state?: SheetState | undefined;
}
const wanted = ({ q, state }: AgencyWords) => ({ ...(q === undefined ? {} : { q }), ...(state === undefined ? {} : { state }) });

export const sheetsQuery = (id: string, all: boolean, filter: AgencyWords = {}) =>
  infiniteQueryOptions({
    queryKey: ['needs-sheets', id, all, filter.q, filter.state],
    queryFn: ({ signal, pageParam }) =>
      call(
        needsRoutes.sheets,
        {
          params: { id },
          query: { ...(all ? { all: 'true' as const } : {}), ...wanted(filter), size: 200, ...after(pageParam) },
        },
        signal,
      ),
    ...keyed,
  });

export const synthesisQuery = (id: string, filter: AgencyWords = {}) =>
  infiniteQueryOptions({
    queryKey: ['needs-synthesis', id, filter.q, filter.state],
    queryFn: ({ signal, pageParam }) =>
      call(needsRoutes.synthesis, { params: { id }, query: { ...wanted(filter), size: 200, ...after(pageParam) } }, signal),
    ...keyed,
  });

export const sheetQuery = (id: string) =>
  queryOptions({
    queryKey: ['needs-sheet', id],
    queryFn: ({ signal }) => call(needsRoutes.sheet, { params: { id } }, signal),
  });

export const columnsQuery = (form: Form) =>
  queryOptions({
    queryKey: ['needs-columns', form],
    queryFn: ({ signal }) => call(needsRoutes.columns, { params: { form } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const entriesQuery = (id: string, form: Form, only: 'errors' | 'warnings' | undefined) =>
  infiniteQueryOptions({
    queryKey: ['needs-entries', id, form, only],
    queryFn: ({ signal, pageParam }) =>
      call(
        needsRoutes.entries,
        { params: { id }, query: { form, ...(only === undefined ? {} : { only }), size: 100, ...after(pageParam) } },
        signal,
      ),
    ...keyed,
  });

export const papersQuery = (entryId: string) =>
  queryOptions({
    queryKey: ['needs-papers', entryId],
    queryFn: ({ signal }) => call(needsRoutes.papers, { params: { id: entryId } }, signal),
  });

export const importsQuery = (roundId: string) =>
  infiniteQueryOptions({
    queryKey: ['needs-imports', roundId],
    queryFn: ({ signal, pageParam }) =>
      call(needsRoutes.imports, { params: { id: roundId }, query: { size: 50, ...after(pageParam) } }, signal),
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((one) => one.state === 'running')) === true ? 2_000 : false,
    ...keyed,
  });

/** The latest import of a sheet: whoever comes back finds its result, on any machine. */
export const lastImportQuery = (roundId: string, sheetId: string) =>
  queryOptions({
    queryKey: ['needs-imports', roundId, sheetId, 'last'],
    queryFn: ({ signal }) => call(needsRoutes.imports, { params: { id: roundId }, query: { sheetId, size: 1 } }, signal),
  });

export const needsImportQuery = (id: string) =>
  queryOptions({
    queryKey: ['needs-import', id],
    queryFn: ({ signal }) => call(needsRoutes.importView, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data?.state === 'running' || query.state.data === undefined ? 700 : false),
    retry: false,
  });

export const importErrorsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['needs-import-errors', id],
    queryFn: ({ signal, pageParam }) =>
      call(needsRoutes.importRows, { params: { id }, query: { only: 'errors', size: 100, ...after(pageParam) } }, signal),
    ...keyed,
  });
