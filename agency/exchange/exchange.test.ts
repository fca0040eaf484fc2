import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import type { SignedReceipt } from '@antin/protocol/exchange/message';
import { forgetDoneJobs } from '@antin/adapters/db/forget-done';
import { enqueue } from '@antin/adapters/db/outbox';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { directoryMigrations } from '../directory/migrations.ts';
import type { AgencySeed, DirectorySeed, LoadedDirectory } from '../directory/types.ts';
import { incomingMigrations } from '../incoming/migrations.ts';
import { assignIncoming, finishIncoming, refuseIncoming, registerIncoming, type IncomingDeps } from '../incoming/operations.ts';
import { receiveMessage } from '../incoming/receive.ts';
import { incomingByMessage, keepVerification, type IncomingRecord } from '../incoming/store.ts';
import { firstBreak } from '../journal/journal.ts';
import { journalMigrations } from '../journal/migrations.ts';
import { loadDirectory } from '../load-directory.ts';
import { registersMigrations } from '../registers/migrations.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Caller } from '../session/caller.ts';
import { dispatchDocument, type IssuedDocument } from './dispatch.ts';
import { acceptReceipt, exchangeJobs, type ExchangeDeps } from './jobs.ts';
import { exchangeMigrations } from './migrations.ts';
import { receiptKeyOf } from './receipt-key.ts';
import { deliveriesOf } from './store.ts';

const NOW = new Date('2026-11-21T02:00:00.000Z');
const clock = (): Date => NOW;
const key = receiptKeyOf(platformKeyOf(generateKeyPairSync('ed25519').privateKey));

let database: TestDatabase;
let loaded: LoadedDirectory;

function agency(name: string, more: Partial<AgencySeed> = {}): AgencySeed {
  return {
    key: name,
    code: `H90.${name}`,
    name: `Cơ quan ${name}`,
    shortName: name,
    level: 2,
    levelName: 'Cấp tỉnh',
    validFrom: '2020-01-01',
    place: 'Sơn Hà',
    notation: 'CQ',
    books: [],
    ...more,
  };
}

const seed: DirectorySeed = {
  agencies: [agency('A'), agency('B'), agency('C'), agency('old', { validTo: '2025-07-01', successors: ['B', 'C'] })],
  people: [
    {
      signInName: 'b.clerk',
      fullName: 'Lê Thu Hương',
      positions: [{ key: 'b.clerk', agency: 'B', title: 'Văn thư', roles: ['clerk'], validFrom: '2025-07-01' }],
    },
    {
      signInName: 'b.staff',
      fullName: 'Trần Thị Vân',
      positions: [{ key: 'b.staff', agency: 'B', title: 'Chuyên viên', roles: ['drafter'], validFrom: '2025-07-01' }],
    },
  ],
};

beforeAll(async () => {
  database = await testDatabase(
    { ...journalMigrations, ...directoryMigrations, ...registersMigrations, ...exchangeMigrations, ...incomingMigrations },
    'agency',
  );
  loaded = await database.db.transaction().execute((tx) => loadDirectory(tx, seed));
});
afterAll(() => database.close());

function issued(addressees: readonly string[]): IssuedDocument {
  return {
    id: randomUUID(),
    agencyId: loaded.agencies.get('A')!,
    typeName: 'Công văn',
    numberAndNotation: '12/STC-NS',
    date: '2026-11-21',
    subject: 'hướng dẫn lập dự toán',
    urgency: 'normal',
    signerName: 'Trần Quốc Hùng',
    signerTitle: 'Giám đốc',
    addresseeIds: addressees.map((name) => loaded.agencies.get(name)!),
    files: [
      {
        role: 'main',
        name: 'cong-van.pdf',
        mediaType: 'application/pdf',
        size: 3,
        sha256: createHash('sha256').update('abc').digest('hex'),
      },
    ],
  };
}

let lastNumber = 0;
const incomingDeps = (): IncomingDeps => ({ db: database.db, clock, key, enterIncoming: async () => ({ number: ++lastNumber }) });

