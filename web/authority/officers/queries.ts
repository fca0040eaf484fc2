import { queryOptions } from '@tanstack/react-query';
import { officerRoutes } from '@antin/protocol/authority/officers';
import { call } from '../../staff/client.ts';

export const officersQuery = queryOptions({
  queryKey: ['officers'],
  queryFn: ({ signal }) => call(officerRoutes.list, {}, signal),
});

export const sendersQuery = queryOptions({
  queryKey: ['senders'],
  queryFn: ({ signal }) => call(officerRoutes.senders, {}, signal),
});

export const changesQuery = queryOptions({
  queryKey: ['officer-changes', 'all'],
  queryFn: ({ signal }) => call(officerRoutes.changes, { query: {} }, signal),
  refetchInterval: 20_000,
});
