import { queryOptions } from '@tanstack/react-query';
import { operationRoutes } from '@antin/protocol/authority/operation';
import { call } from '../../staff/client.ts';

export const servicesQuery = queryOptions({
  queryKey: ['services'],
  queryFn: ({ signal }) => call(operationRoutes.services, {}, signal),
  refetchInterval: 15_000,
});

export const casQuery = queryOptions({
  queryKey: ['cas'],
  queryFn: ({ signal }) => call(operationRoutes.cas, {}, signal),
  refetchInterval: 60_000,
});
