import { queryOptions } from '@tanstack/react-query';
import { statementRoutes, type StatementOrder } from '@antin/protocol/authority/statements';
import type { z } from 'zod';
import { call } from '../../staff/client.ts';

export type Order = z.output<typeof StatementOrder>;

export const credentialsQuery = queryOptions({
  queryKey: ['credentials'],
  queryFn: ({ signal }) => call(statementRoutes.credentials, {}, signal),
  refetchInterval: 10_000,
});

/** Ended without a signature. */
export const FAILED: ReadonlySet<Order['state']> = new Set(['refused', 'failed', 'expired', 'cancelled']);

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['statement-order', id],
    queryFn: ({ signal }) => call(statementRoutes.status, { params: { id } }, signal),
    refetchInterval: (query) => {
      const order = query.state.data;
      return order !== undefined && (order.state === 'done' || FAILED.has(order.state)) ? false : 1_000;
    },
    staleTime: 0,
  });
