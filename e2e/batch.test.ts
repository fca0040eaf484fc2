import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { DocumentView } from '@antin/protocol/office/documents';
import type { SigningBatch } from '@antin/protocol/office/signing';
import { accessibilityFindings, chromiumPath, launch, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { deskOf, submitSeveral, type Desk } from './papers.ts';
import { openAgent, signIn } from './walk.ts';

/** A leader with a pile of documents and one minute. */
describe.skipIf(chromiumPath === undefined)('many documents, one consent', () => {
  let browser: Browser;
  let installation: Installation;
  let agent: Page;
  let leader: Seat;
  let hung: Desk;
  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    agent = await openAgent(browser, installation);
    leader = await signIn(browser, installation, 'stc.hung');
    hung = await deskOf(installation, 'stc.hung');
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  const clean = async (page: Page): Promise<void> => expect(await accessibilityFindings(page)).toEqual([]);
  const consent = async (page: Page): Promise<void> => {
    const code = (await page.locator('.job-code strong').first().textContent())?.trim() ?? '';
    await agent.bringToFront();
    await agent.getByText(code, { exact: true }).first().waitFor();
    await agent.getByRole('button', { name: /^Ký \d+ văn bản$/ }).click();
    await page.bringToFront();
  };
  const open = async (page: Page): Promise<void> => {
    await page.goto(`${installation.url}/lam-viec/ky-nhieu`);
    await page.locator('.batch-preview canvas').first().waitFor();
  };
  const stateOf = async (id: string): Promise<string> => (await hung<DocumentView>('GET', `/api/documents/${id}`)).state;

  test('are read and ticked with the keyboard, checked, and signed; one that changed meanwhile is left out with its reason', async () => {
    const { page } = leader;
    await submitSeveral(installation, browser, 5);
    await page.goto(`${installation.url}/lam-viec`);
    await page.getByRole('link', { name: 'Ký nhiều văn bản' }).click();
    await page.locator('.batch-preview canvas').first().waitFor();
    // Every document can be read before: j to the next, Enter opens, x ticks.
    const rows = await page.locator('.batch-list li').count();
    for (let n = 0; n < rows; n += 1) {
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.locator('.batch-list li.shown .seen').waitFor();
      await page.keyboard.press('x');
    }
    await page.getByText(`Đã chọn ${rows} / ${rows}`).waitFor();
    await page.getByRole('button', { name: /Xem chỗ ký/ }).click();
    await page.locator('.signature-box').waitFor();
    await shot(page, '70-batch-choose');
    await clean(page);
    await page.getByRole('button', { name: `Tiếp: kiểm tra ${rows} văn bản` }).click();
    await page.getByRole('heading', { name: `Kiểm tra trước khi ký ${rows} văn bản` }).waitFor();
    await shot(page, '71-batch-check');
    await clean(page);
    // The drafter's department asks for one back, and submits it anew, while the leader still looks at the older one.
    const { items } = await hung<{ items: { documentId: string; version: number; subject: string }[] }>('GET', '/api/to-sign');
    const changed = items[1] as (typeof items)[number];
    const clerk = await deskOf(installation, 'stc.hoa');
    await clerk('POST', `/api/documents/${changed.documentId}/return`, { version: changed.version, reason: 'bổ sung căn cứ' });
    const lan = await deskOf(installation, 'stc.lan');
    const returned = await lan<DocumentView>('GET', `/api/documents/${changed.documentId}`);
    await lan('POST', `/api/documents/${changed.documentId}/submit`, { version: returned.version });

    await page.getByRole('button', { name: `Ký ${rows} văn bản` }).click();
    await page.locator('.job-code').waitFor();
    await shot(page, '72-batch-asks');
    await clean(page);
    await agent.getByRole('button', { name: `Ký ${rows - 1} văn bản` }).waitFor();
    await agent.bringToFront();
    await shot(agent, '73-device-asks-about-a-batch');
    await clean(agent);
    await consent(page);
    await page.getByRole('heading', { name: `Đã ký ${rows - 1} trong ${rows} văn bản` }).waitFor();
    await page.getByText('Văn bản đã thay đổi sau khi bạn xem', { exact: false }).waitFor();
    // Nothing to try again: it must be read first.
    await page.getByRole('link', { name: 'Ký tiếp các văn bản khác' }).waitFor();
    expect(await page.getByRole('button', { name: /^Ký lại/ }).count()).toBe(0);
    await shot(page, '74-batch-done-but-one');
    await clean(page);
    expect(await stateOf(changed.documentId)).toBe('awaiting-signature');
    for (const { documentId } of items) if (documentId !== changed.documentId) expect(await stateOf(documentId)).toBe('signed');
  });

  test('are stopped half-way: nothing is lost, and only what is left is signed again', async () => {
    const { page } = leader;
    await submitSeveral(installation, browser, 3);
    await open(page);
    await page.getByLabel(/Chọn tất cả/).check();
    await page.getByRole('button', { name: /^Tiếp: kiểm tra \d+ văn bản/ }).click();
    await page.getByRole('button', { name: /^Ký \d+ văn bản/ }).click();
    await page.locator('.job-code').waitFor();
    await page.getByRole('button', { name: 'Dừng đợt ký' }).click();
    await page.getByRole('heading', { name: 'Chưa văn bản nào được ký' }).waitFor();
    await agent.getByText('Không có gì chờ ký').waitFor();
    await shot(page, '75-batch-stopped');
    await clean(page);
    await page.getByRole('button', { name: /^Ký lại \d+ văn bản chưa ký/ }).click();
    await page.locator('.job-code').waitFor();
    await consent(page);
    await page.getByRole('heading', { name: /^Đã ký \d+ văn bản$/ }).waitFor();
    await shot(page, '76-batch-done');
    await clean(page);
  });

  test('are offered in English and on a phone, and an empty pile says so', async () => {
    const empty = await signIn(browser, installation, 'stc.hung');
    await empty.page.goto(`${installation.url}/lam-viec/ky-nhieu`);
    await empty.page.getByText('Không có văn bản nào chờ bạn ký.').waitFor();
    await shot(empty.page, '77-batch-empty');
    await clean(empty.page);
    await submitSeveral(installation, browser, 3);
    await empty.page.reload();
    await empty.page
      .getByRole('button', { name: 'English' })
      .or(empty.page.getByRole('link', { name: 'English' }))
      .first()
      .click();
    await empty.page.getByLabel('Select all (3)').check();
    await empty.page.locator('.batch-preview canvas').first().waitFor();
    await empty.page.getByRole('button', { name: 'Next: check 3 documents' }).waitFor();
    await shot(empty.page, '78-batch-english');
    const phone = await signIn(browser, installation, 'stc.hung', { phone: true });
    await open(phone.page);
    await phone.page.getByLabel(/Chọn tất cả/).check();
    await shot(phone.page, '79-batch-phone');
    await clean(phone.page);
    for (const one of [empty, phone]) {
      expect(one.complaints).toEqual([]);
      await one.context.close();
    }
    expect(leader.complaints).toEqual([]);
  });

  test('are cut off by kill -9 after consent: each is signed once or still waits, and the rest is signed afterwards', async () => {
    const { items } = await hung<{ items: { documentId: string; version: number }[] }>('GET', '/api/to-sign');
    expect(items.length).toBeGreaterThanOrEqual(3);
    const { credentials } = await hung<{ credentials: { id: string }[] }>('GET', '/api/credentials?kind=person');
    const place = { page: 1, rect: [350, 420, 120, 54] };
    const wish = items.map(({ documentId, version }) => ({ documentId, version, place }));
    const batch = await hung<SigningBatch>('POST', '/api/batches', { credentialId: credentials[0]?.id, items: wish });
    await agent.getByText(batch.comparisonCode, { exact: true }).first().waitFor();
    await agent.getByRole('button', { name: /^Ký \d+ văn bản$/ }).click();
    await sleep(120);
    await installation.stop('SIGKILL');

    installation = await startInstallation({ data: installation.data });
    hung = await deskOf(installation, 'stc.hung');
    const over = new Set(['done', 'refused', 'failed', 'expired', 'cancelled', 'not-sent']);
    let seen = await hung<SigningBatch>('GET', `/api/batches/${batch.id}`);
    agent = await openAgent(browser, installation);
    // What the agent had not signed it asks about again; what it signed it repeats until it is taken.
    // A job that the killed process had in hand is free again when its lease ends, a minute later.
    for (let n = 0; n < 500 && !seen.items.every((item) => over.has(item.state)); n += 1) {
      const ask = agent.getByRole('button', { name: /^Ký \d+ văn bản$/ });
      if ((await ask.count()) > 0 && (await ask.first().isEnabled())) await ask.first().click();
      await sleep(200);
      seen = await hung<SigningBatch>('GET', `/api/batches/${batch.id}`);
    }
    if (seen.items.some((item) => item.state !== 'done')) {
      const again = await hung<SigningBatch>('POST', `/api/batches/${batch.id}/retry`, { credentialId: credentials[0]?.id });
      await agent.getByText(again.comparisonCode, { exact: true }).first().waitFor();
      await agent.getByRole('button', { name: /^Ký \d+ văn bản$/ }).click();
    }
    for (const { documentId } of items) {
      let view = await hung<DocumentView>('GET', `/api/documents/${documentId}`);
      for (let n = 0; n < 100 && view.state !== 'signed'; n += 1) {
        await sleep(200);
        view = await hung<DocumentView>('GET', `/api/documents/${documentId}`);
      }
      expect(view.state).toBe('signed');
      expect(view.history.filter((entry) => entry.event === 'DocumentSigned')).toHaveLength(1);
      expect(view.signatures).toMatchObject([{ status: 'valid', level: 'B-T' }]);
    }
  });
});
