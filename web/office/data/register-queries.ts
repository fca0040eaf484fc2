import { queryOptions } from '@tanstack/react-query';
import { registerRoutes } from '@antin/protocol/office/registers';
import { call } from '../../staff/client.ts';

export const registersQuery = queryOptions({
  queryKey: ['registers'],
  queryFn: ({ signal }) => call(registerRoutes.list, {}, signal),
});

export const entriesQuery = (id: string, q: string, page: number, pageSize = 100) =>
  queryOptions({
    queryKey: ['entries', id, q, page, pageSize],
    queryFn: ({ signal }) =>
      call(registerRoutes.entries, { params: { id }, query: { page, pageSize, ...(q === '' ? {} : { q }) } }, signal),
  });
