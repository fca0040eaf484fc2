import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Form } from '@antin/protocol/office/certificates';
import { needsRoutes } from '@antin/protocol/office/needs';
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

export const sheetsQuery = (id: string, all: boolean) =>
  infiniteQueryOptions({
    queryKey: ['needs-sheets', id, all],
    queryFn: ({ signal, pageParam }) =>
      call(
        needsRoutes.sheets,
        { params: { id }, query: { ...(all ? { all: 'true' as const } : {}), size: 100, ...after(pageParam) } },
        signal,
      ),
    ...keyed,
  });

export const synthesisQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['needs-synthesis', id],
    queryFn: ({ signal, pageParam }) =>
      call(needsRoutes.synthesis, { params: { id }, query: { size: 100, ...after(pageParam) } }, signal),
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
