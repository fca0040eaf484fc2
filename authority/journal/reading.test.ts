import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proofHolds } from '@antin/adapters/journal/check-proof';
import { growJournal } from '@antin/adapters/journal/grow';
import { sealNewestHead } from '@antin/adapters/journal/seal';
import { JournalEntry, JournalQuery } from '@antin/protocol/authority/journal';
import { EntryProof } from '@antin/protocol/journal/proof';
import { JournalState } from '@antin/protocol/journal/reading';
import { testPki } from '@antin/testkit/pki/test-pki';
import { ConsoleForTests } from '../console-for-tests.ts';
import { authorityJournal } from './kept.ts';
import { entriesQuery, kindsQuery } from './reading-store.ts';
import { recordEvent } from './record.ts';

const REQUEST = '00000000-0000-4000-8000-00000000000a';
const SERIAL = 'c0ffee00';
const journal = { ...authorityJournal, origin: 'antin.test/authority' };
const pki = testPki();
const doors = {
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
};

let t: ConsoleForTests;
let officer: string;
const day = (date: string) => Date.parse(`${date}T02:00:00Z`);
beforeAll(async () => {
  t = await ConsoleForTests.open({
    journal: { origin: journal.origin, copy: () => ({ status: 'missing', code: 'journal.copy-missing' }) },
  });
  officer = await t.officerId('registrar');
  await recordEvent(t.db, day('2031-05-01'), 'request.proposed', undefined, { requestItemId: REQUEST, by: officer });
  await recordEvent(t.db, day('2031-05-02'), 'certificate.signing', SERIAL, { requestId: REQUEST });
  await recordEvent(t.db, day('2031-05-03'), 'certificate.issued', SERIAL, { issuerSha256: 'x' });
});
afterAll(() => t.close());

const get = async (path: string) => t.send(await t.cookie('auditor'), 'GET', `/journal${path}`);
async function page(query: string) {
  const answer = (await (await get(query)).json()) as { items: unknown[]; next?: string };
  return { items: answer.items.map((one) => JournalEntry.parse(one)), next: answer.next };
}
const kindsOf = async (query: string) => (await page(query)).items.map((one) => one.kind);

