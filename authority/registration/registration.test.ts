import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { ShownRequest } from '@antin/protocol/authority/registration';
import { ConsoleForTests, personItem, sha256Of } from '../console-for-tests.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const one = async (more: object = {}) => ((await t.submitted([personItem(more)])) as [string])[0];
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code: string }) => fault.code,
  );
const state = async (id: string) => (await t.get('auditor', `/requests/${id}`)).row.state;

describe('a request on its way', () => {
  test('is received, proposed, approved by another; what was shown is what the hash says', async () => {
    const id = await one();
    const detail = await t.get('registrar', `/requests/${id}`);
    expect(detail.row).toMatchObject({ state: 'received', blocking: 0, clock: 'runs', daysLeft: 3, mine: false });
    expect(detail.may).toEqual(['edit', 'add-evidence', 'ask', 'propose', 'refuse', 'withdraw']);
    // The screen is drawn from this document, and its hash is no other than this.
    expect(sha256Of(Buffer.from(canonicalJson(detail.shown)))).toBe(detail.shownSha256);
    expect(ShownRequest.parse(detail.shown).submission.authenticatedBy).toBe('signature');
    const shown = await t.proposed(id);
    expect((await t.get('registrar', `/requests/${id}`)).may).toEqual(['edit', 'add-evidence', 'ask', 'withdraw']);
    expect(await t.approve('approver', id, shown)).toBe('approved');
    const after = await t.get('approver', `/requests/${id}`);
    expect(after.row.state).toBe('approved');
    expect(after.acts.map((act: any) => [act.act, act.signature, act.shownSha256])).toEqual([
      ['propose', 'unsigned', shown],
      ['approve', 'unsigned', shown],
    ]);
    const kept = await sql<{ shown: string }>`
      select shown from authority.request_act where request_item_id = ${id} and act = 'approve'`.execute(t.db);
    expect(sha256Of(Buffer.from(kept.rows[0]!.shown))).toBe(shown);
  });

  test('who proposed or edited it does not approve it, whatever roles they hold', async () => {
    const id = await one();
    const shown = await t.proposed(id, 'both');
    expect(await t.approve('both', id, shown)).toBe('request.own-approval');
    expect(await t.approve('approver', id, shown)).toBe('approved');

    const edited = await one();
    const before = await t.get('both', `/requests/${edited}`);
    const item = { ...before.shown.item, subject: { ...before.shown.item.subject, title: 'Phó trưởng phòng' } };
    await t.post('both', `/requests/${edited}/versions`, { itemVersion: 1, item, reason: 'sai chức vụ' });
    const again = await t.proposed(edited);
    expect(await t.approve('both', edited, again)).toBe('request.own-approval');
    expect(await t.approve('approver', edited, again)).toBe('approved');
  });

  test('any edit voids proposal and approval; the original is kept', async () => {
    const id = await one();
    const shown = await t.proposed(id);
    const { shown: document } = await t.get('registrar', `/requests/${id}`);
    const item = { ...document.item, subject: { ...document.item.subject, fullName: 'Nguyễn Văn Khác' } };
    const edit = { itemVersion: 1, item, reason: 'sai tên' };
    await t.post('registrar', `/requests/${id}/versions`, edit);
    expect(await t.approve('approver', id, shown)).toBe('request.not-proposed');
    const proposedAgain = await t.proposed(id);
    expect(proposedAgain).not.toBe(shown);
    // An approval of the screen of before is none.
    expect(await t.approve('approver', id, shown)).toBe('request.shown-changed');
    expect(await t.approve('approver', id, proposedAgain)).toBe('approved');
    // Two who edit the same version: the second reads again first.
    expect(await codeOf(t.post('registrar', `/requests/${id}/versions`, edit))).toBe('request.version-changed');
    await t.post('registrar', `/requests/${id}/versions`, { ...edit, itemVersion: 2, item: document.item });
    expect(await state(id)).toBe('received');
    const { rows } = await sql<{ original: any; approver: string | null }>`
      select original, approver from authority.request_item where id = ${id}`.execute(t.db);
    expect(rows[0]).toMatchObject({ original: document.item, approver: null });
    expect(
      await codeOf(t.post('registrar', `/requests/${id}/versions`, { itemVersion: 3, item: personItem(), reason: 'x' })),
    ).toBe('request.act-fixed');
  });

  test('of two who approve at once one does; an edit beside an approval leaves no approved edit', async () => {
    const id = await one();
    const shown = await t.proposed(id);
    const outcomes = await Promise.all([t.approve('approver', id, shown), t.approve('both', id, shown)]);
    expect(outcomes.toSorted()).toEqual(['approved', 'request.not-proposed']);

    const raced = await one();
    const hash = await t.proposed(raced);
    const { shown: document } = await t.get('registrar', `/requests/${raced}`);
    const item = { ...document.item, subject: { ...document.item.subject, title: 'Giám đốc' } };
    await Promise.allSettled([
      t.approve('approver', raced, hash),
      t.post('registrar', `/requests/${raced}/versions`, { itemVersion: 1, item, reason: 'đua' }),
    ]);
    const { rows } = await sql<{ state: string; title: string }>`
      select state, current -> 'subject' ->> 'title' as title from authority.request_item where id = ${raced}`.execute(t.db);
    expect(rows[0]).toEqual({ state: 'received', title: 'Giám đốc' });
  });

  test('a list is approved under one consent, each by its own hash; one refused stops no other', async () => {
    const ids = await t.submitted(Array.from({ length: 3 }, () => personItem()));
    const hashes: string[] = [];
    for (const id of ids) hashes.push(await t.proposed(id));
    const approvals = await Promise.all(
      ids.map((id, i) => t.statement('approver', id, i === 1 ? '0'.repeat(64) : hashes[i]!, 'approve')),
    );
    const { outcomes } = await t.post('approver', '/requests/approvals', { approvals });
    expect(outcomes.map((outcome: any) => outcome.code ?? outcome.status)).toEqual([
      'approved',
      'request.shown-changed',
      'approved',
    ]);
  });

  test('a request whose subscriber got a certificate meanwhile is not approved', async () => {
    const id = await one();
    const shown = await t.proposed(id);
    const { rows } = await sql<{ subject_key: string }>`
      select subject_key from authority.request_item where id = ${id}`.execute(t.db);
    // Another request about the same person ended in a certificate.
    const other = await one();
    const [issued] = (
      await sql<{ issuer_sha256: string; serial_hex: string }>`
      select issuer_sha256, serial_hex from authority.certificate where profile = 'organisation' limit 1`.execute(t.db)
    ).rows;
    await sql`alter table authority.request_item disable trigger request_item_guard`.execute(t.db);
    await sql`
      update authority.request_item set state = 'issued', subject_key = ${rows[0]!.subject_key}, proposer = ${await t.officerId('registrar')},
        approver = ${await t.officerId('approver')}, approved_sha256 = shown_sha256, issued_issuer_sha256 = ${issued!.issuer_sha256},
        issued_serial_hex = ${issued!.serial_hex} where id = ${other}`.execute(t.db);
    await sql`alter table authority.request_item enable trigger request_item_guard`.execute(t.db);
    expect(await t.approve('approver', id, shown)).toBe('request.checks-against');
    const again = await t.post('registrar', `/requests/${id}/checks`);
    expect(again.checks.find((check: any) => check.code === 'check.holds-none')).toMatchObject({ outcome: 'blocks' });
    expect(again.may).not.toContain('propose');
  });
});

