import type { Db } from '@antin/adapters/db/transaction';
import type { IssuerDeps } from './deps.ts';

/** Whether the head of an agency signs its requests before the organisation does. */
export type LeaderRule = 'none' | 'optional' | 'required';

/** What configuration says today. */
export async function leaderRule(deps: Pick<IssuerDeps, 'limits'>, db: Db): Promise<LeaderRule> {
  const level = (await deps.limits?.(db))?.['leader-signature'] ?? 1;
  return level >= 2 ? 'required' : level === 1 ? 'optional' : 'none';
}
