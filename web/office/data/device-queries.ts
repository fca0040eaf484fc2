import { queryOptions } from '@tanstack/react-query';
import { deviceRoutes } from '@antin/protocol/office/devices';
import { call } from './client.ts';

export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: ({ signal }) => call(deviceRoutes.list, {}, signal),
  refetchInterval: 10_000,
});
