import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { DocumentView } from '@antin/protocol/office/documents';
import { chromiumPath, launch } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { openAgent } from './walk.ts';

/** A person at the office's API; the consent still happens in the device's own page. */
class Desk {
  readonly #url: string;
  readonly #cookie: string;
  constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }
  static async of(installation: Installation, signInName: string): Promise<Desk> {
    const answer = await fetch(`${installation.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ signInName, password: installation.password }),
    });
    return new Desk(installation.url, (answer.headers.get('set-cookie') ?? '').split(';')[0] as string);
  }
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { cookie: this.#cookie, origin: this.#url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly subject: string }[];
}

/** Power cuts at any moment of number–seal–register–dispatch: never half done, never a doubled number, delivery goes on. */
describe.skipIf(chromiumPath === undefined)('kill -9 of the whole system', () => {
  let browser: Browser;
  let installation: Installation;
  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  /** On the same data and the same port: an order names the address that it came from. */
  const again = (): Promise<Installation> =>
    startInstallation({ data: installation.data, args: ['--port', new URL(installation.url).port] });
  const consentTo = async (agent: Page, code: string): Promise<void> => {
    await agent.getByText(code, { exact: true }).first().waitFor();
    await agent.getByRole('button', { name: 'Ký', exact: true }).first().click();
  };
  const until = async <T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> => {
    for (let i = 0; i < 300; i++) {
      const value = await look();
      if (good(value)) return value;
      await sleep(200);
    }
    throw new Error(`did not come to pass: ${JSON.stringify(await look()).slice(0, 600)}`);
  };

  test('after the number is reserved, and again after the device has signed', async () => {
    let agent = await openAgent(browser, installation);
    const leader = await Desk.of(installation, 'stc.hung');
    const [waiting] = (await leader.call<Listed>('GET', '/api/documents?mine=to-sign')).items;
    const id = waiting?.id as string;
    const credential = async (desk: Desk, kind: string): Promise<string> =>
      (await desk.call<{ credentials: { id: string }[] }>('GET', `/api/credentials?kind=${kind}`)).credentials[0]?.id as string;
    const before = await leader.call<DocumentView>('GET', `/api/documents/${id}`);
    const place = before.places?.signature ?? { page: 1, rect: [330, 240, 144, 60] };
    const signing = await leader.call<{ comparisonCode: string }>('POST', `/api/documents/${id}/sign`, {
      version: before.version,
      credentialId: await credential(leader, 'person'),
      place,
    });
    await consentTo(agent, signing.comparisonCode);
    const signed = await until(
      () => leader.call<DocumentView>('GET', `/api/documents/${id}`),
      (view) => view.state === 'signed',
    );

    let clerk = await Desk.of(installation, 'stc.hoa');
    const day = (await clerk.call<{ date: string }>('GET', `/api/documents/${id}/issue`)).date;
    await clerk.call('POST', `/api/documents/${id}/issue`, {
      version: signed.version,
      credentialId: await credential(clerk, 'organisation'),
      date: day,
    });
    await installation.stop('SIGKILL');

    installation = await again();
    clerk = await Desk.of(installation, 'stc.hoa');
    const reserved = await clerk.call<DocumentView>('GET', `/api/documents/${id}`);
    expect(reserved.state).toBe('awaiting-seal');
    expect(reserved.reservation?.number).toBe(2491);
    expect(reserved.numberAndNotation).toBe('2491/STC-QLNS');

    agent = await openAgent(browser, installation);
    // The order may still stand (it lives five minutes); a new one is made for the same prepared files if it does not.
    const current =
      reserved.jobId === undefined
        ? undefined
        : await clerk.call<{ comparisonCode: string; state: string }>('GET', `/api/jobs/${reserved.jobId}`);
    const order =
      current !== undefined && ['waiting', 'fetched'].includes(current.state)
        ? current
        : await clerk.call<{ comparisonCode: string }>('POST', `/api/documents/${id}/issue/retry`, {
            credentialId: await credential(clerk, 'organisation'),
          });
    await consentTo(agent, order.comparisonCode);
    await sleep(150);
    await installation.stop('SIGKILL');

    installation = await again();
    clerk = await Desk.of(installation, 'stc.hoa');
    const now = await clerk.call<DocumentView>('GET', `/api/documents/${id}`);
    expect(['awaiting-seal', 'issued']).toContain(now.state);
    expect(now.reservation?.number ?? 2491).toBe(2491);
    if (now.state === 'awaiting-seal') {
      // Either the values arrive by themselves (the agent repeats its answer), or the device is asked once more.
      agent = await openAgent(browser, installation);
      await sleep(3000);
      const open = await clerk.call<DocumentView>('GET', `/api/documents/${id}`);
      if (open.state === 'awaiting-seal' && (open.acts.find((act) => act.act === 'retry-seal')?.allowed ?? false)) {
        const retried = await clerk.call<{ comparisonCode: string }>('POST', `/api/documents/${id}/issue/retry`, {
          credentialId: await credential(clerk, 'organisation'),
        });
        await consentTo(agent, retried.comparisonCode);
      }
    }
    const issued = await until(
      () => clerk.call<DocumentView>('GET', `/api/documents/${id}`),
      (view) => view.state === 'issued' && view.deliveries.length === 6 && view.deliveries.every((one) => one.state !== 'queued'),
    );
    expect(issued.numberAndNotation).toBe('2491/STC-QLNS');
    const { registers } = await clerk.call<{ registers: { id: string; direction: string; lastNumber: number }[] }>(
      'GET',
      '/api/registers',
    );
    const book = registers.find((one) => one.direction === 'outgoing');
    const { items } = await clerk.call<{ items: { number: number; state: string }[] }>(
      'GET',
      `/api/registers/${book?.id}/entries`,
    );
    expect(items.map((one) => [one.number, one.state])).toEqual([[2491, 'issued']]);
  });
});
