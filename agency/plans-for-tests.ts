import { CompiledQuery, type RawBuilder } from 'kysely';
import type { AnyDatabase } from '@antin/adapters/db/connect';

/** A node of what PostgreSQL really did (`explain (analyze, format json)`). */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Every node, without a plan made for values it does not see. */
export async function nodesOf(db: AnyDatabase, query: RawBuilder<unknown>): Promise<PlanNode[]> {
  const { sql: text, parameters } = query.compile(db);
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    CompiledQuery.raw(`explain (analyze, format json) ${text}`, [...parameters]),
  );
  const all: PlanNode[] = [];
  const walk = (node: PlanNode): void => void (all.push(node), node.Plans?.forEach(walk));
  walk(rows[0]!['QUERY PLAN'][0].Plan);
  return all;
}

/** Rows that these nodes touched, in any way: what a page costs, whatever the machine. */
export const touchedBy = (nodes: readonly PlanNode[]): number =>
  nodes.reduce((sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'], 0);
