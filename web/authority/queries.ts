import { infiniteQueryOptions, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { requestListRoutes } from '@antin/protocol/authority/request-list';
import { officerSessionRoutes } from '@antin/protocol/authority/session';
import { call } from '../staff/client.ts';
import { pageAfter } from './paging.ts';
import type { RequestSearch } from './place.tsx';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => call(officerSessionRoutes.current, {}, signal),
  refetchInterval: 20_000,
});

/** Who works here; the shell has loaded it before any page is drawn. */
export function useSession() {
  return useSuspenseQuery(sessionQuery).data;
}

/** The first rows of what waits, for the home page. */
export const someRequestsQuery = (search: RequestSearch, limit: number) =>
  queryOptions({
    queryKey: ['requests', 'some', search, limit],
    queryFn: ({ signal }) => call(requestListRoutes.list, { query: { ...search, limit } }, signal),
    refetchInterval: 20_000,
  });

export const requestsQuery = (search: RequestSearch) =>
  infiniteQueryOptions({
    queryKey: ['requests', 'list', search],
    queryFn: ({ pageParam, signal }) => call(requestListRoutes.list, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