describe('questions and the clock', () => {
  test('a question reaches the sender, stops the clock, and its answer lets it go on', async () => {
    const item = personItem();
    const [id] = (await t.submitted([item])) as [string];
    await t.post('registrar', `/requests/${id}/questions`, { text: 'Số quyết định bổ nhiệm?' });
    const asked = await t.get('registrar', `/requests/${id}`);
    expect(asked.row).toMatchObject({ state: 'question', clock: 'stopped', daysLeft: 3 });
    const { requestId } = asked.shown.submission;
    const { result } = await t.asSender('GET', `/submissions/${requestId}/results?after=0`);
    expect(result.items).toMatchObject([{ itemId: item.id, status: 'question', text: 'Số quyết định bổ nhiệm?' }]);
    await t.later(14);
    expect((await t.get('registrar', `/requests/${id}`)).row.daysLeft).toBe(3);
    const { questionId } = result.items[0];
    await t.asSender('POST', `/submissions/${requestId}/answers`, { answers: [{ questionId, text: '12/QĐ-STC' }] });
    const after = await t.get('registrar', `/requests/${id}`);
    expect(after.row).toMatchObject({ state: 'received', clock: 'runs', daysLeft: 3 });
    expect(after.shown.questions).toMatchObject([{ answer: '12/QĐ-STC' }]);
    const twice = t.asSender('POST', `/submissions/${requestId}/answers`, { answers: [{ questionId, text: 'khác' }] });
    expect(await codeOf(twice)).toBe('request.no-open-question');
  });

  test('a file without its papers has no limit yet; it begins when they come', async () => {
    const paper = Buffer.from('%PDF-1.7 giấy đến sau');
    const id = await one({ attachments: [sha256Of(paper)] });
    const before = await t.get('registrar', `/requests/${id}`);
    expect(before.row).toMatchObject({ clock: 'not-started', blocking: 1 });
    expect(await codeOf(t.proposed(id))).toBe('request.checks-against');
    const wrong = t.asSender('PUT', `/attachments/${sha256Of(paper)}`, Buffer.from('khác'), 'application/pdf');
    expect(await codeOf(wrong)).toBe('sender.attachment-other');
    await t.asSender('PUT', `/attachments/${sha256Of(paper)}`, new Uint8Array(paper), 'application/pdf');
    const after = await t.get('registrar', `/requests/${id}`);
    expect(after.row).toMatchObject({ clock: 'runs', daysLeft: 3, blocking: 0 });
    const file = await t.send(await t.cookie('approver'), 'GET', `/requests/${id}/attachments/${sha256Of(paper)}`);
    expect(Buffer.from(await file.arrayBuffer()).equals(paper)).toBe(true);
    expect(file.headers.get('content-disposition')).toContain('attachment');
    // Another's papers are not reached through this request.
    const foreign = await one({ attachments: [sha256Of(Buffer.from('không có'))] });
    const no = await t.send(await t.cookie('approver'), 'GET', `/requests/${foreign}/attachments/${sha256Of(paper)}`);
    expect(no.status).toBe(404);
  });

  test('due and overdue lists are of what runs', async () => {
    const id = await one();
    const listed = async (due: string) =>
      (await t.get('registrar', `/requests?due=${due}&limit=200`)).items.map((row: any) => row.id);
    expect(await listed('overdue')).not.toContain(id);
    await t.later(14);
    expect(await listed('overdue')).toContain(id);
    expect((await t.get('registrar', '/session')).counts.overdue).toBeGreaterThan(0);
    await t.post('registrar', `/requests/${id}/questions`, { text: '?' });
    expect(await listed('overdue')).not.toContain(id);
  });
});

