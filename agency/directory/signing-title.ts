import type { Db } from '@antin/adapters/db/transaction';
import { authorityFor } from './authority.ts';
import { authoritiesOf } from './people-store.ts';
import { signingTitle } from './rules.ts';
import type { PositionRecord } from './store.ts';
import type { Capacity } from './types.ts';

/** The line above the name under a document of that type and day; undefined when the position may not sign it. */
export async function titleUnder(
  db: Db,
  position: PositionRecord,
  document: { readonly typeCode: string; readonly day: string },
): Promise<string | undefined> {
  const authorities = await authoritiesOf(db, [position.id]);
  const authority = authorityFor({ capacity: position.capacity as Capacity }, authorities, document);
  if (authority === undefined) return undefined;
  const { capacity, onBehalfOf } = authority;
  return signingTitle({ capacity, title: onBehalfOf === null ? position.title : `${onBehalfOf}, ${position.title}` });
}
