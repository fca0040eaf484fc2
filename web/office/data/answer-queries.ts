import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { issuerRoutes } from '@antin/protocol/office/issuers';
import { call } from '../../staff/client.ts';
import { after, keyed } from './certificate-queries.ts';

export const answersQuery = (settled: boolean) =>
  infiniteQueryOptions({
    queryKey: ['issuer-unmatched', settled],
    queryFn: ({ signal, pageParam }) =>
      call(
        issuerRoutes.unmatched,
        { query: { settled: settled ? ('true' as const) : ('false' as const), size: 50, ...after(pageParam) } },
        signal,
      ),
    ...keyed,
  });

export const answerQuery = (id: string) =>
  queryOptions({
    queryKey: ['issuer-unmatched-one', id],
    queryFn: ({ signal }) => call(issuerRoutes.unmatchedView, { params: { id } }, signal),
  });

export const candidatesQuery = (id: string, q: string) =>
  queryOptions({
    queryKey: ['issuer-candidates', id, q],
    queryFn: ({ signal }) => call(issuerRoutes.candidates, { params: { id }, query: q === '' ? {} : { q } }, signal),
    // What was found before stays while somebody writes on.
    placeholderData: (before) => before,
  });
