import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { enrolmentRoutes, type MachineAccountState } from '@antin/protocol/authority/enrolment';
import { call } from '../../staff/client.ts';

export const machinesQuery = (q: string, state: MachineAccountState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['machines', 'list', q, state],
    queryFn: ({ pageParam, signal }) => {
      const filters = { ...(q === '' ? {} : { q }), ...(state === undefined ? {} : { state }) };
      const after = pageParam === '' ? {} : { after: pageParam };
      return call(enrolmentRoutes.list, { query: { ...filters, ...after, limit: 50 } }, signal);
    },
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
