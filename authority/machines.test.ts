import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { encodePem } from '@antin/pki/pem';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { type Machine, MachinesForTests, curl, run, serverItem } from './machines-for-tests.ts';

const m = MachinesForTests.use();
const path = (name: string) => m.path(name);

describe('accounts of machines', () => {
  test('are opened for approved devices only, by somebody who did not approve, and closed for good', async () => {
    const [id] = await m.t.submitted([serverItem(['a.stc.gov.vn'])]);
    const until = '2027-01-01';
    await expect(m.t.post('issuer', '/machine-accounts', { itemId: id, until })).rejects.toMatchObject({
      code: 'enrolment.not-approved',
    });
    const shown = await m.t.proposed(id!);
    await m.t.approve('approver', id!, shown);
    await expect(m.t.post('approver', '/machine-accounts', { itemId: id, until })).rejects.toMatchObject({
      code: 'officer.role-needed',
    });
    await expect(m.t.post('issuer', '/machine-accounts', { itemId: id, until: '2040-01-01' })).rejects.toMatchObject({
      code: 'enrolment.until-not-allowed',
    });
    const opened = await m.t.post('issuer', '/machine-accounts', { itemId: id, until });
    const { rows } = await sql<{ secret: Uint8Array }>`
      select secret from authority.enrolment_account where id = ${opened.account.id}`.execute(m.t.db);
    expect(Buffer.from(rows[0]!.secret).includes(Buffer.from(opened.secret, 'base64url'))).toBe(false);
    await m.t.post('revoker', `/machine-accounts/${opened.account.id}`, undefined, 'DELETE');
    const { items } = await m.t.get('auditor', '/machine-accounts');
    expect(items.find((one: { id: string }) => one.id === opened.account.id).state).toBe('closed');
    m.csr('closed', ['a.stc.gov.vn']);
    const answer = await curl(
      '-u',
      `${opened.account.kid}:${opened.secret}`,
      '-H',
      'Content-Type: application/pkcs10',
      '--data-binary',
      `@${path('closed.b64')}`,
      `${m.origin}/.well-known/est/simpleenroll`,
    );
    expect(answer).toMatch(/401$/);
  });
});

describe('EST with curl', () => {
  test('gives the issuers, and a certificate that openssl verifies; the same key again the same certificate', async () => {
    const { account, secret } = await m.machine(['cong.stc.gov.vn', 'api.stc.gov.vn']);
    await run('curl', ['-s', '-o', path('ca.b64'), `${m.origin}/.well-known/est/cacerts`]);
    execFileSync('openssl', ['base64', '-d', '-in', path('ca.b64'), '-out', path('ca.p7c')]);
    const issuers = execFileSync('openssl', ['pkcs7', '-inform', 'DER', '-in', path('ca.p7c'), '-print_certs'], {
      encoding: 'utf8',
    });
    writeFileSync(path('ca.pem'), issuers);
    m.csr('est', ['api.stc.gov.vn']);
    const enroll = async (operation: string) => {
      await run('curl', [
        '-s',
        '-f',
        '-u',
        `${account.kid}:${secret}`,
        '-H',
        'Content-Type: application/pkcs10',
        '--data-binary',
        `@${path('est.b64')}`,
        '-o',
        path('est.p7.b64'),
        `${m.origin}/.well-known/est/${operation}`,
      ]);
      execFileSync('openssl', ['base64', '-d', '-in', path('est.p7.b64'), '-out', path('est.p7')]);
      return execFileSync('openssl', ['pkcs7', '-inform', 'DER', '-in', path('est.p7'), '-print_certs'], { encoding: 'utf8' });
    };
    const first = await enroll('simpleenroll');
    writeFileSync(path('est.pem'), first);
    expect(
      execFileSync(
        'openssl',
        ['verify', '-CAfile', path('ca.pem'), '-purpose', 'sslserver', '-verify_hostname', 'api.stc.gov.vn', path('est.pem')],
        { encoding: 'utf8' },
      ),
    ).toContain('OK');
    expect(await enroll('simplereenroll')).toBe(first);
    const [certificate] = parseCertificates(readFileSync(path('est.pem')));
    expect(certificate!.subjectAltName).toEqual([{ kind: 'dns', value: 'api.stc.gov.vn' }]);
  });

  test.each([
    ['a host name nobody approved', 'x', ['evil.gov.vn'], {}, /enrolment\.name-not-approved.*\n400$/s],
    ['a wrong secret', 'y', ['h.stc.gov.vn'], { secret: 'AAAA' }, /401$/],
    ['an unknown name', 'z', ['h.stc.gov.vn'], { kid: 'm-nobody' }, /401$/],
    ['no request at all', 'w', [], { body: 'AAAA' }, /issuance\.key-damaged.*\n400$/s],
    ['another content type', 'v', ['h.stc.gov.vn'], { type: 'text/plain' }, /400$/],
  ] as const)(
    '%s is refused',
    async (_, name, hosts, change: { secret?: string; kid?: string; body?: string; type?: string }, expected) => {
      const { account, secret } = await m.machine(['h.stc.gov.vn']);
      m.csr(name, hosts);
      const body = change.body ?? `@${path(`${name}.b64`)}`;
      const answer = await curl(
        '-u',
        `${change.kid ?? account.kid}:${change.secret ?? secret}`,
        '-H',
        `Content-Type: ${change.type ?? 'application/pkcs10'}`,
        '--data-binary',
        body,
        `${m.origin}/.well-known/est/simpleenroll`,
      );
      expect(answer).toMatch(expected);
    },
  );
});

