import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { officerRoutes } from '@antin/protocol/authority/officers';
import { call } from '../../staff/client.ts';
import { pageAfter } from '../paging.ts';
import type { ChangeSearch, ListedSearch } from '../place.tsx';

export const officersQuery = (search: ListedSearch) =>
  infiniteQueryOptions({
    queryKey: ['officers', search],
    queryFn: ({ pageParam, signal }) => call(officerRoutes.list, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

export const sendersQuery = (search: ListedSearch) =>
  infiniteQueryOptions({
    queryKey: ['senders', search],
    queryFn: ({ pageParam, signal }) => call(officerRoutes.senders, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

export const changesQuery = (search: ChangeSearch) =>
  infiniteQueryOptions({
    queryKey: ['officer-changes', 'list', search],
    queryFn: ({ pageParam, signal }) => call(officerRoutes.changes, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

/** The first changes that wait for somebody, for the home page and beside what they would change. */
export const openChangesQuery = (limit: number) =>
  queryOptions({
    queryKey: ['officer-changes', 'proposed', limit],
    queryFn: ({ signal }) => call(officerRoutes.changes, { query: { state: 'proposed', limit } }, signal),
    refetchInterval: 20_000,
  });
