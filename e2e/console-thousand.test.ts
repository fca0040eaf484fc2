import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, shot } from './browser.ts';
import { manyRequests, manyYears } from './console-fill.ts';
import { DESK, IssuerDesk } from './issuer-desk.ts';

const MANY = 1050;

/** Every list of the issuer's console with more than a thousand rows in a real browser. */
describe.skipIf(chromiumPath === undefined)('a thousand rows', () => {
  let desk: IssuerDesk;
  beforeAll(async () => {
    desk = await IssuerDesk.open();
    const operation = [await desk.officer('ca.quantri'), await desk.officer('ca.quantri2')] as const;
    await manyRequests(desk.installation.url, desk.folder, operation, MANY);
    await manyYears(desk.installation, MANY);
  }, 900_000);
  afterAll(() => desk?.close());

  const ROWS = 'table.list tbody tr, ul.submissions > li';
  const rowsOf = (page: Page): Promise<number> => page.locator(ROWS).count();
  // By its place: to look for a name among a thousand buttons takes longer than to draw them.
  const more = (page: Page) => page.locator('.paging button');
  const next = async (page: Page): Promise<void> => {
    const shown = await rowsOf(page);
    await more(page).click();
    await expect.poll(() => rowsOf(page), { timeout: 90_000 }).toBeGreaterThan(shown);
  };
  /** All of a list, page by page, as somebody does who looks for one row by eye. */
  const whole = async (page: Page): Promise<number> => {
    while ((await more(page).count()) > 0) await next(page);
    return rowsOf(page);
  };
  const scrollTo = (page: Page, share: number): Promise<void> =>
    page.locator('main').evaluate((main, at) => void (main.scrollTop = main.scrollHeight * at), share);
  /** How far the head of the table is from the top of what scrolls. */
  const headAway = (page: Page): Promise<number> =>
    page.evaluate(`Math.abs(document.querySelector('table.list th').getBoundingClientRect().top -
      document.querySelector('main').getBoundingClientRect().top)`);
  /** Which row has the focus, and whether something lies over it. */
  const focused = (page: Page): Promise<{ readonly at: number; readonly seen: boolean }> =>
    page.evaluate(`(() => {
      const row = document.activeElement;
      const box = row.getBoundingClientRect();
      const over = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
      return { at: [...document.querySelectorAll('[data-row]')].indexOf(row), seen: over?.closest('[data-row]') === row };
    })()`);

  test.each([
    ['ca.kiemsoat', '/yeu-cau', '150-console-thousand-requests', MANY],
    ['ca.kiemsoat', '/chung-thu', '151-console-thousand-certificates', MANY],
    ['ca.kiemsoat', '/chung-thu?state=revoked', '152-console-thousand-revoked', MANY],
    ['ca.kiemsoat', '/nhat-ky', '153-console-thousand-journal', MANY],
    ['ca.quantri', '/co-quan-gui', '154-console-thousand-senders', MANY],
    ['ca.quantri', '/can-bo', '155-console-thousand-officers', MANY],
    ['ca.quantri', '/thay-doi', '156-console-thousand-changes', MANY],
  ] as const)(
    '%s reads %s page by page, under a head that stays',
    async (who, path, name, least) => {
      const page = await desk.sit(who);
      await desk.go(page, path);
      await page.locator(ROWS).first().waitFor();
      expect(await rowsOf(page)).toBe(50);
      await shot(page, name);
      await desk.accessible(page);
      // The journal has a line for everything: enough of it is seen after some pages.
      if (path === '/nhat-ky') while ((await rowsOf(page)) < least) await next(page);
      else expect(await whole(page)).toBeGreaterThanOrEqual(least);
      await scrollTo(page, 0.5);
      await shot(page, `${name}-far`);
      if (path !== '/thay-doi') expect(await headAway(page)).toBeLessThan(2);
      await page.setViewportSize({ width: 390, height: 844 });
      await scrollTo(page, 0.5);
      await shot(page, `${name}-far-phone`);
      await page.setViewportSize({ width: 1366, height: 768 });
    },
    600_000,
  );

  test('filters stand in the address: sent to somebody, opened again, gone back to', async () => {
    const page = await desk.sit('ca.quantri');
    await desk.go(page, '/can-bo');
    await page.getByLabel('Tìm họ tên, tên đăng nhập').fill('ca.0777');
    await page.waitForURL('**q=ca.0777**');
    await expect.poll(() => rowsOf(page)).toBe(1);
    await page.reload();
    await page.locator(ROWS).first().waitFor();
    expect(await rowsOf(page)).toBe(1);
    expect(await page.getByLabel('Tìm họ tên, tên đăng nhập').inputValue()).toBe('ca.0777');
    await desk.go(page, '/co-quan-gui?q=kh%C3%B4ng%20c%C3%B3%20ai');
    await page.getByText('Không có dòng nào khớp.').waitFor();
    await page.getByRole('button', { name: 'Bỏ lọc' }).click();
    await expect.poll(() => rowsOf(page)).toBe(50);
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`${DESK}/co-quan-gui`);
    await desk.go(page, '/thay-doi?state=proposed');
    await page.getByText('Không có dòng nào khớp.').waitFor();
  });

  test('the keys walk the rows, and what cannot be fetched is said while the rows stay', async () => {
    const page = await desk.sit('ca.kiemsoat');
    await desk.go(page, '/yeu-cau');
    await page.locator(ROWS).first().waitFor();
    for (let n = 0; n < 30; n += 1) await page.keyboard.press('j');
    expect(await focused(page)).toEqual({ at: 29, seen: true });
    for (let n = 0; n < 29; n += 1) await page.keyboard.press('k');
    // Not hidden behind the head that stays.
    expect(await focused(page)).toEqual({ at: 0, seen: true });
    await page.route('**/authority/api/requests?*after*', (route) => route.abort());
    await more(page).click();
    await page.getByText('Chưa tải được phần tiếp.').waitFor({ timeout: 60_000 });
    expect(await rowsOf(page)).toBe(50);
    await shot(page, '157-console-thousand-away');
    await page.unroute('**/authority/api/requests?*after*');
    await page.getByRole('button', { name: 'Thử lại' }).click();
    await expect.poll(() => rowsOf(page), { timeout: 60_000 }).toBe(250);
    expect(desk.complaints()).toEqual([]);
  });
});
