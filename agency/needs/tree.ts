import { sql, type RawBuilder } from 'kysely';
import type { SheetState } from '@antin/protocol/office/needs';
import { wordsQuery } from '../directory/agency-store.ts';

/** An agency `a` and everything under it. */
export const under = (path: string): RawBuilder<unknown> => sql`a.path >= ${path} and a.path < ${`${path}z`}`;

/** Agencies `a` by words of their name or code, sheets `s` by their state. */
export function named(query: { q?: string | undefined; state?: SheetState | undefined }): RawBuilder<unknown> {
  const words = query.q === undefined || query.q === '' ? undefined : wordsQuery(query.q);
  return sql`${words === undefined ? sql`true` : sql`a.words @@ ${words}::tsquery`}
    and ${query.state === undefined ? sql`true` : sql`s.state = ${query.state}`}`;
}

/** Levels of the tree between an agency and one under it. */
export const depthBelow = (path: string, top: string): number => path.split('.').length - top.split('.').length;