function exchange(document: IssuedDocument, more: Partial<ExchangeDeps> = {}): ExchangeDeps {
  const receiver = { db: database.db, clock, key, hasFile: async () => true };
  return {
    db: database.db,
    clock,
    key,
    issuedDocument: async () => document,
    deliver: (message, canonical) => receiveMessage(receiver, message, canonical),
    ...more,
  };
}

/** Runs the delivery queues until nothing is left, each job twice as a worker that died after the work would. */
async function work(deps: ExchangeDeps): Promise<void> {
  const handlers = exchangeJobs(deps);
  for (;;) {
    const { rows } = await sql<{ id: number; queue: string; key: string; payload: unknown }>`
      select id, queue, key, payload from job where queue like 'exchange.%' and done_at is null order by id`.execute(database.db);
    if (rows.length === 0) return;
    for (const row of rows) {
      const job = { ...row, attempts: 1, leaseToken: '' };
      for (let twice = 0; twice < 2; twice++) await handlers[row.queue]!(job, { signal: new AbortController().signal });
      await sql`update job set done_at = now() where id = ${row.id}`.execute(database.db);
    }
  }
}

async function arrivedFor(documentId: string, receiver: string): Promise<IncomingRecord> {
  const { rows } = await sql<{ id: string }>`
    select id from agency.outgoing_message where document_id = ${documentId} and receiver_agency_id = ${loaded.agencies.get(receiver)!}`.execute(
    database.db,
  );
  return (await incomingByMessage(database.db, rows[0]!.id))!;
}

function caller(name: 'b.clerk' | 'b.staff'): Caller {
  const roles = name === 'b.clerk' ? (['clerk'] as const) : (['drafter'] as const);
  return {
    personId: loaded.people.get(name)!,
    fullName: name,
    signInName: name,
    position: {
      id: loaded.positions.get(name)!,
      agencyId: loaded.agencies.get('B')!,
      agencyName: 'B',
      unitName: undefined,
      title: 'Văn thư',
      capacity: '',
      roles,
    },
  };
}

const checked = (verdict: 'valid' | 'invalid') => ({
  verdict,
  sentence: { vi: 'x', en: 'x' },
  answers: {
    changed: { vi: 'x', en: 'x' },
    who: { vi: 'x', en: 'x' },
    sealed: { vi: 'x', en: 'x' },
    inForce: { vi: 'x', en: 'x' },
  },
  checkedAt: NOW.toISOString(),
  report: {},
});

test('every addressee gets one message, numbered by pair, however often the job runs', async () => {
  const first = issued(['B', 'C']);
  const second = issued(['B']);
  expect(await dispatchDocument(database.db, first, clock)).toBe(2);
  expect(await dispatchDocument(database.db, first, clock)).toBe(0);
  expect(await dispatchDocument(database.db, second, clock)).toBe(1);
  const [toB] = await deliveriesOf(database.db, second.id);
  const before = (await deliveriesOf(database.db, first.id)).find((one) => one.agencyName === 'Cơ quan B')!;
  expect(toB!.sequence).toBe(before.sequence! + 1);
  await work(exchange(first));
});

test('a closed agency resolves to its first successor, visibly, and one receiver gets one message', async () => {
  const document = issued(['old', 'B']);
  await dispatchDocument(database.db, document, clock);
  const deliveries = await deliveriesOf(database.db, document.id);
  expect(deliveries.map((one) => [one.agencyName, one.addressedAs])).toEqual([['Cơ quan B', 'Cơ quan old']]);
  await work(exchange(document));
  expect(JSON.parse((await arrivedFor(document.id, 'B')).message).addressedAgencyId).toBe(loaded.agencies.get('old'));
});

