/**
 * Part of `npm run bench`, a process of its own because it needs a database: issuance without one against bare signatures,
 * and with one commit each against bare commits of one row.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { connect } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import { measure } from '@antin/testkit/bench/figure';
import { migrations } from '../migrations.ts';
import { caForTests } from './ca-for-tests.ts';
import { drafts } from './draft.ts';
import type { Order } from './draft.ts';
import { issuance } from './issue.ts';
import { signDraft } from './sign.ts';

const now = Date.parse('2026-03-02T02:00:00Z');
const ca = caForTests('p-256', now);
const holders = Array.from({ length: 200 }, () => nodeSecrets.generateKeyPair('p-256').spki);
let turn = 0;

const official = (spki = holders[turn++ % holders.length] as Uint8Array): Order => ({
  profile: 'person',
  subject: { locality: 'Hà Nội', organization: 'SỞ NỘI VỤ', organizationalUnit: 'Văn phòng', commonName: 'Nguyễn Văn An' },
  altNames: [{ kind: 'rfc822', value: 'an@noivu.gov.vn' }],
  spki,
});
const citizens = (): Order => ({
  profile: 'citizen',
  subject: { surname: 'Nguyễn', givenName: 'Văn An', serialNumber: 'IDCVN-001099012345', commonName: 'Nguyễn Văn An' },
  spki: holders[turn++ % holders.length] as Uint8Array,
});

const key = nodeSecrets.generateKeyPair('p-256');
const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const someTbs = new Uint8Array(700);
const bareSignature = () => void nodeSecrets.sign(key.pkcs8, algorithm, someTbs);
const someValue = nodeSecrets.sign(key.pkcs8, algorithm, someTbs);
const signAndVerify = () => {
  bareSignature();
  nodeCrypto.verify({ spki: key.spki, algorithm, data: someTbs, signature: someValue });
};

/** Draft, lint, signature, comparison and verification: everything but the rows. */
function withoutDatabase(name: string, order: () => Order, limit: () => void, asked?: number) {
  const draft = drafts(ca);
  return measure({
    name,
    limit,
    ...(asked === undefined ? {} : { asked }),
    async work() {
      const made = draft(order(), now);
      if (made.status === 'refused') throw new Error(made.code);
      await signDraft(ca, made);
    },
  });
}

const print = (figure: object) => process.stdout.write(`${JSON.stringify(figure)}\n`);
print(await withoutDatabase('issuance/without-database/person/p-256', official, bareSignature, 0.2));
print(await withoutDatabase('issuance/without-database/citizen/p-256', citizens, bareSignature, 0.2));
// Every signature is verified before it leaves: the honest least is one of each.
print(await withoutDatabase('issuance/without-database/person/p-256-of-sign-and-verify', official, signAndVerify));

const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
// Not careless: what a commit costs is the point.
const server = await startPostgres({ dataDir: folder });
const db = connect(server.address('postgres'), { maxConnections: 10 });
try {
  await migrate(db, migrations, 'authority');
  await sql`create table one_row (id bigint generated always as identity primary key, body bytea not null)`.execute(db);
  const body = Buffer.alloc(1000);
  const { issue, issueMany } = issuance({ db, issuerFor: () => ca, clock: () => now });
  const BATCH = 50;
  const orders = () => Array.from({ length: BATCH }, () => official(nodeSecrets.generateKeyPair('p-256').spki));
  const commits = (count: number, together: boolean) => async () => {
    const one = () => sql`insert into one_row (body) values (${body})`.execute(db);
    if (together) await Promise.all(Array.from({ length: count }, one));
    else for (let i = 0; i < count; i++) await one();
  };
  const batch = orders();
  // Each certificate has a commit of its own; their intents share one.
  const batched = () => issueMany(batch);
  print({ name: 'issuance/one-commit-each', ...(await wallClock(batched, BATCH, commits(1, false), 1)), asked: 0.6 });
  print({
    name: 'issuance/one-commit-each-of-as-many-at-once',
    ...(await wallClock(batched, BATCH, commits(BATCH, true), BATCH)),
  });
  const single = () => issue(batch[0] as Order);
  print({ name: 'issuance/two-commits-one-by-one', ...(await wallClock(single, 1, commits(1, false), 1)) });
} finally {
  await db.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** By the clock on the wall: a commit waits for the disk, which is no time of the processor. */
async function wallClock(work: () => Promise<unknown>, count: number, limit: () => Promise<unknown>, limitCount: number) {
  const rates: number[] = [];
  const limits: number[] = [];
  const ratios: number[] = [];
  const time = async (what: () => Promise<unknown>, each: number) => {
    const from = performance.now();
    let done = 0;
    while (performance.now() - from < 300) {
      await what();
      done += each;
    }
    return (done * 1000) / (performance.now() - from);
  };
  await time(work, count);
  for (let round = 0; round < 12; round++) {
    const rate = await time(work, count);
    const least = await time(limit, limitCount);
    rates.push(rate);
    limits.push(least);
    ratios.push(rate / least);
  }
  const median = (values: number[]) => Number((values.sort((a, b) => a - b)[values.length >> 1] as number).toPrecision(4));
  return { value: median(rates), unit: '1/s', limit: median(limits), ratio: median(ratios) };
}
