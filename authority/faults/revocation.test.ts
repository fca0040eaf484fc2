import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baseUrl } from '../authority-for-tests.ts';
import { ConsoleForTests, PAPER, sha256Of, type personItem } from '../console-for-tests.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const about = (certificate: object) =>
  ({
    ...{ act: 'revoke', id: randomUUID(), managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'x' } },
    ...{ certificate, attachments: [sha256Of(PAPER)], cause: 'key-compromised' },
  }) as unknown as ReturnType<typeof personItem>;
const shownOf = async (id: string): Promise<string> => (await t.get('auditor', `/requests/${id}`)).shownSha256;
const stateOf = async (id: string): Promise<string> => (await t.get('auditor', `/requests/${id}`)).row.state;
const said = async (id: string) => t.statement('revoker', id, await shownOf(id), 'revoke');
const revoked = async (id: string) =>
  t.post('revoker', `/requests/${id}/revocation`, await said(id)).then(
    (after) => after.row.state,
    (fault: { code: string }) => fault.code,
  );

/** The same act by a process that is killed in it. */
async function killed(id: string, die: 'before' | 'between'): Promise<string> {
  const task = {
    ...{ address: t.database.address, dataDir: join(t.authority.folder, 'data'), baseUrl, now: t.authority.now },
    ...{ itemId: id, officerId: await t.officerId('revoker'), said: await said(id), die },
  };
  const child = fileURLToPath(new URL('dies-between-for-tests.ts', import.meta.url));
  const done = spawnSync(process.execPath, [child], { input: JSON.stringify(task), encoding: 'utf8', timeout: 60_000 });
  return `${done.signal ?? done.stderr} ${done.stdout.trim()}`.trim();
}

test('kill -9 between revoking and closing the request: revoked it stays, and the same act finishes it, once', async () => {
  const { certificate } = await t.certified('Người bị lộ khóa');
  const chain = t.authority.service.chain()[0]!;
  const named = { issuerSha256: sha256Of(chain.raw), serialHex: certificate.serialHex };
  t.authority.now += 2000;
  const [id] = (await t.submitted([about(named)])) as [string];

  expect(await killed(id, 'before')).toBe('SIGKILL');
  expect(await t.authority.statusOf(certificate)).toMatchObject({ kind: 'good' });
  expect(await killed(id, 'between')).toBe('SIGKILL revoked');
  expect(await t.authority.statusOf(certificate)).toMatchObject({ kind: 'revoked', reason: 1 });
  expect(await stateOf(id)).toBe('received');
  const { items: waiting } = await t.get('revoker', '/requests?waiting=toRevoke');
  expect(waiting.map((row: { id: string }) => row.id)).toContain(id);

  // Looked at anew meanwhile, because somebody asked and was answered: what was done for this very request is not against it.
  const requestId = (await t.get('auditor', `/requests/${id}`)).shown.submission.requestId;
  await t.post('registrar', `/requests/${id}/questions`, { text: 'Từ ngày nào?' });
  const { result: asked } = await t.asSender('GET', `/submissions/${requestId}/results?after=0`);
  const answer = { questionId: asked.items[0].questionId, text: 'Hôm nay', attachments: [] };
  await t.asSender('POST', `/submissions/${requestId}/answers`, { answers: [answer] });
  const { checks } = await t.get('revoker', `/requests/${id}`);
  expect(checks.filter((one: { outcome: string }) => one.outcome === 'blocks')).toEqual([]);
  // It is against everybody else's.
  const [other] = (await t.submitted([about(named)])) as [string];
  expect(await revoked(other)).toBe('request.checks-against');

  expect(await revoked(id)).toBe('carried-out');
  expect(await revoked(id)).toBe('request.decided');
  const { rows } = await sql<{ kind: string; n: number }>`
    select kind, count(*)::int as n from authority.journal_entry
    where serial_hex = ${named.serialHex} and kind in ('certificate.revoked', 'request.revocation-carried-out')
    group by kind order by kind`.execute(t.db);
  expect(rows).toEqual([
    { kind: 'certificate.revoked', n: 1 },
    { kind: 'request.revocation-carried-out', n: 1 },
  ]);
  const { result } = await t.asSender('GET', `/submissions/${requestId}/results?after=1`);
  expect(result.items.map((one: { status: string }) => one.status)).toEqual(['revoked']);
});
