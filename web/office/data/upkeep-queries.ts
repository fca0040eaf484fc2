import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { directoryImportRoutes } from '@antin/protocol/office/directory-import';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { reorganisationRoutes } from '@antin/protocol/office/reorganisation';
import { call } from '../../staff/client.ts';

const keyed = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { readonly next: string | null }) => page.next ?? undefined,
};
const at = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

export interface AgencySearch {
  readonly parentId?: string;
  readonly q?: string;
  readonly day?: string;
  readonly includeClosed?: 'true';
}

export const agenciesQuery = (search: AgencySearch) =>
  infiniteQueryOptions({
    queryKey: ['directory-agencies', search],
    queryFn: ({ signal, pageParam }) =>
      call(directoryUpkeepRoutes.agencies, { query: { ...search, limit: 50, ...at(pageParam) } }, signal),
    ...keyed,
  });

export const agencyQuery = (id: string) =>
  queryOptions({
    queryKey: ['directory-agency', id],
    queryFn: ({ signal }) => call(directoryUpkeepRoutes.agency, { params: { id } }, signal),
  });

/** @param below with the people of agencies under it */
export const peopleQuery = (agencyId: string, q: string, below = false) =>
  infiniteQueryOptions({
    queryKey: ['directory-people', agencyId, q, below],
    queryFn: ({ signal, pageParam }) =>
      call(
        directoryUpkeepRoutes.people,
        {
          query: {
            agencyId,
            ...(q === '' ? {} : { q }),
            ...(below ? { under: 'true' as const } : {}),
            limit: 50,
            ...at(pageParam),
          },
        },
        signal,
      ),
    ...keyed,
  });

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ['directory-person', id],
    queryFn: ({ signal }) => call(directoryUpkeepRoutes.person, { params: { id } }, signal),
  });

export const changesQuery = (search: { readonly agencyId?: string; readonly subjectId?: string }) =>
  infiniteQueryOptions({
    queryKey: ['directory-changes', search],
    queryFn: ({ signal, pageParam }) =>
      call(directoryUpkeepRoutes.changes, { query: { ...search, limit: 50, ...at(pageParam) } }, signal),
    ...keyed,
  });

export const directoryImportsQuery = queryOptions({
  queryKey: ['directory-imports'],
  queryFn: ({ signal }) => call(directoryImportRoutes.list, {}, signal),
});

export const directoryImportQuery = (id: string) =>
  queryOptions({
    queryKey: ['directory-import', id],
    queryFn: ({ signal }) => call(directoryImportRoutes.one, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data?.state === 'checking' || query.state.data?.state === 'applying' ? 800 : false),
  });

export const directoryImportRowsQuery = (id: string, action: 'create' | 'change' | 'same' | 'wrong' | undefined) =>
  infiniteQueryOptions({
    queryKey: ['directory-import-rows', id, action],
    queryFn: ({ signal, pageParam }) =>
      call(
        directoryImportRoutes.rows,
        { params: { id }, query: { after: pageParam, limit: 100, ...(action === undefined ? {} : { action }) } },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const reorganisationsQuery = queryOptions({
  queryKey: ['reorganisations'],
  queryFn: ({ signal }) => call(reorganisationRoutes.list, {}, signal),
});

export const reorganisationQuery = (id: string) =>
  queryOptions({
    queryKey: ['reorganisation', id],
    queryFn: ({ signal }) => call(reorganisationRoutes.one, { params: { id } }, signal),
  });
