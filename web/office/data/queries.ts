import { QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { deviceRoutes } from '@antin/protocol/office/devices';
import { directoryRoutes } from '@antin/protocol/office/directory';
import { documentRoutes, type DocumentState } from '@antin/protocol/office/documents';
import { incomingRoutes } from '@antin/protocol/office/incoming';
import { registerRoutes } from '@antin/protocol/office/registers';
import { sessionRoutes } from '@antin/protocol/office/session';
import { signingRoutes } from '@antin/protocol/office/signing';
import type { z } from 'zod';
import type { IncomingState } from '@antin/protocol/office/incoming';
import { paths } from '../../paths.ts';
import { call, ProblemError } from './client.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => error instanceof ProblemError && error.problem.status === 0 && count < 2,
    },
  },
});

/** An ended session leads to sign-in and back to the same page. */
function leaveWhenSignedOut(error: unknown): void {
  if (error instanceof ProblemError && error.problem.status === 401) {
    location.assign(`${paths.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}
queryClient.getQueryCache().config.onError = leaveWhenSignedOut;
queryClient.getMutationCache().config.onError = leaveWhenSignedOut;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => call(sessionRoutes.current, {}, signal),
  refetchInterval: 20_000,
});

/** Who works here; the shell has loaded it before any page is drawn. */
export function useSession() {
  return useSuspenseQuery(sessionQuery).data;
}

export interface OutgoingFilter {
  readonly q?: string;
  readonly state?: DocumentState;
  readonly mine?: 'to-sign' | 'to-issue' | 'drafts';
  readonly page?: number;
  readonly pageSize?: number;
}

export const outgoingQuery = (filter: OutgoingFilter) =>
  queryOptions({
    queryKey: ['documents', filter],
    queryFn: ({ signal }) => call(documentRoutes.list, { query: filter }, signal),
  });

export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: ['document', id],
    queryFn: ({ signal }) => call(documentRoutes.view, { params: { id } }, signal),
  });

export interface IncomingFilter {
  readonly q?: string;
  readonly state?: z.infer<typeof IncomingState>;
  readonly mine?: 'to-receive' | 'to-assign' | 'assigned-to-me';
  readonly page?: number;
  readonly pageSize?: number;
}

export const incomingListQuery = (filter: IncomingFilter) =>
  queryOptions({
    queryKey: ['incoming', filter],
    queryFn: ({ signal }) => call(incomingRoutes.list, { query: filter }, signal),
  });

export const incomingQuery = (id: string) =>
  queryOptions({
    queryKey: ['incoming-document', id],
    queryFn: ({ signal }) => call(incomingRoutes.view, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data?.verification === undefined ? 2_000 : false),
  });

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

export const credentialsQuery = (kind: 'person' | 'organisation') =>
  queryOptions({
    queryKey: ['credentials', kind],
    queryFn: ({ signal }) => call(signingRoutes.credentials, { query: { kind } }, signal),
    refetchInterval: 10_000,
  });

export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: ['proposal', id],
    queryFn: ({ signal }) => call(signingRoutes.proposal, { params: { id } }, signal),
    staleTime: 0,
  });

const CLOSED = new Set(['done', 'refused', 'failed', 'expired', 'cancelled']);

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => call(signingRoutes.job, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data !== undefined && CLOSED.has(query.state.data.state) ? false : 1_000),
    staleTime: 0,
  });

/** Kept while it is being read: the list under a reader's hands does not change by itself. */
export const toSignQuery = queryOptions({
  queryKey: ['to-sign'],
  queryFn: ({ signal }) => call(signingRoutes.toSign, {}, signal),
  refetchOnWindowFocus: false,
});

const OVER = new Set(['done', 'refused', 'failed', 'expired', 'cancelled', 'not-sent']);

export const batchQuery = (id: string) =>
  queryOptions({
    queryKey: ['batch', id],
    queryFn: ({ signal }) => call(signingRoutes.batchView, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data?.items.every((item) => OVER.has(item.state)) === true ? false : 1_000),
    staleTime: 0,
  });

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

export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: ({ signal }) => call(deviceRoutes.list, {}, signal),
  refetchInterval: 10_000,
});
