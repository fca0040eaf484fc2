import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { issuedRoutes } from '@antin/protocol/authority/issued';
import type { AnswerOf } from '../../staff/client.ts';
import { call } from '../../staff/client.ts';
import { pageAfter } from '../paging.ts';
import type { IssuedSearch } from '../place.tsx';

export type Detail = AnswerOf<typeof issuedRoutes.detail>;
type Name = Detail['row']['certificate'];

export const issuedQuery = (search: IssuedSearch) =>
  infiniteQueryOptions({
    queryKey: ['certificates', 'list', search],
    queryFn: ({ pageParam, signal }) => call(issuedRoutes.list, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

export const certificateQuery = (name: Name) =>
  queryOptions({
    queryKey: ['certificates', 'one', name.issuerSha256, name.serialHex],
    queryFn: ({ signal }) => call(issuedRoutes.detail, { params: name }, signal),
    refetchInterval: 30_000,
  });

export const suspendedQuery = queryOptions({
  queryKey: ['certificates', 'suspended'],
  queryFn: ({ signal }) => call(issuedRoutes.suspended, {}, signal),
  refetchInterval: 30_000,
});
