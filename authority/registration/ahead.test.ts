import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ASICE, ConsoleForTests, personItem, requestOf, sha256Of } from '../console-for-tests.ts';
import { tidyAhead } from './ahead.ts';

/** Papers that agencies send before the request that names them: no agency fills the issuer's disk, and nothing that is needed goes. */
let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const paper = (size = 200) => Buffer.concat([Buffer.from('%PDF-1.7 '), randomBytes(size)]);
const put = (bytes: Uint8Array, token?: string) =>
  t.asSender('PUT', `/attachments/${sha256Of(bytes)}`, new Uint8Array(bytes), 'application/pdf', token);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (fault: { code: string }) => fault.code,
  );
const limit = (name: string, value: number) => t.limited(name, value);
const submit = async (...named: Uint8Array[]) => {
  const items = [personItem({ attachments: named.map(sha256Of) })];
  const request = requestOf(items, new Date(t.authority.now));
  return t.asSender('POST', '/submissions', await t.packed(request), ASICE);
};
const parts = () => t.desk.registration;
const held = (bytes: Uint8Array) => parts().files.has(sha256Of(bytes));

describe('papers sent ahead', () => {
  test('are so many files and octets a sender, until a request names them', async () => {
    await limit('attachments-ahead', 3);
    const sent = [paper(), paper(), paper()];
    for (const one of sent) await put(one);
    const more = paper();
    expect(await codeOf(put(more))).toBe('sender.attachments-too-many');
    expect(await held(more)).toBe(false);
    // The same again is nothing more; another sender has its own room.
    expect(await codeOf(put(sent[0]!))).toBe('ok');
    const token = randomBytes(32).toString('base64url');
    await t.register('H78', await t.certified('TỈNH KHÁC', 'organisation'), token);
    expect(await codeOf(put(more, token))).toBe('ok');
    expect((await submit(sent[0]!, sent[1]!)).missingAttachments).toEqual([]);
    expect(await codeOf(put(more))).toBe('ok');
    // What a request that came waits for is not ahead of anything.
    await put(paper());
    const late = paper();
    expect((await submit(late)).missingAttachments).toEqual([sha256Of(late)]);
    expect(await codeOf(put(paper()))).toBe('sender.attachments-too-many');
    expect(await codeOf(put(late))).toBe('ok');
  });

  test('sent side by side find the room once, and by octets too', async () => {
    await limit('attachments-ahead', 5);
    const token = randomBytes(32).toString('base64url');
    await t.register('H79', await t.certified('TỈNH THỬ', 'organisation'), token);
    const answers = await Promise.all(Array.from({ length: 9 }, () => codeOf(put(paper(), token))));
    expect(answers.filter((one) => one === 'ok')).toHaveLength(5);
    expect(new Set(answers)).toEqual(new Set(['ok', 'sender.attachments-too-many']));
    await limit('attachments-ahead', 100);
    await limit('attachments-ahead-megabytes', 1);
    const large = paper(990_000);
    expect(await codeOf(put(large, token))).toBe('ok');
    expect(await codeOf(put(paper(20_000), token))).toBe('sender.attachments-too-many');
    expect(await codeOf(put(paper(100), token))).toBe('ok');
    await limit('attachments-ahead-megabytes', 2048);
  });

  test('that are not what their hash names leave nothing behind', async () => {
    const other = paper();
    const wrong = t.asSender('PUT', `/attachments/${'c'.repeat(64)}`, new Uint8Array(other), 'application/pdf');
    expect(await codeOf(wrong)).toBe('sender.attachment-other');
    expect(await held(other)).toBe(false);
    // Of somebody else it stays.
    await put(other);
    const again = t.asSender('PUT', `/attachments/${'c'.repeat(64)}`, new Uint8Array(other), 'application/pdf');
    expect(await codeOf(again)).toBe('sender.attachment-other');
    expect(await held(other)).toBe(true);
  });

  test('that no request names are removed when their time is over, with their file where nobody else needs it', async () => {
    const [orphan, named, shared] = [paper(), paper(), paper()];
    for (const one of [orphan, named]) await put(one);
    const token = randomBytes(32).toString('base64url');
    await t.register('H80', await t.certified('TỈNH THỨ BA', 'organisation'), token);
    await put(shared, token);
    await submit(named);
    // As a paper of another agency's request it is needed.
    const [row] = (await t.get('registrar', '/requests')).items;
    await t.post('registrar', `/requests/${row.id}/attachments`, new Uint8Array(shared), 'PUT');
    await t.later(29);
    expect(await tidyAhead(parts())).toBe(0);
    await t.later(2);
    await t.authority.service.runJobs();
    await t.desk.everyMinute();
    expect(await Promise.all([orphan, named, shared].map(held))).toEqual([false, true, true]);
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from authority.sender_attachment
      where sha256 = any(${[orphan, named, shared].map(sha256Of)}::text[])`.execute(t.db);
    expect(rows[0]!.n).toBe(1);
    const journal = await sql<{ n: number }>`select count(*)::int as n from authority.journal_entry
      where kind = 'sender.attachments-removed'`.execute(t.db);
    expect(journal.rows[0]!.n).toBeGreaterThan(0);
    expect(await codeOf(put(orphan))).toBe('ok');
    expect(await held(orphan)).toBe(true);
  });
});