describe('EST behind a proxy that ends TLS', () => {
  test('renews a client with a new key for the certificate it shows to curl’s server, and for nothing else', async () => {
    const client = await m.machine([], 'tls-client');
    const front = await m.machine(['localhost.stc.gov.vn']);
    const fetched = async ({ account, secret }: Machine, name: string) => {
      const file = path(`${name}.b64`);
      const answer = await run('curl', [
        ...['-s', '-f', '-u', `${account.kid}:${secret}`, '-H', 'Content-Type: application/pkcs10'],
        ...['--data-binary', `@${file}`, `${m.origin}/.well-known/est/simpleenroll`],
      ]);
      return m.pemOf(answer.stdout, name);
    };
    m.csr('tls-client', []);
    m.csr('tls-front', []);
    await fetched(client, 'tls-client');
    const cert = await fetched(front, 'tls-front');
    const { service } = m.t.authority;
    const issuers = [...service.chain(), ...service.trustAnchors().map(({ certificate }) => certificate)];
    const ca = issuers.map(({ raw }) => encodePem('CERTIFICATE', raw)).join('');
    const root = m.home.put('proxy-ca.pem', ca);
    // What nginx, Apache or HAProxy do with a few lines: verify, drop what came from outside, say what was verified.
    const options = {
      key: readFileSync(path('tls-front.key')),
      cert: cert + ca,
      ca,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const proxy = createServer(options, (incoming, outgoing) => {
      const { authorized } = incoming.socket as TLSSocket;
      const { 'client-cert': _, ...headers } = incoming.headers;
      const shown = authorized
        ? { 'client-cert': `:${(incoming.socket as TLSSocket).getPeerCertificate().raw.toString('base64')}:` }
        : {};
      incoming.pipe(
        request(`${m.origin}/believed${incoming.url}`, { method: 'POST', headers: { ...headers, ...shown } }, (answer) => {
          outgoing.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(outgoing);
        }),
      );
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    m.csr('tls-next', []);
    const renew = (...more: string[]) =>
      curl(
        ...['--cacert', root, '--resolve', `localhost.stc.gov.vn:${port}:127.0.0.1`, '-H', 'Content-Type: application/pkcs10'],
        ...['--data-binary', `@${path('tls-next.b64')}`, ...more],
        `https://localhost.stc.gov.vn:${port}/.well-known/est/simplereenroll`,
      );
    const held = ['--cert', path('tls-client.pem'), '--key', path('tls-client.key')];
    try {
      expect(await renew()).toMatch(/\n401$/);
      const raw = parseCertificates(readFileSync(path('tls-client.pem')))[0]!.raw;
      expect(await renew('-H', `Client-Cert: :${Buffer.from(raw).toString('base64')}:`)).toMatch(/\n401$/);
      const answer = await renew(...held);
      expect(answer).toMatch(/\n200$/);
      const next = parseCertificates(Buffer.from(m.pemOf(answer.slice(0, -4), 'tls-next')))[0]!;
      expect(await m.t.authority.statusOf(next)).toMatchObject({ kind: 'good' });
    } finally {
      proxy.close();
    }
  });
});

const has = (program: string) => {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`SKIPPED: ${program} is not installed`);
    return false;
  }
};

describe.skipIf(!has('certbot') || !has('lego'))('ACME with certbot and lego while nothing can be issued', () => {
  test('both say that it is the server, and the same command gets its certificate when the journal is whole again', async () => {
    const { account, secret } = await m.machine(['wait.stc.gov.vn', 'later.stc.gov.vn']);
    const server = `${m.origin}/authority/acme/directory`;
    const folders = ['config', 'work', 'logs'].flatMap((one) => [`--${one}-dir`, path(`wait-${one}`)]);
    const bind = ['--eab-kid', account.kid, '--eab-hmac-key', secret, '--agree-tos', '-m', 'mang@stc.gov.vn', '--no-eff-email'];
    const certbot = [
      'certonly',
      '--standalone',
      '--server',
      server,
      ...folders,
      '--non-interactive',
      ...bind,
      '-d',
      'wait.stc.gov.vn',
    ];
    const lego = [
      ...['--server', server, '--accept-tos', '--email', 'mang@stc.gov.vn', '--eab', '--kid', account.kid, '--hmac', secret],
      ...['--path', path('lego-wait'), '--domains', 'later.stc.gov.vn', '--http', '--http.port', '127.0.0.1:0', 'run'],
    ];
    const failed = (tool: string, args: readonly string[]) =>
      run(tool, [...args]).then(
        () => 'issued',
        (fault: { stderr: string; stdout: string }) => fault.stderr + fault.stdout,
      );
    m.closed = { code: 'journal.set-back', text: 'the second place knows more' };
    try {
      // certbot hides what it was told behind a fault of its own; its log has it.
      expect(await failed('certbot', certbot)).not.toBe('issued');
      expect(readFileSync(path('wait-logs/letsencrypt.log'), 'utf8')).toMatch(/Retry-After: 600[\s\S]*serverInternal/i);
      expect(await failed('lego', lego)).toMatch(/503[\s\S]*serverInternal[\s\S]*journal\.set-back/);
    } finally {
      m.closed = undefined;
    }
    await run('certbot', certbot);
    await run('lego', lego);
    const got = ['wait-config/live/wait.stc.gov.vn/cert.pem', 'lego-wait/certificates/later.stc.gov.vn.crt'];
    expect(got.map((file) => parseCertificates(readFileSync(path(file)))[0]!.subjectAltName)).toEqual([
      [{ kind: 'dns', value: 'wait.stc.gov.vn' }],
      [{ kind: 'dns', value: 'later.stc.gov.vn' }],
    ]);
  });
});

describe.skipIf(!has('certbot'))('ACME with certbot', () => {
  test('binds, orders, gets a certificate, renews it and revokes it', async () => {
    const { account, secret } = await m.machine(['web.stc.gov.vn', 'www.stc.gov.vn']);
    const folders = ['config', 'work', 'logs'].flatMap((one) => [`--${one}-dir`, path(`certbot-${one}`)]);
    const common = ['--server', `${m.origin}/authority/acme/directory`, ...folders, '--non-interactive'];
    const names = ['-d', 'web.stc.gov.vn', '-d', 'www.stc.gov.vn', '--cert-name', 'web'];
    const binding = [
      '--eab-kid',
      account.kid,
      '--eab-hmac-key',
      secret,
      '--agree-tos',
      '-m',
      'mang@stc.gov.vn',
      '--no-eff-email',
    ];
    await run('certbot', ['certonly', '--standalone', ...common, ...names, ...binding]);
    const live = (name: string) => path(`certbot-config/live/web/${name}.pem`);
    const root = path('root.pem');
    writeFileSync(root, encodePem('CERTIFICATE', m.t.authority.service.trustAnchors()[0]!.certificate.raw));
    const verified = () =>
      execFileSync(
        'openssl',
        [
          'verify',
          '-CAfile',
          root,
          '-untrusted',
          live('chain'),
          '-purpose',
          'sslserver',
          '-verify_hostname',
          'www.stc.gov.vn',
          live('cert'),
        ],
        { encoding: 'utf8' },
      );
    expect(verified()).toContain('OK');
    const first = readFileSync(live('cert'), 'utf8');
    await run('certbot', ['renew', ...common, '--force-renewal', '--no-random-sleep-on-renew']);
    expect(verified()).toContain('OK');
    expect(readFileSync(live('cert'), 'utf8')).not.toBe(first);
    const [certificate] = parseCertificates(readFileSync(live('cert')));
    await run('certbot', ['revoke', ...common, '--cert-name', 'web', '--reason', 'keycompromise', '--no-delete-after-revoke']);
    expect(await m.t.authority.statusOf(certificate!)).toMatchObject({ kind: 'revoked', reason: 1 });
  });

  test('that unregistered gets nothing more with its old key, and is bound anew with another', async () => {
    const { account, secret } = await m.machine(['bye.stc.gov.vn']);
    const folders = ['config', 'work', 'logs'].flatMap((one) => [`--${one}-dir`, path(`bye-${one}`)]);
    const common = ['--server', `${m.origin}/authority/acme/directory`, ...folders, '--non-interactive'];
    const bind = ['--eab-kid', account.kid, '--eab-hmac-key', secret, '--agree-tos', '-m', 'mang@stc.gov.vn', '--no-eff-email'];
    await run('certbot', ['register', ...common, ...bind]);
    await run('certbot', ['unregister', ...common]);
    const { keys } = await m.t.get('auditor', `/machine-accounts/${account.id}`);
    expect(keys.map((key: { state: string }) => key.state)).toEqual(['deactivated']);
    await run('certbot', ['certonly', '--standalone', ...common, ...bind, '-d', 'bye.stc.gov.vn']);
    const after = await m.t.get('auditor', `/machine-accounts/${account.id}`);
    expect(after.account).toMatchObject({ keys: 1, certificates: { valid: 1 }, lastUsed: { over: 'acme' } });
  });

  test('without a binding, with a foreign name or under another secret nothing is issued', async () => {
    const { account, secret } = await m.machine(['only.stc.gov.vn']);
    const attempt = (folder: string, name: string, ...more: string[]) =>
      run('certbot', [
        'certonly',
        '--standalone',
        '--server',
        `${m.origin}/authority/acme/directory`,
        '--non-interactive',
        ...['config', 'work', 'logs'].flatMap((one) => [`--${one}-dir`, path(`${folder}-${one}`)]),
        '-d',
        name,
        '--agree-tos',
        '-m',
        'mang@stc.gov.vn',
        '--no-eff-email',
        ...more,
      ]).then(
        () => 'issued',
        (fault: { stderr: string }) => fault.stderr,
      );
    expect(await attempt('n1', 'only.stc.gov.vn')).toMatch(/external account|EAB/i);
    expect(await attempt('n2', 'only.stc.gov.vn', '--eab-kid', account.kid, '--eab-hmac-key', 'AAAA')).toMatch(
      /binding does not hold/,
    );
    // certbot hides what it was told behind a fault of its own; its log has it.
    expect(await attempt('n3', 'other.gov.vn', '--eab-kid', account.kid, '--eab-hmac-key', secret)).not.toBe('issued');
    expect(readFileSync(path('n3-logs/letsencrypt.log'), 'utf8')).toMatch(/other\.gov\.vn is not in the approved request/);
  });
});

describe.skipIf(!has('lego'))('ACME with lego', () => {
  test('gets a certificate', async () => {
    const { account, secret } = await m.machine(['lego.stc.gov.vn']);
    await run('lego', [
      '--server',
      `${m.origin}/authority/acme/directory`,
      '--accept-tos',
      '--email',
      'mang@stc.gov.vn',
      '--eab',
      '--kid',
      account.kid,
      '--hmac',
      secret,
      '--path',
      path('lego'),
      '--domains',
      'lego.stc.gov.vn',
      '--http',
      '--http.port',
      '127.0.0.1:0',
      'run',
    ]);
    const [certificate] = parseCertificates(readFileSync(path('lego/certificates/lego.stc.gov.vn.crt')));
    expect(certificate!.subjectAltName).toEqual([{ kind: 'dns', value: 'lego.stc.gov.vn' }]);
  });
});