describe('the journal for who controls it', () => {
  test('shows entries newest first, each once, page by page to the first', async () => {
    const seen: number[] = [];
    let last = Number.MAX_VALUE;
    for (let after = ''; ;) {
      const { items, next } = await page(`?limit=3${after}`);
      for (const { number, at } of items) {
        expect(Date.parse(at)).toBeLessThanOrEqual(last);
        last = Date.parse(at);
        seen.push(number);
      }
      if (next === undefined) break;
      after = `&after=${encodeURIComponent(next)}`;
    }
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from authority.journal_entry`.execute(t.db);
    expect(new Set(seen).size).toBe(rows[0]!.n);
    expect(seen.length).toBe(rows[0]!.n);
  });

  test('finds what is about a certificate, a request, an officer, a kind, some days', async () => {
    expect(await kindsOf(`?serial=${SERIAL.toUpperCase()}`)).toEqual(['certificate.issued', 'certificate.signing']);
    expect(await kindsOf(`?request=${REQUEST}`)).toEqual(['certificate.signing', 'request.proposed']);
    expect(await kindsOf(`?officer=${officer}&kind=request.proposed`)).toEqual(['request.proposed']);
    expect(await kindsOf('?from=2031-05-02&to=2031-05-02')).toEqual(['certificate.signing']);
    expect(await kindsOf('?serial=beef')).toEqual([]);
    const [entry] = (await page(`?officer=${officer}&kind=request.proposed`)).items;
    expect(entry).toMatchObject({ requestItemId: REQUEST, officer: { id: officer }, detail: { by: officer } });
    expect(entry!.officer!.fullName).not.toBe('');
  });

  test('names the kinds that there are', async () => {
    const { kinds } = (await (await get('/kinds')).json()) as { kinds: string[] };
    expect(kinds).toEqual([...new Set(kinds)].sort());
    expect(kinds).toEqual(expect.arrayContaining(['certificate.issued', 'officer.signed-in', 'request.proposed']));
  });

  test('an entry has a proof once a signed head holds it, and not before', async () => {
    const { number } = (await page(`?serial=${SERIAL}&kind=certificate.issued`)).items[0]!;
    const early = await get(`/entries/${number}/proof`);
    expect({ status: early.status, ...((await early.json()) as object) }).toMatchObject({
      status: 409,
      code: 'journal.not-sealed-yet',
    });
    await growJournal(t.db, journal, new Date(pki.now));
    expect((await get(`/entries/${number}/proof`)).status).toBe(409);
    await sealNewestHead(t.db, 'authority', doors, new Date(pki.now));
    const file = await get(`/entries/${number}/proof`);
    expect(file.headers.get('content-disposition')).toContain('attachment');
    const proof = EntryProof.parse(await file.json());
    expect(proofHolds(proof)).toBe(true);
    expect(JSON.parse(proof.entry)).toMatchObject({ kind: 'certificate.issued', serial: SERIAL });
    expect((await page(`?serial=${SERIAL}&kind=certificate.issued`)).items[0]).toMatchObject({ sealed: true });
    expect((await get('/entries/999999/proof')).status).toBe(404);
  });

  test('says how it stands: head, whose signature, what waits, and that its copy is not there', async () => {
    await recordEvent(t.db, day('2031-06-01'), 'request.asked', undefined, { requestItemId: REQUEST });
    const state = JournalState.parse(await (await get('/state')).json());
    expect(state).toMatchObject({
      origin: journal.origin,
      sealed: { size: state.entries, signer: expect.stringMatching(/./) },
      copy: { status: 'missing', code: 'journal.copy-missing' },
    });
    expect(state.waiting).toBeGreaterThan(0);
    expect(state.sealed?.signerSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a place that nobody gave out is refused, not searched from', async () => {
    for (const after of ['x', "2031-05-01T00:00:00.000Z_1'", '9999-99-99T99:99:99.999Z_1']) {
      expect((await get(`?after=${encodeURIComponent(after)}`)).status).toBe(400);
    }
  });
});

describe('a large journal', () => {
  interface Plan {
    readonly 'Node Type': string;
    readonly 'Relation Name'?: string;
    readonly 'Total Cost': number;
    readonly Plans?: readonly Plan[];
  }
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  async function planOf(statement: RawBuilder<unknown>): Promise<Plan> {
    const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
    return rows[0]!['QUERY PLAN'][0].Plan;
  }
  beforeAll(async () => {
    // As in a few years: mostly three kinds, many officers and requests.
    await sql`
      with e as (
        insert into authority.journal_entry (at, kind, serial_hex, detail, canonical, leaf_hash)
        select timestamptz '2027-01-01Z' + n * interval '1 minute',
          (array['certificate.signing', 'certificate.issued', 'request.approved', 'crl.published'])[n % 4 + 1],
          case when n % 4 < 2 then to_hex(n / 4) end,
          case n % 4 when 2 then jsonb_build_object('requestItemId', md5('r' || n / 4)::uuid, 'by', md5('o' || n % 40)::uuid)
            when 0 then jsonb_build_object('requestId', md5('r' || n / 4)::uuid) else '{}' end,
          'x', sha256(n::text::bytea)
        from generate_series(1, 60000) n returning id)
      insert into authority.journal_place (leaf_index, entry) select 100000 + row_number() over (), id from e`.execute(t.db);
    await sql`vacuum analyze authority.journal_entry`.execute(t.db);
    await sql`vacuum analyze authority.journal_place`.execute(t.db);
  }, 120_000);

  test.each([
    ['all, from the newest', {}],
    ['a kind', { kind: 'certificate.issued' }],
    ['a kind that is rare', { kind: 'request.proposed' }],
    ['a certificate', { serial: SERIAL }],
    ['a request', { request: REQUEST }],
    ['an officer', { officer: '00000000-0000-4000-8000-00000000000b' }],
    ['a day', { from: '2027-01-20', to: '2027-01-20' }],
    ['a kind on a day', { kind: 'crl.published', from: '2027-01-20', to: '2027-01-20' }],
  ])('a page of %s goes through an index', async (_, more) => {
    for (const after of [undefined, { at: '2027-01-15T00:00:00.000Z', number: 20_000 }]) {
      const plan = await planOf(entriesQuery(JournalQuery.parse(more), after));
      const whole = nodes(plan).filter((one) => one['Node Type'] === 'Seq Scan' && one['Relation Name'] !== 'officer');
      expect(whole).toEqual([]);
      expect(plan['Total Cost']).toBeLessThan(1500);
    }
  });

  test('the kinds are found by steps in an index, not by reading all', async () => {
    const plan = await planOf(kindsQuery());
    expect(nodes(plan).filter((one) => one['Node Type'] === 'Seq Scan')).toEqual([]);
  });
});
