import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { certificateRoutes, type CertificateState, type Form } from '@antin/protocol/office/certificates';
import type { KeyDeviceState } from '@antin/protocol/office/key-devices';
import { call } from '../../staff/client.ts';

export interface CertificateSearch {
  readonly q?: string;
  readonly form?: Form;
  readonly state?: CertificateState;
  readonly under?: string;
  readonly owner?: 'known' | 'unknown';
  readonly agencyId?: string;
  readonly expiresFrom?: string;
  readonly expiresBefore?: string;
  readonly sort?: 'name' | 'expiry';
}

interface Keyed {
  readonly next?: string | undefined;
}
/** Pages by key: the next one is asked for with the key of the last row. */
export const keyed = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: Keyed) => page.next,
};
export const after = (key: string | undefined) => (key === undefined ? {} : { after: key });

export const PAGE = 100;

export const certificatesQuery = (search: CertificateSearch) =>
  infiniteQueryOptions({
    queryKey: ['certificates', search],
    queryFn: ({ signal, pageParam }) =>
      call(certificateRoutes.list, { query: { ...search, size: PAGE, ...after(pageParam) } }, signal),
    ...keyed,
  });

export const certificateCountsQuery = (under?: string) =>
  queryOptions({
    queryKey: ['certificate-counts', under],
    queryFn: ({ signal }) => call(certificateRoutes.counts, { query: under === undefined ? {} : { under } }, signal),
  });

export const certificateTasksQuery = queryOptions({
  queryKey: ['certificate-tasks'],
  queryFn: ({ signal }) => call(certificateRoutes.tasks, {}, signal),
});

export const certificateQuery = (id: string) =>
  queryOptions({
    queryKey: ['certificate', id],
    queryFn: ({ signal }) => call(certificateRoutes.view, { params: { id } }, signal),
  });

export const limitsQuery = queryOptions({
  queryKey: ['certificate-limits'],
  queryFn: ({ signal }) => call(certificateRoutes.limits, {}, signal),
  staleTime: 600_000,
});

export const mineQuery = queryOptions({
  queryKey: ['my-certificates'],
  queryFn: ({ signal }) => call(certificateRoutes.mine, {}, signal),
});

export const myHandOversQuery = queryOptions({
  queryKey: ['my-hand-overs'],
  queryFn: ({ signal }) => call(certificateRoutes.myHandOvers, {}, signal),
});

export const forecastQuery = (months: number) =>
  queryOptions({
    queryKey: ['certificate-forecast', months],
    queryFn: ({ signal }) => call(certificateRoutes.forecast, { query: { months } }, signal),
  });

export const forecastUnitsQuery = (month: string) =>
  infiniteQueryOptions({
    queryKey: ['certificate-forecast-units', month],
    queryFn: ({ signal, pageParam }) =>
      call(certificateRoutes.forecastUnits, { params: { month }, query: { size: 50, ...after(pageParam) } }, signal),
    ...keyed,
  });

export const remindersQuery = infiniteQueryOptions({
  queryKey: ['certificate-reminders'],
  queryFn: ({ signal, pageParam }) => call(certificateRoutes.reminders, { query: { size: 50, ...after(pageParam) } }, signal),
  ...keyed,
});

export const keyDevicesQuery = (search: { q?: string; state?: KeyDeviceState }) =>
  infiniteQueryOptions({
    queryKey: ['key-devices', search],
    queryFn: ({ signal, pageParam }) =>
      call(certificateRoutes.devices, { query: { ...search, size: PAGE, ...after(pageParam) } }, signal),
    ...keyed,
  });

export const ownersQuery = (id: string) =>
  queryOptions({
    queryKey: ['certificate-owners', id],
    queryFn: ({ signal }) => call(certificateRoutes.owners, { params: { id } }, signal),
  });
