import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { DocumentView } from '@antin/protocol/office/documents';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { accessibilityFindings, chromiumPath, launch, seat, shot } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { deskOf, submitSeveral } from './papers.ts';
import { consent, openAgent, signIn } from './walk.ts';

/** The authority's own time-stamp service behind a line that can be cut. */
class Line {
  readonly #server: Server;
  up = false;
  asked = 0;
  behind = '';
  constructor() {
    this.#server = createServer((request, response) => {
      this.asked += 1;
      if (!this.up) return void request.socket.destroy();
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        fetch(`${this.behind}/authority/tsa`, {
          method: 'POST',
          headers: { 'content-type': request.headers['content-type'] ?? '' },
          body: new Uint8Array(Buffer.concat(pieces)),
        }).then(
          async (answer) => {
            response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
            response.end(Buffer.from(await answer.arrayBuffer()));
          },
          () => response.destroy(),
        );
      });
    });
  }
  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/tsa`;
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The time-stamp authority is away when the leader signs, when the power fails, and comes back one day. */
describe.skipIf(chromiumPath === undefined)('a time-stamp that comes later', () => {
  let browser: Browser;
  let installation: Installation;
  let agent: Page;
  let env: Record<string, string>;
  const line = new Line();
  let id = '';
  beforeAll(async () => {
    env = { ANTIN_TSA_URL: await line.listen() };
    installation = await startInstallation({ data: folder, env });
    line.behind = installation.url;
    browser = await launch();
    agent = await openAgent(browser, installation);
    const [document] = await submitSeveral(installation, browser, 1);
    id = document?.id ?? '';
  });
  afterAll(async () => {
    line.close();
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const folder = mkdtempSync(join(tmpdir(), 'antin later '));
  const clean = async (page: Page): Promise<void> => expect(await accessibilityFindings(page)).toEqual([]);
  const view = async (): Promise<DocumentView> => (await deskOf(installation, 'stc.hoa'))('GET', `/api/documents/${id}`);
  const until = async (good: (seen: DocumentView) => boolean): Promise<DocumentView> => {
    for (let n = 0; n < 300; n += 1) {
      const seen = await view();
      if (good(seen)) return seen;
      await sleep(200);
    }
    throw new Error(`did not come to pass: ${JSON.stringify(await view()).slice(0, 800)}`);
  };

  test('does not hold the leader up, and everybody sees what is still to come', async () => {
    const { page, complaints } = await signIn(browser, installation, 'stc.hung');
    await page.goto(`${installation.url}/lam-viec/van-ban-di/${id}/ky`);
    await page.locator('.signature-box').first().waitFor();
    await page.getByRole('button', { name: 'Tiếp: kiểm tra lại' }).click();
    await page.getByRole('button', { name: 'Ký số và chuyển văn thư' }).click();
    await page.locator('.job-code').waitFor();
    await consent(page, agent);
    await page.getByRole('heading', { name: 'Đã ký số' }).waitFor();
    await page.getByText('Máy chủ dấu thời gian chưa trả lời', { exact: false }).waitFor();
    await shot(page, '80-signed-time-stamp-to-come');
    await clean(page);
    const clerk = await signIn(browser, installation, 'stc.hoa');
    await clerk.page.getByText('Chờ dấu thời gian').first().waitFor();
    await shot(clerk.page, '81-clerk-sees-the-time-stamp-to-come');
    await clean(clerk.page);
    await clerk.page.goto(`${installation.url}/lam-viec/van-ban-di/${id}`);
    await clerk.page.locator('canvas').first().waitFor();
    await clerk.page.getByText('Chờ dấu thời gian').first().waitFor();
    await shot(clerk.page, '82-document-time-stamp-to-come');
    await clean(clerk.page);
    await clerk.page.goto(`${installation.url}/lam-viec/van-ban-di/${id}/phat-hanh`);
    await clerk.page.getByText('đang chờ dấu thời gian', { exact: false }).waitFor();
    await shot(clerk.page, '83-issue-time-stamp-to-come');
    await clean(clerk.page);
    expect(await view()).toMatchObject({ state: 'signed', timeStampPending: true, signatures: [{ level: 'B-B' }] });
    expect([...complaints, ...clerk.complaints]).toEqual([]);
  });

  test('survives a power cut, and comes by itself when the authority is back', async () => {
    const before = await view();
    await installation.stop('SIGKILL');
    installation = await startInstallation({ data: folder, env });
    line.behind = installation.url;
    const asked = line.asked;
    expect(await view()).toMatchObject({ state: 'signed', timeStampPending: true });
    for (let n = 0; n < 300 && line.asked === asked; n += 1) await sleep(100);
    expect(line.asked).toBeGreaterThan(asked);
    line.up = true;
    const after = await until((seen) => seen.timeStampPending === undefined);
    expect(after).toMatchObject({ state: 'signed', version: before.version, signatures: [{ level: 'B-T', status: 'valid' }] });
    expect(after.history.filter((entry) => entry.event === 'TimeStampAdded')).toHaveLength(1);
  });

  test('is there when the document leaves: what is issued proves itself with nothing but the root', async () => {
    agent = await openAgent(browser, installation);
    const clerk = await signIn(browser, installation, 'stc.hoa');
    const { page } = clerk;
    await page.goto(`${installation.url}/lam-viec/van-ban-di/${id}/phat-hanh`);
    await page.getByRole('checkbox').first().check();
    line.up = false;
    await page.getByRole('button', { name: /^Cấp số 2491/ }).click();
    await page.locator('.job-code').waitFor();
    await consent(page, agent);
    // Sealed, numbered, and still in the house: nothing leaves without its time-stamps.
    await page.getByText('máy chủ dấu thời gian chưa trả lời', { exact: false }).waitFor();
    await shot(page, '84-seal-waits-for-its-time-stamp');
    await clean(page);
    expect(await view()).toMatchObject({ state: 'awaiting-seal', deliveries: [] });
    line.up = true;
    await page.getByRole('heading', { name: 'Đã ban hành 2491/STC-QLNS' }).waitFor({ timeout: 60_000 });
    const issued = await until((seen) => seen.state === 'issued');
    expect(issued.signatures).toMatchObject([
      { level: 'B-LT', status: 'valid' },
      { level: 'B-LT', status: 'valid' },
    ]);
    const saving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Tải văn bản (PDF)' }).click();
    const path = await (await saving).path();
    const work = mkdtempSync(join(tmpdir(), 'antin-later-'));
    try {
      const trust = join(work, 'root.crt');
      const root = await (await fetch(`${installation.url}/authority/ca/root.crt`)).arrayBuffer();
      writeFileSync(trust, Buffer.from(root));
      const antin = fileURLToPath(new URL('../cli/antin.mjs', import.meta.url));
      const judged = spawnSync(process.execPath, [antin, 'validate', path, '--trust', trust, '--offline'], { encoding: 'utf8' });
      expect(judged.status, judged.stdout + judged.stderr).toBe(0);
      const bytes = new Uint8Array(readFileSync(path));
      if (tools.qpdf) expect(qpdfCheck(bytes).status).toBe(0);
      if (tools.pdfsig) expect(pdfsig(bytes).valid).toBe(2);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
    const visitor = await seat(browser);
    await visitor.page.goto(`${installation.url}/kiem-tra`);
    await visitor.page.locator('#file').setInputFiles(path);
    await visitor.page.getByText('kiểm tra được không cần mạng', { exact: false }).first().waitFor();
    await visitor.page.getByText('Các chữ ký trong văn bản').scrollIntoViewIfNeeded();
    await shot(visitor.page, '85-verifier-says-what-the-level-means');
    await clean(visitor.page);
    expect([...clerk.complaints, ...visitor.complaints]).toEqual([]);
  });
});
