import { queryOptions } from '@tanstack/react-query';
import { deviceRoutes } from '@antin/protocol/office/devices';
import { call } from './client.ts';

/** The rows of devices below another path: officers of an issuer have their own accounts. */
export function devicesAt(base: string): typeof deviceRoutes {
  const { list, confirm, remove } = deviceRoutes;
  return {
    list: { ...list, path: base + list.path },
    confirm: { ...confirm, path: base + confirm.path },
    remove: { ...remove, path: base + remove.path },
  };
}

export const devicesQuery = (base: string) =>
  queryOptions({
    queryKey: ['devices'],
    queryFn: ({ signal }) => call(devicesAt(base).list, {}, signal),
    refetchInterval: 10_000,
  });
