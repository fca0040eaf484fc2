import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { softHsmModule } from '@antin/testkit/softhsm';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { caForTests } from '../issuance/ca-for-tests.ts';
import { drafts } from '../issuance/draft.ts';
import { runFaults } from './faults-for-tests.ts';
import { invariants } from './invariants-for-tests.ts';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'antin-faults-test-'));
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a few crashes at random instants leave nothing behind that should not be', { timeout: 300_000 }, async () => {
  const draw = (function* () {
    // Any fixed draws will do (a linear congruential generator); `npm run faults:issuance` draws at random.
    for (let state = 20_261_122; ;) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  })();
  const { words, killed, ...summary } = await runFaults({ runs: 6, module: softHsmModule(), draw: () => draw.next().value });
  expect(words).toEqual([]);
  expect(summary).toMatchObject({ orphans: 0, serialReuse: 0, goodForUnissued: 0, crlRegressions: 0, brokenPromises: 0 });
  expect(Object.values(killed).reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
});

test('what looks for orphans, reused serials and empty promises would find them', async () => {
  const now = Date.parse('2026-03-02T02:00:00Z');
  const ca = caForTests('p-256', now);
  const log = join(folder, 'signed.jsonl');
  const draft = drafts(ca);
  const order = (commonName: string) =>
    ({
      profile: 'person',
      subject: { organization: 'SỞ', commonName },
      spki: nodeSecrets.generateKeyPair('p-256').spki,
    }) as const;
  const one = draft(order('Một'), now);
  const two = draft(order('Hai'), now);
  if (one.status === 'refused' || two.status === 'refused') throw new Error('refused');
  // The second certificate under the serial of the first.
  const at = Buffer.from(two.tbs).indexOf(Buffer.from(two.serialNumber));
  const twin = Uint8Array.from(two.tbs);
  twin.set(one.serialNumber, at);
  for (const tbs of [one.tbs, twin]) {
    appendFileSync(log, `${JSON.stringify({ kind: 'certificate', tbs: Buffer.from(tbs).toString('base64') })}\n`);
  }
  const responder = { answer: async () => ({ der: new Uint8Array(), producedAt: 0 }) };
  const looks = invariants({ db: () => database.db, ca, log, responder, ocspKind: () => 'good' });
  await looks.afterCrash([{ said: 'issued', serialHex: one.serialHex, sha256: 'ff' }]);
  // One serial stands under both: what stays wrong is counted once.
  expect(looks.broken).toMatchObject({ orphans: 1, serialReuse: 1, brokenPromises: 1 });
  expect(looks.broken.goodForUnissued).toBeGreaterThan(0);
});
