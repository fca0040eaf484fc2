import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve, type ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect } from 'vitest';
import { createApp } from '@antin/adapters/http/app';
import { border } from '@antin/adapters/http/border';
import { createLog } from '@antin/adapters/log/log';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { useFolder } from '@antin/testkit/folder';
import { ConsoleForTests, PAPER, sha256Of } from './console-for-tests.ts';
import { consoleProblems } from './console.ts';

export const run = promisify(execFile);

export function serverItem(hostNames: readonly string[], use: 'tls-server' | 'tls-client' = 'tls-server'): RequestItem {
  return {
    act: 'new',
    id: randomUUID(),
    managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'Tỉnh Ví Dụ' },
    subject: {
      ...{ form: '03', name: 'Cổng dịch vụ Sở Tài chính', use, hostNames: [...hostNames], owner: 'Sở Tài chính' },
      keeper: { fullName: 'Trần Văn Mạng', title: 'Quản trị hệ thống', mail: 'mang@stc.gov.vn', phone: '0901234567' },
    },
    device: 'remote',
    attachments: [sha256Of(PAPER) as never],
  };
}

export interface Machine {
  readonly itemId: string;
  readonly account: { readonly id: string; readonly kid: string };
  readonly secret: string;
}

/** The machines' door of an issuer on a port of its own, and whatever real clients need around it. */
export class MachinesForTests {
  readonly home = useFolder();
  t!: ConsoleForTests;
  origin = '';
  /** Why nothing is issued; tests turn it. */
  closed: { readonly code: string; readonly text: string } | undefined;

  path(name: string): string {
    return join(this.home.path, name);
  }

  /** Opens before the tests of a file and closes after them. */
  static use(): MachinesForTests {
    const made = new MachinesForTests();
    let end: () => Promise<void>;
    beforeAll(async () => {
      end = await made.open();
    });
    afterAll(() => end());
    return made;
  }

  private async open(): Promise<() => Promise<void>> {
    const t = await ConsoleForTests.open();
    const app = createApp({ log: createLog({ level: 'silent' }), problems: consoleProblems });
    const server = await new Promise<ServerType>((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made));
    });
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Real clients check dates: the clock of this authority is the computer's from here on.
    await t.later((Date.now() - t.authority.now) / 86_400_000);
    // What the officers' routes of the test belong to.
    const first = t.authority.service;
    const settings = { profile: 'practice', signedActs: 'when-present', secureCookie: false } as const;
    await t.authority.open({
      baseUrl: `${this.origin}/authority`,
      clock: Date.now,
      console: settings,
      closed: () => this.closed,
    });
    app.route('/', t.authority.service.machines());
    // The same, as a proxy on this computer reaches it.
    const believed = new Hono();
    believed.use(border(['127.0.0.1']));
    believed.route('/', t.authority.service.machines());
    app.all('/believed/*', (c) =>
      believed.fetch(new Request(c.req.url.replace('/believed', ''), c.req.raw), c.env as Record<string, unknown>),
    );
    this.t = t;
    return async () => {
      server.close();
      await t.close();
      await first.stop();
    };
  }

  /** The certificate of an answer of EST, as PEM, also in a file. */
  pemOf(base64: string, name: string): string {
    this.home.put(`${name}.p7`, Buffer.from(base64, 'base64'));
    const pem = execFileSync('openssl', ['pkcs7', '-inform', 'DER', '-in', this.path(`${name}.p7`), '-print_certs'], {
      encoding: 'utf8',
    });
    this.home.put(`${name}.pem`, pem);
    return pem;
  }

  /** A request that two officers agreed on, and the account that a third opened for it. */
  async machine(hostNames: readonly string[], use: 'tls-server' | 'tls-client' = 'tls-server'): Promise<Machine> {
    const [id] = await this.t.submitted([serverItem(hostNames, use)]);
    const shown = await this.t.proposed(id!);
    expect(await this.t.approve('approver', id!, shown)).toBe('approved');
    const until = new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10);
    return { itemId: id!, ...(await this.t.post('issuer', '/machine-accounts', { itemId: id, until })) };
  }

  /** A key and a PKCS#10 of it as `name.key`, `.csr`, `.der` and `.b64`. */
  csr(name: string, hosts: readonly string[], subject = '/CN=ignored'): void {
    execFileSync(
      'openssl',
      [
        'req',
        '-new',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        subject,
        ...(hosts.length === 0 ? [] : ['-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`]),
        '-keyout',
        this.path(`${name}.key`),
        '-out',
        this.path(`${name}.csr`),
      ],
      { stdio: 'ignore' },
    );
    execFileSync('openssl', ['req', '-in', this.path(`${name}.csr`), '-outform', 'DER', '-out', this.path(`${name}.der`)]);
    execFileSync('openssl', ['base64', '-in', this.path(`${name}.der`), '-out', this.path(`${name}.b64`)]);
  }
}

/** With the status as the last line. */
export const curl = async (...args: string[]): Promise<string> =>
  (await run('curl', ['-s', '-w', '\n%{http_code}', ...args])).stdout;
