import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { issuerRoutes, type IssuerRequest } from '@antin/protocol/office/issuers';
import { after, keyed } from './certificate-queries.ts';
import { call } from '../../staff/client.ts';

export const connectorsQuery = queryOptions({
  queryKey: ['issuers'],
  queryFn: ({ signal }) => call(issuerRoutes.connectors, {}, signal),
  staleTime: 60_000,
});

export const requestsQuery = infiniteQueryOptions({
  queryKey: ['issuer-requests'],
  queryFn: ({ signal, pageParam }) => call(issuerRoutes.list, { query: { size: 50, ...after(pageParam) } }, signal),
  refetchInterval: 10_000,
  ...keyed,
});

const settled = new Set<IssuerRequest['state']>(['finished', 'refused', 'withdrawn', 'prepared']);

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['issuer-request', id],
    queryFn: ({ signal }) => call(issuerRoutes.view, { params: { id } }, signal),
    refetchInterval: (query) => {
      const { data } = query.state;
      // A request that waits for its signature may be signed by a colleague meanwhile.
      const waits =
        data !== undefined && (!settled.has(data.state) || (data.state === 'prepared' && data.sealedBy === undefined));
      return waits ? 3_000 : false;
    },
  });

export const requestItemsQuery = (id: string, state?: string) =>
  infiniteQueryOptions({
    queryKey: ['issuer-request-items', id, state],
    queryFn: ({ signal, pageParam }) =>
      call(
        issuerRoutes.items,
        { params: { id }, query: { ...(state === undefined ? {} : { state: state as never }), size: 100, ...after(pageParam) } },
        signal,
      ),
    ...keyed,
  });

export const questionsQuery = infiniteQueryOptions({
  queryKey: ['issuer-questions'],
  queryFn: ({ signal, pageParam }) =>
    call(issuerRoutes.questions, { query: { open: 'true', size: 50, ...after(pageParam) } }, signal),
  ...keyed,
});
