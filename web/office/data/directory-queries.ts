import { queryOptions } from '@tanstack/react-query';
import { directoryRoutes } from '@antin/protocol/office/directory';
import { call } from '../../staff/client.ts';

export const agenciesQuery = (q: string) =>
  queryOptions({
    queryKey: ['agencies', q],
    queryFn: ({ signal }) =>
      call(directoryRoutes.agencies, { query: { ...(q === '' ? {} : { q }), includeClosed: true } }, signal),
    staleTime: 60_000,
  });

export const signersQuery = queryOptions({
  queryKey: ['signers'],
  queryFn: ({ signal }) => call(directoryRoutes.signers, {}, signal),
});

export const assigneesQuery = queryOptions({
  queryKey: ['assignees'],
  queryFn: ({ signal }) => call(directoryRoutes.assignees, {}, signal),
});
