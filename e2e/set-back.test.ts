import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { parseCrl } from '@antin/pki/crl/parse';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { decodePem } from '@antin/pki/pem';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';

const antin = fileURLToPath(new URL('../cli/antin.mjs', import.meta.url));
const NEW_PASSWORD = 'mật khẩu sau bản sao lưu';

interface Named {
  readonly issuerSha256: string;
  readonly serialHex: string;
}

/** One installation, one folder; started, stopped and set back as a person with a backup does. */
describe('an installation whose database is set back to yesterday’s backup', () => {
  const home = mkdtempSync(join(tmpdir(), 'antin set back '));
  const data = join(home, 'data');
  const copy = join(home, 'second place');
  const postgres = join(data, 'postgres');
  let port = 0;
  let url = '';
  let stop: (() => Promise<number | null>) | undefined;
  let password = '';

  /** `antin serve` in a process of its own, until it says that it is ready. */
  async function serve(): Promise<void> {
    const args = ['serve', '--data', data, '--port', String(port), '--log-level', 'fatal'];
    const child = spawn(process.execPath, [antin, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ANTIN_AGENT_OPENER: 'none', ANTIN_JOURNAL_COPY: copy },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()));
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    while (!output.includes('Ctrl-C')) {
      if (child.exitCode !== null) throw new Error(`antin serve ended with ${child.exitCode}:\n${output}`);
      await sleep(50);
    }
    url = /Antin: (http\S+)/.exec(output)![1]!;
    password = (JSON.parse(readFileSync(join(data, 'practice-sign-in.json'), 'utf8')) as { password: string }).password;
    stop = async () => {
      stop = undefined;
      child.kill('SIGINT');
      return exited;
    };
  }

  beforeAll(async () => {
    // Certificates name the address, so it stays.
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    port = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
  });
  afterAll(async () => {
    await stop?.();
    rmSync(home, { recursive: true, force: true });
  });

  async function call(method: string, path: string, body?: object, cookie = '') {
    const answer = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: url, cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value = (await answer.json()) as Record<string, never> & { code?: string };
    return { status: answer.status, value, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }
  const officer = (name: string, own = password) => call('POST', '/authority/api/session', { signInName: name, password: own });
  const asOfficer = async (name: string, method: string, path: string, body?: object) =>
    call(method, `/authority/api${path}`, body, (await officer(name)).cookie);
  const person = (name: string) => call('POST', '/api/session', { signInName: name, password });
  const health = async () => (await (await fetch(`${url}/healthz`)).json()) as Record<string, Record<string, string>>;
  const issuer = (): Certificate =>
    parseCertificate(decodePem(readFileSync(join(data, 'authority', 'practice-keys', 'issuing.crt'), 'utf8'))[0]!.bytes);
  async function ocspOf({ serialHex }: Named) {
    const body = buildOcspRequest([certId(issuer(), fromHex(serialHex), 'SHA-1', nodeCrypto)]);
    const headers = { 'content-type': 'application/ocsp-request' };
    const answer = await fetch(`${url}/authority/ocsp`, { method: 'POST', headers, body: new Uint8Array(body) });
    const { status, basic } = parseOcspResponse(new Uint8Array(await answer.arrayBuffer()));
    return basic?.responses[0]?.status.kind ?? status;
  }
  async function list() {
    const answer = await fetch(`${url}/authority/crl/issuing.crl`);
    return { status: answer.status, crl: answer.ok ? parseCrl(new Uint8Array(await answer.arrayBuffer())) : undefined };
  }
  const copied = (name: string): number => {
    const folder = join(copy, name);
    if (!existsSync(join(folder, 'entries.ndjson'))) return 0;
    const found = checkCopy(folder);
    return found.status === 'whole' ? found.entries : 0;
  };
  /** Until the second place has more than it had: each start brings it up to date at once. */
  async function copiedBeyond(before: { readonly authority: number; readonly agency: number }) {
    while (copied('authority') <= before.authority || copied('agency') <= before.agency) await sleep(100);
    return { authority: copied('authority'), agency: copied('agency') };
  }
  const restore = (...more: string[]) => {
    const keys = join(data, 'authority', 'practice-keys');
    const trust = ['--trust', join(keys, 'root.crt'), '--signer', join(keys, 'journal.crt')];
    return spawnSync(process.execPath, [antin, 'journal', 'restore', '--copy', copy, '--data', data, ...trust, ...more], {
      encoding: 'utf8',
    });
  };

  test('says that it is behind, signs no status, changes nothing; is restored, and goes on', async () => {
    await serve();
    let known = await copiedBeyond({ authority: 0, agency: 0 });
    const { items } = (await asOfficer('ca.thuhoi', 'GET', '/certificates?limit=20')).value as unknown as { items: { certificate: Named; profile: string; name: string }[] }; // prettier-ignore
    const lost = items.find((one) => one.profile === 'person' && !/^(Phan|Trịnh|Lý|Hoàng|Ngô)/.test(one.name))!.certificate;
    expect(await ocspOf(lost)).toBe('good');
    expect(await stop!()).toBe(0);
    cpSync(postgres, join(home, 'backup'), { recursive: true });

    // After the backup: a certificate is revoked, an officer changes a password, somebody works in the office.
    await serve();
    const { value: revoker } = await officer('ca.thuhoi');
    const statement = {
      ...{ type: 'antin.revocation', certificate: lost, cause: 'device-lost', reason: 'Báo mất thiết bị' },
      ...{ officerId: revoker['officerId'], at: new Date().toISOString() },
    };
    expect((await asOfficer('ca.thuhoi', 'POST', '/certificates/revocation', { statement })).status).toBe(200);
    const own = (await officer('ca.capphat')).cookie;
    const changed = await call('PUT', '/authority/api/session/password', { old: password, new: NEW_PASSWORD }, own);
    expect(changed.status).toBe(200);
    expect((await person('stc.hung')).status).toBe(200);
    while ((await list()).crl?.find(fromHex(lost.serialHex)) === undefined) await sleep(100);
    expect(await ocspOf(lost)).toBe('revoked');
    expect(await stop!()).toBe(0);
    await serve();
    known = await copiedBeyond(known);
    const published = (await list()).crl!.crlNumber!;
    expect(await stop!()).toBe(0);

    rmSync(postgres, { recursive: true });
    cpSync(join(home, 'backup'), postgres, { recursive: true });
    await serve();
    expect(await health()).toMatchObject({
      status: 'alarm',
      authority: { status: 'alarm', journal: 'journal.set-back' },
      agency: { status: 'alarm', journal: 'journal.set-back' },
    });
    expect(await ocspOf(lost)).toBe('tryLater');
    expect((await list()).status).toBe(503);
    expect(await person('stc.hung')).toMatchObject({ status: 503, value: { code: 'journal.office-set-back' } });
    const reset = { kind: 'reset-password', officerId: revoker['officerId'], firstPassword: NEW_PASSWORD };
    expect(await asOfficer('ca.quantri', 'POST', '/officer-changes', reset)).toMatchObject({
      status: 503,
      value: { code: 'journal.set-back' },
    });
    // A minute's work passes, and nothing is written into the second place or signed.
    expect(restore()).toMatchObject({ status: 69, stderr: expect.stringContaining('serve.already-running') });
    expect(await stop!()).toBe(0);
    expect({ authority: copied('authority'), agency: copied('agency') }).toEqual(known);

    const dry = restore('--dry-run');
    expect({ status: dry.status, stderr: dry.stderr }).toEqual({ status: 0, stderr: '' });
    const done = restore();
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    expect(done.stdout).toMatch(/Mật khẩu đã đổi sau bản sao lưu[^\n]*\n {6}ca\.capphat\n/);
    expect(done.stdout).toContain('SignedIn');

    await serve();
    expect(await health()).toMatchObject({ status: 'ok', authority: { journal: 'ok' }, agency: { journal: 'ok' } });
    while ((await ocspOf(lost)) === 'tryLater') await sleep(100);
    expect(await ocspOf(lost)).toBe('revoked');
    while (((await list()).crl?.crlNumber ?? 0n) <= published) await sleep(100);
    expect((await list()).crl!.find(fromHex(lost.serialHex))).toBeDefined();
    expect((await person('stc.hung')).status).toBe(200);
    for (const opens of [password, NEW_PASSWORD]) {
      expect(await officer('ca.capphat', opens)).toMatchObject({
        status: 401,
        value: { code: 'officer.credentials-after-restore' },
      });
    }
    const officers = (await asOfficer('ca.quantri', 'GET', '/officers')).value as unknown as { officers: { id: string; signInName: string }[] }; // prettier-ignore
    const officerId = officers.officers.find((one) => one.signInName === 'ca.capphat')!.id;
    const again = await asOfficer('ca.quantri', 'POST', '/officer-changes', { ...reset, officerId });
    expect((await asOfficer('ca.quantri2', 'POST', `/officer-changes/${again.value['id']}/confirm`)).status).toBe(200);
    expect((await officer('ca.capphat', NEW_PASSWORD)).value).toMatchObject({ mustChangePassword: true });
    // The copy takes up where it ended.
    await copiedBeyond(known);
    expect(await stop!()).toBe(0);
  }, 600_000);
});
