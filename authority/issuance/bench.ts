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
import type { Draft, Order } from './draft.ts';
import type { Refusal } from '../fault.ts';
import { issuance } from './issue.ts';
import type { Issued } from './issue.ts';
import { signDraft } from './sign.ts';

const now = Date.parse('2026-03-02T02:00:00Z');
const ca = caForTests('p-256', now);
const holders = Array.from({ length: 500 }, () => nodeSecrets.generateKeyPair('p-256').spki);
const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Đỗ', 'Ngô'];
const MIDDLE = ['Văn', 'Thị', 'Đức', 'Minh', 'Ngọc', 'Quang', 'Thu', 'Hữu', 'Xuân', 'Thanh', 'Gia'];
const GIVEN = ['An', 'Bình', 'Cường', 'Dũng', 'Giang', 'Hà', 'Khánh', 'Lan', 'Mai', 'Nam', 'Oanh', 'Phúc', 'Quỳnh'];
let turn = 0;

/** Another name, mail, number and key each time: nothing of a holder is met twice in a row of thousands. */
function somebody() {
  const number = turn++;
  const of = (list: readonly string[], step: number) => list[Math.floor(number / step) % list.length] as string;
  return {
    number,
    surname: of(FAMILY, 143),
    givenName: `${of(MIDDLE, 13)} ${of(GIVEN, 1)} ${String.fromCharCode(65 + (Math.floor(number / 1430) % 26))}`,
    spki: holders[number % holders.length] as Uint8Array,
  };
}

const official = (own?: Uint8Array): Order => {
  const { number, surname, givenName, spki } = somebody();
  return {
    profile: 'person',
    subject: {
      locality: 'Hà Nội',
      organization: `SỞ SỐ ${number % 23}`,
      organizationalUnit: `Phòng ${number % 7}`,
      commonName: `${surname} ${givenName}`,
    },
    altNames: [{ kind: 'rfc822', value: `cb${number}@noivu.gov.vn` }],
    spki: own ?? spki,
  };
};
const citizens = (): Order => {
  const { number, surname, givenName, spki } = somebody();
  const serialNumber = `IDCVN-${String(1_099_000_000 + number).padStart(12, '0')}`;
  return { profile: 'citizen', subject: { surname, givenName, serialNumber, commonName: `${surname} ${givenName}` }, spki };
};

const someTbs = new Uint8Array(700);

/** A bare signature of a kind of key, and one signature with one verification. */
function bare(kind: 'p-256' | 'rsa-3072') {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair(kind);
  const scheme = kind === 'p-256' ? 'ecdsa' : 'rsa-pkcs1';
  const algorithm = { scheme, digest: 'SHA-256' } as const;
  const sign = () => nodeSecrets.sign(pkcs8, algorithm, someTbs);
  const signature = sign();
  return {
    sign: () => void sign(),
    signAndVerify() {
      sign();
      nodeCrypto.verify({ spki, algorithm, data: someTbs, signature });
    },
  };
}
const p256 = bare('p-256');
const rsa = bare('rsa-3072');

/** Draft, lint, signature, comparison and verification: everything but the rows. */
function withoutDatabase(name: string, order: () => Order, limit: () => void, asked?: number, issuer = ca) {
  const draft = drafts(issuer);
  return measure({
    name,
    limit,
    ...(asked === undefined ? {} : { asked }),
    work: () => signDraft(issuer, good(draft(order(), now))),
  });
}

function issued(answer: Issued | Refusal): void {
  if (answer.status === 'refused') throw new Error(answer.code);
}

function good(made: Draft | Refusal): Draft {
  if (made.status === 'refused') throw new Error(made.code);
  return made;
}

const BATCH = 50;
/** As `issueMany` works: all drafts, then all signatures. */
function batchWithoutDatabase(name: string) {
  const draft = drafts(ca);
  return measure({
    name,
    limit() {
      for (let i = 0; i < BATCH; i++) p256.sign();
    },
    async work() {
      const made = Array.from({ length: BATCH }, () => good(draft(official(), now)));
      for (const one of made) await signDraft(ca, one);
    },
  });
}

const print = (figure: object) => process.stdout.write(`${JSON.stringify(figure)}\n`);
print(await withoutDatabase('issuance/without-database/person/p-256', official, p256.sign, 0.2));
print(await withoutDatabase('issuance/without-database/citizen/p-256', citizens, p256.sign, 0.2));
// Every signature is verified before it leaves: the honest least is one of each.
print(await withoutDatabase('issuance/without-database/person/p-256-of-sign-and-verify', official, p256.signAndVerify));
print(await batchWithoutDatabase(`issuance/without-database/batch-of-${BATCH}/person/p-256`));
const rsaCa = caForTests('rsa-3072', now);
print(await withoutDatabase('issuance/without-database/person/rsa-3072', official, rsa.sign, undefined, rsaCa));
print(await measure({ name: 'issuance/sign-and-verify-alone/p-256', work: p256.signAndVerify, limit: p256.sign, warmMs: 500 }));

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
  const ownKeys = () => official(nodeSecrets.generateKeyPair('p-256').spki);
  const batches = Array.from({ length: 120 }, () => Array.from({ length: BATCH }, ownKeys));
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
  print({ name: 'issuance/one-commit-each', ...(await wallClock(batched, BATCH, commits(1, false), 1)), asked: 0.6 });
  print({
    name: 'issuance/one-commit-each-of-as-many-at-once',
    ...(await wallClock(batched, BATCH, commits(BATCH, true), BATCH)),
  });
  const single = async () => issued(await issue((batches[next++ % batches.length] as Order[])[next % BATCH] as Order));
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
