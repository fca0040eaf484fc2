import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { connect } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import type { Refusal } from '../fault.ts';
import { migrations } from '../migrations.ts';
import type { IssuingCa } from './ca.ts';
import type { Order } from './draft.ts';
import { issuance } from './issue.ts';
import type { Issued } from './issue.ts';

interface CommitsBench {
  readonly ca: IssuingCa;
  readonly now: number;
  /** Orders that share the commit of their intents. */
  readonly batch: number;
  readonly order: (spki: Uint8Array) => Order;
  readonly print: (figure: object) => void;
}

/** The half with a database: issuance with one commit each against bare commits of one row. */
export async function benchCommits({ ca, now, batch, order, print }: CommitsBench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
  // Not careless: what a commit costs is the point.
  const server = await startPostgres({ dataDir: folder });
  const db = connect(server.address('postgres'), { maxConnections: 10 });
  try {
    await migrate(db, migrations, 'authority');
    await sql`create table one_row (id bigint generated always as identity primary key, body bytea not null)`.execute(db);
    const body = Buffer.alloc(1000);
    const { issue, issueMany } = issuance({ db, issuerFor: () => ca, clock: () => now });
    // Keys of their own, met again only after thousands of others: a key with a hundred certificates would be another matter.
    const ownKeys = () => order(nodeSecrets.generateKeyPair('p-256').spki);
    const batches = Array.from({ length: 120 }, () => Array.from({ length: batch }, ownKeys));
    let next = 0;
    const commits = (count: number, together: boolean) => async () => {
      const one = () => sql`insert into one_row (body) values (${body})`.execute(db);
      if (together) await Promise.all(Array.from({ length: count }, one));
      else for (let i = 0; i < count; i++) await one();
    };
    // Each certificate has a commit of its own; their intents share one.
    const batched = async () => {
      for (const answer of await issueMany(batches[next++ % batches.length] as Order[])) issued(answer);
    };
    // While one batch is drafted the others are written, as where requests keep coming.
    const three = () => Promise.all([batched(), batched(), batched()]);
    const single = async () => issued(await issue((batches[next++ % batches.length] as Order[])[next % batch] as Order));
    const against = (work: () => Promise<unknown>, count: number, limit: () => Promise<unknown>, limitCount: number) =>
      wallClock({ work, count, limit, limitCount, server: server.pid });
    print({ name: 'issuance/one-commit-each', ...(await against(three, 3 * batch, commits(1, false), 1)), asked: 0.6 });
    print({ name: 'issuance/one-commit-each-of-one-batch', ...(await against(batched, batch, commits(1, false), 1)) });
    print({
      name: 'issuance/one-commit-each-of-as-many-at-once',
      ...(await against(three, 3 * batch, commits(batch, true), batch)),
    });
    print({ name: 'issuance/two-commits-one-by-one', ...(await against(single, 1, commits(1, false), 1)) });
  } finally {
    await db.destroy();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function issued(answer: Issued | Refusal): void {
  if (answer.status === 'refused') throw new Error(answer.code);
}

interface Contest {
  readonly work: () => Promise<unknown>;
  readonly count: number;
  readonly limit: () => Promise<unknown>;
  readonly limitCount: number;
  readonly server: number;
}

/** By the clock on the wall: a commit waits for the disk, which is no time of the processor. That time is told beside it. */
async function wallClock({ work, count, limit, limitCount, server }: Contest) {
  const rates: number[] = [];
  const limits: number[] = [];
  const ratios: number[] = [];
  const node: number[] = [];
  const postgres: number[] = [];
  const time = async (what: () => Promise<unknown>, each: number) => {
    const from = performance.now();
    const [cpu, serverCpu] = [process.cpuUsage(), processorMsOf(server)];
    let done = 0;
    while (performance.now() - from < 300) {
      await what();
      done += each;
    }
    const rate = (done * 1000) / (performance.now() - from);
    const { user, system } = process.cpuUsage(cpu);
    return { rate, node: (user + system) / 1000 / done, postgres: (processorMsOf(server) - serverCpu) / done };
  };
  await time(work, count);
  for (let round = 0; round < 12; round++) {
    const ours = await time(work, count);
    const least = await time(limit, limitCount);
    rates.push(ours.rate);
    limits.push(least.rate);
    ratios.push(ours.rate / least.rate);
    node.push(ours.node);
    postgres.push(ours.postgres);
  }
  const median = (values: number[]) => Number((values.sort((a, b) => a - b)[values.length >> 1] as number).toPrecision(4));
  return {
    ...{ value: median(rates), unit: '1/s', limit: median(limits), ratio: median(ratios) },
    ...{ nodeMs: median(node), postgresMs: median(postgres) },
  };
}

/** Processor time of a server and its living children so far. */
function processorMsOf(server: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return [{ pid: Number(name), parent }];
      } catch {
        return [];
      }
    });
  const ours = new Set([server]);
  for (let before = 0; before < ours.size;) {
    before = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  let nanoseconds = 0;
  for (const pid of ours) nanoseconds += nanosecondsOf(pid);
  return nanoseconds / 1e6;
}

function nanosecondsOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}