describe('endings', () => {
  test('a refusal is told with its reason; after a proposal it is approval’s', async () => {
    const item = personItem();
    const [id] = (await t.submitted([item])) as [string];
    const shown = await t.proposed(id);
    const reason = { code: 'wrong-person', text: 'Không thuộc biên chế' };
    const by = async (who: 'registrar' | 'approver') =>
      codeOf(t.post(who, `/requests/${id}/refusal`, { ...(await t.statement(who, id, shown, 'refuse')), ...reason }));
    expect(await by('registrar')).toBe('officer.role-needed');
    expect(await by('approver')).toBe('done');
    expect(await by('approver')).toBe('request.decided');
    const { shown: document } = await t.get('auditor', `/requests/${id}`);
    const { result } = await t.asSender('GET', `/submissions/${document.submission.requestId}/results`);
    expect(result.items).toMatchObject([{ itemId: item.id, status: 'refused', ...reason }]);
  });

  test('a sender takes back what is not approved, and hears for what it is too late', async () => {
    const items = [personItem(), personItem()];
    const ids = await t.submitted(items);
    const shown = await t.proposed(ids[0]!);
    await t.approve('approver', ids[0]!, shown);
    const { shown: document } = await t.get('auditor', `/requests/${ids[0]}`);
    const answer = await t.asSender('POST', `/submissions/${document.submission.requestId}/withdrawal`, {
      itemIds: items.map((item) => item.id),
      reason: 'chuyển công tác',
    });
    expect(answer).toEqual({ withdrawn: [items[1]!.id], kept: [{ itemId: items[0]!.id, state: 'approved' }] });
  });

  test('answers come in numbered batches that stay what they are', async () => {
    const items = [personItem(), personItem()];
    const ids = await t.submitted(items);
    const { shown: document } = await t.get('auditor', `/requests/${ids[0]}`);
    const path = `/submissions/${document.submission.requestId}/results`;
    expect(await t.asSender('GET', path)).toEqual({});
    await t.post('registrar', `/requests/${ids[0]}/questions`, { text: 'một' });
    const [first, beside] = await Promise.all([t.asSender('GET', path), t.asSender('GET', path)]);
    expect(beside).toEqual(first);
    await t.post('registrar', `/requests/${ids[1]}/questions`, { text: 'hai' });
    expect(await t.asSender('GET', path)).toEqual(first);
    const second = await t.asSender('GET', `${path}?after=1`);
    expect([first.result.sequence, second.result.sequence]).toEqual([1, 2]);
    expect(second.result.items).toMatchObject([{ itemId: items[1]!.id }]);
    expect(await t.asSender('GET', `${path}?after=2`)).toEqual({});
    const zip = await t.send(await t.cookie('registrar'), 'GET', `/submissions/${document.submission.id}/results.zip`);
    expect(zip.headers.get('content-type')).toBe('application/zip');
    expect(Buffer.from(await zip.arrayBuffer()).toString('latin1')).toContain('result-0002.json');
  });
});

