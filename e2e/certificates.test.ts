import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { dayOf, dayText } from '@antin/web/i18n/dates';
import { accessibilityFindings, chromiumPath, launch, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { consent, openAgent, signIn } from './walk.ts';

const ROUND = 'Nhu cầu chứng thư số năm 2027';
/** So many days from now, as it is typed. */
const dayIn = (days: number): string => dayText(dayOf(Date.now() + days * 86_400_000));

/** From a need in a commune to the request at the issuer, and the directory that all of it rests on. */
describe.skipIf(chromiumPath === undefined)('certificates in the office', () => {
  let installation: Installation;
  let browser: Browser;
  let province: Page;
  let commune: Page;
  const seats: Seat[] = [];

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    for (const name of ['ub.tung', 'phuhoa.ha']) seats.push(await signIn(browser, installation, name));
    [province, commune] = seats.map((one) => one.page) as [Page, Page];
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  /** The page in both languages, without a finding of axe; it is Vietnamese again afterwards. */
  const inBoth = async (page: Page, name: string): Promise<void> => {
    await shot(page, name);
    expect(await accessibilityFindings(page), name).toEqual([]);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Tiếng Việt' }).waitFor();
    await shot(page, `${name}-en`);
    await page.getByRole('button', { name: 'Tiếng Việt' }).click();
    await page.getByRole('button', { name: 'English' }).waitFor();
  };
  const go = async (page: Page, path: string, heading: string): Promise<void> => {
    await page.goto(`${installation.url}/lam-viec${path}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };

  test('the province opens a round; a form that lacks something says what', async () => {
    await go(province, '/nhu-cau', 'Đợt đăng ký nhu cầu');
    await province.getByText('Chưa có đợt nào.').waitFor();
    await inBoth(province, '90-needs-empty');
    await province.getByRole('button', { name: 'Mở đợt mới' }).click();
    await province.getByRole('button', { name: 'Mở đợt mới' }).click();
    await province.getByRole('link', { name: 'Nhập tên đợt, ít nhất 3 ký tự' }).waitFor();
    await province.getByLabel('Tên đợt').fill(ROUND);
    await province.getByLabel('Hạn gửi').fill(dayIn(30));
    await province.getByRole('button', { name: 'Mở đợt mới' }).click();
    await province.getByRole('heading', { level: 1, name: ROUND }).waitFor();
    await inBoth(province, '91-round');
  });

  test('a commune fills its sheet with keys alone; what is wrong stands in its cell until it is mended', async () => {
    await go(commune, '/nhu-cau', 'Đợt đăng ký nhu cầu');
    await commune.getByRole('link', { name: 'Khai nhu cầu' }).click();
    await commune.getByRole('gridcell').first().click();
    const row = ['Võ Mạnh Cường', '123', '', 'Chủ tịch', '', 'cuong@sonha.gov.vn', '0912345678'];
    for (const text of row) {
      await commune.keyboard.press('Enter');
      await commune.keyboard.type(text);
      await commune.keyboard.press('Tab');
    }
    await commune.getByText('Phải gồm 12 chữ số').waitFor();
    await inBoth(commune, '92-sheet-with-an-error');
    await commune.getByRole('gridcell', { name: /^123/ }).click();
    await commune.keyboard.type('001090000019');
    await commune.keyboard.press('Enter');
    await commune.getByText('Phải gồm 12 chữ số').waitFor({ state: 'detached' });
  });

  test('a file brings more rows, each wrong one by its line', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => {
      const number = i % 50 === 7 ? 'sai' : `0010900${String(10_000 + i)}`;
      return `Nguyễn Văn ${i},${number},,Chuyên viên,,nv${i}@sonha.gov.vn,0912345678,PKI Token,`;
    });
    const heading =
      'Họ và tên,Số định danh cá nhân,Ngày sinh,Chức vụ,Đơn vị,Thư điện tử công vụ,Điện thoại,Thiết bị,Số hiệu chứng thư gia hạn';
    await commune.locator('input[type=file]').setInputFiles({
      name: 'nhu-cau.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`\uFEFF${[heading, ...lines].join('\r\n')}\r\n`),
    });
    await commune.getByText(/^Đã nhập 300 dòng từ nhu-cau.csv, \d+ dòng có lỗi/).waitFor();
    await inBoth(commune, '93-import-with-errors');
    await commune.getByRole('button', { name: 'Ẩn' }).click();
    await commune.getByRole('button', { name: 'Hoàn tác' }).click();
    await commune
      .getByText(/^1 dòng/)
      .first()
      .waitFor();
  });

  test('it submits after looking once more, and the province accepts', async () => {
    await commune.getByRole('button', { name: 'Gửi lên cấp trên' }).click();
    await commune.getByRole('dialog').getByRole('button', { name: 'Gửi lên cấp trên' }).click();
    await commune.getByText('Đã gửi, chờ duyệt').waitFor();
    await province.reload();
    await province.getByRole('link', { name: 'UBND xã Phú Hòa' }).click();
    await province.getByRole('button', { name: 'Duyệt' }).click();
    await province.getByText('Đã duyệt').waitFor();
    await inBoth(province, '94-sheet-accepted');
  });

  test('the round is closed, looked at as a whole and becomes a request', async () => {
    await province.getByRole('link', { name: ROUND }).click();
    await province.getByRole('button', { name: 'Đóng đợt' }).click();
    await province.getByRole('dialog').getByRole('button', { name: 'Đóng đợt' }).click();
    await province.getByRole('tab', { name: 'Tổng hợp' }).click();
    await province.getByText('Theo cơ quan').waitFor();
    await inBoth(province, '95-synthesis');
    await province.getByRole('button', { name: 'Lập hồ sơ gửi nơi cấp' }).click();
    await province.getByRole('dialog').getByRole('button', { name: 'Lập hồ sơ gửi nơi cấp' }).click();
    await province.getByText('SHA-256 của hồ sơ').waitFor();
    await inBoth(province, '96-request');
  });

  test('a leader signs it first, with their own certificate, and everybody sees who led', async () => {
    const leader = await signIn(browser, installation, 'ub.son');
    seats.push(leader);
    await leader.page.goto(province.url());
    await leader.page.getByRole('button', { name: 'Ký với tư cách lãnh đạo' }).waitFor();
    await inBoth(leader.page, '96-request-for-the-leader');
    await leader.page.getByRole('button', { name: 'Ký với tư cách lãnh đạo' }).click();
    await leader.page.locator('.job-code').waitFor();
    await consent(leader.page, await openAgent(browser, installation));
    await leader.page.getByText('Hoàng Ngọc Sơn đã ký lúc', { exact: false }).waitFor();
    await inBoth(leader.page, '96-request-led');
    await leader.page.setViewportSize({ width: 390, height: 844 });
    await shot(leader.page, '96-request-led-phone');
    await leader.page.getByText('Hoàng Ngọc Sơn đã ký lúc', { exact: false }).scrollIntoViewIfNeeded();
    await shot(leader.page, '96-request-led-phone-below');
    await leader.page.setViewportSize({ width: 1366, height: 768 });
    await province.getByText('Hoàng Ngọc Sơn (lãnh đạo) ký trước', { exact: false }).waitFor();
  });

  test('the request is signed by the clerk on the organisation’s device, which reads it first, and then leaves', async () => {
    await province.getByText('Văn thư của cơ quan ký tại trang này', { exact: false }).waitFor();
    const clerk = await signIn(browser, installation, 'ub.mai');
    seats.push(clerk);
    await clerk.page.getByRole('link', { name: 'Hồ sơ chưa có số' }).click();
    await inBoth(clerk.page, '96-request-for-the-seal');
    await clerk.page.getByRole('button', { name: 'Ký số hồ sơ' }).click();
    await clerk.page.locator('.job-code').waitFor();
    const agent = await openAgent(browser, installation);
    await agent.getByText('Võ Mạnh Cường', { exact: false }).first().waitFor();
    await shot(agent, '96-device-asks-for-the-request');
    expect(await accessibilityFindings(agent)).toEqual([]);
    await consent(clerk.page, agent);
    await clerk.page.getByText('Đã ký bằng chữ ký số của cơ quan', { exact: false }).waitFor();
    await inBoth(clerk.page, '96-request-signed');
    await province.getByText('Đã ký số, chờ gửi').waitFor();
    await province.getByRole('button', { name: 'Gửi nơi cấp' }).click();
    await province.getByRole('dialog').getByRole('button', { name: 'Gửi nơi cấp' }).click();
    await province
      .getByText(/Đã gửi, chờ kết quả|Đang gửi|Chờ chuyển tệp/)
      .first()
      .waitFor();
    await go(province, '/chung-thu-so', 'Sổ chứng thư số');
    await province.getByRole('link', { name: 'Võ Mạnh Cường' }).first().waitFor();
    await inBoth(province, '97-register');
    await province.getByRole('link', { name: 'Võ Mạnh Cường' }).first().click();
    await province.getByText('Việc có thể làm').waitFor();
    await inBoth(province, '98-certificate');
  });

  test('an administrator sees what a reorganisation would affect before it is decided', async () => {
    await go(province, '/co-quan', 'Cơ quan, nhân sự');
    await province.getByRole('link', { name: 'Ủy ban nhân dân xã Tân Lập' }).click();
    await province.getByRole('tab', { name: 'Lịch sử' }).click();
    await inBoth(province, '99-agency');
    await go(province, '/sap-xep/moi', 'Lập kế hoạch');
    await province.getByRole('radio', { name: /^Đổi tên/ }).check();
    await province.getByRole('combobox').fill('Tân Lập');
    await province
      .getByRole('option', { name: /Tân Lập/ })
      .first()
      .click();
    await province.getByLabel('Tên đầy đủ').fill('Ủy ban nhân dân phường Tân Lập');
    await province.getByLabel('Tên kế hoạch').fill('Xã Tân Lập thành phường');
    await province.getByLabel('Ngày hiệu lực').fill(dayIn(30));
    await province.getByLabel('Quyết định số').fill('88/QĐ-UBND');
    await province.getByLabel('Ngày quyết định').fill(dayIn(-2));
    await province.getByRole('button', { name: 'Xem ảnh hưởng' }).click();
    await province.getByRole('heading', { level: 1, name: 'Xã Tân Lập thành phường' }).waitFor();
    await province.getByText('Chứng thư số (').waitFor();
    await province.getByText('Ủy ban nhân dân xã Tân Lập → Ủy ban nhân dân phường Tân Lập').first().waitFor();
    await inBoth(province, '99-reorganisation-effects');
    const decide = `Quyết định: có hiệu lực ngày ${dayIn(30)}`;
    await province.getByRole('button', { name: decide }).click();
    await province.getByRole('dialog').getByRole('button', { name: decide }).click();
    await province.getByText('Chờ đến ngày').first().waitFor();
    await inBoth(province, '99-reorganisation-decided');
  });

  /** One of those in use since before: opened from the register. */
  const open = async (name: string): Promise<void> => {
    await go(province, `/chung-thu-so?q=${name}`, 'Sổ chứng thư số');
    await province.getByRole('link', { name, exact: true }).first().click();
    await province.getByRole('heading', { level: 1, name }).waitFor();
  };
  /** Asked once too early, so that the form says what it lacks, and then in full. */
  const ask = async (what: string, lacks: string, fill: (form: ReturnType<Page['getByRole']>) => Promise<unknown>) => {
    await province.getByRole('button', { name: what }).click();
    const form = province.getByRole('dialog');
    await form.getByRole('button', { name: what }).click();
    await form.getByRole('link', { name: lacks }).waitFor();
    await fill(form);
    await form.getByRole('button', { name: what }).click();
    await form.waitFor({ state: 'detached' });
    await province.getByText('Chưa gửi').waitFor();
  };

  test('a forgotten PIN, a new post, a retirement and two renewals at once wait as asks for one request', async () => {
    const reason = 'Ghi lý do, ít nhất 3 ký tự';
    await open('Đỗ Thái Bình');
    await ask('Đề nghị khôi phục thiết bị', reason, (form) => form.getByLabel('Lý do').fill('Quên mã PIN'));
    await open('Đinh Ngọc Hà');
    await ask('Đề nghị thay đổi thông tin', reason, async (form) => {
      // Taken in from a file: what the file does not say, the directory says.
      expect(await form.getByLabel('Họ và tên').inputValue()).toBe('Đinh Ngọc Hà');
      await form.getByLabel('Chức vụ').fill('Phó Chánh Văn phòng');
      await form.getByLabel('Lý do').fill('Được bổ nhiệm');
    });
    await inBoth(province, '99-change-asked');
    await open('Vương Ngọc Diệp');
    await ask('Đề nghị thu hồi', 'Chọn căn cứ thu hồi', (form) => form.locator('select').selectOption('retired'));
    await go(province, '/chung-thu-so?form=01', 'Sổ chứng thư số');
    for (const name of ['Lý Anh Đức', 'Nguyễn Tiến Dũng'])
      await province.getByRole('row').filter({ hasText: name }).getByRole('checkbox').check();
    await province.getByRole('button', { name: 'Gia hạn…' }).click();
    await province.getByRole('button', { name: 'Lập 2 đề nghị' }).click();
    await province.getByRole('heading', { level: 1, name: 'Đã lập 2 đề nghị' }).waitFor();
    await inBoth(province, '99-renewals-asked');
    await province.getByRole('link', { name: 'Lập hồ sơ gửi nơi cấp' }).click();
    await province.getByRole('button', { name: 'Lập hồ sơ từ các đề nghị chưa gửi' }).click();
    await province.getByText('SHA-256 của hồ sơ').waitFor();
    for (const name of ['Đỗ Thái Bình', 'Đinh Ngọc Hà', 'Vương Ngọc Diệp', 'Lý Anh Đức', 'Nguyễn Tiến Dũng'])
      await province.getByRole('row').filter({ hasText: name }).waitFor();
    await inBoth(province, '99-request-of-asks');
  });

  test('nothing on the way made a script fail or a server stumble', () => {
    for (const one of seats) expect(one.complaints).toEqual([]);
  });
});
