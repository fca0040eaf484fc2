import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { nameText } from '@antin/pki/x509/name';
import { testDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { caForTests } from './ca-for-tests.ts';
import type { IssuingCa } from './ca.ts';
import type { Order } from './draft.ts';
import { issuance } from './issue.ts';
import type { Database } from './store.ts';

const now = Date.parse('2026-03-02T02:00:00Z');
const ca = caForTests('p-256', now);
const orders: Order[] = Array.from({ length: 40 }, (_, i) => ({
  profile: 'person',
  subject: { locality: 'Hà Nội', organization: 'SỞ NỘI VỤ', commonName: `Nguyễn Văn ${i}` },
  spki: nodeSecrets.generateKeyPair('p-256').spki,
}));

async function records(db: Database) {
  const { rows } = await sql<{ state: string; certificates: number; transactions: number; entries: number; waiting: number }>`
    select c.state, count(*)::int as certificates, count(distinct c.xmin::text)::int as transactions,
      count(e.id)::int as entries, count(w.entry)::int as waiting
    from authority.certificate c
    left join authority.journal_entry e on e.serial_hex = c.serial_hex and e.kind = 'certificate.issued'
    left join authority.journal_waiting w on w.entry = e.id
    group by c.state order by c.state`.execute(db);
  return rows;
}

test('a batch gives every order its certificate in its place, each recorded with its entry in a commit of its own', async () => {
  await using t = await testDatabase(migrations, 'authority');
  const { issueMany } = issuance({ db: t.db, issuerFor: () => ca, clock: () => now });
  const answers = await issueMany(orders);
  for (const [i, answer] of answers.entries()) {
    if (answer.status === 'refused') throw new Error(answer.code);
    expect(nameText(answer.certificate.subject)).toContain(`CN=Nguyễn Văn ${i},`);
    const { rows } = await sql<{ der: Uint8Array }>`
      select der from authority.certificate where serial_hex = ${answer.serialHex}`.execute(t.db);
    expect(rows.map(({ der }) => new Uint8Array(der))).toEqual([answer.der]);
  }
  expect(await records(t.db)).toEqual([{ state: 'good', certificates: 40, transactions: 40, entries: 40, waiting: 40 }]);
});

test('a batch whose key fails begins nothing new, and leaves what it meant to the reconciler', async () => {
  await using t = await testDatabase(migrations, 'authority');
  let asked = 0;
  const failing: IssuingCa = {
    ...ca,
    key: {
      ...ca.key,
      async sign(kind, tbs) {
        asked += 1;
        if (asked === 13) throw new Error('the token was pulled out');
        return ca.key.sign(kind, tbs);
      },
    },
  };
  const { issueMany } = issuance({ db: t.db, issuerFor: () => failing, clock: () => now });
  await expect(issueMany(orders)).rejects.toThrow('the token was pulled out');
  expect(asked).toBe(13);
  // What was under way is finished when the caller hears of the fault: nothing changes behind its back.
  expect(await records(t.db)).toEqual([
    { state: 'good', certificates: 12, transactions: 12, entries: 12, waiting: 12 },
    { state: 'signing', certificates: 28, transactions: 1, entries: 0, waiting: 0 },
  ]);
});
