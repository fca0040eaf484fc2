import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { Api } from './api.ts';
import { accessibilityFindings, chromiumPath, launch, seat, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { printedLetter } from './letter.ts';
import { consent, openAgent, signIn } from './walk.ts';

const NAME = 'Võ Mạnh Cường';
const SERIAL = 'PKI-53-2027-0001';
const DESK = '/co-quan-chung-thuc';

/**
 * After the request has left: issued, handed over on the receiver's own device with the new key, in use, asked about, revoked,
 * its device given back. Requests and results travel as files.
 */
describe.skipIf(chromiumPath === undefined)('the life of a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'antin life '));
  const seats: Seat[] = [];
  let installation: Installation;
  let browser: Browser;
  /** The practice device: keys of the issuer's officers and of the province's own signature. */
  let officers: Page;
  let office: Page;
  let clerk: Page | undefined;
  let receiver: Page;
  let device: ChildProcess | undefined;
  const issuers = new Map<string, Page>();
  let certificate = '';

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    officers = await openAgent(browser, installation);
  });
  afterAll(async () => {
    device?.kill('SIGINT');
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const sit = async (name: string): Promise<Page> => {
    const place = await signIn(browser, installation, name);
    seats.push(place);
    return place.page;
  };
  const inBoth = async (page: Page, name: string): Promise<void> => {
    await shot(page, name);
    expect(await accessibilityFindings(page), name).toEqual([]);
    await page.getByRole('button', { name: 'English', exact: true }).click();
    await page.getByRole('button', { name: 'Tiếng Việt' }).waitFor();
    await shot(page, `${name}-en`);
    await page.getByRole('button', { name: 'Tiếng Việt' }).click();
    await page.getByRole('button', { name: 'English', exact: true }).waitFor();
  };
  /** An officer of the issuer at a screen of their own; who has sat down before is still signed in. */
  const officer = async (name: string): Promise<Page> => {
    const known = issuers.get(name);
    if (known !== undefined) return known;
    const place = await seat(browser);
    seats.push(place);
    const { page } = place;
    issuers.set(name, page);
    await page.goto(`${installation.url}${DESK}`);
    await page.getByLabel('Tên đăng nhập').fill(name);
    await page.getByLabel('Mật khẩu', { exact: true }).fill(installation.password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('heading', { name: 'Việc chờ tôi', level: 1 }).waitFor();
    return page;
  };
  /** One act of an officer on the subscriber's request that waits for it, signed on the officers' device. */
  const officerActs = async (
    name: string,
    waiting: string,
    link: string,
    button: string,
    outcome: string,
    before?: (page: Page) => Promise<void>,
  ) => {
    const page = await officer(name);
    await page.goto(`${installation.url}${DESK}/yeu-cau?waiting=${waiting}`);
    // A request about a certificate is listed by its serial number: the only one that waits.
    await page.locator('tbody').getByRole('link').first().click();
    await page.getByText('khớp với nội dung trên màn hình').waitFor();
    if (name === 'ca.tiepnhan') {
      await page.getByRole('button', { name: 'Ghi căn cứ đã xem' }).click();
      await page.getByRole('dialog').getByLabel('Đã xem gì').fill('Thẻ căn cước, cấp ngày 12/03/2023');
      await page.getByRole('dialog').getByRole('button', { name: 'Ghi căn cứ' }).click();
    }
    await page.getByRole('link', { name: link }).click();
    await before?.(page);
    await page.getByRole('button', { name: button }).click();
    await page.locator('.job-code').waitFor();
    await consent(page, officers);
    await page.getByRole('heading', { name: outcome }).waitFor();
    return page;
  };
  /** What the office made is signed by its clerk and carried to the issuer, whose registration takes the file in. */
  const carry = async (): Promise<void> => {
    await office.getByText('Chưa ký').first().waitFor();
    if (clerk === undefined) {
      // The first one is led: its head signs before the organisation, and the issuer names both.
      const leader = await sit('ub.son');
      await leader.goto(office.url());
      await leader.getByRole('button', { name: 'Ký với tư cách lãnh đạo', disabled: false }).click();
      await leader.locator('.job-code').waitFor();
      await consent(leader, officers);
      await leader.getByText('Hoàng Ngọc Sơn đã ký lúc', { exact: false }).waitFor();
    }
    const led = clerk === undefined;
    clerk ??= await sit('ub.mai');
    await clerk.goto(office.url());
    await clerk.getByRole('button', { name: 'Ký số hồ sơ', disabled: false }).click();
    await clerk.locator('.job-code').waitFor();
    await consent(clerk, officers);
    await clerk.getByText('Hồ sơ có thể gửi').waitFor();
    await office.reload();
    const download = office.waitForEvent('download');
    await office.getByRole('link', { name: 'Tải tệp gửi đi (ZIP)' }).click();
    const file = join(folder, 'request.asice');
    await (await download).saveAs(file);
    await office.getByRole('button', { name: 'Gửi nơi cấp' }).click();
    await office.getByRole('dialog').getByRole('button', { name: 'Gửi nơi cấp' }).click();
    await office.getByText('Chờ chuyển tệp').first().waitFor();
    if (!issuers.has('ca.tiepnhan')) await registerSender(signerOf(file));
    const page = await officer('ca.tiepnhan');
    await page.goto(`${installation.url}${DESK}/ho-so`);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('Đã tiếp nhận', { exact: false }).first().waitFor();
    if (led) {
      await page.getByText('Lãnh đạo ký trước: Hoàng Ngọc Sơn, Chủ tịch').waitFor();
      await shot(page, 'life-submission-with-its-leader');
    }
    await office.getByRole('button', { name: 'Đã chuyển tệp cho nơi cấp' }).click();
    await office.getByRole('dialog').getByRole('button', { name: 'Đã chuyển tệp cho nơi cấp' }).click();
    await office.getByText('Đã gửi, chờ kết quả').first().waitFor();
  };
  /** Certificate of the organisation that signed what travels, after its leader where one did; DER in base64. */
  const signerOf = (file: string): string => {
    const zip = openZip(memorySource(readFileSync(file)), { inflateRaw: nodeInflateRaw });
    const part = (name: RegExp): string => {
      const content = zip.content(zip.entries.filter((entry) => name.test(entry.name)).at(-1)!);
      const path = join(folder, name.source.replace(/\W/g, ''));
      writeFileSync(path, content.read(0, content.size));
      return path;
    };
    const signer = join(folder, 'signer.pem');
    const signature = ['-in', part(/\.p7s$/), '-inform', 'DER', '-content', part(/ASiCManifest/)];
    execFileSync('openssl', ['cms', '-verify', '-noverify', '-binary', ...signature, '-signer', signer, '-out', '/dev/null'], {
      stdio: 'pipe',
    });
    return execFileSync('openssl', ['x509', '-in', signer, '-outform', 'DER']).toString('base64');
  };
  const registerSender = async (certificate: string): Promise<void> => {
    const [first, second] = await Promise.all(
      ['ca.quantri', 'ca.quantri2'].map((one) => Api.signIn(installation, one, '/authority')),
    );
    const sender = { kind: 'sender', code: 'H90', name: 'Ủy ban nhân dân tỉnh Sơn Hà', certificate };
    const { id } = await first!.call('POST', '/authority/api/officer-changes', sender);
    await second!.call('POST', `/authority/api/officer-changes/${id}/confirm`, {});
  };
  /** What the issuer answers comes back as its archive. */
  const bringBack = async (): Promise<void> => {
    const issuer = await officer('ca.tiepnhan');
    await issuer.goto(`${installation.url}${DESK}/ho-so`);
    const download = issuer.waitForEvent('download');
    await issuer.locator('a[href$="/results.zip"]').first().click();
    const file = join(folder, 'results.zip');
    await (await download).saveAs(file);
    await office.locator('input[type=file]').setInputFiles(file);
    await office.getByText('Áp dụng').first().waitFor();
  };

  test('a commune’s need becomes a request that is carried to the issuer', async () => {
    const [province, commune] = await Promise.all(['ub.tung', 'phuhoa.ha'].map((one) => Api.signIn(installation, one)));
    const deadline = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    const about = { name: 'Nhu cầu chứng thư số năm 2027', year: 2027, deadline, forms: ['01'] };
    const round = await province!.call('POST', '/api/needs', about);
    const { rounds } = await commune!.call('GET', '/api/needs');
    const { sheetId } = rounds[0];
    const cells = {
      fullName: NAME,
      citizenNumber: '001090000019',
      title: 'Chủ tịch',
      mail: 'cuong@sonha.gov.vn',
      phone: '0912345678',
    };
    const { items } = await commune!.call('POST', `/api/needs-sheets/${sheetId}/entries`, { rows: [{ form: '01', cells }] });
    const { annex } = await printedLetter(browser);
    await commune!.call('PUT', `/api/needs-entries/${items[0].id}/papers/form`, annex);
    const sheet = await commune!.call('GET', `/api/needs-sheets/${sheetId}`);
    const sent = await commune!.call('POST', `/api/needs-sheets/${sheetId}/submit`, { version: sheet.version });
    await province!.call('POST', `/api/needs-sheets/${sheetId}/accept`, { version: sent.version });
    const { version } = await province!.call('GET', `/api/needs/${round.id}`);
    const closed = await province!.call('PATCH', `/api/needs/${round.id}`, { version, state: 'closed' });
    const made = await province!.call('POST', `/api/needs/${round.id}/request`, {
      version: closed.version,
      number: '12/UBND-KT',
    });

    office = await sit('ub.tung');
    await office.goto(`${installation.url}/lam-viec/ho-so-cap/${made.requests[0].id}`);
    await carry();
    await inBoth(office, '120-request-carried');
  });

  test('the issuer approves and issues for a key made on the new device; the results come back', async () => {
    const key = join(folder, 'key.pem');
    const csr = join(folder, 'device.csr');
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x', '-batch'];
    execFileSync('openssl', ['req', '-new', ...made, '-keyout', key, '-out', csr], { stdio: 'pipe' });
    await officerActs('ca.tiepnhan', 'toCheck', 'Kiểm tra xong, đề nghị duyệt', 'Ký và đề nghị duyệt', 'Đã đề nghị duyệt');
    await officerActs('ca.duyet', 'toApprove', 'Duyệt yêu cầu', 'Ký và duyệt', 'Đã duyệt');
    await officerActs('ca.capphat', 'toIssue', 'Cấp chứng thư', 'Ký và cấp chứng thư', 'Đã cấp chứng thư', async (page) => {
      await page.getByLabel('Yêu cầu PKCS#10 tạo trên thiết bị').setInputFiles(csr);
      await page.getByLabel('Số sê-ri thiết bị').fill(SERIAL);
    });
    await bringBack();
    await inBoth(office, '121-results');
    await office.getByRole('link', { name: NAME }).click();
    await office.getByText('Việc có thể làm').waitFor();
    certificate = new URL(office.url()).pathname.split('/').at(-1) as string;
    await inBoth(office, '122-issued');
  });

  test('the device goes to its subscriber, who pairs it and signs the record with the new key', async () => {
    await office.getByRole('button', { name: 'Bàn giao cho thuê bao' }).click();
    await inBoth(office, '123-hand-over');
    await office.getByRole('button', { name: 'Lập biên bản bàn giao' }).click();
    await office.getByText(`Chờ ${NAME} ký`).waitFor();

    receiver = await sit('phuhoa.cuong');
    const api = await Api.signIn(installation, 'phuhoa.cuong');
    const view = await api.call('GET', `/api/certificates/${certificate}`);
    const start = await pairOwnDevice(view.sha256);
    await receiver.goto(`${installation.url}/lam-viec/chung-thu-cua-toi`);
    await receiver.getByText('Thiết bị chờ bạn ký nhận').waitFor();
    await receiver.getByRole('button', { name: 'Ký nhận bằng khóa mới', disabled: false }).waitFor();
    await inBoth(receiver, '124-my-new-device');
    await receiver.getByRole('button', { name: 'Ký nhận bằng khóa mới' }).click();
    await receiver.locator('.job-code').waitFor();
    await shot(receiver, '125-signing-the-record');
    await consent(receiver, start);
    await receiver.getByText('Thiết bị chờ bạn ký nhận').waitFor({ state: 'detached' });
    await receiver.getByText('Đang dùng').first().waitFor();
    await inBoth(receiver, '126-active');
    await office.reload();
    await office.getByText(`${NAME} đã ký nhận`).waitFor();
    await inBoth(office, '127-handed-over');
  });

  /** `antin agent` with a file of practice that holds the new key, paired at the receiver's own account. @returns its page */
  async function pairOwnDevice(sha256: string): Promise<Page> {
    const [cer, pem, p12, pass] = ['new.cer', 'new.pem', 'new.p12', 'pass'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ];
    let found: Response | undefined;
    for (let tries = 0; tries < 90 && found?.ok !== true; tries += 1) {
      if (tries > 0) await receiver.waitForTimeout(1000);
      found = await fetch(`${installation.url}/authority/certificates/${sha256}.cer`);
    }
    writeFileSync(cer, Buffer.from(await (found as Response).arrayBuffer()));
    writeFileSync(pem, execFileSync('openssl', ['x509', '-inform', 'DER', '-in', cer]));
    writeFileSync(pass, `${randomBytes(12).toString('hex')}\n`, { mode: 0o600 });
    const key = ['-inkey', join(folder, 'key.pem'), '-in', pem, '-out', p12, '-passout', `file:${pass}`];
    execFileSync('openssl', ['pkcs12', '-export', ...key], { stdio: 'pipe' });
    execFileSync('chmod', ['600', p12]);
    const antin = fileURLToPath(new URL('../cli/antin.mjs', import.meta.url));
    const own = ['--server', installation.url, '--p12', p12, '--pass-file', pass, '--folder', join(folder, 'agent')];
    device = spawn(process.execPath, [antin, 'agent', ...own, '--name', `PKI Token ${SERIAL}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ANTIN_AGENT_OPENER: 'none' },
    });
    let said = '';
    const heard = (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(said)?.[1];
          if (match !== undefined) resolve(match);
        };
        device!.stdout!.on('data', look);
        device!.once('exit', (code) => reject(new Error(`the device ended with ${code}: ${said}`)));
        look();
      });
    device.stdout!.on('data', (piece: Buffer) => (said += piece.toString()));
    const code = await heard(/Pairing code: (\S+)/);
    await receiver.goto(`${installation.url}/lam-viec/thiet-bi`);
    await receiver.getByLabel('Mã hiện trên thiết bị').fill(code);
    await receiver.getByRole('button', { name: 'Ghép thiết bị' }).click();
    await heard(/Paired with: (.+)/);
    const { page } = await seat(browser);
    await page.goto(await heard(/Signing page: (http\S+)/));
    await receiver.bringToFront();
    return page;
  }

  test('asking for renewal, then for recovery of a locked device; a revocation takes the place of both', async () => {
    await office.getByRole('button', { name: 'Đề nghị gia hạn' }).click();
    await office.getByRole('dialog').getByRole('button', { name: 'Đề nghị gia hạn' }).click();
    await office.getByText('Chưa gửi').first().waitFor();
    await office.getByRole('button', { name: 'Rút đề nghị' }).click();
    await office.getByText('Đã rút').first().waitFor();
    await office.getByRole('button', { name: 'Đề nghị khôi phục thiết bị' }).click();
    const dialog = office.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Đề nghị khôi phục thiết bị' }).click();
    await dialog.getByRole('link').first().waitFor();
    await dialog.getByLabel('Lý do').fill('Nhập sai mã PIN nhiều lần');
    await dialog.getByRole('button', { name: 'Đề nghị khôi phục thiết bị' }).click();
    await dialog.waitFor({ state: 'detached' });
    await office.getByRole('button', { name: 'Đề nghị thu hồi' }).click();
    await dialog.getByLabel('Căn cứ thu hồi').selectOption('device-broken');
    await shot(office, '128-asking-for-revocation');
    await dialog.getByRole('button', { name: 'Đề nghị thu hồi' }).click();
    await dialog.waitFor({ state: 'detached' });
    await inBoth(office, '129-revocation-asked');
    await office.goto(`${installation.url}/lam-viec/ho-so-cap`);
    await office.getByRole('button', { name: 'Lập hồ sơ từ các đề nghị chưa gửi' }).click();
    await carry();
    await officerActs('ca.thuhoi', 'toRevoke', 'Thu hồi chứng thư', 'Ký và thu hồi ngay', 'Đã thu hồi chứng thư');
    await bringBack();
    await office.getByRole('link', { name: NAME }).first().click();
    await office.getByText('Đã thu hồi').first().waitFor();
    await inBoth(office, '130-revoked');
  });

  test('the device of a revoked certificate is given back, and the whole life stands in its history', async () => {
    await office.getByRole('button', { name: 'Nhận lại thiết bị' }).click();
    await shot(office, '131-take-the-device-back');
    await office.getByRole('dialog').getByRole('button', { name: 'Ghi nhận' }).click();
    await office.getByRole('dialog').waitFor({ state: 'detached' });
    await inBoth(office, '132-device-returned');
    for (const place of seats) expect(place.complaints).toEqual([]);
  });
});
