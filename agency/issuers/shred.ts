import { sql } from 'kysely';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { record } from '../journal/journal.ts';
import { dropStored, forgetSealed } from '../sealed-files.ts';
import type { IssuerDeps } from './deps.ts';

const DAY_MS = 86_400_000;

/** How long a request that was taken apart keeps its papers, in days, by the configuration of today. */
export async function withdrawnDays(deps: Pick<IssuerDeps, 'limits'>, db: Db): Promise<number> {
  return (await deps.limits?.(db))?.['withdrawn-days'] ?? 30;
}

export const shredDay = (withdrawnAt: Date, days: number): Date => new Date(withdrawnAt.getTime() + days * DAY_MS);

/**
 * Destroys what requests that were taken apart still hold, once their time is over: the sealed text, the print, what was signed, and
 * papers that nothing else names. That there was a request, who took it apart, and the hash of its text stay.
 *
 * @returns how many
 */
export async function shredWithdrawn(deps: IssuerDeps, signal?: AbortSignal): Promise<number> {
  const before = new Date(deps.clock().getTime() - (await withdrawnDays(deps, deps.db)) * DAY_MS);
  let shredded = 0;
  for (;;) {
    if (signal?.aborted === true) break;
    const stored = await shredNext(deps, before);
    if (stored === undefined) break;
    // After the transaction: a file without a row is found by nobody, a row without its file is a fault.
    await dropStored(deps.files, stored);
    shredded += 1;
  }
  return shredded;
}

async function shredNext(deps: IssuerDeps, before: Date): Promise<string[] | undefined> {
  return inTransaction(deps.db, async (tx) => {
    const { rows } = await sql<{ id: string; agencyId: string; container: string | null }>`
      select id, agency_id as "agencyId", container_sha256 as container from agency.issuer_request
      where state = 'withdrawn' and shredded_at is null and withdrawn_at <= ${before}
      order by withdrawn_at limit 1 for update skip locked`.execute(tx);
    const [request] = rows;
    if (request === undefined) return undefined;
    const { id } = request;
    const papers = await sql<{ sha256: string }>`
      delete from agency.issuer_attachment where request_id = ${id} returning sha256`.execute(tx);
    const signed = await sql<{ paper: string; container: string | null }>`
      delete from agency.issuer_signing where request_id = ${id} returning paper_sha256 as paper, container_sha256 as container`.execute(
      tx,
    );
    const at = deps.clock();
    await sql`update agency.issuer_request set shredded_at = ${at}, content = null, content_sealed = null, container_sha256 = null
      where id = ${id}`.execute(tx);
    const named = [
      ...papers.rows.map((one) => one.sha256),
      ...signed.rows.flatMap((one) => (one.container === null ? [one.paper] : [one.paper, one.container])),
      ...(request.container === null ? [] : [request.container]),
    ];
    const stored = await forgetSealed(tx, [...new Set(named)]);
    await record(tx, {
      ...{ event: 'IssuerRequestShredded', at, agencyId: request.agencyId },
      detail: { requestId: id, files: String(stored.length) },
    });
    return stored;
  });
}
