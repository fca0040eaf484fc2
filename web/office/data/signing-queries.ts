import { queryOptions } from '@tanstack/react-query';
import { signingRoutes } from '@antin/protocol/office/signing';
import { call } from '../../staff/client.ts';

export const credentialsQuery = (kind: 'person' | 'organisation') =>
  queryOptions({
    queryKey: ['credentials', kind],
    queryFn: ({ signal }) => call(signingRoutes.credentials, { query: { kind } }, signal),
    refetchInterval: 10_000,
  });

export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: ['proposal', id],
    queryFn: ({ signal }) => call(signingRoutes.proposal, { params: { id } }, signal),
    staleTime: 0,
  });

const CLOSED = new Set(['done', 'refused', 'failed', 'expired', 'cancelled']);

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => call(signingRoutes.job, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data !== undefined && CLOSED.has(query.state.data.state) ? false : 1_000),
    staleTime: 0,
  });

/** Kept while it is being read: the list under a reader's hands does not change by itself. */
export const toSignQuery = queryOptions({
  queryKey: ['to-sign'],
  queryFn: ({ signal }) => call(signingRoutes.toSign, {}, signal),
  refetchOnWindowFocus: false,
});

const OVER = new Set(['done', 'refused', 'failed', 'expired', 'cancelled', 'not-sent']);

export const batchQuery = (id: string) =>
  queryOptions({
    queryKey: ['batch', id],
    queryFn: ({ signal }) => call(signingRoutes.batchView, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data?.items.every((item) => OVER.has(item.state)) === true ? false : 1_000),
    staleTime: 0,
  });
