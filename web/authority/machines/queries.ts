import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { enrolmentRoutes } from '@antin/protocol/authority/enrolment';
import { call } from '../../staff/client.ts';
import { pageAfter } from '../paging.ts';
import type { MachineSearch } from '../place.tsx';

export const machinesQuery = (search: MachineSearch) =>
  infiniteQueryOptions({
    queryKey: ['machines', 'list', search],
    queryFn: ({ pageParam, signal }) => call(enrolmentRoutes.list, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

export const machineQuery = (id: string) =>
  queryOptions({
    queryKey: ['machines', 'one', id],
    queryFn: ({ signal }) => call(enrolmentRoutes.one, { params: { id } }, signal),
    refetchInterval: 30_000,
  });

export const candidatesQuery = queryOptions({
  queryKey: ['machines', 'candidates'],
  queryFn: ({ signal }) => call(enrolmentRoutes.candidates, { query: {} }, signal),
});
