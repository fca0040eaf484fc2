import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { sessionRoutes } from '@antin/protocol/office/session';
import { call } from '../../staff/client.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => call(sessionRoutes.current, {}, signal),
  refetchInterval: 20_000,
});

/** Who works here; the shell has loaded it before any page is drawn. */
export function useSession() {
  return useSuspenseQuery(sessionQuery).data;
}