describe('what the register knows', () => {
  const check = async (id: string, code: string) =>
    (await t.get('auditor', `/requests/${id}`)).checks.find((found: any) => found.code === code)?.outcome;

  test('an agency that is not under the sender, a birth year that does not fit, a name that does not fit', async () => {
    const agency = { code: 'H54.11', name: 'Sở khác', place: 'Tỉnh Khác' };
    expect(await check(await one({ managingAgency: agency }), 'check.agency-of-sender')).toBe('blocks');
    const old = { code: '000.00.11.H53', name: 'Sở Tài chính', place: 'Tỉnh Ví Dụ' };
    expect(await check(await one({ managingAgency: old }), 'check.agency-of-sender')).toBe('holds');
    const long = { ...old, name: 'Ủy ban nhân dân '.repeat(6).trim() };
    expect(await check(await one({ managingAgency: long }), 'check.name-fits')).toBe('blocks');
    const item = personItem() as { subject: object };
    expect(await check(await one({ subject: { ...item.subject, birthDay: '1990-02-03' } }), 'check.birth-fits-number')).toBe(
      'warns',
    );
    expect(await check(await one({ attachments: [] }), 'check.papers-named')).toBe('blocks');
  });

  test('the same person asked for twice is said; evidence is kept with who saw it', async () => {
    const item = personItem() as { subject: object };
    await one({ subject: item.subject });
    const second = await one({ subject: item.subject });
    expect(await check(second, 'check.asked-twice')).toBe('warns');
    const scan = await t.send(await t.cookie('registrar'), 'PUT', `/requests/${second}/attachments`, new Uint8Array([1, 2, 3]));
    const { sha256 } = (await scan.json()) as { sha256: string };
    const evidence = { kind: 'identity-card', note: '079…, cấp ngày 01/02/2022', sha256 };
    const detail = await t.post('registrar', `/requests/${second}/evidence`, evidence);
    expect(detail.shown.evidence).toMatchObject([{ ...evidence, seenBy: { fullName: 'Đỗ Thị Tiếp' } }]);
    const unknown = t.post('registrar', `/requests/${second}/evidence`, { ...evidence, sha256: 'a'.repeat(64) });
    expect(await codeOf(unknown)).toBe('request.evidence-file-unknown');
  });
});

test('lists are read page by page, filtered, and searched without marks', async () => {
  const fresh = Array.from({ length: 5 }, () => personItem());
  const named = personItem();
  (named as { subject: { fullName: string } }).subject.fullName = 'Đặng Thị Ngọc Ánh';
  const ids = await t.submitted([...fresh, named]);
  const found = await t.get('auditor', `/requests?q=${encodeURIComponent('dang thi ngoc anh')}`);
  expect(found.items.map((row: any) => row.subject)).toEqual(['Đặng Thị Ngọc Ánh']);
  expect((await t.get('auditor', `/requests?q=${encodeURIComponent('100%_')}`)).items).toEqual([]);
  const submission = found.items[0].submissionId;
  const seen: string[] = [];
  let after = '';
  do {
    const page = await t.get('auditor', `/requests?submission=${submission}&limit=4${after}`);
    seen.push(...page.items.map((row: any) => row.id));
    after = page.next === undefined ? '' : `&after=${page.next}`;
  } while (after !== '');
  expect(seen.toSorted()).toEqual(ids.toSorted());
  expect(await codeOf(t.get('auditor', '/requests?after=xxx'))).toBe('http.invalid-query');
  const statistics = await t.get('auditor', '/requests/statistics');
  expect(statistics.states.map((row: any) => row.state)).toContain('received');
});
