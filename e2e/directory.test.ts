import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { dayOf, dayText } from '@antin/web/i18n/dates';
import { accessibilityFindings, chromiumPath, launch, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { signIn } from './walk.ts';

const dayIn = (days: number): string => dayText(dayOf(Date.now() + days * 86_400_000));
const NEW = 'Trung tâm Dịch vụ tài chính công';
const PEOPLE = 1000;

/** The directory by keys alone, at a thousand rows, on a phone, and when the server says no, stumbles or is away. */
describe.skipIf(chromiumPath === undefined)('the directory in the office', () => {
  let installation: Installation;
  let browser: Browser;
  let page: Page;
  let agency = '';
  const seats: Seat[] = [];

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    seats.push(await signIn(browser, installation, 'ub.tung'));
    page = seats[0]!.page;
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  const looked = async (at: Page, name: string): Promise<void> => {
    await shot(at, name);
    expect(await accessibilityFindings(at), name).toEqual([]);
    const beyond = await at.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(Number(beyond), `${name}: pixels beyond the window`).toBeLessThanOrEqual(0);
  };
  /** Presses Tab until the focus stands on what has this name; no pointer is used. */
  const tabTo = async (name: string | RegExp, most = 80): Promise<void> => {
    const says = (text: string): boolean => (typeof name === 'string' ? text === name : name.test(text));
    for (let n = 0; n < most; n += 1) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate<string>(`(() => {
        const one = document.activeElement;
        const label = one instanceof HTMLInputElement ? one.labels?.[0] : null;
        return (one?.getAttribute('aria-label') ?? label?.textContent ?? one?.textContent ?? '').trim();
      })()`);
      if (says(found)) return;
    }
    throw new Error(`no stop of Tab is named ${String(name)}`);
  };
  const focused = () => page.locator(':focus');

  test('an agency is opened below another with keys alone; what is missing is said, linked and keeps what was typed', async () => {
    await page.goto(`${installation.url}/lam-viec/co-quan`);
    await page.getByRole('link', { name: 'Sở Tài chính' }).waitFor();
    await tabTo('Sở Tài chính');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Sở Tài chính' }).waitFor();
    agency = page.url();
    await tabTo('Thêm đơn vị trực thuộc');
    await page.keyboard.press('Enter');
    // The form opens with the focus in it.
    await page.keyboard.type(NEW);
    await page.keyboard.press('Tab');
    await page.keyboard.type('TTDVTC');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Mã định danh: Điền mục này' }).waitFor();
    await looked(page, '150-agency-form-missing');
    await tabTo('Mã định danh: Điền mục này');
    await page.keyboard.press('Enter');
    await page.keyboard.type('H90.11.05');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Đơn vị trực thuộc');
    await tabTo('Ký hiệu');
    await page.keyboard.type('TTDVTC');
    // A day that is none stays as it was typed and is refused: no other day takes its place.
    await tabTo(/^Có hiệu lực từ ngày/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('31/02/2027');
    await page.keyboard.press('Enter');
    await page.locator('#effective[aria-invalid=true]').waitFor();
    expect(await page.locator('#effective').inputValue()).toBe('31/02/2027');
    await page.getByRole('link', { name: /^Có hiệu lực từ ngày: Không có ngày này/ }).waitFor();
    await looked(page, '151-agency-form-no-such-day');
    await page.locator('#effective').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(dayIn(0));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'Thêm đơn vị trực thuộc' }).waitFor({ state: 'detached' });
    // The focus is back at the button that opened the form.
    await expect.poll(() => focused().innerText()).toBe('Thêm đơn vị trực thuộc');
    await page.getByRole('tab', { name: 'Nhân sự' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('link', { name: NEW }).waitFor();
  });

  test('a person is added, gets a password once, an authority and an end, with keys alone', async () => {
    await page.goto(agency);
    await page.getByRole('button', { name: 'Thêm người' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Đinh Thị Mỹ Lệ');
    await page.keyboard.press('Tab');
    await page.keyboard.type('stc.hung');
    await tabTo('Chức vụ');
    await page.keyboard.type('Phó Giám đốc');
    await page.keyboard.press('Enter');
    await page.getByText('Tên đăng nhập đã có người dùng').waitFor();
    await looked(page, '152-person-name-taken');
    await page.locator('#person-signInName').fill('stc.le');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Đinh Thị Mỹ Lệ' }).waitFor();
    await page.getByText('chưa có mật khẩu', { exact: false }).waitFor();
    await looked(page, '153-person');
    await tabTo('Cấp mật khẩu');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Cấp mật khẩu' }).press('Enter');
    const password = await page.locator('.one-password').innerText();
    expect(password).toMatch(/^[a-z2-9]{16}$/);
    await looked(page, '154-password');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Cấp lại mật khẩu' }).waitFor();
    expect(await page.content()).not.toContain(password);

    await tabTo('Giao thẩm quyền ký');
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.getByLabel('Thể thức ký').selectOption('TUQ.');
    await page.keyboard.press('Enter');
    await tabTo('Giao thẩm quyền ký');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Người giao: Điền mục này' }).waitFor();
    await looked(page, '155-authority-missing');
    await page.getByRole('link', { name: 'Người giao: Điền mục này' }).press('Enter');
    await page.keyboard.type('quoc hung');
    await page.getByRole('option', { name: /Trần Quốc Hùng, Giám đốc/ }).waitFor();
    await expect.poll(() => page.locator('.combo-list [role=option]').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Bỏ chọn Trần Quốc Hùng, Giám đốc' }).waitFor();
    await page.locator('#authority-validTo').fill(dayIn(90));
    await page.locator('#authority-number').fill('12/GUQ-STC');
    await page.locator('#authority-date').fill(dayIn(-1));
    await page.keyboard.press('Enter');
    await page.getByText('Trần Quốc Hùng, Giám đốc giao', { exact: false }).waitFor();
    await looked(page, '156-authority');
    await page.getByRole('button', { name: 'Chấm dứt' }).press('Enter');
    await page.getByRole('dialog').getByLabel('Ngày đầu tiên không còn giữ').fill(dayIn(10));
    await looked(page, '157-end-authority');
    await page.getByRole('dialog').getByRole('button', { name: 'Chấm dứt' }).press('Enter');
    await page.getByText(`đến ${dayIn(10)}`).waitFor();
  });

  test('a thousand people come in from a file, are found among each other, and the acts stay in reach on a phone', async () => {
    const names = ['An', 'Bình', 'Cường', 'Dung', 'Giang', 'Hải', 'Khánh', 'Lan', 'Minh', 'Nga'];
    const rows = Array.from(
      { length: PEOPLE },
      (_, n) =>
        `Lê Thị ${names[n % 10]},nguoi.${n},nguoi.${n}@sonha.gov.vn,H90.11,Chuyên viên,${n % 100 === 50 ? 'Vua' : 'Soạn thảo'}`,
    );
    await page.goto(`${installation.url}/lam-viec/co-quan/nhap`);
    await page.getByText('Chưa nhập tệp nào.').waitFor();
    await looked(page, '158-imports-empty');
    await page.locator('input[type=file]').setInputFiles({
      name: 'nhan-su-1000.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`\uFEFFHọ và tên,Tên đăng nhập,Email,Mã cơ quan,Chức vụ,Vai trò\r\n${rows.join('\r\n')}\r\n`),
    });
    await page.getByText('Chờ xác nhận').waitFor();
    await looked(page, '159-import-with-errors');
    await page.getByRole('button', { name: 'Ghi 990 dòng đúng, bỏ 10 dòng lỗi' }).click();
    await page.getByText('Đã ghi').first().waitFor();
    await looked(page, '160-import-done');

    await page.goto(agency);
    await page.getByText('99', { exact: false }).first().waitFor();
    await page.getByLabel('Tìm người theo tên').fill('lan');
    await page.getByRole('link', { name: 'Lê Thị Lan' }).nth(40).waitFor();
    await looked(page, '161-thousand-people');
    await page.getByRole('button', { name: 'Hiện thêm' }).click();
    await page.getByText('Đang hiện 100 dòng đầu').or(page.getByText('dòng')).first().waitFor();

    const phone = await signIn(browser, installation, 'ub.tung', { phone: true });
    seats.push(phone);
    await phone.page.goto(agency);
    await phone.page.getByRole('link', { name: 'Lê Thị An' }).first().waitFor();
    await looked(phone.page, '162-thousand-people-phone');
    await phone.page.getByRole('button', { name: 'Thêm người' }).click();
    // Opened below or above a thousand rows, the form is what is seen.
    expect(await phone.page.locator('#person-fullName').evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(844);
    await looked(phone.page, '163-person-form-phone');
  });

  test('what the server refuses, cannot do or never hears of is said where it was asked, and what was typed stays', async () => {
    await page.goto(agency);
    await page.getByRole('button', { name: 'Thêm đơn vị trực thuộc' }).click();
    for (const [id, text] of [
      ['name', NEW],
      ['shortName', 'X'],
      ['code', 'H90.11.05'],
      ['levelName', 'Đơn vị'],
      ['notation', 'X'],
    ])
      await page.locator(`#agency-${id}`).fill(text!);
    const send = page.locator('form').getByRole('button', { name: 'Thêm đơn vị trực thuộc' });
    await send.click();
    await page.getByText('Mã định danh đã thuộc về cơ quan khác').waitFor();
    await looked(page, '164-code-taken');
    for (const [what, words, name] of [
      ['stumbles', /Máy chủ|Lỗi|lỗi/, '165-server-stumbles'],
      ['is away', 'Không kết nối được tới máy chủ.', '166-server-away'],
    ] as const) {
      await page.route('**/api/directory/agencies', (route) =>
        route.request().method() === 'GET'
          ? route.continue()
          : what === 'is away'
            ? route.abort()
            : route.fulfill({ status: 503, body: '' }),
      );
      await send.click();
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
      expect(await page.locator('#agency-name').inputValue()).toBe(NEW);
      await looked(page, name);
      await page.unroute('**/api/directory/agencies');
    }
    await page.route('**/api/directory/agencies/*', (route) => route.abort());
    await page.reload();
    await page.getByRole('button', { name: 'Thử lại' }).waitFor();
    await looked(page, '167-agency-away');
    await page.unroute('**/api/directory/agencies/*');
    await page.getByRole('button', { name: 'Thử lại' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sở Tài chính' }).waitFor();
  });

  test('every page of the directory that has nothing to show says what to do', async () => {
    await page.goto(`${installation.url}/lam-viec/co-quan?q=khongcogi`);
    await page.getByText('Không có cơ quan nào khớp.').waitFor();
    await looked(page, '168-no-agency');
    await page.goto(`${installation.url}/lam-viec/sap-xep`);
    await page.getByText('Chưa có kế hoạch nào.').waitFor();
    await looked(page, '169-no-plan');
    await page.goto(`${installation.url}/lam-viec/co-quan`);
    await page.getByRole('button', { name: 'Mở Sở Tài chính' }).click();
    await page.getByRole('link', { name: NEW }).click();
    await page.getByText('Chưa có ai giữ chức vụ tại đây.').waitFor();
    await page.getByRole('tab', { name: 'Đơn vị trực thuộc' }).click();
    await page.getByText('Không có.').waitFor();
    await page.getByRole('button', { name: 'Kết thúc cơ quan' }).click();
    await page.getByLabel(`${NEW} kết thúc hoạt động`, { exact: false }).check();
    await page.locator('#effective').fill(dayIn(5));
    await looked(page, '170-close-agency');
    await page.locator('form').getByRole('button', { name: 'Kết thúc cơ quan' }).click();
    await page.getByText(`đến ${dayIn(5)}`).waitFor();
    // Before its day it can be taken back.
    await page.getByRole('tab', { name: 'Thay đổi' }).click();
    await page.getByRole('button', { name: 'Hủy thay đổi' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Hủy thay đổi' }).click();
    await page.getByText('Đã hủy').waitFor();
    await looked(page, '171-changes');
  });

  test('nothing on the way made a script fail', () => {
    for (const seat of seats) expect(seat.complaints.filter((line) => !line.startsWith('503'))).toEqual([]);
  });
});
