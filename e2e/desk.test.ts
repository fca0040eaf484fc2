import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, chromiumPath, launch, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { consent, openAgent, signIn } from './walk.ts';

const SUBJECT = 'Hướng dẫn lập dự toán thu, chi ngân sách cấp xã năm 2027';
const RETURNED = 'Đề nghị bổ sung căn cứ và thời hạn gửi báo cáo.';

/** What a desk sees when things do not go straight: returned, refused, retried, voided, handed on. */
describe.skipIf(chromiumPath === undefined)('the desk', () => {
  let installation: Installation;
  let browser: Browser;
  let agent: Page;
  let clerk: Seat;
  let address = '';
  const seats: Seat[] = [];

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    agent = await openAgent(browser, installation);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  const sit = async (name: string): Promise<Seat> => {
    const place = await signIn(browser, installation, name);
    seats.push(place);
    return place;
  };
  const accessible = async (page: Page): Promise<void> => expect(await accessibilityFindings(page)).toEqual([]);
  /** The state in both languages, without a finding of axe; the page is Vietnamese again afterwards. */
  const inBoth = async (page: Page, name: string): Promise<void> => {
    await shot(page, name);
    await accessible(page);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Tiếng Việt' }).waitFor();
    await shot(page, `${name}-en`);
    await page.getByRole('button', { name: 'Tiếng Việt' }).click();
    await page.getByRole('button', { name: 'English' }).waitFor();
  };
  const open = async (page: Page, text = SUBJECT): Promise<void> => {
    await page
      .getByRole('link', { name: new RegExp(text, 'i') })
      .first()
      .click();
    await page.locator('canvas').first().waitFor();
  };
  const refuseOnDevice = async (office: Page): Promise<void> => {
    const code = (await office.locator('.job-code strong').first().textContent())?.trim() ?? '';
    await agent.bringToFront();
    await agent.getByText(code, { exact: true }).first().waitFor();
    await agent.getByRole('button', { name: 'Từ chối' }).first().click();
    await office.bringToFront();
    await office.getByText('Người giữ khóa từ chối', { exact: false }).first().waitFor();
  };

  test('a leader returns a draft with a reason; without one the form says so', async () => {
    const leader = await sit('stc.hung');
    const { page } = leader;
    await open(page);
    address = page.url();
    await page.getByRole('button', { name: 'Trả lại người soạn' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Trả lại người soạn' }).click();
    await dialog.getByText('Ghi lý do, ít nhất 3 ký tự').waitFor();
    await accessible(page);
    await dialog.getByLabel('Lý do và điều cần sửa').fill(RETURNED);
    await dialog.getByRole('button', { name: 'Trả lại người soạn' }).click();
    await page.getByText('Đang chờ Nguyễn Thị Lan sửa').waitFor();
    await inBoth(page, '70-returned');
  });

  test('the drafter reads why, changes the draft and submits it again', async () => {
    const { page } = await sit('stc.lan');
    await page.goto(address);
    await page.getByText(RETURNED, { exact: false }).first().waitFor();
    await page.getByRole('link', { name: 'Sửa dự thảo' }).click();
    await page.getByLabel('Trích yếu').fill('');
    await page.getByRole('button', { name: 'Tiếp: chọn vị trí' }).click();
    await page.getByRole('link', { name: 'Nhập trích yếu, ít nhất 3 ký tự' }).click();
    await page.locator('textarea:focus').waitFor();
    await inBoth(page, '71-draft-with-a-problem');
    await page.getByLabel('Trích yếu').fill('hướng dẫn lập dự toán thu, chi ngân sách cấp xã năm 2027 (sửa đổi)');
    await page.getByRole('button', { name: 'Tiếp: chọn vị trí' }).click();
    await page.locator('canvas').first().waitFor();
    await page.getByRole('button', { name: 'Tiếp: kiểm tra lại' }).click();
    await page.getByRole('button', { name: /^Trình .* ký$/ }).click();
    await page.getByText('Đang chờ Trần Quốc Hùng ký').waitFor();
  });

  test('the signature is placed with keys alone; a refusal on the device leaves the document as it was, and it is signed again', async () => {
    const leader = seats[0] as Seat;
    const { page } = leader;
    await page.goto(`${installation.url}/lam-viec`);
    await page.getByRole('link', { name: /sửa đổi/ }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('canvas').first().waitFor();
    await page.keyboard.press('s');
    const box = page.locator('.signature-box');
    await box.waitFor();
    const left = page.getByLabel('Từ trái (mm)');
    const before = Number(await left.inputValue());
    await box.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    expect(Number(await left.inputValue())).toBe(before - 11);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowRight');
    // As a person does: not before the button takes it (the list of keys may still be on its way).
    await page.getByRole('button', { name: 'Tiếp: kiểm tra lại', disabled: false }).press('Enter');
    await page.getByRole('button', { name: 'Ký số và chuyển văn thư', disabled: false }).press('Enter');
    await page.locator('.job-code').waitFor();
    await refuseOnDevice(page);
    await inBoth(page, '72-device-refused');
    await page.getByRole('button', { name: 'Ký lại' }).click();
    await page.getByRole('button', { name: 'Ký số và chuyển văn thư' }).click();
    await page.locator('.job-code').waitFor();
    await consent(page, agent);
    await page.getByRole('heading', { name: 'Đã ký số' }).waitFor();
  });

  const issue = async (page: Page, number: number): Promise<void> => {
    await page.getByRole('checkbox').first().check();
    await page.getByRole('button', { name: new RegExp(`^Cấp số ${number}`) }).click();
    await page.locator('.job-code').waitFor();
  };

  test('a refused seal keeps its number; sealed again it is refused again, then the number is released and voided the next time', async () => {
    clerk = await sit('stc.hoa');
    const { page } = clerk;
    await page.goto(`${address}/phat-hanh`);
    await page.getByRole('button', { name: /^Cấp số 2491/ }).click();
    await page.getByText('Đánh dấu xác nhận trước khi phát hành').first().waitFor();
    await issue(page, 2491);
    await refuseOnDevice(page);
    await page.getByText('Đã giữ số 2491/STC-QLNS').first().waitFor();
    await inBoth(page, '73-awaiting-seal');
    await page.getByRole('button', { name: 'Đóng dấu lại với số 2491/STC-QLNS' }).click();
    await page.locator('.job-code').waitFor();
    await refuseOnDevice(page);
    await page.getByText('Trả hoặc hủy số đã giữ').click();
    await page.getByRole('button', { name: 'Trả số 2491/STC-QLNS vào dãy' }).click();
    await page.getByText('Ghi lý do, ít nhất 3 ký tự').waitFor();
    await inBoth(page, '74-release-or-void');
    await page.getByRole('textbox', { name: 'Lý do' }).fill('Phát hiện lỗi thể thức trước khi đóng dấu');
    await page.getByRole('button', { name: 'Trả số 2491/STC-QLNS vào dãy' }).click();
    await page.getByText('Đã trả số 2491/STC-QLNS vào dãy').waitFor();
    await inBoth(page, '75-released');

    await issue(page, 2491);
    await refuseOnDevice(page);
    await page.getByText('Trả hoặc hủy số đã giữ').click();
    await page.getByRole('radio', { name: /^Hủy số/ }).check();
    await page.getByRole('textbox', { name: 'Lý do' }).fill('Sai thể thức, in lại văn bản');
    await page.getByRole('button', { name: 'Hủy số 2491/STC-QLNS' }).click();
    await page.getByText('Đã hủy số 2491/STC-QLNS').waitFor();
    await issue(page, 2492);
    await consent(page, agent);
    await page.getByRole('heading', { name: 'Đã ban hành 2492/STC-QLNS' }).waitFor();
    await page.getByText('6 / 6 nơi đã nhận được').waitFor();
  });

  test('the register shows the issued and the voided number, with every column in sight', async () => {
    const { page } = clerk;
    await page.goto(`${installation.url}/lam-viec/so-dang-ky`);
    await page
      .getByRole('link', { name: /văn bản đi/ })
      .first()
      .click();
    await page.getByText('2492/STC-QLNS').first().waitFor();
    await page.getByText('Số đã hủy: Sai thể thức, in lại văn bản').waitFor();
    const hidden = await page.locator('.register-wrap').evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(hidden, 'pixels of the register beyond its frame').toBeLessThanOrEqual(0);
    await inBoth(page, '76-register-with-a-voided-number');
  });

  test('a receiving clerk refuses with a reason that the sender reads', async () => {
    const { page } = await sit('binhan.huong');
    await open(page, 'sửa đổi');
    await page.getByText('Văn bản này còn nguyên vẹn', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Từ chối tiếp nhận' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Từ chối và báo nơi gửi' }).click();
    await dialog.getByText('Giải thích ít nhất 3 ký tự').waitFor();
    await accessible(page);
    await dialog.getByLabel('Lý do').selectOption({ label: 'Gửi nhầm nơi nhận' });
    await dialog.getByLabel('Giải thích cho nơi gửi').fill('Không thuộc thẩm quyền của phường.');
    await dialog.getByRole('button', { name: 'Từ chối và báo nơi gửi' }).click();
    await page.getByText('Đã từ chối', { exact: false }).first().waitFor();
    await inBoth(page, '77-refused');
    await clerk.page.goto(address);
    await clerk.page.getByText('Không thuộc thẩm quyền của phường.', { exact: false }).first().waitFor();
    await shot(clerk.page, '78-sender-reads-the-refusal');
  });

  test('an incoming document is assigned, assigned again, and reported as done; the sender sees that too', async () => {
    const { page } = await sit('dongtien.van');
    await open(page, 'sửa đổi');
    await page.getByRole('button', { name: 'Vào sổ và xác nhận với nơi gửi' }).click();
    await page.getByText(/Đã vào sổ, số đến \d+/).waitFor();
    const assign = async (name: string): Promise<void> => {
      const people = page.getByLabel('Người xử lý');
      const label = (await people.locator('option').allTextContents()).find((text) => text.startsWith(name)) as string;
      await people.selectOption({ label });
      await page.getByRole('button', { name: 'Phân công', exact: true }).click();
      await page.getByText(`phân công cho ${name}`, { exact: false }).first().waitFor();
    };
    await page.getByLabel('Người xử lý').locator('option').nth(1).waitFor({ state: 'attached' });
    await assign('Phạm Hoàng Long');
    await page.getByText('Phân công lại').click();
    await assign('Trần Thị Vân');
    await inBoth(page, '79-assigned-again');
    await page.getByRole('button', { name: 'Báo hoàn thành' }).click();
    await page.getByText('Hoàn thành').first().waitFor();
    await inBoth(page, '80-done');
    await clerk.page.reload();
    await clerk.page.getByText('đã xử lý xong', { exact: false }).first().waitFor();
  });

  test('somebody with two positions changes from one to the other and sees only what belongs to it', async () => {
    const { page } = await sit('stc.yen');
    expect(await page.getByRole('link', { name: 'Soạn văn bản' }).count()).toBe(0);
    await page.getByRole('button', { name: /Chức vụ đang dùng: Phó Giám đốc/ }).click();
    await shot(page, '81-positions');
    await accessible(page);
    await page.getByRole('radio', { name: /Phụ trách phòng/ }).click();
    await page.getByRole('link', { name: 'Soạn văn bản' }).waitFor();
    await page.getByText('Phòng Quản lý ngân sách', { exact: false }).first().waitFor();
    await inBoth(page, '82-other-position');
  });

  test('an address that leads nowhere and a document of nobody say so', async () => {
    const { page } = clerk;
    await page.goto(`${installation.url}/lam-viec/khong-co-trang-nay`);
    await page.getByRole('heading', { level: 1, name: 'Không có trang này' }).waitFor();
    await inBoth(page, '83-no-such-page');
    await page.goto(`${installation.url}/lam-viec/van-ban-di/6b0c7f4e-0000-4000-8000-000000000000`);
    await page.getByRole('heading', { level: 1, name: 'Không tìm thấy' }).waitFor();
    await inBoth(page, '84-no-such-document');
  });

  test('nothing at the desk made a script fail or a server stumble', () => {
    for (const one of seats) expect(one.complaints).toEqual([]);
  });
});