test('jobs that come again after their rows were forgotten do nothing: every effect is guarded by its own rows', async () => {
  const document = issued(['B', 'C']);
  await dispatchDocument(database.db, document, clock);
  await work(exchange(document));
  const state = async () => {
    const all = await Promise.all(
      ['outgoing_message', 'kept_receipt', 'incoming', 'issued_receipt', 'journal'].map((table) =>
        sql`select * from ${sql.table(`agency.${table}`)}`.execute(database.db),
      ),
    );
    return all.map(({ rows }) => rows.length);
  };
  const before = await state();
  expect(before.every((count) => count > 0)).toBe(true);
  const { rows } = await sql<{ queue: string; key: string; payload: unknown }>`
    select queue, key, payload from job where queue like 'exchange.%'`.execute(database.db);
  await sql`update job set done_at = now() - interval '31 days'`.execute(database.db);
  expect(await forgetDoneJobs(database.db, { olderThanDays: 30 })).toBeGreaterThanOrEqual(rows.length);
  for (const row of rows) expect(await enqueue(database.db, row)).toBe(true);
  await enqueue(database.db, { queue: 'exchange.dispatch', key: document.id, payload: { documentId: document.id } });
  await work(exchange(document));
  expect(await state()).toEqual(before);
});

test('arrive, register, assign, finish: the sender sees each signed receipt once', async () => {
  const document = issued(['B']);
  await dispatchDocument(database.db, document, clock);
  await work(exchange(document));
  expect((await deliveriesOf(database.db, document.id))[0]).toMatchObject({ state: 'arrived', arrivedAt: NOW.toISOString() });
  const arrived = await arrivedFor(document.id, 'B');
  await expect(
    registerIncoming(incomingDeps(), caller('b.clerk'), arrived.id, {
      version: arrived.version,
      arrivedOn: '2026-11-21',
      note: '',
    }),
  ).rejects.toMatchObject({ code: 'incoming.not-verified-yet' });
  await database.db.transaction().execute((tx) => keepVerification(tx, arrived.id, checked('valid')));
  await expect(
    registerIncoming(incomingDeps(), caller('b.staff'), arrived.id, { version: 2, arrivedOn: '2026-11-21', note: '' }),
  ).rejects.toMatchObject({ code: 'incoming.clerk-only' });
  await registerIncoming(incomingDeps(), caller('b.clerk'), arrived.id, { version: 2, arrivedOn: '2026-11-21', note: '' });
  await assignIncoming(incomingDeps(), caller('b.clerk'), arrived.id, {
    version: 3,
    positionId: loaded.positions.get('b.staff')!,
    dueDate: '2026-12-01',
    note: 'xử lý',
  });
  await finishIncoming(incomingDeps(), caller('b.staff'), arrived.id, { version: 4 });
  await work(exchange(document));
  expect((await deliveriesOf(database.db, document.id))[0]).toMatchObject({
    state: 'done',
    incomingNumber: lastNumber,
    registeredAt: NOW.toISOString(),
  });
  const { rows } = await sql<{ kind: string }>`
    select r.kind from agency.kept_receipt r join agency.outgoing_message m on m.id = r.message_id where m.document_id = ${document.id} order by kind`.execute(
    database.db,
  );
  expect(new Set(rows.map((row) => row.kind))).toEqual(new Set(['R1', 'R2', 'assigned', 'done']));
});

test('a refusal reaches the sender with its reason and ends the delivery', async () => {
  const document = issued(['B']);
  await dispatchDocument(database.db, document, clock);
  await work(exchange(document));
  const arrived = await arrivedFor(document.id, 'B');
  await database.db.transaction().execute((tx) => keepVerification(tx, arrived.id, checked('invalid')));
  await refuseIncoming(incomingDeps(), caller('b.clerk'), arrived.id, {
    version: 2,
    code: 'signature-invalid',
    note: 'Nội dung đã bị thay đổi',
  });
  await work(exchange(document));
  expect((await deliveriesOf(database.db, document.id))[0]).toMatchObject({
    state: 'refused',
    refusal: { code: 'signature-invalid' },
  });
});

