import { queryOptions } from '@tanstack/react-query';
import { documentRoutes, type DocumentState } from '@antin/protocol/office/documents';
import { incomingRoutes, type IncomingState } from '@antin/protocol/office/incoming';
import type { z } from 'zod';
import { call } from '../../staff/client.ts';

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
