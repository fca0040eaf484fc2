import { queryOptions } from '@tanstack/react-query';
import { documentRoutes } from '@antin/protocol/office/documents';
import { incomingRoutes } from '@antin/protocol/office/incoming';
import { call } from '../../staff/client.ts';

export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: ['document', id],
    queryFn: ({ signal }) => call(documentRoutes.view, { params: { id } }, signal),
  });

export const incomingQuery = (id: string) =>
  queryOptions({
    queryKey: ['incoming-document', id],
    queryFn: ({ signal }) => call(incomingRoutes.view, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data?.verification === undefined ? 2_000 : false),
  });