test('the same message again gets the very same receipt; another content under its id is refused', async () => {
  const document = issued(['C']);
  await dispatchDocument(database.db, document, clock);
  const receipts: SignedReceipt[] = [];
  const deps = exchange(document);
  await work({
    ...deps,
    deliver: async (message, canonical) => {
      receipts.push(await deps.deliver(message, canonical), await deps.deliver(message, canonical));
      await expect(deps.deliver(message, canonical.replace('hướng dẫn', 'hủy bỏ'))).rejects.toThrow('exchange.message-id-reused');
      return receipts[0]!;
    },
  });
  expect(receipts.length).toBeGreaterThanOrEqual(2);
  expect(new Set(receipts.map((one) => one.signature)).size).toBe(1);
});

test('two workers that deliver one message at the same moment take it in once', async () => {
  const document = issued(['C']);
  await dispatchDocument(database.db, document, clock);
  const deps = exchange(document);
  await work({
    ...deps,
    deliver: async (message, canonical) => (await Promise.all([1, 2, 3, 4].map(() => deps.deliver(message, canonical))))[3]!,
  });
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from agency.incoming where message_id in (select id from agency.outgoing_message where document_id = ${document.id})`.execute(
    database.db,
  );
  expect(Number(rows[0]!.n)).toBe(1);
});

test('a receipt with a foreign signature or about another content is not believed', async () => {
  const document = issued(['C']);
  await dispatchDocument(database.db, document, clock);
  const deps = exchange(document);
  await work({
    ...deps,
    deliver: async (message, canonical) => {
      const honest = await deps.deliver(message, canonical);
      const forged = { ...honest, signature: toBase64(new Uint8Array(64)) };
      await expect(acceptReceipt(deps, forged)).rejects.toThrow('exchange.receipt-signature');
      const moved = { ...honest, receipt: { ...honest.receipt, messageId: randomUUID() } };
      await expect(acceptReceipt(deps, moved)).rejects.toThrow('exchange.receipt-signature');
      return honest;
    },
  });
  expect((await deliveriesOf(database.db, document.id))[0]!.state).toBe('arrived');
});

test('nothing arrives whose files are not there, and the sender sees why', async () => {
  const document = issued(['C']);
  await dispatchDocument(database.db, document, clock);
  const deps = exchange(document, {
    deliver: (message, canonical) =>
      receiveMessage({ db: database.db, clock, key, hasFile: async () => false }, message, canonical),
  });
  await expect(work(deps)).rejects.toThrow('exchange.file-missing');
  expect((await deliveriesOf(database.db, document.id))[0]).toMatchObject({ state: 'queued', attempts: 1 });
  await work(exchange(document));
});

test('stale versions and acts out of turn are refused by code', async () => {
  const document = issued(['B']);
  await dispatchDocument(database.db, document, clock);
  await work(exchange(document));
  const arrived = await arrivedFor(document.id, 'B');
  await database.db.transaction().execute((tx) => keepVerification(tx, arrived.id, checked('valid')));
  const late = registerIncoming(incomingDeps(), caller('b.clerk'), arrived.id, { version: 1, arrivedOn: '2026-11-21', note: '' });
  await expect(late).rejects.toThrow(Refusal);
  await expect(late).rejects.toMatchObject({ code: 'incoming.changed-meanwhile' });
  const tomorrow = registerIncoming(incomingDeps(), caller('b.clerk'), arrived.id, {
    version: 2,
    arrivedOn: '2026-11-22',
    note: '',
  });
  await expect(tomorrow).rejects.toMatchObject({ code: 'incoming.day-impossible' });
});

test('the journal of all this is an unbroken chain', async () => {
  const { rows } = await sql<{ sequence: number; canonical: string; leafHash: string }>`
    select sequence, canonical, leaf_hash as "leafHash" from agency.journal order by sequence`.execute(database.db);
  expect(rows.length).toBeGreaterThan(10);
  expect(firstBreak(rows.map((row) => ({ ...row, sequence: Number(row.sequence) })) as never)).toBeUndefined();
});
